import { join } from "node:path";
import { expectAnswer, freshDatabase } from "../database";
import { rowMigrations, writePairs } from "../generate";
import { type Contender, measure, race } from "../measure";
import { describeOthers } from "../peers";
import { limitProgram, oursUp } from "../programs";
import type { Bench, Work } from "../work";

const ALL_SETTINGS = "SELECT COUNT(*) FROM setting";

/** `up` with nothing to do, in a folder of so many applied pairs. */
export function noOp(pairs: number): Work {
  return async (bench) => {
    const { folder, url } = await applyPairs(bench, pairs);
    const others = await Promise.all(peersWithNothingToDo(bench, pairs));
    const medians = await race(
      { name: "bare Node", run: () => measure(limitProgram("no-op", folder, url), bench) },
      { name: "ours", run: () => measure(oursUp(bench, folder, url), bench) },
      others,
      { runs: bench.options.runs, warmUp: true, report: bench.report },
    );
    return [
      {
        work: `no-op \`up\`, ${pairs.toLocaleString("en")} applied pairs`,
        limit: { what: "bare Node: mysql2, 4 queries, files read and hashed", figure: medians.limit.ms },
        ours: medians.ours.ms,
        unit: "ms",
        atMost: 1.3,
        peers: describeOthers(others, medians.others),
      },
    ];
  };
}

/** A folder of pairs and a database in which they are applied. */
export async function applyPairs(
  bench: Bench,
  pairs: number,
): Promise<{ readonly folder: string; readonly url: string }> {
  const folder = join(bench.folder, `pairs-${pairs}`);
  bench.report(`applying ${pairs} pairs`);
  await writePairs(folder, rowMigrations(pairs));
  const url = await freshDatabase(bench.server, `pairs_${pairs}`);
  await measure(oursUp(bench, folder, url), bench);
  await expectAnswer(url, ALL_SETTINGS, pairs);
  return { folder, url };
}

/** The warm-up of each applies everything; from then on it has nothing to do. */
function peersWithNothingToDo(bench: Bench, pairs: number): readonly Promise<Contender>[] {
  return bench.peers.map(async (peer, index) => {
    const folder = join(bench.folder, `peer-${index}-pairs-${pairs}`);
    await peer.write(folder, rowMigrations(pairs));
    const url = await freshDatabase(bench.server, `peer_${index}_pairs_${pairs}`);
    const after = () => expectAnswer(url, ALL_SETTINGS, pairs);
    return { name: peer.name, run: () => measure(peer.up(folder, url), bench), after };
  });
}
