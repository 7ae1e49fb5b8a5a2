import { setTimeout as pause } from "node:timers/promises";
import mysql from "mysql2/promise";
import { isAsked, truthOf, truthWhere } from "./asked";
import type { PointResult } from "./figures";
import { databaseOf } from "./fixture";
import { withProxy } from "./proxy";
import { describeOutcome, runInProcess } from "./runner";
import { compareStates, dumpState, type State, withoutNumbers } from "./state";
import {
  checkPoint,
  HISTORY_TABLE,
  type Point,
  pointName,
  type Subject,
  TIME_LIMIT,
  throughProxy,
  withReadyDatabase,
} from "./sweep";

/** Somebody else's session in the same database. */
async function asSomebody<T>(url: string, body: (session: mysql.Connection) => Promise<T>): Promise<T> {
  const session = await mysql.createConnection(url);
  try {
    await session.query("SET SESSION lock_wait_timeout = 60, autocommit = 1");
    return await body(session);
  } finally {
    session.destroy();
  }
}

async function tablesOf(session: mysql.Connection): Promise<string[]> {
  const [rows] = await session.query("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'");
  return (rows as Record<string, string>[])
    .map((row) => Object.values(row)[0] ?? "")
    .filter((table) => table !== HISTORY_TABLE);
}

/** A statement that may be about a table which somebody altered. */
const ALTERS = /^(ALTER|CREATE|DROP|RENAME|TRUNCATE|CALL|EXECUTE)\b/i;

/**
 * Cuts one run at the point; then somebody inserts rows and gives every table an index; then it runs once more. It may ask
 * about a statement that was under way and could have altered a table: both it and somebody did, or only somebody.
 */
export async function alteredPoint(point: Point): Promise<PointResult> {
  const { command, moment } = point;
  return checkPoint(
    point,
    {
      cut: { command, moment },
      refuseAfterCut: true,
      between: alterEverything,
      reference: withRowsOfSomebody(point.subject.reference),
      tell: lessHotfix,
      truthOf: (stopped) =>
        truthOf(point, stopped) ?? truthWhere(point, stopped, ({ text }) => ALTERS.test(text)),
    },
    throughProxy,
  );
}

async function alterEverything(url: string): Promise<void> {
  await asSomebody(url, async (session) => {
    await waitForOrphan(session, databaseOf(url));
    await session.query("INSERT INTO ledger (entry, n) VALUES ('somebody else', 1)");
    await session.query("INSERT INTO counter VALUES ('somebody', 1)");
    for (const table of await tablesOf(session)) {
      const [columns] = await session.query(`SHOW COLUMNS FROM \`${table}\``);
      const [first] = columns as { Field: string }[];
      await session.query(`ALTER TABLE \`${table}\` ADD INDEX hotfix (\`${first?.Field}\`)`);
    }
  });
}

/** A statement that the server had when the run died ends first: what it makes must not change under somebody's hands. */
async function waitForOrphan(session: mysql.Connection, database: string): Promise<void> {
  for (;;) {
    const [rows] = await session.query("SHOW PROCESSLIST");
    const others = (rows as { Id: number; db: string | null }[]).filter(
      ({ Id, db }) => Id !== session.threadId && (db ?? "").startsWith(database),
    );
    if (others.length === 0) return;
    await pause(20);
  }
}

const ROWS = ['row of counter: "somebody", "1"', 'row of ledger: #, "somebody else", "1"'];

function withRowsOfSomebody(state: State): State {
  return [...state, ...ROWS].sort();
}

/** The index is on whichever tables were there; where a row of somebody's stands among ours depends on the moment. */
function lessHotfix(state: State): State {
  return withoutNumbers(state)
    .map((line) => line.replace(/,\n\s*KEY `hotfix` \(`[^`]+`\)/, ""))
    .sort();
}

/**
 * Before the command is sent, somebody locks all rows of all tables, and lets go once the run was refused a lock, or
 * is at its end. The run must go on by itself, but where it says that nothing could be tried again: then it is run once more.
 */
export async function lockedPoint(point: Point): Promise<PointResult> {
  const { subject, command } = point;
  const { server, direction, group, commands } = subject;
  const told = [`all is locked before command ${command}: ${commands[command - 1]?.text.slice(0, 300)}`];
  const result = (verdict: PointResult["verdict"]): PointResult => ({
    point: pointName(point),
    verdict,
    details: told.join("\n"),
  });
  return withReadyDatabase(server, direction, group, ({ url, dir }) =>
    asSomebody(url, async (somebody) => {
      const onCommand = ({ number }: { number: number }): Promise<void> | undefined =>
        number === command ? lockEverything(somebody) : undefined;
      let refusals = 0;
      let outcome = await withProxy(server, { onCommand }, (proxy) =>
        runInProcess({
          url: proxy.through(url),
          dir,
          direction,
          limit: TIME_LIMIT,
          lockWait: 1,
          onEvent: ({ event }) => {
            if (event !== "blocked") return;
            refusals += 1;
            void somebody.query("COMMIT");
          },
        }),
      );
      await somebody.query("COMMIT");
      told.push(`refused ${refusals} times`, `the run ${describeOutcome(outcome)}`);
      if (outcome.ended === "failed" && NOT_AGAIN.test(outcome.message)) {
        outcome = await runInProcess({ url, dir, direction, limit: TIME_LIMIT });
        told.push(`the second run ${describeOutcome(outcome)}`);
      }
      if (outcome.ended === "hung") return result("hung");
      if (isAsked(outcome)) return result("asked");
      if (outcome.ended === "failed") return result("person");
      const state = await dumpState(url, { historyTable: HISTORY_TABLE });
      const difference = compareStates(subject.reference, state);
      if (difference !== null) told.push(...difference.lines);
      return result(difference?.kind ?? "fine");
    }),
  );
}

/** A transaction that made a temporary table is not undone as a whole. */
const NOT_AGAIN = /It was not tried again, because/;

async function lockEverything(session: mysql.Connection): Promise<void> {
  const tables = await tablesOf(session);
  await session.query("SET SESSION lock_wait_timeout = 1");
  await session.query("START TRANSACTION");
  for (const table of tables) {
    // What the run itself has locked stays the run's.
    await session.query(`SELECT 1 FROM \`${table}\` FOR UPDATE NOWAIT`).catch(() => {});
  }
}

/** Whether the command is a statement of the migration's, or a record of the runner's. */
export function isOwnWork({ commands }: Subject, number: number): boolean {
  const { name, text } = commands[number - 1] ?? { name: "", text: "" };
  if (name !== "COM_QUERY" && name !== "COM_STMT_EXECUTE") return false;
  return /^\s*(ALTER|CREATE|DROP|RENAME|TRUNCATE|INSERT|UPDATE|DELETE|REPLACE|CALL|EXECUTE|GRANT|REVOKE|COMMIT|LOCK)\b/.test(
    text,
  );
}
