import { isDeepStrictEqual } from "node:util";
import { quoteIdentifier } from "../../syntax/quote";
import type { AlterClause } from "../change";
import type { Column, ForeignKey, Index, ReferentialAction, Table } from "../model";
import type { SqlCursor } from "../sql-cursor";

/** Reads FOREIGN KEY … after `CONSTRAINT name`. */
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
 * RESTRICT, NO ACTION and no action at all mean the same to InnoDB, and the families differ in what they print.
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

type TablesByName = ReadonlyMap<string, Table>;

/** The foreign keys to drop and add of a table that exists before and after. */
export interface ForeignKeyChanges {
  readonly drops: readonly ForeignKey[];
  readonly adds: readonly ForeignKey[];
}

/**
 * Finds the foreign keys of a table to drop and to add. One that is the same before and after is still dropped and
 * added again when its columns or indexes change, which the server would otherwise refuse.
 * @param from all tables, already renamed, by name
 * @param to all wanted tables by name
 * @param tangled for each table, columns that must have no foreign key while the table is altered
 */
export function diffForeignKeys(
  table: Table,
  from: TablesByName,
  to: TablesByName,
  tangled: ReadonlyMap<string, ReadonlySet<string>>,
): ForeignKeyChanges {
  const before = from.get(table.name);
  if (before === undefined) return { drops: [], adds: table.foreignKeys };
  const isTangled = (key: ForeignKey): boolean =>
    key.columns.some((column) => tangled.get(table.name)?.has(column)) ||
    key.referencedColumns.some((column) => tangled.get(key.referencedTable)?.has(column));
  const stays = (key: ForeignKey): boolean =>
    table.foreignKeys.some((other) => isDeepStrictEqual(key, other)) &&
    !isTangled(key) &&
    !isDisturbed(key, before, table, from, to);
  return {
    drops: before.foreignKeys.filter((key) => !stays(key)),
    adds: table.foreignKeys.filter(
      (key) => !before.foreignKeys.some((other) => isDeepStrictEqual(key, other)) || !stays(key),
    ),
  };
}

function isDisturbed(
  key: ForeignKey,
  childFrom: Table,
  childTo: Table,
  from: TablesByName,
  to: TablesByName,
): boolean {
  if (isSideDisturbed(key.columns, childFrom, childTo)) return true;
  if (key.referencedDatabase !== null) return false;
  const parentFrom = from.get(key.referencedTable);
  const parentTo = to.get(key.referencedTable);
  // The key was made while foreign_key_checks was off: there is nothing to disturb.
  if (parentFrom === undefined || parentTo === undefined) return parentFrom !== parentTo;
  return isSideDisturbed(key.referencedColumns, parentFrom, parentTo);
}

/** Whether the columns at one end of a foreign key, or its index there, change. */
export function isSideDisturbed(columns: readonly string[], from: Table, to: Table): boolean {
  if (from.engine !== to.engine || !isDeepStrictEqual(from.partitioning, to.partitioning)) return true;
  const column = (table: Table, name: string): Column | undefined =>
    table.columns.find((candidate) => candidate.name === name);
  const isChanged = columns.some((name) => {
    const [before, after] = [column(from, name), column(to, name)];
    if (before === undefined || after === undefined) return true;
    const shape = ({ type, collation, nullable, generated, autoIncrement }: Column): unknown => [
      type,
      collation,
      nullable,
      generated,
      autoIncrement,
    ];
    return !isDeepStrictEqual(shape(before), shape(after));
  });
  return isChanged || !keepsSupport(columns, from, to);
}

/** Whether there is an index for the foreign key at all times. */
function keepsSupport(columns: readonly string[], from: Table, to: Table): boolean {
  return from.indexes.some(
    (index) => supports(index, columns) && to.indexes.some((other) => isKept(index, other)),
  );
}

/** An index that is only renamed, shown or hidden exists at all times. */
function isKept(a: Index, b: Index): boolean {
  return isDeepStrictEqual({ ...a, visible: true, name: b.name }, { ...b, visible: true });
}

/** Whether the index begins with these columns, in full length. */
function supports(index: Index, columns: readonly string[]): boolean {
  if (index.kind === "fulltext" || index.kind === "spatial" || index.kind === "vector") return false;
  return columns.every((column, position) => {
    const part = index.parts[position];
    return part !== undefined && "column" in part && part.column === column && part.length === null;
  });
}

/**
 * An index that the server made for a foreign key disappears when another one that could take its place is added, so it
 * might not survive an ALTER that should leave it alone. The server does not say which ones it made, but they have the
 * name of the foreign key or of the column. Dropped and added in the same statement, they become permanent.
 * https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
 * @param clauses the clauses of one ALTER
 * @returns the clauses, with those indexes made permanent
 */
export function keepGeneratedIndexes(
  from: Table,
  to: Table,
  clauses: readonly AlterClause[],
): readonly AlterClause[] {
  const covering = clauses.flatMap((clause) => {
    // The index that the server makes for a foreign key has the key's name.
    if (clause.type === "add-foreign-key") return [{ name: clause.key.name, columns: clause.key.columns }];
    return clause.type === "add-index"
      ? [{ name: clause.index.name, columns: plainColumns(clause.index) }]
      : [];
  });
  if (covering.length === 0) return clauses;
  const oldNames = new Map(
    clauses.flatMap((clause) => (clause.type === "rename-index" ? [[clause.to, clause.from]] : [])),
  );
  const keys = [...from.foreignKeys, ...to.foreignKeys];
  const pairs = to.indexes.flatMap((index) => {
    const old = from.indexes.find(({ name }) => name === (oldNames.get(index.name) ?? index.name));
    if (old === undefined || !isKept(old, index)) return [];
    const isAtRisk =
      (mayBeGenerated(old, keys) || mayBeGenerated(index, keys)) &&
      covering.some(({ name, columns }) => name !== index.name && startsWith(columns, plainColumns(index)));
    return isAtRisk ? [{ old, index }] : [];
  });
  const redone = new Set(pairs.map(({ index }) => index.name));
  return [
    ...pairs.map(({ old }): AlterClause => ({ type: "drop-index", index: old })),
    ...clauses.filter((clause) => clause.type !== "rename-index" || !redone.has(clause.to)),
    ...pairs.map(({ index }): AlterClause => ({ type: "add-index", index })),
  ];
}

function mayBeGenerated(index: Index, keys: readonly ForeignKey[]): boolean {
  const columns = plainColumns(index);
  return (
    index.kind === "key" &&
    columns.length === index.parts.length &&
    keys.some(
      (key) =>
        isDeepStrictEqual(key.columns, columns) && (key.name === index.name || columns[0] === index.name),
    )
  );
}

/** The columns at the front of an index that can serve a foreign key. */
function plainColumns(index: Index): string[] {
  const columns: string[] = [];
  for (const part of index.parts) {
    if (!("column" in part) || part.length !== null || part.descending) break;
    columns.push(part.column);
  }
  return columns;
}

function startsWith(columns: readonly string[], first: readonly string[]): boolean {
  return first.length > 0 && first.every((column, position) => columns[position] === column);
}

/** `(a, b)` with the names quoted. */
export function nameList(names: readonly string[]): string {
  return `(${names.map(quoteIdentifier).join(", ")})`;
}

/** `CONSTRAINT … FOREIGN KEY …` */
export function foreignKeyDefinition(key: ForeignKey): string {
  const database = key.referencedDatabase === null ? "" : `${quoteIdentifier(key.referencedDatabase)}.`;
  return [
    `CONSTRAINT ${quoteIdentifier(key.name)} FOREIGN KEY ${nameList(key.columns)}`,
    `REFERENCES ${database}${quoteIdentifier(key.referencedTable)} ${nameList(key.referencedColumns)}`,
    ...(key.onDelete === null ? [] : [`ON DELETE ${key.onDelete}`]),
    ...(key.onUpdate === null ? [] : [`ON UPDATE ${key.onUpdate}`]),
  ].join(" ");
}
