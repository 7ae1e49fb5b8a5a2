import { namesChecksAfterTables, rewritesExpressionsOnRename } from "../server/differences";
import type { ServerInfo } from "../server/session";
import { tokens } from "../syntax/lexer";
import { quoteIdentifier } from "../syntax/quote";
import type { NamePair } from "./change";
import { objectLists } from "./kinds/all-kinds";
import type { Column, ForeignKey, Index, IndexPart, Partitioning, Schema, Table } from "./model";
import { byName } from "./order";

/** The things that, according to schema.sql, only have a new name. */
export interface Renames {
  readonly tables: readonly NamePair[];
  /** `table` is the name the table has in schema.sql. */
  readonly columns: readonly (NamePair & { readonly table: string })[];
  /** Foreign keys and checks, which otherwise keep their name if only that differs. */
  readonly constraints: readonly (NamePair & { readonly table: string })[];
}

export const NO_RENAMES: Renames = { tables: [], columns: [], constraints: [] };

/** The same renames, reversed for the way back. */
export function reverseRenames(renames: Renames): Renames {
  const oldTable = new Map(renames.tables.map(({ from, to }) => [to, from]));
  const reverse = ({ table, from, to }: Renames["columns"][number]): Renames["columns"][number] => ({
    table: oldTable.get(table) ?? table,
    from: to,
    to: from,
  });
  return {
    tables: renames.tables.map(({ from, to }) => ({ from: to, to: from })),
    columns: renames.columns.map(reverse),
    constraints: renames.constraints.map(reverse),
  };
}

/** Leaves out renames of things that do not exist, and those whose new name something else has and keeps. */
export function applicableRenames(from: Schema, to: Schema, renames: Renames): Renames {
  const tables = applicable(
    renames.tables,
    from.tables.map(({ name }) => name),
    to.tables.map(({ name }) => name),
  );
  const columns = to.tables.flatMap(({ name, columns: wanted }) => {
    const before = from.tables.find((table) => table.name === nameBefore(name, tables));
    if (before === undefined) return [];
    const pairs = applicable(
      [...renames.columns.filter(({ table }) => table === name), ...recased(before.columns, wanted)],
      before.columns.map((column) => column.name),
      wanted.map((column) => column.name),
    );
    return pairs.map((pair) => ({ table: name, from: pair.from, to: pair.to }));
  });
  return { tables, columns, constraints: renames.constraints };
}

/** The old name of something, by the renames that apply; null: it is new, and another thing gave up this name. */
export function nameBefore(name: string, renames: readonly NamePair[]): string | null {
  const pair = renames.find(({ to }) => to === name);
  if (pair !== undefined) return pair.from;
  return renames.some(({ from }) => from === name) ? null : name;
}

/** Column names ignore case, so a name with only a change of case is the same column. */
function recased(before: readonly Column[], wanted: readonly Column[]): NamePair[] {
  return wanted.flatMap(({ name }) => {
    const old = before.find((column) => column.name.toLowerCase() === name.toLowerCase());
    return old === undefined || old.name === name ? [] : [{ from: old.name, to: name }];
  });
}

function applicable(
  pairs: readonly NamePair[],
  before: readonly string[],
  after: readonly string[],
): readonly NamePair[] {
  let found: NamePair[] = [];
  for (const { from, to } of pairs) {
    const isTaken = found.some((other) => other.from === from || other.to === to);
    if (from !== to && !isTaken && before.includes(from) && after.includes(to)) found.push({ from, to });
  }
  for (let count = -1; count !== found.length; ) {
    count = found.length;
    const isGivenUp = (name: string): boolean => found.some(({ from }) => from === name);
    found = found.filter(({ to }) => !before.includes(to) || isGivenUp(to));
  }
  return found;
}

/**
 * Orders renames so that each new name is free when its turn comes, for RENAME TABLE, which makes them one after
 * another. Tables that swap names go through an unused one.
 * @param names all names in use
 */
export function renamesInTurn(pairs: readonly NamePair[], names: readonly string[]): readonly NamePair[] {
  const taken = new Set(names);
  const ordered: NamePair[] = [];
  const waiting = [...pairs];
  while (waiting.length > 0) {
    const at = waiting.findIndex(({ to }) => !taken.has(to));
    const next = waiting[Math.max(at, 0)];
    if (next === undefined) break;
    const to = at === -1 ? freeName(taken) : next.to;
    ordered.push({ from: next.from, to });
    taken.delete(next.from);
    taken.add(to);
    if (at === -1) waiting[0] = { from: to, to: next.to };
    else waiting.splice(at, 1);
  }
  return ordered;
}

function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = `renamed_on_the_way_${number}`;
    if (!taken.has(name)) return name;
  }
}

/** The schema as it is when the renames, and nothing else, are done. */
export function applyRenames(schema: Schema, renames: Renames, server: ServerInfo): Schema {
  const tableNames = new Map(renames.tables.map(({ from, to }) => [from, to]));
  const newName = (table: string): string => tableNames.get(table) ?? table;
  const columnNames = new Map<string, Map<string, string>>();
  for (const { table, from, to } of renames.columns) {
    columnNames.set(table, (columnNames.get(table) ?? new Map<string, string>()).set(from, to));
  }
  const inTable = (table: string) => (column: string) => columnNames.get(table)?.get(column) ?? column;
  const tables = schema.tables.map((table): Table => {
    const name = newName(table.name);
    const foreignKeys = table.foreignKeys.map((key): ForeignKey => {
      const referencedTable =
        key.referencedDatabase === null ? newName(key.referencedTable) : key.referencedTable;
      return {
        ...key,
        name: generatedName(key.name, table.name, name, "_ibfk_"),
        columns: key.columns.map(inTable(name)),
        referencedTable,
        referencedColumns:
          key.referencedDatabase === null
            ? key.referencedColumns.map(inTable(referencedTable))
            : key.referencedColumns,
      };
    });
    const checks = namesChecksAfterTables(server)
      ? table.checks.map((check) => ({
          ...check,
          name: generatedName(check.name, table.name, name, "_chk_"),
        }))
      : table.checks;
    const renamed = renameColumns({ ...table, name, checks }, inTable(name), server);
    return { ...renamed, foreignKeys: foreignKeys.sort(byName), checks: [...renamed.checks].sort(byName) };
  });
  return {
    ...schema,
    tables: tables.sort(byName),
    ...objectLists(({ list }) =>
      schema[list].map((each) => ("table" in each ? { ...each, table: newName(each.table) } : each)),
    ),
  };
}

/** RENAME TABLE also renames constraints whose name begins like those that the server makes up. */
function generatedName(name: string, oldTable: string, newTable: string, infix: string): string {
  const prefix = oldTable + infix;
  return name.startsWith(prefix) ? newTable + infix + name.slice(prefix.length) : name;
}

function renameColumns(table: Table, newName: (column: string) => string, server: ServerInfo): Table {
  const renamed: Table = {
    ...table,
    columns: table.columns.map((column) => ({ ...column, name: newName(column.name) })),
    indexes: table.indexes.map(
      (index): Index => ({
        ...index,
        parts: index.parts.map(
          (part): IndexPart => ("expression" in part ? part : { ...part, column: newName(part.column) }),
        ),
      }),
    ),
    periods: table.periods.map(({ name, start, end }) => ({
      name,
      start: newName(start),
      end: newName(end),
    })),
  };
  return rewritesExpressionsOnRename(server) ? rewriteColumnNames(renamed, newName) : renamed;
}

/** Puts the new names of columns into a table's expressions. */
export function rewriteColumnNames(table: Table, newName: (column: string) => string): Table {
  const rewrite = (text: string): string => rewriteNames(text, newName);
  return {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      default: column.default === null ? null : rewrite(column.default),
      check: column.check === null ? null : rewrite(column.check),
      generated:
        column.generated === null
          ? null
          : { ...column.generated, expression: rewrite(column.generated.expression) },
    })),
    indexes: table.indexes.map(
      (index): Index => ({
        ...index,
        parts: index.parts.map(
          (part): IndexPart =>
            "expression" in part ? { ...part, expression: rewrite(part.expression) } : part,
        ),
      }),
    ),
    checks: table.checks.map((check) => ({ ...check, expression: rewrite(check.expression) })),
    partitioning: table.partitioning === null ? null : renameInPartitioning(table.partitioning, rewrite),
  };
}

function renameInPartitioning(partitioning: Partitioning, rewrite: (text: string) => string): Partitioning {
  const { by, subpartitionBy } = partitioning;
  return {
    ...partitioning,
    by: rewrite(by),
    subpartitionBy: subpartitionBy === null ? null : rewrite(subpartitionBy),
  };
}

/** Printed expressions quote every column name, except perhaps in MySQL's partitioning. */
function rewriteNames(text: string, newName: (column: string) => string): string {
  let result = "";
  let copied = 0;
  for (const token of tokens(text)) {
    if (token.type !== "quoted-identifier") continue;
    const name = newName(token.value);
    if (name === token.value) continue;
    result += text.slice(copied, token.start) + quoteIdentifier(name);
    copied = token.end;
  }
  return result + text.slice(copied);
}
