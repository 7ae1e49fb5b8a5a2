import { isDeepStrictEqual } from "node:util";
import {
  addsNoColumnWithDefault,
  keepsColumnsOthersAreMadeOf,
  rewritesExpressionsOnRename,
} from "../../server/differences";
import type { ServerInfo } from "../../server/session";
import type { AlterClause, NamePair, Position } from "../change";
import type { Column, Index, Table } from "../model";
import { longestAscending } from "../order";
import { rewriteColumnNames } from "../renames";
import { isSpatial, lacksDefault } from "./column";
import { mentionsAny } from "./key";

export interface ColumnChanges {
  readonly drops: readonly AlterClause[];
  /** In the order in which they must be written, since positions refer to earlier columns. */
  readonly changes: readonly AlterClause[];
  /** Defaults to drop or set in a statement of their own: one statement cannot change a column twice. */
  readonly defaults: readonly AlterClause[];
  /** Columns that are dropped and added again under the same name, so their values and indexes are lost. */
  readonly replaced: ReadonlySet<string>;
}

/**
 * The changes that turn one table's columns into another's.
 * @param from with its columns already renamed
 * @param renamed the renames that this ALTER must make
 */
export function diffColumns(
  from: Table,
  to: Table,
  renamed: readonly NamePair[],
  server: ServerInfo,
): ColumnChanges {
  const before = new Map(from.columns.map((column) => [column.name, column]));
  const oldNames = new Map(renamed.map((pair) => [pair.to, pair.from]));
  const replaced = new Set(
    to.columns.flatMap((column) => {
      const old = before.get(column.name);
      return old !== undefined && !canBecome(old, column) ? [column.name] : [];
    }),
  );
  if (keepsColumnsOthersAreMadeOf(server)) addDependents(replaced, from, to);
  const wanted = new Set(to.columns.map(({ name }) => name));
  const drops = from.columns
    .filter(({ name }) => !wanted.has(name) || replaced.has(name))
    .map((column): AlterClause => {
      // A replaced column is not renamed first.
      return { type: "drop-column", column: { ...column, name: oldNames.get(column.name) ?? column.name } };
    });
  const fixed = stayingColumns(from, to, replaced);
  const changes: AlterClause[] = [];
  const defaults: AlterClause[] = [];
  let placed = fixed.size;
  for (const [index, column] of to.columns.entries()) {
    const old = replaced.has(column.name) ? undefined : before.get(column.name);
    const stays = fixed.has(column.name);
    const previous = to.columns[index - 1];
    const position: Position = previous === undefined ? "first" : { after: previous.name };
    if (old === undefined) {
      const isLater = addsNoColumnWithDefault(server, column.default ?? "");
      const added = isLater ? { ...column, default: column.nullable ? "NULL" : null } : column;
      changes.push({ type: "add-column", column: added, position: placed === index ? null : position });
      if (isLater) defaults.push({ type: "set-default", column });
      if (lacksDefault(column)) defaults.push({ type: "drop-default", column });
    } else {
      const step = changeColumn(old, column, oldNames.get(column.name) ?? null, stays ? null : position);
      changes.push(...step.changes);
      defaults.push(...step.dropDefaults);
    }
    if (!stays) placed++;
  }
  return { drops, changes, defaults, replaced };
}

/** Generated columns that use a replaced column are dropped and added with it. */
function addDependents(replaced: Set<string>, from: Table, to: Table): void {
  const wanted = new Set(to.columns.map(({ name }) => name));
  for (let size = -1; size !== replaced.size; ) {
    size = replaced.size;
    for (const { name, generated } of from.columns) {
      if (generated !== null && wanted.has(name) && mentionsAny(generated.expression, replaced))
        replaced.add(name);
    }
  }
}

/** The columns that keep their place while others move: as many as possible. */
function stayingColumns(from: Table, to: Table, replaced: ReadonlySet<string>): ReadonlySet<string> {
  const place = new Map(from.columns.map(({ name }, index) => [name, index]));
  const kept = to.columns.filter(({ name }) => place.has(name) && !replaced.has(name));
  const staying = longestAscending(kept.map(({ name }) => place.get(name) ?? -1));
  return new Set(staying.flatMap((index) => kept[index]?.name ?? []));
}

function changeColumn(
  old: Column,
  column: Column,
  oldName: string | null,
  position: Position,
): { changes: AlterClause[]; dropDefaults: AlterClause[] } {
  const change: AlterClause = { type: "change-column", from: old, column, oldName, position };
  const dropDefault: AlterClause = { type: "drop-default", column };
  if (isDeepStrictEqual(old, column) && position === null) {
    if (oldName === null) return { changes: [], dropDefaults: [] };
    return { changes: [{ type: "rename-column", from: oldName, to: column.name }], dropDefaults: [] };
  }
  if (!lacksDefault(column)) return { changes: [change], dropDefaults: [] };
  const onlyDefault =
    position === null && oldName === null && isDeepStrictEqual({ ...old, default: null }, column);
  if (onlyDefault) return { changes: [dropDefault], dropDefaults: [] };
  return { changes: [change], dropDefaults: [dropDefault] };
}

/**
 * Whether ALTER … MODIFY can turn one column into the other. A virtual column has no values of its own on disk, so it
 * can neither become nor replace anything else (errors 3106, MariaDB 1907).
 * https://dev.mysql.com/doc/refman/8.4/en/alter-table-generated-columns.html
 */
function canBecome(from: Column, to: Column): boolean {
  const isVirtual = ({ generated }: Column): boolean => generated !== null && !generated.stored;
  if (isVirtual(from) !== isVirtual(to)) return false;
  if (!canConvert(from.type, to.type) || !canConvert(to.type, from.type)) return false;
  const isPeriod = ({ generated }: Column): boolean => generated?.expression.startsWith("ROW ") ?? false;
  return isPeriod(from) === isPeriod(to);
}

const TEXT_OR_BYTES = /^(char|varchar|binary|varbinary|\w*text|\w*blob)\b/;

/** Some types cannot be converted at all, not even in an empty table (MariaDB 4079). */
function canConvert(from: string, to: string): boolean {
  if (from === to) return true;
  if (isSpatial(from)) return isSpatial(to);
  if (/^(uuid|inet4|inet6|vector)\b/.test(from)) {
    return TEXT_OR_BYTES.test(to) || from.split("(")[0] === to.split("(")[0];
  }
  return true;
}

/**
 * Whether expressions of a table still have the old names after `applyRenames`, because the server does not rewrite
 * them. Then the renaming statement must redefine them as well.
 */
export function isTangled(table: Table, renamed: readonly NamePair[], server: ServerInfo): boolean {
  if (renamed.length === 0 || rewritesExpressionsOnRename(server)) return false;
  const old = new Set(renamed.map(({ from }) => from));
  const expressions = [
    ...table.columns.flatMap(({ generated, default: value }) => [generated?.expression ?? "", value ?? ""]),
    ...table.checks.map((check) => check.expression),
    ...table.indexes.flatMap(({ parts }) =>
      parts.map((part) => ("expression" in part ? part.expression : "")),
    ),
  ];
  return expressions.some((expression) => mentionsAny(expression, old));
}

/** One ALTER that only renames columns, and puts the new names into expressions with the old ones. */
export interface RenameStep {
  readonly clauses: readonly AlterClause[];
  /** The table afterwards. */
  readonly table: Table;
}

/** @param table after `applyRenames` */
export function renameStep(table: Table, renamed: readonly NamePair[], server: ServerInfo): RenameStep {
  const names = new Map(renamed.map(({ from, to }) => [from, to]));
  const oldNames = new Map(renamed.map(({ from, to }) => [to, from]));
  const rewritten = rewritesExpressionsOnRename(server)
    ? table
    : rewriteColumnNames(table, (name) => names.get(name) ?? name);
  const clauses: AlterClause[] = [];
  const adds: AlterClause[] = [];
  for (const [at, check] of rewritten.checks.entries()) {
    if (isDeepStrictEqual(check, table.checks[at])) continue;
    clauses.push({ type: "drop-check", name: check.name });
    adds.push({ type: "add-check", check });
  }
  for (const [at, index] of rewritten.indexes.entries()) {
    if (isDeepStrictEqual(index, table.indexes[at])) continue;
    clauses.push({ type: "drop-index", index });
    adds.push({ type: "add-index", index });
  }
  for (const [at, column] of rewritten.columns.entries()) {
    const from = table.columns[at];
    const oldName = oldNames.get(column.name) ?? null;
    if (from !== undefined && !isDeepStrictEqual(from, column)) {
      clauses.push({ type: "change-column", from, column, oldName, position: null });
    } else if (oldName !== null) {
      clauses.push({ type: "rename-column", from: oldName, to: column.name });
    }
  }
  const isRedone = (index: Index): boolean =>
    adds.some((add) => add.type === "add-index" && add.index === index);
  const indexes = [
    ...rewritten.indexes.filter((index) => !isRedone(index)),
    ...rewritten.indexes.filter(isRedone),
  ];
  return { clauses: [...clauses, ...adds], table: { ...rewritten, indexes } };
}
