import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningProxy, withProxy } from "../../support/proxy";
import { expectAnswer, freshDatabase } from "../database";
import { readAll, tableMigrations, writePairs } from "../generate";
import { type Contender, measure, race } from "../measure";
import { describeOthers } from "../peers";
import { clientFed, limitProgram, oursUp } from "../programs";
import type { Row } from "../table";
import type { Bench, Work } from "../work";

const MIGRATIONS = 1000;
const COUNTED = 1000;

/** Migrations of one CREATE TABLE each: how long they take, and how many round trips. */
export const creates: Work = async (bench) => {
  const migrations = tableMigrations(MIGRATIONS);
  const folder = join(bench.folder, "creates");
  await writePairs(folder, migrations);
  const url = `${bench.server.url}/creates`;
  const around = {
    before: async (): Promise<void> => {
      await freshDatabase(bench.server, "creates");
      await readAll(folder);
    },
    after: () => expectAnswer(url, "SELECT COUNT(*) FROM table_1000", 0), // it got to the last one
  };
  const all = join(bench.folder, "creates.sql");
  await writeFile(all, migrations.map(({ up }) => up).join(""));
  const bareNode: Contender = {
    name: "bare Node",
    ...around,
    run: () => measure(limitProgram("creates", folder, url), bench),
  };
  const peers = await Promise.all(
    bench.peers.map(async (peer, index): Promise<Contender> => {
      const peerFolder = join(bench.folder, `peer-${index}-creates`);
      await peer.write(peerFolder, migrations);
      return { name: peer.name, ...around, run: () => measure(peer.up(peerFolder, url), bench) };
    }),
  );
  const others = [bareNode, ...peers];
  const medians = await race(
    { name: "client", ...around, run: () => measure(clientFed(bench, "creates", all), bench) },
    { name: "ours", ...around, run: () => measure(oursUp(bench, folder, url), bench) },
    others,
    { runs: bench.options.runs, warmUp: false, report: bench.report },
  );
  await around.before(); // a thousand tables less to keep
  return [
    {
      work: `${MIGRATIONS.toLocaleString("en")} migrations of one CREATE TABLE`,
      limit: { what: "the mysql client, fed the same in one file", figure: medians.limit.ms },
      ours: medians.ours.ms,
      unit: "ms",
      atMost: 1.05,
      peers: describeOthers(others, medians.others),
    },
    await countRoundTrips(bench),
  ];
};

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
