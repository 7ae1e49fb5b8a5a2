import type { Schema } from "../schema/model";
import { triesNocopy } from "../server/differences";
import { serverErrno } from "../server/error-numbers";
import { readTableIds } from "../server/innodb-tables";
import type { Session } from "../server/session";
import { type AlterWish, withWish } from "../syntax/alter-wish";
import { identifiersOf } from "../syntax/qualifiers";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { renamesIn } from "../syntax/renames-in";

/** What altering a table costs, according to the server, for a copy of the table with one row. */
export interface AlterCost {
  /** How the server does it; null: it has no name for this way. */
  readonly algorithm: AlterWish["algorithm"] | null;
  /** What others have to wait with until it is done, apart from a moment at its beginning and its end. */
  readonly waits: "nothing" | "writes" | "reads and writes";
  /** Whether rows (all, or those of some partitions) are written anew, so that a larger table takes longer. */
  readonly rebuilds: boolean;
  /** False: the row was in the way, so we asked for an empty table. With rows, the real way may be a worse one. */
  readonly withRow: boolean;
}

/** Tried in this order, which is also the order in which a server chooses. */
const WISHES: readonly AlterWish[] = [
  { algorithm: "INSTANT", lock: null },
  { algorithm: "NOCOPY", lock: "NONE" },
  { algorithm: "NOCOPY", lock: "SHARED" },
  { algorithm: "INPLACE", lock: "NONE" },
  { algorithm: "INPLACE", lock: "SHARED" },
  { algorithm: "INPLACE", lock: "EXCLUSIVE" },
  { algorithm: "COPY", lock: "NONE" },
  { algorithm: "COPY", lock: "SHARED" },
];

export interface AlterQuestion {
  readonly text: string;
  readonly table: string;
  /** The schema before the statement; it exists in the database that the copies are made from. */
  readonly schema: Schema;
  readonly database: string;
}

/**
 * Asks the server how it would alter a table, on a copy with one row, since servers treat an empty table differently.
 * It tries each way until one is not refused. InnoDB's number of the table then shows whether rows were written anew,
 * since both servers use their words for more than one thing.
 * @param session a session on an empty database of its own, in which nothing is left behind
 * @returns null when the server refuses the statement in every way: the copy lacks something
 * @throws the driver's error when the connection is lost
 * @see https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
 */
export async function costOfAlter(session: Session, question: AlterQuestion): Promise<AlterCost | null> {
  for (const withRow of [true, false]) {
    const copies = await putCopies(session, question);
    try {
      if (withRow && !(await putRow(session, question.table))) continue;
      const cost = await tryWishes(session, question, withRow);
      if (cost !== null) return cost;
    } finally {
      await dropCopies(session, copies);
    }
  }
  return null;
}

async function tryWishes(
  session: Session,
  { text, table }: AlterQuestion,
  withRow: boolean,
): Promise<AlterCost | null> {
  const before = await readId(session, table);
  const wishes = WISHES.filter(({ algorithm }) => algorithm !== "NOCOPY" || triesNocopy(session.server));
  for (const wish of [...wishes, null]) {
    const wished = wish === null ? text : withWish(text, wish, session.server);
    if (wished === null || !(await isTaken(session, wished))) continue;
    const after = await readId(session, renamesIn(text, session.server).tables.at(-1)?.to ?? table);
    const rebuilds = before === null || after === null ? before !== after : hasNewParts(before, after);
    return costOf(wish, rebuilds, withRow);
  }
  return null;
}

/** MariaDB calls a change of partitioning INSTANT, but copies all rows while writes wait. */
function costOf(wish: AlterWish | null, rebuilds: boolean, withRow: boolean): AlterCost {
  if (wish === null) {
    return { algorithm: null, waits: rebuilds ? "writes" : "nothing", rebuilds, withRow };
  }
  if (wish.algorithm === "INSTANT" && rebuilds) {
    return { algorithm: "COPY", waits: "writes", rebuilds, withRow };
  }
  const waits = { NONE: "nothing", SHARED: "writes", EXCLUSIVE: "reads and writes" } as const;
  return {
    algorithm: wish.algorithm,
    waits: wish.lock === null ? "nothing" : waits[wish.lock],
    rebuilds: rebuilds || wish.algorithm === "COPY",
    withRow,
  };
}

/** A new number belongs to rows that were written anew; numbers that disappear belong to dropped partitions. */
function hasNewParts(before: string, after: string): boolean {
  const known = new Set(before.split(", "));
  const added = after.split(", ").filter((part) => !known.has(part));
  const names = new Set([...known].map(nameOfPart));
  // A new partition beside unchanged ones is empty.
  return (
    added.some((part) => names.has(nameOfPart(part))) ||
    (added.length > 0 && [...known].every((part) => !after.includes(part)))
  );
}

function nameOfPart(part: string): string {
  return part.includes("=") ? part.slice(0, part.lastIndexOf("=")) : "";
}

async function readId(session: Session, name: string): Promise<string | null> {
  const [id] = await readTableIds(session, [{ database: session.database, name }]);
  return id ?? null;
}

async function isTaken(session: Session, text: string): Promise<boolean> {
  return await session.run(text).then(
    () => true,
    (error: unknown) => {
      if (serverErrno(error) !== null) return false;
      throw error;
    },
  );
}

/** Makes copies of the table, of those connected by foreign keys, and of all others that the statement names. */
async function putCopies(
  session: Session,
  { text, table, schema, database }: AlterQuestion,
): Promise<readonly string[]> {
  const named = identifiersOf(text);
  const isNear = (name: string): boolean =>
    name.toLowerCase() === table.toLowerCase() || named.has(name.toLowerCase());
  const near = schema.tables.filter(
    (each) => isNear(each.name) || each.foreignKeys.some(({ referencedTable }) => isNear(referencedTable)),
  );
  const copies: string[] = [];
  await session.run("SET SESSION foreign_key_checks = 0");
  for (const { name } of near) {
    const [row] = await session.query(`SHOW CREATE TABLE ${quoteQualified(database, name)}`);
    const definition = String(row?.["Create Table"] ?? "");
    if (await isTaken(session, definition)) copies.push(name);
  }
  await session.run("SET SESSION foreign_key_checks = 1");
  return copies;
}

/** Inserts a row of defaults. @returns whether that worked */
async function putRow(session: Session, table: string): Promise<boolean> {
  const [before] = await session.query("SELECT @@SESSION.sql_mode AS mode");
  // The parent rows of its foreign keys may be missing. The keys are checked again when the table is altered.
  await session.run("SET SESSION sql_mode = '', foreign_key_checks = 0");
  try {
    if (!(await isTaken(session, `INSERT IGNORE INTO ${quoteIdentifier(table)} () VALUES ()`))) return false;
    const [row] = await session.query(`SELECT COUNT(*) AS n FROM ${quoteIdentifier(table)}`);
    return Number(row?.n) === 1;
  } finally {
    await session.execute("SET SESSION sql_mode = ?, foreign_key_checks = 1", [String(before?.mode)]);
  }
}

/** Also under a new name, if the statement gave one. */
async function dropCopies(session: Session, copies: readonly string[]): Promise<void> {
  await session.run("SET SESSION foreign_key_checks = 0");
  const rows = await session.query("SHOW FULL TABLES WHERE Table_type <> 'VIEW'");
  const names = new Set([...copies, ...rows.map((row) => String(Object.values(row)[0]))]);
  for (const name of names) await session.run(`DROP TABLE IF EXISTS ${quoteIdentifier(name)}`);
  await session.run("SET SESSION foreign_key_checks = 1");
}
