import { measureWithPeak, race } from "../measure";
import { limitProgram, oursUp } from "../programs";
import type { Work } from "../work";
import { applyPairs } from "./no-op";

const PAIRS = 1000;

/** Memory of `up` with nothing to do. */
export const memory: Work = async (bench) => {
  const { folder, url } = await applyPairs(bench, PAIRS);
  const { limit, ours } = await race(
    { name: "bare Node", run: () => measureWithPeak(limitProgram("no-op", folder, url), bench) },
    { name: "ours", run: () => measureWithPeak(oursUp(bench, folder, url), bench) },
    [],
    { runs: bench.options.runs, warmUp: true, report: bench.report },
  );
  return [
    {
      work: `peak memory of a no-op, ${PAIRS.toLocaleString("en")} pairs`,
      limit: { what: "the same bare Node", figure: limit.peakBytes ?? 0 },
      ours: ours.peakBytes ?? 0,
      unit: "bytes",
      atMost: 1.2,
      peers: "",
    },
  ];
};
