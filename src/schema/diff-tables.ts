import type { ServerInfo } from "../server/session";
import type { AlterClause, AlterTable, Change } from "./change";
import { canGoLast, dropOrder, earlyDrops } from "./drop-tables";
import { lacksDefault } from "./kinds/column";
import { isTangled } from "./kinds/column-changes";
import {
  diffForeignKeys,
  type ForeignKeyChanges,
  isSideDisturbed,
  keepGeneratedIndexes,
} from "./kinds/foreign-key";
import { diffTable, type TableChanges } from "./kinds/table-changes";
import type { ForeignKey, Schema, Table } from "./model";
import { dependencyOrder } from "./order";
import { type Renames, renamesInTurn } from "./renames";

export interface TablesToCompare {
  /** As it is now. */
  readonly original: Schema;
  /** The same with tables and columns renamed. */
  readonly from: Schema;
  readonly to: Schema;
  /** The renames that apply. */
  readonly renames: Renames;
  readonly server: ServerInfo;
}

/** A table that is in the wanted schema, and what has to happen to it. */
interface Work {
  readonly name: string;
  readonly table: Table;
  /** The present table, under its new names; null: the table will be created. */
  readonly old: Table | null;
  /** Null: the table will be created. */
  readonly changes: TableChanges | null;
  readonly keys: ForeignKeyChanges;
}

/**
 * The changes of tables: first foreign keys that are in the way, tables to drop, and renames. Then each table is
 * created or altered, starting with those that others refer to, so that most foreign keys come with their table. The
 * rest comes at the end.
 * @param needed what must exist before the tables
 */
export function diffTables(tables: TablesToCompare, needed: readonly Change[]): readonly Change[] {
  const { from, to, renames, server } = tables;
  const before = new Map(from.tables.map((table) => [table.name, table]));
  const after = new Map(to.tables.map((table) => [table.name, table]));
  const renamed = new Map(
    [...before.keys()].map((name) => [name, renames.columns.filter((pair) => pair.table === name)]),
  );
  // A rename that must redefine expressions copies the table, and foreign keys on the column do not allow that.
  const tangled = new Map(
    from.tables.flatMap((table) => {
      const pairs = renamed.get(table.name) ?? [];
      return isTangled(table, pairs, server) ? [[table.name, new Set(pairs.map((pair) => pair.to))]] : [];
    }),
  );
  const referenced = referencedColumns(from);
  const work = to.tables.map((table): Work => {
    const { name } = table;
    const old = before.get(name) ?? null;
    const pairs = (renamed.get(name) ?? []).map((pair) => ({ from: pair.from, to: pair.to }));
    const inKeys = tangled.has(name) ? new Set<string>() : (referenced.get(name) ?? new Set<string>());
    const changes = old === null ? null : diffTable(old, table, pairs, inKeys, server);
    return { name, table, old, changes, keys: diffForeignKeys(table, before, after, tangled) };
  });
  const dropped = from.tables.filter(({ name }) => !after.has(name));
  const last = dropped.filter((table) => canGoLast(table, tables, to));
  const first = dropped.filter((table) => !last.includes(table));
  const inline = inlineDrops(work, first);
  const early = new Map(work.map(({ name, keys }) => [name, keys.drops.filter((key) => !inline.has(key))]));
  const isAwaited = ({ name }: Table): boolean => [...inline].some((key) => key.referencedTable === name);
  const order = dropOrder(dropped);
  const drop = (table: Table): Change => ({ type: "drop-table", table });
  return [
    ...earlyDrops(tables, early, dropped),
    ...order.filter((table) => !last.includes(table) || !isAwaited(table)).map(drop),
    ...renameTables(tables, dropped),
    ...needed,
    ...createAndAlter(work, inline),
    ...order.filter((table) => last.includes(table) && isAwaited(table)).map(drop),
  ];
}

function renameTables({ original, renames }: TablesToCompare, dropped: readonly Table[]): Change[] {
  if (renames.tables.length === 0) return [];
  const gone = new Set(dropped.map(({ name }) => name));
  const names = original.tables.map(({ name }) => name).filter((name) => !gone.has(name));
  return [{ type: "rename-tables", renames: renamesInTurn(renames.tables, names) }];
}

/** For each table, the columns that foreign keys are on or refer to. */
function referencedColumns({ tables }: Schema): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>(tables.map(({ name }) => [name, new Set()]));
  for (const { name, foreignKeys } of tables) {
    for (const key of foreignKeys) {
      for (const column of key.columns) found.get(name)?.add(column);
      for (const column of key.referencedColumns) found.get(key.referencedTable)?.add(column);
    }
  }
  return found;
}

function changesTable({ changes, keys }: Work): boolean {
  if (changes === null || keys.adds.length > 0 || keys.drops.length > 0) return true;
  return changesColumnsOrKeys(changes);
}

function changesColumnsOrKeys({ before, main, after }: TableChanges): boolean {
  return before.length > 0 || after.length > 0 || main.clauses.length > 0 || main.partitions !== null;
}

/**
 * The foreign keys that can be dropped by the ALTER that their table needs anyway: the table they refer to does not
 * change before that, and no other key takes their name.
 * @param dropped tables that are dropped before others are altered
 */
function inlineDrops(work: readonly Work[], dropped: readonly Table[]): ReadonlySet<ForeignKey> {
  const added = new Set(work.flatMap(({ keys }) => keys.adds.map(({ name }) => name.toLowerCase())));
  const gone = new Set(dropped.map(({ name }) => name));
  const items = new Map(work.map((item) => [item.name, item]));
  const isTouched = (key: ForeignKey): boolean => {
    const parent = items.get(key.referencedTable);
    return gone.has(key.referencedTable) || (parent !== undefined && touchesParent(key, parent));
  };
  const inline = new Set<ForeignKey>();
  for (const { changes, keys } of work) {
    if (changes === null || changes.main.clauses.length === 0 || changes.main.partitions !== null) continue;
    if (changes.before.length > 0 || changes.main.clauses.some(isEngine)) continue;
    for (const key of keys.drops) {
      if (!added.has(key.name.toLowerCase()) && !isTouched(key)) inline.add(key);
    }
  }
  return inline;
}

/** Whether the columns that a foreign key refers to change before, during or after the change of their table. */
function touchesParent(key: ForeignKey, { table, old, changes }: Work): boolean {
  if (old === null || changes === null) return true;
  const isRenamed = [...changes.before, changes.main, ...changes.after].some(({ clauses }) =>
    clauses.some(
      (clause) =>
        (clause.type === "rename-column" && key.referencedColumns.includes(clause.to)) ||
        (clause.type === "change-column" && key.referencedColumns.includes(clause.column.name)),
    ),
  );
  return isRenamed || isSideDisturbed(key.referencedColumns, old, table);
}

/** A table can change its engine only while it has no foreign key. */
function isEngine(clause: AlterClause): boolean {
  return clause.type === "option" && clause.name === "ENGINE";
}

/**
 * Each table in turn, starting with those that others refer to; keys that must wait for a later table are added last.
 */
function createAndAlter(work: readonly Work[], inline: ReadonlySet<ForeignKey>): Change[] {
  const pending = new Set(work.filter(changesTable).map(({ name }) => name));
  const items = new Map(work.map((item) => [item.name, item]));
  const ordered = dependencyOrder(work, ({ keys }) => keys.adds.map((key) => key.referencedTable));
  const changes: Change[] = [];
  const late: Change[] = [];
  for (const item of ordered.filter(changesTable)) {
    const { keys } = item;
    const ready = keys.adds.filter((key) => canJoin(item) && isReady(key, item, pending, items));
    const rest = keys.adds.filter((key) => !ready.includes(key));
    changes.push(...createOrAlter(item, ready, inline));
    if (rest.length > 0) late.push(addLate(item, rest, changes));
    pending.delete(item.name);
  }
  return [...changes, ...late];
}

function createOrAlter(
  { table, old, changes, keys }: Work,
  ready: readonly ForeignKey[],
  inline: ReadonlySet<ForeignKey>,
): Change[] {
  if (changes === null || old === null) {
    return [{ type: "create-table", table, foreignKeys: ready }, ...droppedDefaults(table)];
  }
  const drops = keys.drops.filter((key) => inline.has(key));
  const clauses = keepGeneratedIndexes(old, table, [
    ...drops.map((key): AlterClause => ({ type: "drop-foreign-key", name: key.name })),
    ...changes.main.clauses,
    ...ready.map(addKey),
  ]);
  const isNeeded = clauses.length > 0 || changes.main.partitions !== null;
  return [...changes.before, ...(isNeeded ? [{ ...changes.main, clauses }] : []), ...changes.after];
}

function addKey(key: ForeignKey): AlterClause {
  return { type: "add-foreign-key", key };
}

/** A partitioned table cannot have foreign keys, so the statement that removes partitioning cannot add them. */
function canJoin({ changes }: Work): boolean {
  if (changes === null) return true;
  const { main, after } = changes;
  if (main.clauses.some(({ type }) => type === "system-versioning")) return false;
  return main.partitions === null && after.every(({ partitions }) => partitions === null);
}

/** Whether the columns that a foreign key refers to have their final form when its own table's turn comes. */
function isReady(
  key: ForeignKey,
  { name, table, old, changes }: Work,
  pending: ReadonlySet<string>,
  items: ReadonlyMap<string, Work>,
): boolean {
  if (key.referencedDatabase !== null) return true;
  if (key.referencedTable !== name) {
    const parent = items.get(key.referencedTable);
    return !pending.has(key.referencedTable) || (parent !== undefined && !touchesParent(key, parent));
  }
  // A table that refers to itself: the columns must exist before the ALTER that adds the key.
  const isRenamed = changes?.main.clauses.some(
    (clause) => clause.type === "rename-column" && key.referencedColumns.includes(clause.to),
  );
  return old === null || (isRenamed !== true && !isSideDisturbed(key.referencedColumns, old, table));
}

function alterTable(table: Table, clauses: readonly AlterClause[]): AlterTable {
  return { type: "alter-table", table, clauses, partitions: null, keepsHistory: table.systemVersioned };
}

/** By then the table has its final indexes, and most of those that had to be made permanent are. */
function addLate({ table, old }: Work, keys: readonly ForeignKey[], earlier: readonly Change[]): AlterTable {
  const clauses = keys.map(addKey);
  if (old === null) return alterTable(table, clauses);
  const added = earlier.flatMap((change) => {
    if (change.type !== "alter-table" || change.table.name !== table.name) return [];
    return change.clauses.flatMap((clause) => (clause.type === "add-index" ? [clause.index.name] : []));
  });
  const rest = table.indexes.filter(({ name }) => !added.includes(name));
  return alterTable(table, keepGeneratedIndexes({ ...table, indexes: rest }, table, clauses));
}

/** CREATE TABLE cannot express that a nullable column has no default at all. */
function droppedDefaults(table: Table): AlterTable[] {
  const clauses = table.columns
    .filter(lacksDefault)
    .map((column): AlterClause => ({ type: "drop-default", column }));
  return clauses.length === 0 ? [] : [alterTable(table, clauses)];
}
