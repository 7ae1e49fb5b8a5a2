import { isDeepStrictEqual } from "node:util";
import { quoteIdentifier } from "../../syntax/quote";
import type { PartitionChange } from "../change";
import type { Partition, Partitioning, Table } from "../model";
import { isOneOf, type SqlCursor } from "../sql-cursor";

const AFTER_METHOD: ReadonlySet<string> = new Set(["PARTITIONS", "SUBPARTITION", "SUBPARTITIONS"]);

/** Reads PARTITION BY … at the end of SHOW CREATE TABLE. */
export function parsePartitioning(cursor: SqlCursor): Partitioning {
  cursor.expect("PARTITION", "BY");
  const by = parseMethod(cursor);
  let count = parseCount(cursor, "PARTITIONS");
  let subpartitionBy: string | null = null;
  let subpartitionCount: number | null = null;
  if (cursor.accept("SUBPARTITION", "BY")) {
    subpartitionBy = parseMethod(cursor);
    subpartitionCount = parseCount(cursor, "SUBPARTITIONS");
  }
  const partitions = cursor.at("(") ? parsePartitions(cursor, "PARTITION") : [];
  if (partitions.length > 0) count = null;
  return { by, count, subpartitionBy, subpartitionCount, partitions };
}

/** The method with its expression or columns, white space tidied: MySQL prints `LIST  COLUMNS(a,b)`. */
function parseMethod(cursor: SqlCursor): string {
  const words: string[] = [];
  while (words.length === 0 || (cursor.peek()?.type === "word" && !isListStart(cursor) && !isCount(cursor))) {
    const token = cursor.next();
    words.push(cursor.text.slice(token.start, token.end));
    if (token.value.toUpperCase() === "ALGORITHM") {
      cursor.expect("=");
      words[words.length - 1] = `ALGORITHM = ${cursor.next().value}`;
    }
    if (cursor.at("(") && !isListStart(cursor)) words.push(cursor.group());
    else if (cursor.peek()?.type === "string" || cursor.peek()?.type === "number")
      words.push(literal(cursor));
  }
  return words.join(" ");
}

function literal(cursor: SqlCursor): string {
  const token = cursor.next();
  return cursor.text.slice(token.start, token.end);
}

function isListStart(cursor: SqlCursor): boolean {
  return cursor.at("(", "PARTITION") || cursor.at("(", "SUBPARTITION");
}

function isCount(cursor: SqlCursor): boolean {
  const token = cursor.peek();
  return token !== null && isOneOf(token, AFTER_METHOD);
}

function parseCount(cursor: SqlCursor, word: string): number | null {
  return cursor.accept(word) ? Number(cursor.next().value) : null;
}

function parsePartitions(cursor: SqlCursor, word: "PARTITION" | "SUBPARTITION"): Partition[] {
  const partitions: Partition[] = [];
  cursor.expect("(");
  do {
    cursor.expect(word);
    const name = cursor.name();
    const values = parseValues(cursor);
    const options: string[] = [];
    while (!cursor.at(",") && !cursor.at(")") && !cursor.at("(")) {
      const option = parseOption(cursor);
      if (option !== null) options.push(option);
    }
    const subpartitions = cursor.at("(") ? parsePartitions(cursor, "SUBPARTITION") : [];
    partitions.push({ name, values, options: options.join(" "), subpartitions });
  } while (cursor.accept(","));
  cursor.expect(")");
  return partitions;
}

/** Also MariaDB's `DEFAULT` of a list and the `HISTORY` and `CURRENT` of SYSTEM_TIME. */
function parseValues(cursor: SqlCursor): string | null {
  if (cursor.accept("VALUES", "LESS", "THAN")) {
    return `VALUES LESS THAN ${cursor.accept("MAXVALUE") ? "MAXVALUE" : cursor.group()}`;
  }
  if (cursor.accept("VALUES", "IN")) return `VALUES IN ${cursor.group()}`;
  for (const word of ["HISTORY", "CURRENT", "DEFAULT"]) if (cursor.accept(word)) return word;
  return null;
}

/** @returns the option as SQL; null for the engine, which is the table's */
function parseOption(cursor: SqlCursor): string | null {
  let name = cursor.next().value.toUpperCase();
  if (name === "DATA" || name === "INDEX") name += ` ${cursor.name().toUpperCase()}`;
  cursor.accept("=");
  const value = literal(cursor);
  return name === "ENGINE" ? null : `${name} = ${value}`;
}

/**
 * The changes that turn one table's partitions into another's and keep every row that still has a partition.
 * @returns the changes in order, each for a statement of its own unless there is only one
 */
export function diffPartitions(from: Table, to: Table): readonly PartitionChange[] {
  const [before, after] = [from.partitioning, to.partitioning];
  if (isDeepStrictEqual(before, after)) return [];
  if (after === null) return [{ type: "remove-partitioning" }];
  if (before === null) return [{ type: "partition-by", partitioning: after }];
  return incremental(before, after) ?? [{ type: "partition-by", partitioning: after }];
}

/**
 * Whether a change can be written after the other clauses of an ALTER.
 * https://dev.mysql.com/doc/refman/8.4/en/alter-table-partition-operations.html
 */
export function joinsOtherClauses(change: PartitionChange): boolean {
  return change.type === "partition-by" || change.type === "remove-partitioning";
}

function incremental(before: Partitioning, after: Partitioning): readonly PartitionChange[] | null {
  const sameMethod = isDeepStrictEqual(
    { ...before, partitions: [], count: null },
    { ...after, partitions: [], count: null },
  );
  if (!sameMethod) return null;
  if (before.count !== null && after.count !== null) {
    const more = after.count - before.count;
    if (more > 0) return [{ type: "add-hash-partitions", count: more }];
    return [{ type: "coalesce-partitions", count: -more }];
  }
  if (before.count !== null || after.count !== null) return null;
  if (/^RANGE\b/i.test(after.by)) return ranges(before.partitions, after.partitions);
  if (/^LIST\b/i.test(after.by)) return lists(before.partitions, after.partitions);
  return null;
}

/**
 * Ranges: equal partitions at the front stay. Of the rest, old partitions are reorganised into new ones as far as these
 * reach, so that no row is left without one; beyond that, partitions are added, or dropped with their rows.
 */
function ranges(
  before: readonly Partition[],
  after: readonly Partition[],
): readonly PartitionChange[] | null {
  let same = 0;
  while (same < before.length && isDeepStrictEqual(before[same], after[same])) same++;
  const [old, wanted] = [before.slice(same), after.slice(same)];
  if (old.length === 0) return [{ type: "add-partitions", partitions: wanted }];
  if (wanted.length === 0) return [{ type: "drop-partitions", partitions: old }];
  const upTo = old.findLastIndex((partition) => wanted.some(({ values }) => values === partition.values));
  const meets = wanted.findIndex(({ values }) => values === old[upTo]?.values);
  if (upTo === -1 || meets === -1) return null;
  const changes: PartitionChange[] = [];
  const [into, added] = [wanted.slice(0, meets + 1), wanted.slice(meets + 1)];
  const dropped = old.slice(upTo + 1);
  if (dropped.length > 0) changes.push({ type: "drop-partitions", partitions: dropped });
  const reorganized = old.slice(0, upTo + 1);
  // Equal partitions at the end stay, as long as both sides have the same bound before them.
  while (
    reorganized.length > 1 &&
    into.length > 1 &&
    isDeepStrictEqual(reorganized.at(-1), into.at(-1)) &&
    reorganized.at(-2)?.values === into.at(-2)?.values
  ) {
    reorganized.pop();
    into.pop();
  }
  if (!isDeepStrictEqual(reorganized, into)) {
    changes.push({ type: "reorganize-partitions", names: reorganized.map(({ name }) => name), into });
  }
  if (added.length > 0) changes.push({ type: "add-partitions", partitions: added });
  return changes;
}

/** Lists: partitions are added at the end, or dropped with their rows; anything else is partitioned anew. */
function lists(before: readonly Partition[], after: readonly Partition[]): readonly PartitionChange[] | null {
  const kept = before.filter((partition) => after.some((other) => isDeepStrictEqual(partition, other)));
  const dropped = before.filter((partition) => !kept.includes(partition));
  if (!isDeepStrictEqual(kept, after.slice(0, kept.length)) || kept.length === 0) return null;
  const added = after.slice(kept.length);
  // Rows of a dropped partition may belong in an added one.
  if (dropped.length > 0 && added.length > 0) return null;
  if (dropped.length > 0) return [{ type: "drop-partitions", partitions: dropped }];
  return [{ type: "add-partitions", partitions: added }];
}

/** `PARTITION BY …`, with its partitions. */
export function partitioningClause(partitioning: Partitioning): string {
  const lines = [`PARTITION BY ${partitioning.by}`];
  if (partitioning.count !== null) lines.push(`PARTITIONS ${partitioning.count}`);
  if (partitioning.subpartitionBy !== null) lines.push(`SUBPARTITION BY ${partitioning.subpartitionBy}`);
  if (partitioning.subpartitionCount !== null) lines.push(`SUBPARTITIONS ${partitioning.subpartitionCount}`);
  if (partitioning.partitions.length > 0) lines.push(partitionList(partitioning.partitions));
  return lines.join("\n");
}

/** `(PARTITION …, PARTITION …)` */
function partitionList(partitions: readonly Partition[]): string {
  return `(${partitions.map((partition) => partitionDefinition("PARTITION", partition)).join(",\n ")})`;
}

function partitionDefinition(word: string, partition: Partition): string {
  const parts = [`${word} ${quoteIdentifier(partition.name)}`];
  if (partition.values !== null) parts.push(partition.values);
  if (partition.options !== "") parts.push(partition.options);
  if (partition.subpartitions.length > 0) {
    const inner = partition.subpartitions.map((sub) => partitionDefinition("SUBPARTITION", sub));
    parts.push(`(${inner.join(", ")})`);
  }
  return parts.join(" ");
}

/** A change of the partitions, as ALTER TABLE takes it. */
export function renderPartitionChange(change: PartitionChange): string {
  switch (change.type) {
    case "partition-by":
      return partitioningClause(change.partitioning);
    case "remove-partitioning":
      return "REMOVE PARTITIONING";
    case "add-partitions":
      return `ADD PARTITION ${partitionList(change.partitions)}`;
    case "add-hash-partitions":
      return `ADD PARTITION PARTITIONS ${change.count}`;
    case "coalesce-partitions":
      return `COALESCE PARTITION ${change.count}`;
    case "drop-partitions":
      return `DROP PARTITION ${change.partitions.map(({ name }) => quoteIdentifier(name)).join(", ")}`;
    case "reorganize-partitions": {
      const names = change.names.map(quoteIdentifier).join(", ");
      return `REORGANIZE PARTITION ${names} INTO ${partitionList(change.into)}`;
    }
    default:
      return change satisfies never;
  }
}
