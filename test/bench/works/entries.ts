import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withPrivateServer } from "../../../src/scratch/private-server";
import { ask, expectAnswer, freshDatabase } from "../database";
import { ENTRY_TABLE, type EntryFile, writeEntries } from "../generate";
import { type Contender, measure, measureWithPeak, type RaceOptions, race, runOnce } from "../measure";
import { clientFed, oursUp } from "../programs";
import type { Row } from "../table";
import type { Bench, Work } from "../work";

const GIGABYTE = 1e9;
const MEGABYTE = 1e6;
const MEMORY_BYTES = 120 * MEGABYTE;
/** A round of these takes a minute and more, on either side. */
export const LARGE_FILE_RUNS = 1;

/** A gigabyte in one file, a megabyte in each INSERT, beside the family's own client. */
export const bigFile: Work = async (bench) => {
  const bytes = bench.options.gigabytes * GIGABYTE;
  return await withEntries(bench, bytes, MEGABYTE, async (file) => {
    const { limit, ours } = await race(client(bench, file), up(bench, file), [], raceOptions(bench));
    const work = `${sizeInWords(bytes)} in one file, 1 MB per INSERT`;
    const what = "the `mysql` client, fed the file";
    return [
      { work, limit: { what, figure: limit.ms }, ours: ours.ms, unit: "ms", atMost: 1.05, peers: "" },
      peakMemory(ours.peakBytes),
    ];
  });
};

/**
 * The same with one row in each INSERT, and 50 MB: on a server that syncs its log at each commit, as servers do by
 * default, and on the one that the other works share, where a commit costs next to nothing.
 */
export const singleRows: Work = async (bench) => {
  const { family } = bench.server;
  const serverArguments = ["--innodb-flush-log-at-trx-commit=1", "--innodb-flush-method=O_DIRECT"];
  const synced = await withPrivateServer({ family, environment: process.env, serverArguments }, (server) =>
    loadSingleRows({ ...bench, server }, "log synced at each commit (the servers' default)", 1 / 3),
  );
  const unsynced = await loadSingleRows(bench, "log not synced", null);
  const rows = [...synced, ...unsynced];
  return bench.options.singleGigabyte ? [...rows, await loadSingleGigabyte(bench)] : rows;
};

async function loadSingleRows(
  bench: Bench,
  conditions: string,
  atMost: number | null,
): Promise<readonly Row[]> {
  const bytes = 50 * MEGABYTE;
  return await withEntries(bench, bytes, 0, async (file) => {
    const { limit, ours } = await race(client(bench, file), up(bench, file), [], raceOptions(bench));
    const row: Row = {
      work: `${sizeInWords(bytes)} in one file, one row per INSERT, ${conditions}`,
      limit: { what: "the `mysql` client, fed the file", figure: limit.ms },
      ours: ours.ms,
      unit: "ms",
      atMost,
      ...(atMost === null ? {} : { bound: "3 times faster, ≤ 0.33 ×" }),
      peers: "",
    };
    return [row, peakMemory(ours.peakBytes)];
  });
}

/** Once, and only for its memory: the client would take many minutes. */
async function loadSingleGigabyte(bench: Bench): Promise<Row> {
  const bytes = bench.options.gigabytes * GIGABYTE;
  const { ms, peakBytes } = await withEntries(bench, bytes, 0, (file) => runOnce(up(bench, file)));
  bench.report(`${sizeInWords(bytes)} of single rows: ${Math.round(ms)} ms`);
  return { ...peakMemory(peakBytes), work: `peak memory of ${sizeInWords(bytes)}, one row per INSERT` };
}

function peakMemory(bytes: number | null): Row {
  const work = "peak memory of that";
  return { work, limit: null, ours: bytes ?? 0, unit: "bytes", atMost: MEMORY_BYTES, peers: "" };
}

function raceOptions(bench: Bench): RaceOptions {
  return { runs: LARGE_FILE_RUNS, warmUp: false, report: bench.report };
}

async function withEntries<T>(
  bench: Bench,
  bytes: number,
  statementBytes: number,
  body: (file: EntryFile) => Promise<T>,
): Promise<T> {
  const folder = join(bench.folder, "entries");
  bench.report(`writing ${sizeInWords(bytes)} of INSERTs`);
  try {
    return await body(await writeEntries(folder, bytes, statementBytes));
  } finally {
    await rm(folder, { recursive: true, force: true });
    await freshDatabase(bench.server, "entries"); // a gigabyte less to keep
  }
}

function client(bench: Bench, file: EntryFile): Contender {
  const run = () => measure(clientFed(bench, "entries", file.path), bench);
  return { name: "client", ...onEmptyTable(bench, file), run };
}

function up(bench: Bench, file: EntryFile): Contender {
  const url = `${bench.server.url}/entries`;
  const run = () => measureWithPeak(oursUp(bench, dirname(file.path), url), bench);
  return { name: "ours", ...onEmptyTable(bench, file), run };
}

/** The table is made anew for each run, and counted afterwards. */
function onEmptyTable({ server }: Bench, { rows }: EntryFile): Required<Pick<Contender, "before" | "after">> {
  const url = `${server.url}/entries`;
  return {
    async before() {
      await freshDatabase(server, "entries");
      await ask(url, ENTRY_TABLE);
    },
    async after() {
      await expectAnswer(url, "SELECT COUNT(*) FROM entry", rows);
    },
  };
}

function sizeInWords(bytes: number): string {
  return bytes >= GIGABYTE ? `${bytes / GIGABYTE} GB` : `${Math.round(bytes / MEGABYTE)} MB`;
}
