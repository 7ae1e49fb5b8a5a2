import { type LexOptions, type Token, tokens } from "../syntax/lexer";
import type { Schema } from "./model";
import type { Renames } from "./renames";

/** A comment in schema.sql that says what something used to be called. */
export interface RenameDeclaration {
  /** 1-based line of the comment. */
  readonly line: number;
  readonly from: string;
  /** What it stands beside; null: nothing that can be renamed. */
  readonly subject: { readonly table: string; readonly column: string | null } | null;
}

/** A table or column that CREATE TABLE defines, with the offset of its first character. */
interface Definition {
  readonly start: number;
  readonly table: string;
  readonly column: string | null;
}

const DECLARATION = /(?:--[ \t]+|#[ \t]*|\/\*[ \t]*)renamed from[ \t]+([^\r\n]*)/gi;

/**
 * Finds `-- renamed from old_name` in SQL text: at the end of the line of a column or of CREATE TABLE, or alone on
 * the line before it.
 */
export function readRenameDeclarations(sql: string, options: LexOptions = {}): readonly RenameDeclaration[] {
  if (!/renamed from/i.test(sql)) return [];
  const all = [...tokens(sql, options)];
  const definitions = readDefinitions(all);
  const declarations: RenameDeclaration[] = [];
  for (const match of sql.matchAll(DECLARATION)) {
    const at = match.index;
    if (all.some(({ start, end }) => start <= at && at < end)) continue; // inside a string
    const [name] = tokens(match[1] ?? "", options);
    if (name === undefined) continue;
    const lineStart = sql.lastIndexOf("\n", at) + 1;
    const isAlone = sql.slice(lineStart, at).trim() === "";
    const subject = isAlone
      ? definitions.find(({ start }) => start > at)
      : definitions.findLast(({ start }) => start < at);
    declarations.push({
      line: sql.slice(0, at).split("\n").length,
      from: name.value,
      subject: subject === undefined ? null : { table: subject.table, column: subject.column },
    });
  }
  return declarations;
}

/** The renames among declarations. */
export function renamesFrom(declarations: readonly RenameDeclaration[]): Renames {
  const subjects = declarations.flatMap(({ from, subject }) =>
    subject === null ? [] : [{ from, ...subject }],
  );
  return {
    tables: subjects.flatMap(({ from, table, column }) => (column === null ? [{ from, to: table }] : [])),
    columns: subjects.flatMap(({ from, table, column }) =>
      column === null ? [] : [{ table, from, to: column }],
    ),
  };
}

/**
 * Declarations that are probably misspelled: neither the old name nor the new one is there, so that what is meant
 * as a rename would be a loss. One whose rename is done, and whose new name therefore exists, is none of them.
 * @param from the schema as it is
 */
export function brokenDeclarations(
  declarations: readonly RenameDeclaration[],
  from: Schema,
): readonly RenameDeclaration[] {
  const oldTables = new Map(
    declarations.flatMap((each) => (each.subject?.column === null ? [[each.subject.table, each.from]] : [])),
  );
  const tableNamed = (name: string) => from.tables.find((table) => table.name === name);
  return declarations.filter((declaration) => {
    const { from: oldName, subject } = declaration;
    if (subject === null) return true;
    const present = tableNamed(subject.table);
    if (subject.column === null) return present === undefined && tableNamed(oldName) === undefined;
    const table = present ?? tableNamed(oldTables.get(subject.table) ?? "");
    const names = table?.columns.map(({ name }) => name.toLowerCase()) ?? [];
    return !names.includes(oldName.toLowerCase()) && !names.includes(subject.column.toLowerCase());
  });
}

/** What a definition in CREATE TABLE may begin with when it is no column's name. */
const NO_COLUMN: ReadonlySet<string> = new Set([
  "CHECK",
  "CONSTRAINT",
  "FOREIGN",
  "FULLTEXT",
  "INDEX",
  "KEY",
  "LIKE",
  "PERIOD",
  "PRIMARY",
  "SPATIAL",
  "UNIQUE",
  "VECTOR",
]);

/** The tables, and their columns, that a text creates. */
function readDefinitions(all: readonly Token[]): readonly Definition[] {
  const definitions: Definition[] = [];
  const isWord = (at: number, word: string): boolean =>
    all[at]?.type === "word" && all[at]?.value.toUpperCase() === word;
  const isMark = (at: number, mark: string): boolean =>
    all[at]?.type === "punctuation" && all[at]?.value === mark;
  for (let at = 0; at < all.length; at++) {
    if (!isWord(at, "CREATE")) continue;
    const start = all[at]?.start ?? 0;
    let next = at + 1;
    if (isWord(next, "OR") && isWord(next + 1, "REPLACE")) next += 2;
    if (!isWord(next, "TABLE")) continue;
    next++;
    if (isWord(next, "IF") && isWord(next + 1, "NOT") && isWord(next + 2, "EXISTS")) next += 3;
    if (isMark(next + 1, ".")) next += 2;
    const table = all[next]?.value ?? "";
    definitions.push({ start, table, column: null });
    if (!isMark(next + 1, "(")) continue;
    let depth = 1;
    for (at = next + 2; at < all.length && depth > 0; at++) {
      const token = all[at];
      const begins = depth === 1 && (isMark(at - 1, "(") || isMark(at - 1, ","));
      if (begins && token !== undefined && namesColumn(token)) {
        definitions.push({ start: token.start, table, column: token.value });
      }
      if (isMark(at, "(")) depth++;
      if (isMark(at, ")")) depth--;
    }
    at--;
  }
  return definitions;
}

function namesColumn(token: Token): boolean {
  if (token.type === "quoted-identifier") return true;
  return token.type === "word" && !NO_COLUMN.has(token.value.toUpperCase());
}
