import type { Token } from "../syntax/lexer";
import type { ForeignKey, Index, IndexKind, IndexPart, ReferentialAction } from "./model";
import { isOneOf, type SqlCursor } from "./sql-cursor";

const ATTRIBUTES: ReadonlySet<string> = new Set([
  "CLUSTERING",
  "COMMENT",
  "ENGINE_ATTRIBUTE",
  "IGNORED",
  "INVISIBLE",
  "KEY_BLOCK_SIZE",
  "SECONDARY_ENGINE_ATTRIBUTE",
  "USING",
  "WITH",
]);

/** Reads one key of SHOW CREATE TABLE; leaves the cursor on the comma or parenthesis behind it. */
export function parseIndex(cursor: SqlCursor): Index {
  const kind = parseKind(cursor);
  const name = kind === "primary" ? "PRIMARY" : cursor.name();
  const parts: IndexPart[] = [];
  cursor.expect("(");
  do parts.push(parsePart(cursor));
  while (cursor.accept(","));
  cursor.expect(")");
  let visible = true;
  let comment = "";
  const attributes: string[] = [];
  while (!cursor.at(",") && !cursor.at(")")) {
    if (cursor.accept("INVISIBLE") || cursor.accept("IGNORED")) visible = false;
    else if (cursor.accept("COMMENT")) comment = cursor.next().value;
    else attributes.push(otherAttribute(cursor));
  }
  return { kind, name, parts, visible, comment, attributes };
}

function parseKind(cursor: SqlCursor): IndexKind {
  if (cursor.accept("PRIMARY", "KEY")) return "primary";
  if (cursor.accept("UNIQUE", "KEY")) return "unique";
  if (cursor.accept("FULLTEXT", "KEY")) return "fulltext";
  if (cursor.accept("SPATIAL", "KEY")) return "spatial";
  if (cursor.accept("VECTOR", "KEY")) return "vector";
  cursor.expect("KEY");
  return "key";
}

function parsePart(cursor: SqlCursor): IndexPart {
  if (cursor.at("(")) {
    const text = cursor.group();
    return { expression: text, descending: isDescending(cursor) };
  }
  const column = cursor.name();
  const length = cursor.at("(") ? Number(cursor.group().slice(1, -1)) : null;
  const withoutOverlaps = cursor.accept("WITHOUT", "OVERLAPS");
  return { column, length, descending: isDescending(cursor), withoutOverlaps };
}

function isDescending(cursor: SqlCursor): boolean {
  if (cursor.accept("DESC")) return true;
  cursor.accept("ASC");
  return false;
}

function otherAttribute(cursor: SqlCursor): string {
  const first = cursor.next();
  const rest = cursor.until(endsPart);
  const separator = rest === "" || rest.startsWith("=") ? "" : " ";
  return `${cursor.text.slice(first.start, first.end)}${separator}${rest}`;
}

function endsPart(token: Token): boolean {
  if (token.type === "punctuation") return token.value === "," || token.value === ")";
  return isOneOf(token, ATTRIBUTES);
}

/** Reads FOREIGN KEY … behind `CONSTRAINT name`. */
export function parseForeignKey(cursor: SqlCursor, name: string): ForeignKey {
  cursor.expect("FOREIGN", "KEY");
  const columns = parseNames(cursor);
  cursor.expect("REFERENCES");
  const first = cursor.name();
  const second = cursor.accept(".") ? cursor.name() : null;
  const referencedColumns = parseNames(cursor);
  let onDelete: ReferentialAction | null = null;
  let onUpdate: ReferentialAction | null = null;
  while (cursor.accept("ON")) {
    if (cursor.accept("DELETE")) onDelete = parseAction(cursor);
    else {
      cursor.expect("UPDATE");
      onUpdate = parseAction(cursor);
    }
  }
  return {
    name,
    columns,
    referencedDatabase: second === null ? null : first,
    referencedTable: second ?? first,
    referencedColumns,
    onDelete,
    onUpdate,
  };
}

/**
 * RESTRICT, NO ACTION and silence mean the same to InnoDB, and the families differ in which of them they print.
 * https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html#foreign-key-referential-actions
 */
function parseAction(cursor: SqlCursor): ReferentialAction | null {
  if (cursor.accept("RESTRICT") || cursor.accept("NO", "ACTION")) return null;
  if (cursor.accept("CASCADE")) return "CASCADE";
  cursor.expect("SET");
  if (cursor.accept("NULL")) return "SET NULL";
  cursor.expect("DEFAULT");
  return "SET DEFAULT";
}

function parseNames(cursor: SqlCursor): string[] {
  const names: string[] = [];
  cursor.expect("(");
  do names.push(cursor.name());
  while (cursor.accept(","));
  cursor.expect(")");
  return names;
}
