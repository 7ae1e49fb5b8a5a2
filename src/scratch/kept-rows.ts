import { MigrateError } from "../errors";
import { serverErrno } from "../server/error-numbers";
import type { Session } from "../server/session";
import { LASTING } from "../server/tables";
import { quoteIdentifier } from "../syntax/quote";

/** A table as it was when its rows were kept. */
interface KeptTable {
  readonly name: string;
  readonly autoIncrement: number;
  /** Columns that can be written; empty when there were no rows. */
  readonly columns: readonly string[];
  /** How to remove its rows: DELETE is by far the cheapest, but would fire its triggers. */
  readonly emptiedBy: "delete" | "truncate";
  /** Its rows cannot be inserted again: triggers would fire, or the server keeps deleted rows. */
  readonly onlyAnew: boolean;
}

/** The rows of a database, kept in another one on the same server. */
export interface KeptRows {
  readonly database: string;
  readonly tables: readonly KeptTable[];
  /** MariaDB's sequences, with their next number. */
  readonly sequences: readonly { readonly name: string; readonly next: string }[];
  /** Names and kinds of all tables and views. */
  readonly shape: string;
  /** When the rows were last as they are kept, by the server's clock, in seconds. */
  since: number;
}

interface TableState {
  readonly name: string;
  readonly type: string;
  readonly autoIncrement: number;
  /** By the server's clock, in seconds; null: not since the server loaded the table, or since it was truncated. */
  readonly updated: number | null;
}

/**
 * Keeps the rows of the session's database, so that `bringBack` can undo what tests do to them.
 * @param keeper name of a database to create for them; the caller drops it
 */
export async function keepRows(session: Session, keeper: string): Promise<KeptRows> {
  const states = await readStates(session);
  const triggers = await session.query(
    "SELECT EVENT_OBJECT_TABLE AS name, EVENT_MANIPULATION AS event FROM information_schema.triggers WHERE TRIGGER_SCHEMA = ?",
    [session.database],
  );
  const fires = (name: string, event: string): boolean =>
    triggers.some((row) => row.name === name && row.event === event);
  await session.execute(`CREATE DATABASE ${quoteIdentifier(keeper)}`);
  const tables: KeptTable[] = [];
  for (const { name, type, autoIncrement } of states.filter(isTable)) {
    const columns = await copyRows(session, keeper, name);
    const emptiedBy = fires(name, "DELETE") ? "truncate" : "delete";
    const onlyAnew = type === "SYSTEM VERSIONED" || (columns.length > 0 && fires(name, "INSERT"));
    tables.push({ name, autoIncrement, columns, emptiedBy, onlyAnew });
  }
  const sequences: { name: string; next: string }[] = [];
  for (const { name } of states.filter(({ type }) => type === "SEQUENCE")) {
    const [row] = await session.query(`SELECT next_not_cached_value AS next FROM ${quoteIdentifier(name)}`);
    sequences.push({ name, next: String(row?.next) });
  }
  return { database: keeper, tables, sequences, shape: shapeOf(states), since: await readClock(session) };
}

/**
 * Restores the rows of every table that changed, and its AUTO_INCREMENT.
 * @returns false when that is impossible: tables were created or dropped, or a changed table can only be made anew.
 * Then nothing was done.
 * @throws MigrateError `blocked` when another session has a transaction open
 */
export async function bringBack(session: Session, kept: KeptRows): Promise<boolean> {
  const states = await readStates(session);
  if (shapeOf(states) !== kept.shape) return false;
  const byName = new Map(states.map((state) => [state.name, state]));
  const isChanged = (table: KeptTable): boolean => hasChanged(table, byName.get(table.name), kept.since);
  const changed = kept.tables.filter(isChanged);
  if (changed.some(({ onlyAnew }) => onlyAnew)) return false;
  try {
    await writeBack(session, kept, changed);
    for (const { name, autoIncrement } of changed) {
      if (byName.get(name)?.autoIncrement === autoIncrement) continue;
      await session.execute(`ALTER TABLE ${quoteIdentifier(name)} AUTO_INCREMENT = ${autoIncrement}`);
    }
    for (const { name, next } of kept.sequences) {
      await session.execute(`ALTER SEQUENCE ${quoteIdentifier(name)} RESTART WITH ${next}`);
    }
  } catch (error) {
    throw serverErrno(error) === ER_LOCK_WAIT_TIMEOUT ? openTransaction(error) : error;
  }
  kept.since = await readClock(session);
  return true;
}

const KINDS = { VIEW: "VIEW", SEQUENCE: "SEQUENCE", "SYSTEM VIEW": "VIEW" } as const;

/** Drops everything in the session's database. (With DROP DATABASE, sessions that use it would lose it.) */
export async function emptyDatabase(session: Session): Promise<void> {
  const { database } = session;
  const events = await session.query(
    "SELECT EVENT_NAME AS name, 'EVENT' AS kind FROM information_schema.events WHERE EVENT_SCHEMA = ?",
    [database],
  );
  const routines = await session.query(
    "SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS kind FROM information_schema.routines WHERE ROUTINE_SCHEMA = ?",
    [database],
  );
  const tables = await session.query(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS kind FROM information_schema.tables WHERE TABLE_SCHEMA = ? AND ${LASTING}`,
    [database],
  );
  await session.execute("SET SESSION foreign_key_checks = 0");
  for (const { name, kind } of [...events, ...routines]) {
    await session.execute(`DROP ${kind} ${quoteIdentifier(String(name))}`);
  }
  for (const { name, kind } of tables) {
    const what = KINDS[kind as keyof typeof KINDS] ?? "TABLE";
    await session.execute(`DROP ${what} ${quoteIdentifier(String(name))}`);
  }
}

const ER_LOCK_WAIT_TIMEOUT = 1205;
const LOCK_WAIT_SECONDS = 5;

function openTransaction(cause: unknown): MigrateError {
  return new MigrateError(
    "blocked",
    "The sandbox cannot be reset: another session has a transaction open there.",
    { cause, hint: "Have each test commit, roll back or close its connection before reset() is called." },
  );
}

/** @returns the columns that were copied; empty when there are no rows */
async function copyRows(session: Session, keeper: string, name: string): Promise<readonly string[]> {
  const table = quoteIdentifier(name);
  const [any] = await session.query(`SELECT EXISTS (SELECT 1 FROM ${table}) AS found`);
  if (Number(any?.found) === 0) return [];
  const rows = await session.query(
    `SELECT COLUMN_NAME AS name FROM information_schema.columns
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND COALESCE(GENERATION_EXPRESSION, '') = '' ORDER BY ORDINAL_POSITION`,
    [session.database, name],
  );
  const columns = rows.map((row) => String(row.name));
  const list = columns.map(quoteIdentifier).join(", ");
  const copy = `${quoteIdentifier(keeper)}.${table}`;
  await prepare(session);
  await session.execute(`CREATE TABLE ${copy} LIKE ${table}`);
  await session.execute(`INSERT INTO ${copy} (${list}) SELECT ${list} FROM ${table}`);
  return columns;
}

/** Rows are written as they were, no matter what they refer to, and a 0 stays a 0. */
async function prepare(session: Session): Promise<void> {
  await session.execute(
    `SET SESSION foreign_key_checks = 0, SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
  );
}

async function writeBack(session: Session, kept: KeptRows, changed: readonly KeptTable[]): Promise<void> {
  await prepare(session);
  for (const { name, emptiedBy } of changed) {
    if (emptiedBy === "truncate") await session.execute(`TRUNCATE TABLE ${quoteIdentifier(name)}`);
  }
  await session.execute("START TRANSACTION");
  for (const { name, emptiedBy } of changed) {
    if (emptiedBy === "delete") await session.execute(`DELETE FROM ${quoteIdentifier(name)}`);
  }
  for (const { name, columns } of changed) {
    if (columns.length === 0) continue;
    const table = quoteIdentifier(name);
    const list = columns.map(quoteIdentifier).join(", ");
    await session.execute(
      `INSERT INTO ${table} (${list}) SELECT ${list} FROM ${quoteIdentifier(kept.database)}.${table}`,
    );
  }
  await session.execute("COMMIT");
}

/**
 * InnoDB records the second of a table's last change, even by a cascade, and forgets it with a TRUNCATE. A change in
 * the same second in which everything was restored counts as a change: restoring again does no harm.
 */
function hasChanged(table: KeptTable, state: TableState | undefined, since: number): boolean {
  if (state === undefined || state.autoIncrement !== table.autoIncrement) return true;
  if (state.updated === null) return table.columns.length > 0;
  // The recorded time can lag behind NOW() by some milliseconds.
  return state.updated >= since - 1;
}

async function readStates(session: Session): Promise<readonly TableState[]> {
  // Otherwise MySQL would answer from a cache that may be a day old.
  if (session.server.family === "mysql")
    await session.execute("SET SESSION information_schema_stats_expiry = 0");
  const rows = await session.query(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type, COALESCE(AUTO_INCREMENT, 1) AS next, UNIX_TIMESTAMP(UPDATE_TIME) AS updated
     FROM information_schema.tables WHERE TABLE_SCHEMA = ? AND ${LASTING} ORDER BY TABLE_NAME`,
    [session.database],
  );
  return rows.map((row) => ({
    name: String(row.name),
    type: String(row.type),
    autoIncrement: Number(row.next),
    updated: row.updated === null ? null : Number(row.updated),
  }));
}

function isTable({ type }: TableState): boolean {
  return type === "BASE TABLE" || type === "SYSTEM VERSIONED";
}

function shapeOf(states: readonly TableState[]): string {
  return states.map(({ name, type }) => `${type} ${name}`).join("\n");
}

async function readClock(session: Session): Promise<number> {
  const [row] = await session.query("SELECT UNIX_TIMESTAMP() AS now");
  return Number(row?.now);
}
