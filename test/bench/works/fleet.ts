import { join } from "node:path";
import { expectAnswer, freshDatabase } from "../database";
import { tenantMigrations, writePairs } from "../generate";
import { type Command, measure, measureWithPeak, median, race } from "../measure";
import type { Row } from "../table";
import type { Bench, Work } from "../work";

const IDLE = 200;
const BUSY = 100;
const MIGRATIONS = 20;
const SETTLED_MS = 3_000;
const MEMORY_BYTES = 150e6;

/** Many databases: with nothing to do, and with twenty migrations each, beside one process after the other. */
export const fleet: Work = async (bench) => {
  const folder = join(bench.folder, "tenants");
  await writePairs(folder, tenantMigrations(MIGRATIONS));
  return [...(await measureBusy(bench, folder)), await measureIdle(bench, folder)];
};

async function measureBusy(bench: Bench, folder: string): Promise<readonly Row[]> {
  const names = namesOf("busy", BUSY);
  const before = () => makeDatabases(bench, names);
  const after = async (): Promise<void> => {
    for (const name of names)
      await expectAnswer(`${bench.server.url}/${name}`, "SELECT COUNT(*) FROM note", MIGRATIONS / 2);
  };
  const { limit, ours } = await race(
    { name: "one by one", before, after, run: () => measure(oneByOne(bench, folder, names), bench) },
    { name: "ours", before, after, run: () => measureWithPeak(over(bench, folder, "busy"), bench) },
    [],
    { runs: 1, warmUp: false, report: bench.report },
  );
  const work = `${BUSY} databases × ${MIGRATIONS} migrations, \`--parallel 4\``;
  return [
    {
      work,
      limit: { what: "the same program, once for each database", figure: limit.ms },
      ours: ours.ms,
      unit: "ms",
      atMost: 1 / 3,
      bound: "3 times faster, ≤ 0.33 ×",
      peers: "",
    },
    {
      work: "peak memory of that",
      limit: null,
      ours: ours.peakBytes ?? 0,
      unit: "bytes",
      atMost: MEMORY_BYTES,
      peers: "",
    },
  ];
}

async function measureIdle(bench: Bench, folder: string): Promise<Row> {
  await makeDatabases(bench, namesOf("idle", IDLE));
  bench.report(`applying ${MIGRATIONS} migrations to ${IDLE} databases`);
  await measure(over(bench, folder, "idle"), bench);
  const samples: number[] = [];
  for (let run = 1; run <= bench.options.runs; run++) {
    const { ms } = await measure(over(bench, folder, "idle"), bench);
    bench.report(`round ${run} of ${bench.options.runs}: ${Math.round(ms)} ms`);
    samples.push(ms);
  }
  const ours = median(samples);
  const work = `\`up\` over ${IDLE} databases with nothing to do`;
  return { work, limit: null, ours, unit: "ms", atMost: SETTLED_MS, peers: "" };
}

function namesOf(kind: "busy" | "idle", count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${kind}_${index + 1}`);
}

async function makeDatabases({ server }: Bench, names: readonly string[]): Promise<void> {
  for (const name of names) await freshDatabase(server, name);
}

function over({ bin, server }: Bench, folder: string, kind: "busy" | "idle"): Command {
  const args = [bin, "up", "--databases", `${kind}\\_%`, "--dir", folder];
  return { program: process.execPath, args, environment: { DATABASE_URL: `${server.url}/` }, cwd: folder };
}

function oneByOne({ bin, server }: Bench, folder: string, names: readonly string[]): Command {
  const script = 'for name in "$@"; do DATABASE_URL="$SERVER/$name" "$NODE" "$BIN" up || exit 1; done';
  return {
    program: "sh",
    args: ["-c", script, "sh", ...names],
    environment: { SERVER: server.url, NODE: process.execPath, BIN: bin, MIGRATIONS_DIR: folder },
    cwd: folder,
  };
}
