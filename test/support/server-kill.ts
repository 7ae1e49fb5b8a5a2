import { setTimeout as delay } from "node:timers/promises";
import mysql from "mysql2/promise";
import type { PrivateServer } from "../../src/scratch/private-server";
import { isAsked } from "./asked";
import { inParallel, type PointResult, type Verdict } from "./figures";
import { placeGroup, seed } from "./fixture";
import { type CutMoment, withProxy } from "./proxy";
import { describeOutcome, type Outcome, runInProcess } from "./runner";
import { compareStates, dumpState, withoutNumbers } from "./state";
import { HISTORY_TABLE, type Subject, TIME_LIMIT } from "./sweep";

/** ER_FILE_NOT_FOUND: a server that dies in the DROP of a MyISAM table may keep its name and not its file. */
const FILE_NOT_FOUND = 1017;

/** A MariaDB that dies while it makes a partitioned table may keep a partition of no table: only a person can remove it. */
const PARTITION_LEFT = /\/\* Partition .* already exists \(error 1050\)/;

export interface KillRound {
  /** 1-based number of the command, over all runs together, at which the server dies. */
  readonly command: number;
  readonly moment: CutMoment;
  /** Milliseconds between that command and the kill. */
  readonly delayMs: number;
}

/**
 * Runs all subjects at once, each in its own database, kills the server (SIGKILL) in the midst of them,
 * starts it again, and runs each once more. One kill so interrupts each of them somewhere else.
 * @returns one result for each run that the kill interrupted
 */
export async function killServer(
  server: PrivateServer,
  subjects: readonly Subject[],
  round: KillRound,
): Promise<PointResult[]> {
  const width = subjects.length;
  const ready = await inParallel(subjects, 4, async (subject, index) => {
    const database = `killed_${index}`;
    const url = `${server.url}/${database}`;
    await asRoot(
      server,
      `DROP DATABASE IF EXISTS ${database}`,
      `CREATE DATABASE ${database} CHARACTER SET utf8mb4`,
    );
    const { dir, remove } = await placeGroup(subject.group, url);
    await seed(url);
    if (subject.direction === "down") {
      const up = await run(url, dir, "up");
      if (up.ended !== "done")
        throw new Error(`${subject.group.name}: the up before the down ${describeOutcome(up)}`);
    }
    return { subject, url, dir, database, remove };
  });
  const strike = async (): Promise<void> => {
    await delay(round.delayMs);
    await server.kill("SIGKILL");
  };
  const cut = { command: round.command, moment: round.moment, strike };
  const interrupted = await withProxy(server, { cut }, async (proxy) => {
    const firsts = await inParallel(ready, width, async (one) => ({
      ...one,
      first: await run(proxy.through(one.url), one.dir, one.subject.direction),
    }));
    // Runs that were shorter this time: the server goes now, and finds nobody.
    if (proxy.cutAt() === null) await server.kill("SIGKILL");
    return firsts.filter(({ first }) => first.ended !== "done");
  });
  await server.restart();
  const results = await inParallel(interrupted, 4, (one) => finish(one, round));
  for (const { remove } of ready) await remove();
  for (const { database } of ready) await asRoot(server, `DROP DATABASE ${database}`);
  return results;
}

interface Interrupted {
  readonly subject: Subject;
  readonly url: string;
  readonly dir: string;
  readonly first: Outcome;
}

async function finish({ subject, url, dir, first }: Interrupted, round: KillRound): Promise<PointResult> {
  const told = [`server killed ${round.delayMs} ms ${round.moment} command ${round.command}`];
  const { server, direction, group } = subject;
  const result = (verdict: Verdict): PointResult => ({
    point: `${server.family} ${direction} ${group.name} server ${round.moment} ${round.command}`,
    verdict,
    details: told.join("\n"),
  });
  told.push(`first run ${describeOutcome(first)}`);
  if (first.ended === "hung") return result("hung");
  const second = await run(url, dir, direction);
  told.push(`second run ${describeOutcome(second)}`);
  if (second.ended === "hung") return result("hung");
  if (isAsked(second)) return result("asked");
  if (second.ended === "failed" && PARTITION_LEFT.test(second.message)) return result("asked");
  // A server that crashes forgets the numbers that a statement reserved and did not use, so later ones may be lower.
  const read = await dumpState(url, { historyTable: HISTORY_TABLE }).catch((error) => {
    if ((error as { errno?: number }).errno === FILE_NOT_FOUND) return null;
    throw error;
  });
  // No statement of anybody's brings back what the server lost.
  if (read === null) {
    told.push("the server has a MyISAM table without its file");
    return result("asked");
  }
  const state = withoutNumbers(read);
  const difference = compareStates(withoutNumbers(subject.reference), state);
  if (difference !== null) told.push(...difference.lines);
  return result(second.ended === "failed" ? "person" : (difference?.kind ?? "fine"));
}

function run(url: string, dir: string, direction: Subject["direction"]): Promise<Outcome> {
  return runInProcess({ url, dir, direction, limit: TIME_LIMIT });
}

async function asRoot(server: PrivateServer, ...statements: readonly string[]): Promise<void> {
  const connection = await mysql.createConnection({ uri: server.url });
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    connection.destroy();
  }
}
