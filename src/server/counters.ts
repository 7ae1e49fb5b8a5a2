import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { type Reach, readReaches, readReachesOfView } from "../syntax/reaches";
import { isConnectionLost, isTransactionUndone } from "./error-numbers";
import type { Session, SqlValue } from "./session";
import { LASTING } from "./tables";
import type { QualifiedTable } from "./temporary-tables";

/** The AUTO_INCREMENT of an InnoDB table. */
export interface Counter extends QualifiedTable {
  /** The number that the next row gets, in digits: it may be larger than a JavaScript number. */
  readonly next: string;
}

/** An object within reach, with its database. */
type Reached = Reach & QualifiedTable;

/** How many steps are followed: from a trigger to a view, to a procedure, … */
const DEPTH = 5;
/** How many names one query looks up. */
const AT_ONCE = 20;

/**
 * Finds the tables with a counter that may get rows: the named ones, and those that their views, triggers and routines
 * name, several steps away. Usually one query.
 * @throws the driver's error
 */
export async function findCountedTables(
  session: Session,
  reaches: readonly Reach[],
  currentDatabase: string,
): Promise<readonly QualifiedTable[]> {
  const tables = new Map<string, QualifiedTable>();
  const asked = new Set<string>();
  let wanted = resolve(reaches, currentDatabase);
  for (let depth = 0; depth < DEPTH && wanted.length > 0; depth++) {
    for (const one of wanted) asked.add(keyOf(one));
    const inside: Reached[] = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      for (const found of await lookUp(session, wanted.slice(at, at + AT_ONCE))) {
        const { database, name } = found;
        if (found.kind === "table") tables.set(keyOf({ database, name }), { database, name });
        else inside.push(...readInside(found));
      }
    }
    wanted = inside.filter((one) => !asked.has(keyOf(one)));
  }
  return [...tables.values()];
}

function resolve(reaches: readonly Reach[], current: string): readonly Reached[] {
  return reaches.map(({ database, name, as }) => ({ database: database ?? current, name, as }));
}

function keyOf({ database, name, as }: QualifiedTable & Partial<Reach>): string {
  return JSON.stringify([database, name, as]);
}

interface Found extends QualifiedTable {
  readonly kind: "table" | "view" | "program";
  /** Null also when the user may not see it. */
  readonly text: string | null;
}

function readInside({ kind, database, text }: Found): readonly Reached[] {
  if (text === null) return [];
  return resolve(kind === "view" ? readReachesOfView(text) : readReaches(text), database);
}

async function lookUp(session: Session, wanted: readonly Reached[]): Promise<readonly Found[]> {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  for (const { select, where, of } of LOOKED_IN) {
    const asked = wanted.filter(({ as }) => of.includes(as));
    // MariaDB opens every table there is unless the query names exactly one.
    const groups = session.server.family === "mariadb" ? asked.map((one) => [one]) : [asked];
    for (const group of groups.filter(({ length }) => length > 0)) {
      parts.push(`${select} AND (${group.map(() => where).join(" OR ")})`);
      for (const { database, name } of group) values.push(database, name);
    }
  }
  const rows = await session.query(parts.join(" UNION ALL "), values);
  return rows.map((row) => ({
    kind: row.kind as Found["kind"],
    database: String(row.db),
    name: String(row.name),
    text: row.body === null ? null : String(row.body),
  }));
}

const LOOKED_IN: readonly {
  readonly select: string;
  readonly where: string;
  readonly of: readonly Reach["as"][];
}[] = [
  {
    select: `SELECT 'table' AS kind, TABLE_SCHEMA AS db, TABLE_NAME AS name, NULL AS body
  FROM information_schema.COLUMNS WHERE EXTRA LIKE '%auto_increment%'`,
    where: "TABLE_SCHEMA = ? AND TABLE_NAME = ?",
    of: ["target"],
  },
  {
    select: `SELECT 'view' AS kind, TABLE_SCHEMA AS db, TABLE_NAME AS name, VIEW_DEFINITION AS body
  FROM information_schema.VIEWS WHERE 1 = 1`,
    where: "TABLE_SCHEMA = ? AND TABLE_NAME = ?",
    of: ["target", "used"],
  },
  {
    select: `SELECT 'program' AS kind, EVENT_OBJECT_SCHEMA AS db, EVENT_OBJECT_TABLE AS name, ACTION_STATEMENT AS body
  FROM information_schema.TRIGGERS WHERE 1 = 1`,
    where: "EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ?",
    of: ["target", "used"],
  },
  {
    select: `SELECT 'program' AS kind, ROUTINE_SCHEMA AS db, ROUTINE_NAME AS name, ROUTINE_DEFINITION AS body
  FROM information_schema.ROUTINES WHERE 1 = 1`,
    where: "ROUTINE_SCHEMA = ? AND ROUTINE_NAME = ?",
    of: ["called"],
  },
];

/**
 * Reads the current values of the counters. Leaves out a table that is gone, has another engine, or is hidden from this
 * user.
 * @throws the driver's error when the connection is lost, or when a deadlock undid the transaction
 */
export async function readCounters(
  session: Session,
  tables: readonly QualifiedTable[],
): Promise<readonly Counter[]> {
  const counters: Counter[] = [];
  for (const { database, name } of tables) {
    const next = await readNext(session, { database, name }).catch(unlessEnded);
    if (next !== null) counters.push({ database, name, next });
  }
  return counters;
}

/**
 * MySQL caches what information_schema says for a day; MariaDB leaves the counter out of SHOW CREATE TABLE under some
 * values of sql_mode.
 * @see https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_information_schema_stats_expiry
 */
async function readNext(session: Session, { database, name }: QualifiedTable): Promise<string | null> {
  if (session.server.family === "mariadb") {
    const [row] = await session.query(
      `SELECT CAST(AUTO_INCREMENT AS CHAR) AS next FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND ENGINE = 'InnoDB' AND ${LASTING}`,
      [database, name],
    );
    return row?.next === undefined || row.next === null ? null : String(row.next);
  }
  const [row] = await session.query(`SHOW CREATE TABLE ${quoteQualified(database, name)}`);
  const options = String(row?.["Create Table"] ?? "")
    .split("\n) ")
    .at(-1);
  if (options === undefined || !options.startsWith("ENGINE=InnoDB")) return null;
  return /^ENGINE=InnoDB (?:[^']*? )?AUTO_INCREMENT=(\d+)/.exec(options)?.[1] ?? "1";
}

/** Passes on an error that ended more than this query. */
function unlessEnded(error: unknown): null {
  if (isConnectionLost(error) || isTransactionUndone(error)) throw error;
  return null;
}

/**
 * After a transaction was undone, sets back the counters that now stand higher: InnoDB undoes the rows but not the
 * counter. A counter stays as it is when somebody else has rows at or above the number, or when it cannot be set (no
 * privilege, or the table is locked). Commits an open transaction.
 * @throws the driver's error when the connection is lost
 * @see https://dev.mysql.com/doc/refman/8.4/en/innodb-auto-increment-handling.html
 */
export async function setBackCounters(session: Session, counters: readonly Counter[]): Promise<void> {
  const now = new Map((await readCounters(session, counters)).map((counter) => [keyOf(counter), counter]));
  for (const counter of counters) {
    const found = now.get(keyOf(counter));
    if (found === undefined || BigInt(found.next) <= BigInt(counter.next)) continue;
    await setBack(session, counter).catch(unlessEnded);
  }
}

async function setBack(session: Session, { database, name, next }: Counter): Promise<void> {
  const table = quoteQualified(database, name);
  const [column] = await session.query(
    `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND EXTRA LIKE '%auto_increment%'`,
    [database, name],
  );
  if (column === undefined) return;
  const [row] = await session.query(
    `SELECT CAST(MAX(${quoteIdentifier(String(column.name))}) AS CHAR) AS top FROM ${table}`,
  );
  const top = row?.top === null || row?.top === undefined ? "0" : String(row.top);
  if (!/^-?\d+$/.test(top) || BigInt(top) >= BigInt(next)) return;
  // While we wait for a table's lock, everybody else waits behind us.
  await withShortWait(session, async () => {
    await session.execute(`ALTER TABLE ${table} AUTO_INCREMENT = ${BigInt(next)}, ALGORITHM = INPLACE`);
  });
}

async function withShortWait(session: Session, work: () => Promise<void>): Promise<void> {
  const [row] = await session.query("SELECT @@SESSION.lock_wait_timeout AS seconds");
  await session.execute("SET SESSION lock_wait_timeout = 1");
  try {
    await work();
  } finally {
    await session.execute(`SET SESSION lock_wait_timeout = ${Number(row?.seconds)}`);
  }
}
