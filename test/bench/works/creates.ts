import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningProxy, withProxy } from "../../support/proxy";
import { expectAnswer, freshDatabase } from "../database";
import { mixedMigrations, readAll, type SqlMigration, tableMigrations, writePairs } from "../generate";
import { type Contender, measure, race } from "../measure";
import { describeOthers } from "../peers";
import { clientFed, limitProgram, oursUp } from "../programs";
import type { Row } from "../table";
import type { Bench, Work } from "../work";

const MIGRATIONS = 1000;
const MIXED = 300;
const COUNTED = 1000;

/** Migrations of one CREATE TABLE each: how long they take, and how many round trips. */
export const creates: Work = async (bench) => [
  await applied(bench, {
    name: "creates",
    migrations: tableMigrations(MIGRATIONS),
    work: `${MIGRATIONS.toLocaleString("en")} migrations of one CREATE TABLE`,
    atMost: 1.05,
  }),
  await countRoundTrips(bench),
];

/** Migrations of the kinds that projects have. */
export const mixed: Work = async (bench) => [
  await applied(bench, {
    name: "mixed",
    migrations: mixedMigrations(MIXED),
    work: `${MIXED} migrations: CREATE, rows, ALTER and rows, index`,
    atMost: 1.15,
  }),
];

interface Applied {
  /** Of the database, and of what is written. */
  readonly name: string;
  /** The first makes `table_1`. */
  readonly migrations: readonly SqlMigration[];
  readonly work: string;
  readonly atMost: number;
}

/** Ours beside the client that is fed the same in one file, bare Node and other tools. */
async function applied(bench: Bench, { name, migrations, work, atMost }: Applied): Promise<Row> {
  const folder = join(bench.folder, name);
  await writePairs(folder, migrations);
  const url = `${bench.server.url}/${name}`;
  const tables = migrations.filter(({ up }) => up.startsWith("CREATE TABLE")).length;
  const around = {
    before: async (): Promise<void> => {
      await freshDatabase(bench.server, name);
      await readAll(folder);
    },
    after: () =>
      expectAnswer(
        url,
        `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '${name}' AND table_name LIKE 'table\\_%'`,
        tables,
      ),
  };
  const all = join(bench.folder, `${name}.sql`);
  await writeFile(all, migrations.map(({ up }) => up).join(""));
  const bareNode: Contender = {
    name: "bare Node",
    ...around,
    run: () => measure(limitProgram("creates", folder, url), bench),
  };
  const peers = await Promise.all(
    bench.peers.map(async (peer, index): Promise<Contender> => {
      const peerFolder = join(bench.folder, `peer-${index}-${name}`);
      await peer.write(peerFolder, migrations);
      return { name: peer.name, ...around, run: () => measure(peer.up(peerFolder, url), bench) };
    }),
  );
  const others = [bareNode, ...peers];
  const medians = await race(
    { name: "client", ...around, run: () => measure(clientFed(bench, name, all), bench) },
    { name: "ours", ...around, run: () => measure(oursUp(bench, folder, url), bench) },
    others,
    { runs: bench.options.runs, warmUp: false, report: bench.report },
  );
  await around.before(); // so many tables less to keep
  return {
    work,
    limit: { what: "the mysql client, fed the same in one file", figure: medians.limit.ms },
    ours: medians.ours.ms,
    unit: "ms",
    atMost,
    peers: describeOthers(others, medians.others),
  };
}

/** What each further migration costs: a run that applies one of them is held against one that applies many. */
async function countRoundTrips(bench: Bench): Promise<Row> {
  const folder = join(bench.folder, "counted");
  const migrations = tableMigrations(COUNTED + 2);
  const url = await freshDatabase(bench.server, "counted");
  const applyUpTo = async (count: number): Promise<number> => {
    await writePairs(folder, migrations.slice(0, count));
    return await roundTrips(bench, folder, url);
  };
  await applyUpTo(1); // makes the history table as well
  const one = await applyUpTo(2);
  const many = await applyUpTo(COUNTED + 2);
  bench.report(`round trips: ${one} for 1 migration, ${many} for ${COUNTED}`);
  return {
    work: "round trips for each of them",
    limit: null,
    ours: (many - one) / (COUNTED - 1),
    unit: "round trips",
    atMost: 0.1,
    peers: "",
  };
}

/** Client commands that the server answers, as seen on the wire. */
async function roundTrips(bench: Bench, folder: string, url: string): Promise<number> {
  return await withProxy(bench.server, {}, async (proxy) => {
    await measure(oursUp(bench, folder, proxy.through(url)), bench);
    return answered(proxy);
  });
}

function answered({ commands }: RunningProxy): number {
  return commands.filter(({ name }) => name !== "COM_QUIT" && name !== "COM_STMT_CLOSE").length;
}
