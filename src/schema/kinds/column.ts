import type { Token } from "../../syntax/lexer";
import { quoteIdentifier, quoteString } from "../../syntax/quote";
import type { Column, Generated, Table } from "../model";
import { isOneOf, type SqlCursor } from "../sql-cursor";

/** A character set with its collation. */
export interface CharacterSet {
  readonly charset: string;
  readonly collation: string;
}

/** Words that begin an attribute: a type or a default ends before them. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  "AS",
  "AUTO_INCREMENT",
  "CHARACTER",
  "CHECK",
  "COLLATE",
  "COLUMN_FORMAT",
  "COMMENT",
  "DEFAULT",
  "ENGINE_ATTRIBUTE",
  "GENERATED",
  "INVISIBLE",
  "NOT",
  "NULL",
  "ON",
  "REF_SYSTEM_ID",
  "SECONDARY_ENGINE_ATTRIBUTE",
  "SRID",
  "STORAGE",
  "WITH",
  "WITHOUT",
]);

/** A nullable column of these types has DEFAULT NULL, but MySQL does not print it. */
const TYPES_WITHOUT_PRINTED_NULL = /^(tiny|medium|long)?(blob|text)\b/;

interface Draft {
  nullable: boolean;
  default: string | null;
  onUpdate: string | null;
  generated: Generated | null;
  autoIncrement: boolean;
  invisible: boolean;
  comment: string;
  check: string | null;
  readonly attributes: string[];
}

/** Reads one column of SHOW CREATE TABLE; leaves the cursor on the comma or parenthesis after it. */
export function parseColumn(cursor: SqlCursor, characterSets: ReadonlyMap<string, CharacterSet>): Column {
  const name = cursor.name();
  const type = parseType(cursor);
  const draft: Draft = {
    nullable: true,
    default: null,
    onUpdate: null,
    generated: null,
    autoIncrement: false,
    invisible: false,
    comment: "",
    check: null,
    attributes: [],
  };
  while (!cursor.at(",") && !cursor.at(")")) parseAttribute(cursor, draft);
  const hasDefault = draft.generated === null && !draft.autoIncrement;
  if (hasDefault && draft.default === null && draft.nullable && TYPES_WITHOUT_PRINTED_NULL.test(type)) {
    draft.default = "NULL";
  }
  const characterSet = characterSets.get(name) ?? null;
  return {
    name,
    type,
    charset: characterSet?.charset ?? null,
    collation: characterSet?.collation ?? null,
    ...draft,
  };
}

function parseType(cursor: SqlCursor): string {
  let type = cursor.name();
  for (;;) {
    const token = cursor.peek();
    if (cursor.at("(")) type += cursor.group();
    else if (token === null || endsPart(token)) return type;
    else type += ` ${cursor.next().value}`;
  }
}

function parseAttribute(cursor: SqlCursor, draft: Draft): void {
  if (cursor.accept("CHARACTER", "SET") || cursor.accept("COLLATE")) cursor.next();
  else if (cursor.accept("NOT", "NULL")) draft.nullable = false;
  else if (cursor.accept("NULL")) draft.nullable = true;
  else if (cursor.accept("AUTO_INCREMENT")) draft.autoIncrement = true;
  else if (cursor.accept("INVISIBLE")) draft.invisible = true;
  else if (cursor.accept("COMMENT")) draft.comment = cursor.next().value;
  else if (cursor.accept("CHECK")) draft.check = cursor.group();
  else if (cursor.accept("ON", "UPDATE")) draft.onUpdate = cursor.until(endsPart);
  else if (cursor.accept("DEFAULT")) draft.default = parseDefault(cursor);
  else if (cursor.accept("GENERATED", "ALWAYS", "AS")) draft.generated = parseGenerated(cursor);
  else draft.attributes.push(cursor.attribute(endsPart));
}

function parseDefault(cursor: SqlCursor): string {
  if (cursor.accept("NULL")) return "NULL";
  return cursor.until(endsPart);
}

function parseGenerated(cursor: SqlCursor): Generated {
  if (cursor.accept("ROW", "START")) return { expression: "ROW START", stored: true };
  if (cursor.accept("ROW", "END")) return { expression: "ROW END", stored: true };
  const text = cursor.group();
  if (cursor.accept("VIRTUAL")) return { expression: text, stored: false };
  cursor.expect("STORED");
  return { expression: text, stored: true };
}

function endsPart(token: Token): boolean {
  if (token.type === "punctuation") return token.value === "," || token.value === ")";
  return token.type === "quoted-identifier" || isOneOf(token, ATTRIBUTES);
}

/** Whether a type, as SQL, is a spatial one. */
export function isSpatial(type: string): boolean {
  return SPATIAL.test(type);
}

const SPATIAL = /^(point|linestring|polygon|multi\w+|geom\w+)\b/;

/**
 * A column as CREATE TABLE and ALTER TABLE take it.
 * @param table the table whose default character set applies when the column names none
 */
export function columnDefinition(column: Column, table: Table): string {
  const parts = [quoteIdentifier(column.name), column.type, ...columnCharacterSet(column, table)];
  const { generated } = column;
  if (generated === null) {
    if (!column.nullable) parts.push("NOT NULL");
    // Without explicit_defaults_for_timestamp a TIMESTAMP is NOT NULL unless declared NULL.
    else if (/^timestamp\b/.test(column.type)) parts.push("NULL");
  } else {
    const isPeriod = generated.expression.startsWith("ROW ");
    parts.push(`GENERATED ALWAYS AS ${generated.expression}`);
    if (!isPeriod) parts.push(generated.stored ? "STORED" : "VIRTUAL");
    // MariaDB's grammar does not allow NOT NULL here, and it never prints one.
    if (!column.nullable && !isPeriod) parts.push("NOT NULL");
  }
  parts.push(...column.attributes);
  if (column.invisible) parts.push("INVISIBLE");
  if (column.default !== null) parts.push(`DEFAULT ${column.default}`);
  if (column.onUpdate !== null) parts.push(`ON UPDATE ${column.onUpdate}`);
  if (column.autoIncrement) parts.push("AUTO_INCREMENT");
  if (column.comment !== "") parts.push(`COMMENT ${quoteString(column.comment)}`);
  if (column.check !== null) parts.push(`CHECK ${column.check}`);
  return parts.join(" ");
}

/**
 * Whether a nullable column's default was dropped, so that every INSERT must give it a value. Neither CREATE TABLE nor
 * a column definition can express that, only ALTER COLUMN … DROP DEFAULT.
 */
export function lacksDefault(column: Column): boolean {
  const givesItself = column.generated !== null || column.autoIncrement;
  return column.nullable && column.default === null && !givesItself;
}

function columnCharacterSet(column: Column, table: Table): string[] {
  if (column.collation === null || column.collation === table.collation) return [];
  const collate = `COLLATE ${column.collation}`;
  return column.charset === table.charset ? [collate] : [`CHARACTER SET ${column.charset}`, collate];
}
