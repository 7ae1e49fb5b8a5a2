import { isDeepStrictEqual } from "node:util";
import { callsInvisibleIndexesIgnored } from "../../server/differences";
import type { ServerInfo } from "../../server/session";
import type { Token } from "../../syntax/lexer";
import { quoteIdentifier, quoteString } from "../../syntax/quote";
import type { AlterClause } from "../change";
import type { Index, IndexKind, IndexPart, Table } from "../model";
import { isOneOf, type SqlCursor } from "../sql-cursor";

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

/** Reads one key of SHOW CREATE TABLE; leaves the cursor on the comma or parenthesis after it. */
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
    else attributes.push(cursor.attribute(endsPart));
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

function endsPart(token: Token): boolean {
  if (token.type === "punctuation") return token.value === "," || token.value === ")";
  return isOneOf(token, ATTRIBUTES);
}

export interface KeyChanges {
  readonly drops: readonly AlterClause[];
  readonly adds: readonly AlterClause[];
}

export interface IndexChanges extends KeyChanges {
  /** Indexes to rename back in a statement of their own. */
  readonly renames: readonly AlterClause[];
}

/**
 * The changes that turn one table's indexes into another's, including the order of unique ones.
 * @param replaced columns that are dropped and added again; so their indexes must be, too
 */
export function diffIndexes(from: Table, to: Table, replaced: ReadonlySet<string>): IndexChanges {
  const partners = matchIndexes(from, to, replaced);
  const redone = indexesOutOfPlace(from, to, partners);
  const kept = new Set<Index>();
  const adds: AlterClause[] = [];
  const renames: AlterClause[] = [];
  for (const index of to.indexes) {
    const old = partners.get(index);
    if (old === undefined) {
      adds.push({ type: "add-index", index });
    } else if (redone.has(index)) {
      if (old.name === index.name) {
        // Dropping an index and adding exactly the same one does nothing: it keeps its place among the others.
        const temporary = freeName(index.name, [...from.indexes, ...to.indexes]);
        adds.push({ type: "add-index", index: { ...index, name: temporary } });
        renames.push({ type: "rename-index", from: temporary, to: index.name });
      } else adds.push({ type: "add-index", index });
    } else {
      kept.add(old);
      if (old.name !== index.name) adds.push({ type: "rename-index", from: old.name, to: index.name });
      if (old.visible !== index.visible) adds.push({ type: "index-visibility", index });
    }
  }
  const drops = from.indexes
    .filter((index) => !kept.has(index))
    .map((index): AlterClause => ({ type: "drop-index", index }));
  return { drops, adds, renames };
}

/**
 * Finds the present index for each wanted one. If only the name differs, it is the same: a rename costs nothing, one
 * statement can swap names, and a foreign key can use the index all the time.
 */
function matchIndexes(from: Table, to: Table, replaced: ReadonlySet<string>): ReadonlyMap<Index, Index> {
  const moved = changedReferenceSystems(from, to);
  const free = new Set(
    from.indexes.filter(
      (index) => !mentions(index, replaced) && !(index.kind === "spatial" && mentions(index, moved)),
    ),
  );
  const partners = new Map<Index, Index>();
  const match = (index: Index, isSame: (old: Index) => boolean): void => {
    if (partners.has(index)) return;
    const old = [...free].find(isSame);
    if (old === undefined) return;
    partners.set(index, old);
    free.delete(old);
  };
  for (const index of to.indexes) {
    match(index, (old) => isDeepStrictEqual({ ...old, visible: index.visible }, index));
  }
  for (const index of to.indexes) {
    match(index, (old) => old.kind !== "primary" && isDeepStrictEqual({ ...old, name: index.name }, index));
  }
  return partners;
}

/**
 * Unique indexes that must be made again because of their order. The order matters: ON DUPLICATE KEY UPDATE and REPLACE
 * look for the conflicting row in this order, and without a primary key the first index without nulls is the clustered
 * one. Servers sort indexes by kind and put new ones after the others of their kind, so every index that comes after a
 * new one in the wanted order must be made again as well.
 * https://dev.mysql.com/doc/refman/8.4/en/insert-on-duplicate.html
 */
function indexesOutOfPlace(from: Table, to: Table, partners: ReadonlyMap<Index, Index>): ReadonlySet<Index> {
  const last = new Map<string, number>();
  const redone = new Set<Index>();
  for (const index of to.indexes) {
    if (index.kind !== "unique") continue;
    const group = sortGroup(index, to);
    const old = partners.get(index);
    const place = old === undefined ? -1 : from.indexes.indexOf(old);
    if (place > (last.get(group) ?? -1)) {
      last.set(group, place);
      continue;
    }
    last.set(group, Number.POSITIVE_INFINITY);
    if (old !== undefined) redone.add(index);
  }
  return redone;
}

/** Servers put unique indexes without nulls before those with nulls, and whole columns before prefixes. */
function sortGroup(index: Index, table: Table): string {
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const isNullable = index.parts.some(
    (part) => "expression" in part || columns.get(part.column)?.nullable !== false,
  );
  const isPrefix = index.parts.some((part) => "column" in part && part.length !== null);
  return `${isNullable} ${isPrefix}`;
}

function freeName(name: string, taken: readonly Index[]): string {
  const names = new Set(taken.map((index) => index.name.toLowerCase()));
  for (let number = 1; ; number++) {
    const candidate = `${[...name].slice(0, 50).join("")}_again${number}`;
    if (!names.has(candidate.toLowerCase())) return candidate;
  }
}

/** Columns whose SRID differs: they must have no spatial index while they are changed. */
function changedReferenceSystems(from: Table, to: Table): ReadonlySet<string> {
  const systemOf = (table: Table, name: string): string =>
    (table.columns.find((column) => column.name === name)?.attributes ?? [])
      .filter((attribute) => attribute.startsWith("SRID"))
      .join();
  const names = to.columns.map(({ name }) => name);
  return new Set(names.filter((name) => systemOf(from, name) !== systemOf(to, name)));
}

function mentions(index: Index, columns: ReadonlySet<string>): boolean {
  if (columns.size === 0) return false;
  return index.parts.some((part) =>
    "expression" in part ? mentionsAny(part.expression, columns) : columns.has(part.column),
  );
}

/**
 * Whether an expression names one of the columns. Text in a string may look like a name; then we redo more than needed.
 */
export function mentionsAny(expression: string, columns: ReadonlySet<string>): boolean {
  return [...columns].some((column) => expression.includes(`\`${column.replaceAll("`", "``")}\``));
}

/** A key as CREATE TABLE and ADD take it. */
export function indexDefinition(server: ServerInfo, index: Index): string {
  const invisible = callsInvisibleIndexesIgnored(server) ? "IGNORED" : "INVISIBLE";
  return [
    indexHead(index),
    `(${index.parts.map(indexPart).join(", ")})`,
    ...index.attributes,
    ...(index.comment === "" ? [] : [`COMMENT ${quoteString(index.comment)}`]),
    ...(index.visible ? [] : [invisible]),
  ].join(" ");
}

function indexHead(index: Index): string {
  const name = quoteIdentifier(index.name);
  switch (index.kind) {
    case "primary":
      return "PRIMARY KEY";
    case "key":
      return `KEY ${name}`;
    case "unique":
    case "fulltext":
    case "spatial":
    case "vector":
      return `${index.kind.toUpperCase()} KEY ${name}`;
    default:
      return index.kind satisfies never;
  }
}

function indexPart(part: IndexPart): string {
  const order = part.descending ? " DESC" : "";
  if ("expression" in part) return `${part.expression}${order}`;
  const length = part.length === null ? "" : `(${part.length})`;
  const overlaps = part.withoutOverlaps ? " WITHOUT OVERLAPS" : "";
  return `${quoteIdentifier(part.column)}${length}${overlaps}${order}`;
}
