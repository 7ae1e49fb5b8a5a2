import { serverErrno } from "./error-numbers";
import type { Row, Session } from "./session";

/** Who holds the locks that a statement waits for, as far as this user can see. */
export interface Blockers {
  /** One per session: id, user, host, age and statement. */
  readonly sessions: readonly string[];
  /** Why the list may be empty or too long; null when it is exact. */
  readonly caveat: string | null;
}

/**
 * Names the sessions that hold metadata locks on tables.
 * @param tables the tables that the waiting statement names, with their databases
 * @throws the driver's error when the connection is lost
 * @see https://dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html
 * @see https://mariadb.com/kb/en/metadata_lock_info-plugin/
 */
export async function readBlockers(
  session: Session,
  tables: readonly { readonly database: string; readonly name: string }[],
): Promise<Blockers> {
  try {
    return session.server.family === "mysql"
      ? await readMysqlBlockers(session, tables)
      : await readMariadbBlockers(session, tables);
  } catch (error) {
    if (serverErrno(error) === null) throw error;
    const needs = session.server.family === "mysql" ? "SELECT on performance_schema" : "PROCESS";
    return { sessions: [], caveat: `this user may not see who holds the lock (it needs ${needs})` };
  }
}

type Table = { readonly database: string; readonly name: string };

async function readMysqlBlockers(session: Session, tables: readonly Table[]): Promise<Blockers> {
  const rows = await session.query(
    `SELECT DISTINCT t.PROCESSLIST_ID AS id, t.PROCESSLIST_USER AS user, t.PROCESSLIST_HOST AS host,
            t.PROCESSLIST_TIME AS seconds, t.PROCESSLIST_COMMAND AS command,
            COALESCE(t.PROCESSLIST_INFO, s.SQL_TEXT) AS text
       FROM performance_schema.metadata_locks l
       JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID
       LEFT JOIN performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID
      WHERE l.LOCK_STATUS = 'GRANTED' AND l.OBJECT_TYPE = 'TABLE' AND t.PROCESSLIST_ID <> CONNECTION_ID()
        AND ${matchTables("l.OBJECT_SCHEMA", "l.OBJECT_NAME", tables)}`,
    tables.flatMap(({ database, name }) => [database, name]),
  );
  return { sessions: rows.map(describe), caveat: null };
}

async function readMariadbBlockers(session: Session, tables: readonly Table[]): Promise<Blockers> {
  const [plugin] = await session.query(
    "SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO' AND PLUGIN_STATUS = 'ACTIVE'",
  );
  if (plugin !== undefined) {
    const rows = await session.query(
      `SELECT DISTINCT p.ID AS id, p.USER AS user, p.HOST AS host, p.TIME AS seconds, p.COMMAND AS command, p.INFO AS text
         FROM information_schema.METADATA_LOCK_INFO l
         JOIN information_schema.PROCESSLIST p ON p.ID = l.THREAD_ID
        WHERE l.THREAD_ID <> CONNECTION_ID() AND ${matchTables("l.TABLE_SCHEMA", "l.TABLE_NAME", tables)}`,
      tables.flatMap(({ database, name }) => [database, name]),
    );
    return { sessions: rows.map(describe), caveat: null };
  }
  // Without the plugin nothing says who holds a metadata lock; every session with an open transaction is a suspect.
  const rows = await session.query(
    `SELECT p.ID AS id, p.USER AS user, p.HOST AS host, p.TIME AS seconds, p.COMMAND AS command, p.INFO AS text
       FROM information_schema.INNODB_TRX t
       JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
      WHERE p.ID <> CONNECTION_ID()`,
  );
  return {
    sessions: rows.map(describe),
    caveat:
      "these have a transaction open; INSTALL SONAME 'metadata_lock_info' would tell which of them it is",
  };
}

function matchTables(schema: string, name: string, tables: readonly Table[]): string {
  if (tables.length === 0) return "TRUE";
  return `(${tables.map(() => `(${schema} = ? AND ${name} = ?)`).join(" OR ")})`;
}

function describe(row: Row): string {
  const who = `connection ${row.id}, ${row.user}@${row.host}`;
  const idle = row.command === "Sleep" ? `idle for ${row.seconds} s` : `busy for ${row.seconds} s`;
  const text = row.text === null || row.text === undefined ? null : String(row.text).replace(/\s+/g, " ");
  if (text === null) return `${who}, ${idle}`;
  return `${who}, ${idle}: ${text.length <= 100 ? text : `${text.slice(0, 97)}...`}`;
}
