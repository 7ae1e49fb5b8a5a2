import type { ServerInfo } from "../database/session";
import type { AlterClause, AlterTable, Change } from "./change";
import { diffForeignKeys, type ForeignKeyChanges, supports } from "./diff-foreign-keys";
import { diffTable, type TableChanges } from "./diff-table";
import type { ForeignKey, Schema, Table } from "./model";
import { dependencyOrder } from "./order";
import { applyRenames, type Renames } from "./renames";
import { lacksDefault } from "./render-table";

export interface TablesToCompare {
  /** As it is now. */
  readonly original: Schema;
  /** The same with tables and columns renamed. */
  readonly from: Schema;
  readonly to: Schema;
  /** Those that apply. */
  readonly renames: Renames;
  readonly server: ServerInfo;
}

/** A table that is in the wanted schema, and what has to happen to it. */
interface Work {
  readonly name: string;
  readonly table: Table;
  /** Null: the table is to be created. */
  readonly changes: TableChanges | null;
  readonly keys: ForeignKeyChanges;
}

/**
 * Tables: foreign keys that are in the way, tables that go, renames, then each table that is created or altered,
 * those that others refer to first, so that most foreign keys come with their table; the rest at the end.
 * @param sequences what has to be there before tables are
 */
export function diffTables(tables: TablesToCompare, sequences: readonly Change[]): readonly Change[] {
  const { from, to, renames, server } = tables;
  const before = new Map(from.tables.map((table) => [table.name, table]));
  const wanted = new Set(to.tables.map(({ name }) => name));
  const work = to.tables.map((table): Work => {
    const old = before.get(table.name);
    const renamed = renames.columns.filter((pair) => pair.table === table.name);
    const pairs = renamed.map((pair) => ({ from: pair.from, to: pair.to }));
    const changes = old === undefined ? null : diffTable(old, table, pairs, server);
    return { name: table.name, table, changes, keys: diffForeignKeys(table, from, to) };
  });
  const dropped = from.tables.filter(({ name }) => !wanted.has(name));
  const inline = inlineDrops(work, dropped);
  return [
    ...earlyDrops(tables, work, dropped, inline),
    ...dropOrder(dropped).map((table): Change => ({ type: "drop-table", table })),
    ...(renames.tables.length === 0 ? [] : [{ type: "rename-tables" as const, renames: renames.tables }]),
    ...sequences,
    ...createAndAlter(work, inline, from),
  ];
}

function changesTable({ changes, keys }: Work): boolean {
  if (changes === null || keys.adds.length > 0 || keys.drops.length > 0) return true;
  return changesColumnsOrKeys(changes);
}

function changesColumnsOrKeys({ before, main, after }: TableChanges): boolean {
  return before.length > 0 || after.length > 0 || main.clauses.length > 0 || main.partitions !== null;
}

/**
 * The foreign keys that can be dropped by the ALTER their table needs anyway: nothing happens to the table they
 * refer to, and no other takes their name.
 */
function inlineDrops(work: readonly Work[], dropped: readonly Table[]): ReadonlySet<ForeignKey> {
  const added = new Set(work.flatMap(({ keys }) => keys.adds.map(({ name }) => name.toLowerCase())));
  const touched = new Set([
    ...dropped.map(({ name }) => name),
    ...work.filter(changesTable).map(({ name }) => name),
  ]);
  const inline = new Set<ForeignKey>();
  for (const { changes, keys } of work) {
    if (changes === null || changes.main.clauses.length === 0 || changes.main.partitions !== null) continue;
    if (changes.before.length > 0) continue;
    for (const key of keys.drops) {
      if (!added.has(key.name.toLowerCase()) && !touched.has(key.referencedTable)) inline.add(key);
    }
  }
  return inline;
}

/** Foreign keys dropped before anything else, under the names that tables and keys have before they are renamed. */
function earlyDrops(
  { original, renames, server }: TablesToCompare,
  work: readonly Work[],
  dropped: readonly Table[],
  inline: ReadonlySet<ForeignKey>,
): Change[] {
  const oldTable = new Map(renames.tables.map((pair) => [pair.to, pair.from]));
  const changes: Change[] = [];
  const drop = (table: Table, keys: readonly ForeignKey[]): void => {
    if (keys.length === 0) return;
    const clauses = keys.map(({ name }): AlterClause => ({ type: "drop-foreign-key", name }));
    changes.push({
      type: "alter-table",
      table,
      clauses,
      partitions: null,
      keepsHistory: table.systemVersioned,
    });
  };
  for (const { name, keys } of work) {
    const early = keys.drops.filter((key) => !inline.has(key));
    const table = original.tables.find((candidate) => candidate.name === (oldTable.get(name) ?? name));
    if (table === undefined) continue;
    drop(
      table,
      table.foreignKeys.filter((key) => {
        const alone = { ...original, tables: [{ ...table, foreignKeys: [key] }] };
        const renamed = applyRenames(alone, renames, server).tables[0]?.foreignKeys[0]?.name;
        return early.some((other) => other.name === renamed);
      }),
    );
  }
  // Tables that refer to each other in a circle cannot be dropped one by one.
  const order = dropOrder(dropped);
  for (const [index, table] of order.entries()) {
    const later = new Set(order.slice(index + 1).map(({ name }) => name));
    drop(
      table,
      table.foreignKeys.filter(
        ({ referencedTable }) =>
          !later.has(referencedTable) && referencedTable !== table.name && isDropped(order, referencedTable),
      ),
    );
  }
  return changes;
}

function isDropped(dropped: readonly Table[], name: string): boolean {
  return dropped.some((table) => table.name === name);
}

/** Those that refer to others first. */
function dropOrder(tables: readonly Table[]): Table[] {
  const referenced = (table: Table): string[] => table.foreignKeys.map((key) => key.referencedTable);
  return dependencyOrder(tables, referenced).reverse();
}

function createAndAlter(work: readonly Work[], inline: ReadonlySet<ForeignKey>, from: Schema): Change[] {
  const pending = new Set(work.filter(changesTable).map(({ name }) => name));
  const ordered = dependencyOrder(work, ({ keys }) => keys.adds.map((key) => key.referencedTable));
  const changes: Change[] = [];
  const late: Change[] = [];
  for (const { name, table, changes: own, keys } of ordered) {
    if (!pending.has(name)) continue;
    const isReady = (key: ForeignKey): boolean => {
      if (key.referencedDatabase !== null) return true;
      if (key.referencedTable !== name) return !pending.has(key.referencedTable);
      return own === null || from.tables.some((old) => old.name === name && isSupported(key, old, table));
    };
    const alterKeys = (selected: readonly ForeignKey[]): AlterClause[] =>
      selected.map((key) => ({ type: "add-foreign-key", key }));
    let rest = keys.adds.filter((key) => !isReady(key));
    if (own === null) {
      changes.push({ type: "create-table", table, foreignKeys: keys.adds.filter(isReady) });
    } else {
      const { before, main, after } = own;
      const drops = keys.drops.filter((key) => inline.has(key));
      const joins = main.partitions === null && after.every(({ partitions }) => partitions === null);
      const ready = joins ? keys.adds.filter(isReady) : [];
      if (!joins) rest = [...keys.adds];
      const clauses: AlterClause[] = [
        ...drops.map((key): AlterClause => ({ type: "drop-foreign-key", name: key.name })),
        ...main.clauses,
        ...alterKeys(ready),
      ];
      changes.push(...before);
      if (clauses.length > 0 || main.partitions !== null) changes.push({ ...main, clauses });
      changes.push(...after);
    }
    if (own === null) changes.push(...droppedDefaults(table));
    if (rest.length > 0) late.push(alterTable(table, alterKeys(rest)));
    pending.delete(name);
  }
  return [...changes, ...late];
}

/** A table that refers to itself: what it refers to has to be there before the ALTER that adds the key. */
function isSupported(key: ForeignKey, from: Table, to: Table): boolean {
  const supporting = (table: Table): boolean =>
    table.indexes.some((index) => supports(index, key.referencedColumns));
  return supporting(from) && supporting(to);
}

function alterTable(table: Table, clauses: readonly AlterClause[]): AlterTable {
  return { type: "alter-table", table, clauses, partitions: null, keepsHistory: table.systemVersioned };
}

function droppedDefaults(table: Table): AlterTable[] {
  const clauses = table.columns
    .filter(lacksDefault)
    .map((column): AlterClause => ({ type: "drop-default", column }));
  return clauses.length === 0 ? [] : [alterTable(table, clauses)];
}
