import type { ServerInfo } from "../server/session";
import type { AlterClause, Change } from "./change";
import { KINDS } from "./kinds/all-kinds";
import type { ForeignKey, Schema, Table } from "./model";
import { dependencyOrder } from "./order";
import { applyRenames, type Renames } from "./renames";

/** What is needed to drop foreign keys under the names that tables and keys have before renames. */
export interface Before {
  readonly original: Schema;
  readonly renames: Renames;
  readonly server: ServerInfo;
}

/**
 * Foreign keys dropped before anything else.
 * @param keys by the new name of their table
 */
export function earlyDrops(
  { original, renames, server }: Before,
  keys: ReadonlyMap<string, readonly ForeignKey[]>,
  dropped: readonly Table[],
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
  for (const [name, early] of keys) {
    if (early.length === 0) continue;
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
  // Tables that refer to each other in a circle cannot be dropped one after another.
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

/** The tables that refer to others come first. */
export function dropOrder(tables: readonly Table[]): Table[] {
  const referenced = (table: Table): string[] => table.foreignKeys.map((key) => key.referencedTable);
  return dependencyOrder(tables, referenced).reverse();
}

/**
 * Whether a table can be dropped last; then a table that refers to it needs only one ALTER, for the foreign key and
 * everything else. It must refer to no other table, and its names must not be needed for something new.
 */
export function canGoLast(table: Table, { renames }: Before, to: Schema): boolean {
  if (table.foreignKeys.some((key) => key.referencedTable !== table.name)) return false;
  const named = (names: readonly { readonly name: string }[]): string[] =>
    names.map(({ name }) => name.toLowerCase());
  const isTaken = [
    ...renames.tables.map((pair) => pair.to.toLowerCase()),
    ...named(to.tables),
    ...KINDS.flatMap(({ tableType, list }) => (tableType === null ? [] : named(to[list]))),
  ].includes(table.name.toLowerCase());
  const wanted = to.tables.flatMap(({ foreignKeys, checks }) => named([...foreignKeys, ...checks]));
  return !isTaken && !named([...table.foreignKeys, ...table.checks]).some((name) => wanted.includes(name));
}
