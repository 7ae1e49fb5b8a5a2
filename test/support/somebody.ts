import mysql from "mysql2/promise";
import type { PointResult } from "./figures";
import { withProxy } from "./proxy";
import { describeOutcome, runInProcess } from "./runner";
import { compareStates, dumpState } from "./state";
import { HISTORY_TABLE, type Point, pointName, type Subject, TIME_LIMIT, withReadyDatabase } from "./sweep";

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

/**
 * Before the command is sent, somebody locks all rows of all tables, and lets go once the run was refused a lock, or
 * is at its end. The run must go on by itself.
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
      const outcome = await withProxy(server, { onCommand }, (proxy) =>
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
      if (outcome.ended === "hung") return result("hung");
      if (outcome.ended === "failed") return result("person");
      const state = await dumpState(url, { historyTable: HISTORY_TABLE });
      const difference = compareStates(subject.reference, state);
      if (difference !== null) told.push(...difference.lines);
      return result(difference?.kind ?? "fine");
    }),
  );
}

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
