import { isDeepStrictEqual } from "node:util";
import { rewritesExpressionsOnRename, takesOneFulltext } from "../../server/differences";
import type { ServerInfo } from "../../server/session";
import { tokens } from "../../syntax/lexer";
import type { AlterClause, AlterTable, NamePair, PartitionChange } from "../change";
import type { Partitioning, Table } from "../model";
import { diffChecks } from "./check-constraint";
import { type ColumnChanges, diffColumns, renameStep } from "./column-changes";
import { diffIndexes, type KeyChanges, mentionsAny } from "./key";
import { diffPartitions, joinsOtherClauses } from "./partition";

/**
 * The changes that turn a table into another of the same name, except foreign keys, in statements that run one after
 * another.
 */
export interface TableChanges {
  /** Changes that cannot share a statement with the rest and must come before it. */
  readonly before: readonly AlterTable[];
  /** The one ALTER that usually suffices. Without clauses there is nothing to do. */
  readonly main: AlterTable;
  readonly after: readonly AlterTable[];
}

/**
 * Compares two tables.
 * @param renamedFrom with its name and columns already renamed
 * @param renamed the column renames in this change
 * @param referenced columns of this table that foreign keys are on or refer to, under their new names: renaming one
 *   cannot share a statement with a change that copies the table (MariaDB 1846; MySQL 9.7 crashes)
 */
export function diffTable(
  renamedFrom: Table,
  to: Table,
  renamed: readonly NamePair[],
  referenced: ReadonlySet<string>,
  server: ServerInfo,
): TableChanges {
  const alter = (clauses: readonly AlterClause[], partitions: PartitionChange | null = null): AlterTable => ({
    type: "alter-table",
    table: to,
    clauses,
    partitions,
    keepsHistory: from.systemVersioned,
  });
  const before: AlterTable[] = [];
  const after: AlterTable[] = [];
  let from = renamedFrom;
  let partitions = diffPartitions(from, to);
  let joined: PartitionChange | null = null;
  if (from.partitioning !== null && mustLosePartitionsFirst(from.partitioning, to, renamed, server)) {
    before.push(alter([], { type: "remove-partitioning" }));
    partitions = to.partitioning === null ? [] : [{ type: "partition-by", partitioning: to.partitioning }];
  } else if (partitions.length === 1 && partitions[0] !== undefined && joinsOtherClauses(partitions[0])) {
    joined = partitions[0];
    partitions = [];
  }
  let columns = diffColumns(from, to, renamed, server);
  let checks = diffChecks(from, to, columns.replaced, server);
  const isReferenced = renamed.some((pair) => referenced.has(pair.to));
  if (isReferenced || reusesName(columns, renamed) || mustRenameFirst(columns, checks, renamed, server)) {
    const step = renameStep(from, renamed, server);
    before.push(alter(step.clauses));
    from = step.table;
    columns = diffColumns(from, to, [], server);
    checks = diffChecks(from, to, columns.replaced, server);
  }
  const versions = diffVersioning(from, to);
  before.push(...versions.before.map((clause) => alter([clause])));
  after.push(...versions.after.map((clause) => alter([clause])));
  if (columns.defaults.length > 0) after.push(alter(columns.defaults));
  after.push(...partitions.map((change) => alter([], change)));
  const indexes = diffIndexes(from, to, columns.replaced);
  const early = indexes.drops.filter((clause) => mustGoFirst(clause, indexes, columns, server));
  if (early.length > 0) before.push(alter(early));
  const all = [...mainClauses(from, to, columns, checks, indexes), ...versions.main].filter(
    (clause) => !early.includes(clause),
  );
  const late = takesOneFulltext(server) ? all.filter(isFulltext).slice(1) : [];
  const clauses = all.filter((clause) => !late.includes(clause));
  after.push(...late.map((clause) => alter([clause])));
  const hidden = clauses.length > 1 ? clauses.filter(hidesUnique) : [];
  if (hidden.length > 0) after.push(alter(hidden));
  if (indexes.renames.length > 0) after.push(alter(indexes.renames));
  const main = alter(
    clauses.filter((clause) => !hidden.includes(clause)),
    joined,
  );
  return { before, main, after };
}

function mainClauses(
  from: Table,
  to: Table,
  columns: ColumnChanges,
  checks: KeyChanges,
  indexes: KeyChanges,
): AlterClause[] {
  const periods = diffPeriods(from, to);
  return [
    ...checks.drops,
    ...periods.drops,
    ...indexes.drops,
    ...columns.drops,
    ...columns.changes,
    ...periods.adds,
    ...indexes.adds,
    ...checks.adds,
    ...diffOptions(from, to),
  ];
}

function diffPeriods(from: Table, to: Table): KeyChanges {
  const has = (table: Table, period: unknown): boolean =>
    table.periods.some((other) => isDeepStrictEqual(other, period));
  return {
    drops: from.periods.flatMap((period): AlterClause[] =>
      has(to, period) ? [] : [{ type: "drop-period", period }],
    ),
    adds: to.periods.flatMap((period): AlterClause[] =>
      has(from, period) ? [] : [{ type: "add-period", period }],
    ),
  };
}

/** Changes of versioning: before everything else, together with it, or afterwards. */
interface VersioningChanges {
  readonly before: readonly AlterClause[];
  readonly main: readonly AlterClause[];
  readonly after: readonly AlterClause[];
}

function diffVersioning(from: Table, to: Table): VersioningChanges {
  const begin: AlterClause = { type: "system-versioning", add: true };
  const end: AlterClause = { type: "system-versioning", add: false };
  if (!from.systemVersioned) return { before: [], main: to.systemVersioned ? [begin] : [], after: [] };
  const begins = to.systemVersioned ? [begin] : [];
  // MariaDB refuses to change the engine (error 4139), because versioning belongs to the engine.
  if (from.engine !== to.engine) return { before: [end], main: [], after: begins };
  if (!to.systemVersioned) return { before: [], main: [end], after: [] };
  // Explicit columns for system time must come and go together with the versioning (errors 4119, 4125).
  const [had, has] = [hasSystemTime(from), hasSystemTime(to)];
  if (had === has) return { before: [], main: [], after: [] };
  return had ? { before: [], main: [end], after: [begin] } : { before: [end], main: [begin], after: [] };
}

function hasSystemTime({ periods }: Table): boolean {
  return periods.some(({ name }) => name === "SYSTEM_TIME");
}

/**
 * MySQL takes the first unique key without nulls for the primary key when there is no other, and refuses to hide it
 * (error 3522) even in the statement that adds a primary key.
 */
function hidesUnique(clause: AlterClause): boolean {
  return clause.type === "index-visibility" && clause.index.kind === "unique" && !clause.index.visible;
}

function isFulltext(clause: AlterClause): boolean {
  return clause.type === "add-index" && clause.index.kind === "fulltext";
}

/**
 * MySQL does not notice a new parser in an ALTER that drops a FULLTEXT key and adds it again. And it changes the
 * reference system of a column only when there is no spatial index on it (error 3644).
 */
function mustGoFirst(
  clause: AlterClause,
  { adds }: KeyChanges,
  columns: ColumnChanges,
  server: ServerInfo,
): boolean {
  if (clause.type !== "drop-index" || !takesOneFulltext(server)) return false;
  const { index } = clause;
  if (index.kind === "fulltext") return adds.some((add) => isFulltext(add) && isNamed(add, index.name));
  if (index.kind !== "spatial") return false;
  const on = new Set(index.parts.flatMap((part) => ("column" in part ? [part.column] : [])));
  return columns.changes.some((change) => change.type === "change-column" && on.has(change.column.name));
}

function isNamed(clause: AlterClause, name: string): boolean {
  return clause.type === "add-index" && clause.index.name.toLowerCase() === name.toLowerCase();
}

/**
 * An index on a renamed column would end up on the column that takes the old name, be that a new one or another renamed
 * one.
 */
function reusesName(columns: ColumnChanges, renamed: readonly NamePair[]): boolean {
  const freed = new Set(renamed.map(({ from }) => from.toLowerCase()));
  const isRecased = ({ from, to }: NamePair): boolean => from.toLowerCase() === to.toLowerCase();
  if (renamed.some((pair) => !isRecased(pair) && freed.has(pair.to.toLowerCase()))) return true;
  return columns.changes.some(
    (clause) => clause.type === "add-column" && freed.has(clause.column.name.toLowerCase()),
  );
}

/**
 * MariaDB resolves the names in new expressions before it renames columns, and in old ones afterwards: an ALTER with
 * both finds neither.
 */
function mustRenameFirst(
  columns: ColumnChanges,
  checks: KeyChanges,
  renamed: readonly NamePair[],
  server: ServerInfo,
): boolean {
  if (renamed.length === 0 || !rewritesExpressionsOnRename(server)) return false;
  const names = new Set(renamed.map(({ to }) => to));
  return [...columns.changes, ...checks.adds].some((clause) => {
    if (clause.type === "add-check") return mentionsAny(clause.check.expression, names);
    if (clause.type !== "add-column" && clause.type !== "change-column") return false;
    const { generated, default: value, check } = clause.column;
    return [generated?.expression, value, check].some((text) => mentionsAny(text ?? "", names));
  });
}

/**
 * MariaDB does not end the versioning of a table that is partitioned by it (error 4131), whatever else the ALTER does.
 */
function mustLosePartitionsFirst(
  partitioning: Partitioning,
  to: Table,
  renamed: readonly NamePair[],
  server: ServerInfo,
): boolean {
  if (!to.systemVersioned && partitioning.by.startsWith("SYSTEM_TIME")) return true;
  return blocksRename(partitioning, renamed, server);
}

/** MySQL refuses to rename a column used for partitioning (error 3855), whatever else the ALTER does. */
function blocksRename(partitioning: Partitioning, renamed: readonly NamePair[], server: ServerInfo): boolean {
  if (rewritesExpressionsOnRename(server)) return false;
  const names = new Set(renamed.map(({ from }) => from));
  const by = `${partitioning.by} ${partitioning.subpartitionBy ?? ""}`;
  return [...tokens(by)].some(({ type, value }) => type !== "string" && names.has(value));
}

/** The changes that turn one table's options, engine and default character set into another's. */
function diffOptions(from: Table, to: Table): readonly AlterClause[] {
  const clauses: AlterClause[] = [];
  if (from.engine !== to.engine) clauses.push({ type: "option", name: "ENGINE", value: to.engine });
  if (from.charset !== to.charset || from.collation !== to.collation) clauses.push({ type: "character-set" });
  const wanted = new Map(to.options.map(({ name, value }) => [name, value]));
  const present = new Map(from.options.map(({ name, value }) => [name, value]));
  for (const { name } of from.options) {
    if (!wanted.has(name)) clauses.push({ type: "option", name, value: defaultValue(name) });
  }
  for (const { name, value } of to.options) {
    if (present.get(name) !== value) clauses.push({ type: "option", name, value });
  }
  if (from.comment !== to.comment) clauses.push({ type: "comment", comment: to.comment });
  return clauses;
}

/** The value with which SHOW CREATE TABLE no longer prints an option. */
const DEFAULTS: Readonly<Record<string, string>> = {
  AUTOEXTEND_SIZE: "0",
  AVG_ROW_LENGTH: "0",
  CHECKSUM: "0",
  COMPRESSION: "''",
  CONNECTION: "''",
  DELAY_KEY_WRITE: "0",
  ENCRYPTION: "'N'",
  INSERT_METHOD: "NO",
  KEY_BLOCK_SIZE: "0",
  MAX_ROWS: "0",
  MIN_ROWS: "0",
  PAGE_CHECKSUM: "0",
  TABLE_CHECKSUM: "0",
  TABLESPACE: "`innodb_file_per_table`",
  UNION: "()",
};

/** ROW_FORMAT, PACK_KEYS, the STATS options and MariaDB's engine-defined ones accept the word DEFAULT. */
function defaultValue(name: string): string {
  return DEFAULTS[name] ?? "DEFAULT";
}
