import { join } from "node:path";
import { ask, freshDatabase } from "../database";
import { mixedMigrations, readAll, tableMigrations, writePairs } from "../generate";
import { type Contender, measure, race, runOnce } from "../measure";
import { dumpProgram, oursOnScratch, oursUp } from "../programs";
import type { Bench, Work } from "../work";

const PAIRS = 130;
const TABLES = 1000;

/** `check` of a database that is as its migrations say, beside `up` of the same folder. */
export const check: Work = async (bench) => {
  const folder = join(bench.folder, "check");
  await writePairs(folder, mixedMigrations(PAIRS));
  const { fresh, filled } = await twoDatabases(bench, "check");
  const before = async (): Promise<void> => {
    await freshDatabase(bench.server, "check_fresh");
    await readAll(folder);
  };
  await runOnce({ name: "up", run: () => measure(oursUp(bench, folder, filled), bench) });
  const medians = await race(
    { name: "up", before, run: () => measure(oursUp(bench, folder, fresh), bench) },
    { name: "check", before, run: () => measure(oursOnScratch(bench, "check", [folder, filled], 0), bench) },
    [],
    { runs: bench.options.runs, warmUp: false, report: bench.report },
  );
  return [
    {
      work: `\`check\` of ${PAIRS} pairs: CREATE, rows, ALTER and rows, index`,
      limit: { what: "`up` of the same folder", figure: medians.limit.ms },
      ours: medians.ours.ms,
      unit: "ms",
      atMost: 0.5,
      peers: "",
    },
  ];
};

async function twoDatabases(bench: Bench, name: string): Promise<{ fresh: string; filled: string }> {
  return {
    fresh: await freshDatabase(bench.server, `${name}_fresh`),
    filled: await freshDatabase(bench.server, `${name}_filled`),
  };
}

/** `dump` beside the server's own dump program. */
export const dump: Work = async (bench) => {
  const folder = join(bench.folder, "dump");
  await writePairs(folder, []);
  const url = await freshDatabase(bench.server, "dump");
  for (const { up } of tableMigrations(TABLES)) await ask(url, up);
  const theirs = dumpProgram(bench, "dump");
  const ours: Contender = {
    name: "dump",
    run: () => measure(oursOnScratch(bench, "dump", [folder, url], 0), bench),
  };
  const row = { work: `\`dump\` of ${TABLES.toLocaleString("en")} tables`, unit: "ms", peers: "" } as const;
  if (theirs === null) {
    const { ms } = await runOnce(ours);
    return [{ ...row, limit: null, ours: ms, atMost: null }];
  }
  const medians = await race({ name: "mysqldump", run: () => measure(theirs, bench) }, ours, [], {
    runs: bench.options.runs,
    warmUp: true,
    report: bench.report,
  });
  await freshDatabase(bench.server, "dump");
  const limit = { what: "`mysqldump --no-data`", figure: medians.limit.ms };
  return [{ ...row, limit, ours: medians.ours.ms, atMost: 0.15 }];
};
