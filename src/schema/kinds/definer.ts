import type { Row } from "../../server/session";
import { quoteIdentifier } from "../../syntax/quote";
import { quoteAccount, type Reader, text } from "../show-create";
import type { SqlCursor } from "../sql-cursor";

/** What views, triggers, routines and events have in common. */
export interface Definer {
  /** As SQL; null: the account that reads it, which is also the one that would create it. */
  readonly definer: string | null;
}

/** The settings that the server remembers with a stored program and restores when it runs. */
export interface StoredProgram extends Definer {
  readonly name: string;
  /** Null: the same as in the reading session. */
  readonly sqlMode: string | null;
}

/** `CREATE … DEFINER=a@b …`: what comes before the object's type. */
interface Head extends Definer {
  readonly aggregate: boolean;
  readonly algorithm: string;
  readonly security: string;
}

/** Reads up to one of these types. @throws Error at an unknown word */
export function parseHead(cursor: SqlCursor, types: ReadonlySet<string>): Head {
  cursor.expect("CREATE");
  cursor.accept("OR", "REPLACE");
  let definer: string | null = null;
  let aggregate = false;
  let algorithm = "";
  let security = "";
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    if (token.type === "word" && types.has(token.value.toUpperCase())) break;
    if (cursor.accept("DEFINER", "=")) definer = parseAccount(cursor);
    else if (cursor.accept("ALGORITHM", "=")) algorithm = cursor.name().toUpperCase();
    else if (cursor.accept("SQL", "SECURITY")) security = cursor.name().toUpperCase();
    else if (cursor.accept("AGGREGATE")) aggregate = true;
    else throw new Error(`Cannot read what the server rendered: ${cursor.text}`);
  }
  return { definer, aggregate, algorithm, security };
}

/** The account as SQL, always spelled the same way; a role (MariaDB) has no host. */
function parseAccount(cursor: SqlCursor): string {
  const user = cursor.name();
  if (cursor.peek()?.type === "variable") return quoteAccount(user, cursor.next().value.slice(1));
  // "root"@"localhost", printed for programs made under ANSI_QUOTES
  return cursor.accept("@") ? quoteAccount(user, cursor.name()) : quoteIdentifier(user);
}

/** Moves past a name, with or without its database. */
export function skipName(cursor: SqlCursor): void {
  cursor.name();
  if (cursor.accept(".")) cursor.name();
}

/** Values equal to the reader's own are left out: an object created by this account gets them anyway. */
export function remembered(reader: Reader, definer: string | null, row: Row): Omit<StoredProgram, "name"> {
  const sqlMode = text(row, "sql_mode");
  return {
    definer: foreignDefiner(reader, definer),
    sqlMode: sqlMode === reader.creator.sqlMode ? null : sqlMode,
  };
}

/** The definer, if it is not the reader's account. */
export function foreignDefiner(reader: Reader, definer: string | null): string | null {
  return definer === reader.creator.account ? null : definer;
}

/** The clause before the object's type. */
export function definerClause({ definer }: Definer): string {
  return definer === null ? "" : `DEFINER=${definer} `;
}
