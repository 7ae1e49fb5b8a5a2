import type { LexOptions, Token } from "./lexer";
import { quoteIdentifier } from "./quote";
import { acceptGuard, readAlteredTable, readIdentifier, readName } from "./statements/object-names";
import { createReader, isKeyword, type TokenReader } from "./token-reader";

/** How a server is asked to alter a table: it refuses if it cannot do it that way. */
export interface AlterWish {
  readonly algorithm: "INSTANT" | "NOCOPY" | "INPLACE" | "COPY";
  /** Null: not mentioned. */
  readonly lock: "NONE" | "SHARED" | "EXCLUSIVE" | null;
}

/**
 * Adds to an ALTER TABLE, CREATE INDEX or DROP INDEX how it is to be done.
 * @returns null for another statement, and for one that has such words of its own
 * @see https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
 * @see https://mariadb.com/kb/en/innodb-online-ddl-overview/
 */
export function withWish(text: string, wish: AlterWish, options: LexOptions = {}): string | null {
  const all = createReader(text, options).rest();
  if (all.some((token, at) => isWish(token, all[at + 1]))) return null;
  const { algorithm, lock } = wish;
  const reader = createReader(text, options);
  if (reader.accept("ALTER")) {
    const next = readAlteredTable(reader) === null ? null : reader.peek();
    if (next === null) return null;
    const words = lock === null ? "" : ` LOCK=${lock},`;
    return `${text.slice(0, next.start)}ALGORITHM=${algorithm},${words} ${text.slice(next.start)}`;
  }
  if (reader.accept("DROP", "INDEX")) return asAlter(reader, wish);
  if (!reader.accept("CREATE") || !all.slice(1, 5).some((token) => isKeyword(token, "INDEX"))) return null;
  const last = all.at(-1);
  const words = lock === null ? "" : ` LOCK=${lock}`;
  return last === undefined ? null : `${text.slice(0, last.end)} ALGORITHM=${algorithm}${words}`;
}

/** MariaDB's DROP INDEX does not take ALGORITHM and LOCK. */
function asAlter(reader: TokenReader, { algorithm, lock }: AlterWish): string | null {
  const guard = acceptGuard(reader) ? "IF EXISTS " : "";
  const name = readIdentifier(reader);
  if (name === null || !reader.accept("ON")) return null;
  const table = readName(reader);
  if (table === null) return null;
  const words = lock === null ? "" : ` LOCK=${lock},`;
  return `ALTER TABLE ${quoteIdentifier(table.name)} ALGORITHM=${algorithm},${words} DROP INDEX ${guard}${quoteIdentifier(name)}`;
}

/** The parts of an ALTER TABLE that a copying tool needs. */
export interface AlterParts {
  /** As it is written; null: the current database. */
  readonly database: string | null;
  readonly table: string;
  /** Everything after the table's name. */
  readonly clauses: string;
  /** Whether it says itself how it is to be done (ALGORITHM, LOCK), or to ignore errors (IGNORE). */
  readonly wishes: boolean;
}

/** The parts of an ALTER TABLE; null for every other statement. */
export function alterParts(text: string, options: LexOptions = {}): AlterParts | null {
  const reader = createReader(text, options);
  // Inside an executable comment it would end with the comment.
  if (!/^ALTER\b/i.test(text) || !reader.accept("ALTER")) return null;
  const ignores = [reader.keyword(), reader.keyword(1)].includes("IGNORE");
  const table = readAlteredTable(reader);
  const next = reader.peek();
  if (table === null || next === null) return null;
  const all = reader.rest();
  const wishes = ignores || all.some((token, at) => isWish(token, all[at + 1]));
  return { database: table.database, table: table.name, clauses: text.slice(next.start), wishes };
}

function isWish(token: Token, next: Token | undefined): boolean {
  const named = token.type === "word" && /^(ALGORITHM|LOCK)$/i.test(token.value);
  return (
    named && (isKeyword(next, "=") || /^(INSTANT|NOCOPY|INPLACE|COPY|NONE|SHARED)$/i.test(next?.value ?? ""))
  );
}
