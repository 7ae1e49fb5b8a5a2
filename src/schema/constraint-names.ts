import { isDeepStrictEqual } from "node:util";
import { namesChecksAfterTables } from "../server/differences";
import type { ServerInfo } from "../server/session";
import type { Check, ForeignKey, Schema, Table } from "./model";
import { byName } from "./order";
import type { Renames } from "./renames";

/** A foreign key or check that keeps its name although the declared one is different. */
export interface KeptName {
  readonly kind: "foreign key" | "check";
  readonly table: string;
  /** The present name. */
  readonly name: string;
  readonly wanted: string;
}

type Constraint = ForeignKey | Check;

/**
 * The wanted schema with the present names of foreign keys and checks that differ in nothing but the name. No server
 * can rename one, and to drop and add it means a copy of the table, or a check of each row. A name does change if that
 * is declared, or if something else gets the old name.
 * @param from with its tables and columns already renamed
 */
export function keepConstraintNames(
  from: Schema,
  to: Schema,
  renames: Renames,
  server: ServerInfo,
): { readonly schema: Schema; readonly kept: readonly KeptName[] } {
  const before = new Map(from.tables.map((table) => [table.name, table]));
  const kept: KeptName[] = [];
  const keep = <T extends Constraint>(
    kind: KeptName["kind"],
    table: Table,
    of: (table: Table) => readonly T[],
    others: readonly Table[],
  ): readonly T[] => {
    const old = before.get(table.name);
    if (old === undefined) return of(table);
    const wanted = new Set(others.flatMap((other) => of(other).map(({ name }) => name.toLowerCase())));
    const free = of(old).filter(({ name }) => !wanted.has(name.toLowerCase()));
    const isKnown = (item: T): boolean => of(old).some(({ name }) => isSameName(name, item.name));
    const isDeclared = (item: T): boolean =>
      renames.constraints.some((pair) => pair.table === table.name && isSameName(pair.to, item.name));
    const items = of(table).map((item): T => {
      if (isKnown(item) || isDeclared(item)) return item;
      const at = free.findIndex((other) => isSameButForName(other, item));
      const [found] = at === -1 ? [] : free.splice(at, 1);
      if (found === undefined) return item;
      kept.push({ kind, table: table.name, name: found.name, wanted: item.name });
      return { ...item, name: found.name };
    });
    return [...items].sort(byName);
  };
  const tables = to.tables.map((table): Table => {
    // Names of foreign keys are unique in a database; names of checks only with MySQL.
    const checksOf = namesChecksAfterTables(server) ? to.tables : [table];
    return {
      ...table,
      foreignKeys: keep("foreign key", table, ({ foreignKeys }) => foreignKeys, to.tables),
      checks: keep("check", table, ({ checks }) => checks, checksOf),
    };
  });
  return { schema: { ...to, tables }, kept };
}

function isSameButForName(a: Constraint, b: Constraint): boolean {
  return isDeepStrictEqual({ ...a, name: "" }, { ...b, name: "" });
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
