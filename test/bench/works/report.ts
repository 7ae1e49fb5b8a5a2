import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createGenerated } from "../../report/sample";
import { freshDatabase } from "../database";
import { writePairs } from "../generate";
import { measure } from "../measure";
import { oursReport, oursUp } from "../programs";
import type { Row } from "../table";
import type { Bench, Work } from "../work";

/** `report` of a database that migrations have built: 100 tables, and 1,000. */
export const report: Work = async (bench) => [
  ...(await reportOf(bench, 100, 3_000)),
  ...(await reportOf(bench, 1_000, 20_000)),
];

async function reportOf(bench: Bench, tables: number, mostMs: number): Promise<readonly Row[]> {
  const folder = join(bench.folder, `report-${tables}`);
  const statements = createGenerated(tables);
  const up = statements.map((sql) => `${sql};\n`).join("");
  await writePairs(folder, [{ name: "00001_all", up, down: "DO 1;\n" }]);
  const name = `report_${tables}`;
  const url = await freshDatabase(bench.server, name);
  await measure(oursUp(bench, folder, url), bench);
  const times: number[] = [];
  for (let run = 0; run < bench.options.runs; run++) {
    times.push((await measure(oursReport(bench, folder, url), bench)).ms);
    bench.report(`${tables} tables: ${Math.round(times.at(-1) ?? 0)} ms`);
  }
  await rm(folder, { recursive: true });
  await freshDatabase(bench.server, name); // a thousand tables less to keep
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  return [
    {
      work: `\`report\` of ${tables.toLocaleString("en")} tables, with elkjs`,
      limit: null,
      ours: median,
      unit: "ms",
      atMost: mostMs,
      peers: "",
    },
  ];
}
