import { isDeepStrictEqual } from "node:util";
import { addsNoColumnWithDefault, keepsColumnsOthersAreMadeOf } from "../server/differences";
import type { ServerInfo } from "../server/session";
import type { AlterClause, NamePair, Position } from "./change";
import { mentionsAny } from "./diff-keys";
import type { Column, Table } from "./model";
import { longestAscending } from "./order";
import { lacksDefault } from "./render-table";

export interface ColumnChanges {
  readonly drops: readonly AlterClause[];
  /** In the order in which they must be written, since positions refer to what stands before. */
  readonly changes: readonly AlterClause[];
  /** Defaults to drop or to set in a statement of their own: a column cannot be changed twice in one. */
  readonly defaults: readonly AlterClause[];
  /** Columns that are dropped and added again under the same name, so that nothing of them or on them survives. */
  readonly replaced: ReadonlySet<string>;
}

/**
 * What takes one table's columns to another's.
 * @param from with its columns already renamed
 * @param renamed the renames that this ALTER has to make
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
      // One that is replaced is not renamed on the way.
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

/** Generated columns that are made of a replaced one go with it and come back with it. */
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

/** The columns that keep their place while the others move around them: as many as possible. */
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
 * Whether ALTER … MODIFY can make one column into the other. A virtual column has no values of its own on disk,
 * so it can neither become nor come from anything else (errors 3106, MariaDB 1907).
 * https://dev.mysql.com/doc/refman/8.4/en/alter-table-generated-columns.html
 */
function canBecome(from: Column, to: Column): boolean {
  const isVirtual = ({ generated }: Column): boolean => generated !== null && !generated.stored;
  if (isVirtual(from) !== isVirtual(to)) return false;
  if (!canConvert(from.type, to.type) || !canConvert(to.type, from.type)) return false;
  const isPeriod = ({ generated }: Column): boolean => generated?.expression.startsWith("ROW ") ?? false;
  return isPeriod(from) === isPeriod(to);
}

/** Whether a type, as SQL, is of places and shapes. */
export function isSpatial(type: string): boolean {
  return SPATIAL.test(type);
}

const SPATIAL = /^(point|linestring|polygon|multi\w+|geom\w+)\b/;
const TEXT_OR_BYTES = /^(char|varchar|binary|varbinary|\w*text|\w*blob)\b/;

/** Types whose values no other type takes, not even NULLs of an empty table (MariaDB 4079). */
function canConvert(from: string, to: string): boolean {
  if (from === to) return true;
  if (SPATIAL.test(from)) return SPATIAL.test(to);
  if (/^(uuid|inet4|inet6|vector)\b/.test(from)) {
    return TEXT_OR_BYTES.test(to) || from.split("(")[0] === to.split("(")[0];
  }
  return true;
}
