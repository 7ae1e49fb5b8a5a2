import { join } from "node:path";
import { type RunningProxy, withProxy } from "../../support/proxy";
import { freshDatabase } from "../database";
import { tableMigrations, writePairs } from "../generate";
import { type Contender, measure, race } from "../measure";
import { describeOthers } from "../peers";
import { limitProgram, oursUp } from "../programs";
import type { Row } from "../table";
import type { Bench, Work } from "../work";

const MIGRATIONS = 1000;
const COUNTED = 100;

/** Migrations of one CREATE TABLE each: how long they take, and how many round trips. */
export const creates: Work = async (bench) => {
  const migrations = tableMigrations(MIGRATIONS);
  const folder = join(bench.folder, "creates");
  await writePairs(folder, migrations);
  const url = `${bench.server.url}/creates`;
  const before = async (): Promise<void> => {
    await freshDatabase(bench.server, "creates");
  };
  const others = await Promise.all(
    bench.peers.map(async (peer, index): Promise<Contender> => {
      const peerFolder = join(bench.folder, `peer-${index}-creates`);
      await peer.write(peerFolder, migrations);
      return { name: peer.name, before, run: () => measure(peer.up(peerFolder, url), bench) };
    }),
  );
  const medians = await race(
    { name: "bare Node", before, run: () => measure(limitProgram("creates", folder, url), bench) },
    { name: "ours", before, run: () => measure(oursUp(bench, folder, url), bench) },
    others,
    { runs: bench.options.runs, warmUp: false, report: bench.report },
  );
  await before(); // a thousand tables less to keep
  return [
    {
      work: `${MIGRATIONS.toLocaleString("en")} migrations of one CREATE TABLE`,
      limit: { what: "bare Node: mysql2, one INSERT each for history, no journal", figure: medians.limit.ms },
      ours: medians.ours.ms,
      unit: "ms",
      atMost: 1.25,
      peers: describeOthers(others, medians.others),
    },
    await countRoundTrips(bench),
  ];
};

/** What each further migration costs: first one is applied, then those that are counted. */
async function countRoundTrips(bench: Bench): Promise<Row> {
  const folder = join(bench.folder, "counted");
  const [first, ...rest] = tableMigrations(COUNTED + 1);
  if (first === undefined) throw new RangeError("there is a first one");
  const url = await freshDatabase(bench.server, "counted");
  await writePairs(folder, [first]);
  await measure(oursUp(bench, folder, url), bench);
  await writePairs(folder, rest);
  const working = await roundTrips(bench, folder, url);
  const nothingToDo = await roundTrips(bench, folder, url);
  bench.report(`round trips: ${working} for ${COUNTED} migrations, ${nothingToDo} for none`);
  return {
    work: "round trips for each of them",
    limit: null,
    ours: (working - nothingToDo) / COUNTED,
    unit: "round trips",
    atMost: 3,
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
