import type { Session } from "./session";

/** How far a statement has come, by the server's own account. */
export interface ServerProgress {
  /** What it is doing, in its own words, such as `copy to tmp table`. */
  readonly stage: string;
  /** 0 to 100: of the whole ALTER on MySQL, of this stage on MariaDB. */
  readonly percent: number;
}

/**
 * Asks, on another session, how far a session's statement has come.
 * @returns null when the server does not say, as for most statements other than ALTER
 * @throws the driver's error, also when the user may not look
 * @see https://dev.mysql.com/doc/refman/8.4/en/monitor-alter-table-performance-schema.html
 * @see https://mariadb.com/kb/en/progress-reporting/
 */
export async function readServerProgress(
  session: Session,
  connectionId: number,
): Promise<ServerProgress | null> {
  const [row] = await session.query(session.server.family === "mysql" ? MYSQL : MARIADB, [connectionId]);
  if (row === undefined) return null;
  const percent = Math.min(100, Math.max(0, Number(row.percent)));
  return { stage: stageName(String(row.stage)), percent: Math.round(percent * 10) / 10 };
}

const MYSQL = `SELECT s.EVENT_NAME AS stage, 100 * s.WORK_COMPLETED / s.WORK_ESTIMATED AS percent
  FROM performance_schema.threads t
  JOIN performance_schema.events_stages_current s ON s.THREAD_ID = t.THREAD_ID
 WHERE t.PROCESSLIST_ID = ? AND s.WORK_ESTIMATED > 0`;

const MARIADB = `SELECT CONCAT(STATE, ', stage ', STAGE, ' of ', MAX_STAGE) AS stage, PROGRESS AS percent
  FROM information_schema.PROCESSLIST
 WHERE ID = ? AND MAX_STAGE > 0`;

/** `stage/innodb/alter table (read PK and internal sort)` without the prefix. */
function stageName(name: string): string {
  return name.replace(/^stage\/\w+\//, "");
}

/** Turns it off again. Never throws. */
export type TurnOff = () => Promise<void>;

/**
 * Makes MySQL report the stages of an ALTER, if that is turned off and this user may turn it on.
 * @returns a function that turns it off again; null when there was nothing to turn on, or it was not permitted
 */
export async function turnOnServerProgress(session: Session): Promise<TurnOff | null> {
  if (session.server.family !== "mysql") return null;
  const undo: string[] = [];
  for (const [table, what] of SWITCHES) {
    const off = await session.query(`SELECT NAME AS name FROM ${table} WHERE ENABLED = 'NO' AND ${what}`);
    const names = off.map(({ name }) => `'${name}'`).join(", ");
    if (names === "") continue;
    const turn = (to: "YES" | "NO"): string =>
      `UPDATE ${table} SET ENABLED = '${to}' WHERE NAME IN (${names})`;
    await session.execute(turn("YES"));
    undo.push(turn("NO"));
  }
  if (undo.length === 0) return null;
  return async () => {
    for (const sql of undo) await session.execute(sql).catch(() => {});
  };
}

const SWITCHES = [
  ["performance_schema.setup_consumers", "NAME = 'events_stages_current'"],
  [
    "performance_schema.setup_instruments",
    "(NAME LIKE 'stage/innodb/alter%' OR NAME = 'stage/sql/copy to tmp table')",
  ],
] as const;
