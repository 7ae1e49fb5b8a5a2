import { join } from "node:path";
import { freshDatabase } from "../database";
import { readAll, verifiedMigrations, writePairs } from "../generate";
import { measure, race } from "../measure";
import { oursOnScratch, oursUp } from "../programs";
import type { Work } from "../work";

const PAIRS = 130;

/** `verify` of pairs of which every fourth down file is wrong, beside `up` of the same folder. */
export const verify: Work = async (bench) => {
  const folder = join(bench.folder, "verify");
  await writePairs(folder, verifiedMigrations(PAIRS));
  const url = `${bench.server.url}/verify`;
  const before = async (): Promise<void> => {
    await freshDatabase(bench.server, "verify");
    await readAll(folder);
  };
  const after = async (): Promise<void> => {};
  const medians = await race(
    { name: "up", before, after, run: () => measure(oursUp(bench, folder, url), bench) },
    {
      name: "verify",
      before,
      after,
      run: () => measure(oursOnScratch(bench, "verify", [folder, url], 1), bench),
    },
    [],
    { runs: bench.options.runs, warmUp: false, report: bench.report },
  );
  await before();
  return [
    {
      work: `\`verify\` of ${PAIRS} pairs, every fourth down file wrong`,
      limit: { what: "`up` of the same folder", figure: medians.limit.ms },
      ours: medians.ours.ms,
      unit: "ms",
      atMost: 5,
      peers: "",
    },
  ];
};
