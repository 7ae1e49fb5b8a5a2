import { type LexOptions, type Token, tokens } from "../syntax/lexer";
import { splitText } from "../syntax/splitter";
import { KINDS, PROGRAM_TYPES } from "./kinds/all-kinds";

/** What a piece of SQL text defines. */
export interface DeclaredObject {
  /** A word for people: `table`, `primary key`, `view`; `statement` for one that defines nothing. */
  readonly kind: string;
  /** The table it is or belongs to; empty if there is none. */
  readonly table: string;
  /** Null when the text gives it no name; for a table, the table's name. */
  readonly name: string | null;
  /** Offset of its first character. */
  readonly start: number;
  /** Has a body, and the comments in it belong to it. */
  readonly hasBody: boolean;
}

/** A token with its position in the whole text, and the object it is part of. */
export interface PlacedToken extends Token {
  readonly object: DeclaredObject;
}

export interface DeclaredTextOptions extends LexOptions {
  /** Goes in front of error messages. */
  readonly fileName?: string;
}

/**
 * Finds what each token of SQL text is part of: a column, an index, a table.
 * @throws MigrateError when the text cannot be cut into statements
 */
export function readDeclaredObjects(sql: string, options: DeclaredTextOptions = {}): readonly PlacedToken[] {
  const placed: PlacedToken[] = [];
  let cursor = 0;
  for (const { text } of splitText(sql, options)) {
    const start = sql.indexOf(text, cursor);
    if (start === -1) continue;
    cursor = start + text.length;
    const own = [...tokens(text, options)].map((token) => ({
      ...token,
      start: token.start + start,
      end: token.end + start,
    }));
    placed.push(...placeStatement(own));
  }
  return placed;
}

/** The words that can follow CREATE. */
const CREATED = ["TABLE", "INDEX", ...KINDS.flatMap(({ types }) => types)];

function placeStatement(all: readonly Token[]): PlacedToken[] {
  const start = all[0]?.start ?? 0;
  const is = (at: number, ...words: readonly string[]): boolean => isOneOf(all[at], words);
  // The words before the type, such as DEFINER=a@b, are few.
  const type = is(0, "CREATE") ? all.slice(0, 20).findIndex((_, at) => is(at, ...CREATED)) : -1;
  const word = all[type]?.value.toUpperCase() ?? "STATEMENT";
  const kind = word.toLowerCase();
  let at = type + 1;
  if (is(at, "BODY")) at++;
  if (is(at, "IF")) at += is(at + 1, "NOT") ? 3 : 2;
  if (isMark(all[at + 1], ".")) at += 2;
  const name = type === -1 ? null : (all[at]?.value ?? null);
  const object = { kind, name, start, table: "", hasBody: PROGRAM_TYPES.includes(word) };
  if (kind === "table") return placeTable(all, at, { ...object, table: name ?? "" });
  const on = kind === "index" ? all.findIndex((_, each) => is(each, "ON")) : -1;
  const table = on === -1 ? "" : (all[isMark(all[on + 2], ".") ? on + 3 : on + 1]?.value ?? "");
  const whole = { ...object, table };
  return all.map((token) => ({ ...token, object: whole }));
}

/** @param named where the table's name is */
function placeTable(all: readonly Token[], named: number, table: DeclaredObject): PlacedToken[] {
  const placed: PlacedToken[] = [];
  const hasList = isMark(all[named + 1], "(");
  let depth = 0;
  let inList = false;
  let current = table;
  for (const [at, token] of all.entries()) {
    const closes = isMark(token, ")");
    if (closes) depth--;
    if (closes && depth === 0) {
      inList = false;
      current = table;
    }
    const begins = isMark(all[at - 1], "(") || isMark(all[at - 1], ",");
    if (inList && depth === 1 && begins) current = readDefinition(all, at, table.table);
    if (!inList && depth > 0 && begins && isOneOf(token, ["PARTITION", "SUBPARTITION"])) {
      current = part("partition", all[at + 1]?.value ?? null, token, table.table);
    }
    placed.push({ ...token, object: current });
    if (isMark(token, "(")) depth++;
    if (hasList && at === named + 1) inList = true;
  }
  return placed;
}

/** One entry of the list in CREATE TABLE. */
function readDefinition(all: readonly Token[], first: number, table: string): DeclaredObject {
  const start = all[first];
  const is = (at: number, ...words: readonly string[]): boolean => isOneOf(all[at], words);
  const make = (kind: string, name: string | null): DeclaredObject => part(kind, name, start, table);
  let at = first;
  let symbol: string | null = null;
  if (is(at, "CONSTRAINT")) {
    at++;
    if (!is(at, "PRIMARY", "UNIQUE", "FOREIGN", "CHECK")) symbol = all[at++]?.value ?? null;
  }
  if (is(at, "PRIMARY")) return make("primary key", null);
  if (is(at, "CHECK")) return make("check", symbol);
  if (is(at, "FOREIGN")) return make("foreign key", symbol);
  if (is(at, "PERIOD") && is(at + 1, "FOR")) return make("period", null);
  if (is(at, "LIKE")) return make("statement", null);
  const isIndex =
    is(at, "KEY", "INDEX", "UNIQUE") ||
    (is(at, "FULLTEXT", "SPATIAL", "VECTOR") && is(at + 1, "KEY", "INDEX"));
  if (!isIndex) return make("column", start?.value ?? "");
  if (!is(at, "KEY", "INDEX")) at++;
  if (is(at, "KEY", "INDEX")) at++;
  if (is(at, "IF")) at += 3;
  const isNamed = !isMark(all[at], "(") && !is(at, "USING");
  return make("index", isNamed ? (all[at]?.value ?? null) : symbol);
}

function part(kind: string, name: string | null, first: Token | undefined, table: string): DeclaredObject {
  return { kind, table, name, start: first?.start ?? 0, hasBody: false };
}

function isOneOf(token: Token | undefined, words: readonly string[]): boolean {
  return token?.type === "word" && words.includes(token.value.toUpperCase());
}

function isMark(token: Token | undefined, mark: string): boolean {
  return token?.type === "punctuation" && token.value === mark;
}
