import { createMatcher } from "../settings/ignored";
import type { Report, ReportedTable } from "./model";

/** Which tables a report is to show; null: all. */
export interface Choice {
  /** Patterns of names, `*` for any characters. */
  readonly patterns: readonly string[] | null;
  /** This table, and those that are up to so many relations away. */
  readonly around: { readonly table: string; readonly depth: number } | null;
}

/**
 * A report of these tables alone; history and migrations stay whole.
 * @returns null when there is no such table
 */
export function chooseTables(report: Report, { patterns, around }: Choice): Report | null {
  let { tables } = report;
  if (around !== null) tables = tablesAround(tables, around.table, around.depth);
  if (patterns !== null) {
    const matches = createMatcher(patterns);
    tables = tables.filter(({ name }) => matches(name));
  }
  if (tables.length === 0 && report.tables.length > 0) return null;
  const names = new Set(tables.map(({ name }) => name));
  const isChosen = (name: string): boolean =>
    names.has(name) || !report.tables.some((table) => table.name === name);
  const { difference } = report;
  return {
    ...report,
    tables,
    difference:
      difference === null
        ? null
        : { ...difference, tables: difference.tables.filter(({ name }) => isChosen(name)) },
  };
}

function tablesAround(
  tables: readonly ReportedTable[],
  table: string,
  depth: number,
): readonly ReportedTable[] {
  const byName = new Map(tables.map((each) => [each.name, each]));
  const first = byName.get(table) ?? tables.find(({ name }) => name.toLowerCase() === table.toLowerCase());
  if (first === undefined) return [];
  const found = new Set([first.name]);
  for (let step = 0; step < depth; step++) {
    for (const name of [...found]) {
      for (const other of neighbours(byName.get(name))) if (byName.has(other)) found.add(other);
    }
  }
  return tables.filter(({ name }) => found.has(name));
}

function neighbours(table: ReportedTable | undefined): readonly string[] {
  if (table === undefined) return [];
  const { references, referencedBy, uses, usedBy } = table;
  const keys = [...references.filter(({ database }) => database === null), ...referencedBy];
  return [...keys.map((key) => key.table), ...uses, ...usedBy];
}
