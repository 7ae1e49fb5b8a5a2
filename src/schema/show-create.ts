import type { Row, Session } from "../server/session";
import { quoteIdentifier } from "../syntax/quote";

/** A session prepared to let its server print definitions. */
export interface Reader {
  readonly session: Session;
  readonly database: string;
  /** What objects created by this session would get. */
  readonly creator: Creator;
  /** Grows while reading. */
  readonly notCompared: NotCompared[];
}

/** What exists but could not be read. */
export interface NotCompared {
  /** For people: `procedure p`, `triggers`. */
  readonly object: string;
  readonly why: string;
}

/** The members of one name space: tables, views and MariaDB's sequences. */
export interface Listed {
  readonly name: string;
  /** As in information_schema.tables: `BASE TABLE`, `SYSTEM VERSIONED`, `VIEW`, `SEQUENCE`. */
  readonly type: string;
  /** Null for views. */
  readonly collation: string | null;
}

/** What a stored program gets from the session that creates it. */
export interface Creator {
  /** As SQL, `user`@`host`. */
  readonly account: string;
  readonly sqlMode: string;
  readonly timeZone: string;
}

/** One definition that the server printed. */
export interface Shown {
  readonly name: string;
  readonly row: Row;
}

/**
 * Gives the body a reader and puts the session back afterwards. The database becomes the current one, because only then
 * views leave its name out. Modes such as ANSI_QUOTES would change how definitions are printed.
 */
export async function withReader<T>(
  session: Session,
  database: string,
  body: (reader: Reader) => Promise<T>,
): Promise<T> {
  const [before] = await session.query(
    `SELECT DATABASE() AS current, @@SESSION.sql_mode AS mode, @@SESSION.sql_quote_show_create AS quote,
            @@SESSION.time_zone AS zone, CURRENT_USER() AS account`,
  );
  if (before === undefined) throw new Error("The server answered nothing.");
  const sqlMode = text(before, "mode");
  const creator = { account: accountOf(before), sqlMode, timeZone: text(before, "zone") };
  await session.query("SET SESSION sql_mode = '', sql_quote_show_create = 1");
  const elsewhere = before.current === null || text(before, "current") !== database;
  if (elsewhere) await session.query(`USE ${quoteIdentifier(database)}`);
  try {
    return await body({ session, database, creator, notCompared: [] });
  } finally {
    await session.execute(
      `SET SESSION sql_mode = '${sqlMode}', sql_quote_show_create = ${Number(before.quote)}`,
    );
    if (elsewhere && before.current !== null)
      await session.query(`USE ${quoteIdentifier(text(before, "current"))}`);
  }
}

/** `root@localhost`, whose user part can contain an @ of its own. */
function accountOf(row: Row): string {
  const account = text(row, "account");
  const at = account.lastIndexOf("@");
  return quoteAccount(account.slice(0, at), account.slice(at + 1));
}

/** `user`@`host` as SQL. */
export function quoteAccount(user: string, host: string): string {
  return `${quoteIdentifier(user)}@${quoteIdentifier(host)}`;
}

/** A value of a row that is text, whatever character set the server sent it in. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return value.toString("utf8");
  if (typeof value === "number") return String(value);
  throw new Error(`The server sent no text for ${column}: ${String(value)}`);
}

/**
 * Lets the server print definitions.
 * @param kind as SHOW CREATE names it: `TABLE`, `VIEW`, `PROCEDURE`
 * @param column the column of the answer that has the definition
 * @returns the printed ones, in order; the others are added to `notCompared`
 */
export async function showCreate(
  reader: Reader,
  kind: string,
  column: string,
  names: readonly string[],
): Promise<readonly Shown[]> {
  const shown: Shown[] = [];
  const room = Math.min(TEXT_LENGTH, reader.session.server.maxPacketBytes / 2);
  const most = Math.max(1, Math.floor(room / LONGEST));
  for (let at = 0; at < names.length; at += most) {
    const batch = names.slice(at, at + most);
    const rows = await showBatch(reader, kind, batch);
    for (const [index, name] of batch.entries()) {
      const row = rows[index];
      if (row === null || row === undefined) continue;
      if (row[column] !== null) shown.push({ name, row });
      else hide(reader, kind, name, `account ${reader.creator.account} may not see its definition`);
    }
  }
  return shown;
}

/** Bytes of a SHOW CREATE PROCEDURE with the longest possible name: 64 characters of four bytes. */
const LONGEST = 300;
/** The most bytes in a command: 2,000 names. The answers come one by one, so no packet must hold them all. */
const TEXT_LENGTH = 2_000 * LONGEST;

/**
 * One that cannot be shown, such as a view whose table is gone, ends the whole batch: then its halves are asked.
 * @returns a row for each name; null where the server would not show it, which is recorded
 */
async function showBatch(reader: Reader, kind: string, names: readonly string[]): Promise<(Row | null)[]> {
  const statements = names.map((name) => `SHOW CREATE ${kind} ${quoteIdentifier(name)}`);
  try {
    return (await reader.session.queryMany(statements)).map(([row]) => row ?? null);
  } catch (error) {
    if (!isServerError(error)) throw error;
    const [name] = names;
    const half = names.length >> 1;
    if (half > 0) {
      const first = await showBatch(reader, kind, names.slice(0, half));
      return [...first, ...(await showBatch(reader, kind, names.slice(half)))];
    }
    if (name !== undefined) hide(reader, kind, name, error instanceof Error ? error.message : String(error));
    return [null];
  }
}

function hide(reader: Reader, kind: string, name: string, why: string): void {
  reader.notCompared.push({ object: `${kind.toLowerCase()} ${name}`, why });
}

/** Whether the server itself said this about one object; a lost connection is no reason to leave the object out. */
export function isServerError(error: unknown): boolean {
  const fields = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  return typeof fields.errno === "number" && typeof fields.sqlState === "string";
}
