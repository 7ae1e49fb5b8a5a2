import { join } from "node:path";
import { withProxy } from "../../support/proxy";
import { freshDatabase } from "../database";
import { tableMigrations, writePairs } from "../generate";
import { measure, race } from "../measure";
import { limitProgram, oursUp } from "../programs";
import type { Work } from "../work";

const MIGRATIONS = 100;
const ROUND_TRIP_MS = 20;

/** Migrations on a server that is far away. This process delays every packet, and does nothing else meanwhile. */
export const far: Work = async (bench) => {
  const folder = join(bench.folder, "far");
  await writePairs(folder, tableMigrations(MIGRATIONS));
  const before = async (): Promise<void> => {
    await freshDatabase(bench.server, "far");
  };
  return await withProxy(bench.server, { delayMs: ROUND_TRIP_MS / 2 }, async (proxy) => {
    const url = proxy.through(`${bench.server.url}/far`);
    const { limit, ours } = await race(
      { name: "bare Node", before, run: () => measure(limitProgram("creates", folder, url), bench) },
      { name: "ours", before, run: () => measure(oursUp(bench, folder, url), bench) },
      [],
      { runs: bench.options.runs, warmUp: false, report: bench.report },
    );
    return [
      {
        work: `${MIGRATIONS} migrations of one CREATE TABLE, ${ROUND_TRIP_MS} ms round trip`,
        limit: { what: "the same bare Node", figure: limit.ms },
        ours: ours.ms,
        unit: "ms",
        atMost: 0.2,
        peers: "",
      },
    ];
  });
};
