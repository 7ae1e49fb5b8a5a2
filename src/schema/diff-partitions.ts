import { isDeepStrictEqual } from "node:util";
import type { PartitionChange } from "./change";
import type { Partition, Partitioning, Table } from "./model";

/**
 * What takes one table's partitions to another's, keeping every row that still has a partition to be in.
 * @returns the changes in order, each a statement of its own unless it is the only one and stands alone anyway
 */
export function diffPartitions(from: Table, to: Table): readonly PartitionChange[] {
  const [before, after] = [from.partitioning, to.partitioning];
  if (isDeepStrictEqual(before, after)) return [];
  if (after === null) return [{ type: "remove-partitioning" }];
  if (before === null) return [{ type: "partition-by", partitioning: after }];
  return incremental(before, after) ?? [{ type: "partition-by", partitioning: after }];
}

/** Whether a change can be written behind the other clauses of an ALTER. https://dev.mysql.com/doc/refman/8.4/en/alter-table-partition-operations.html */
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
 * Ranges: what is equal at the front stays. Of the rest, old partitions are reorganised into new ones as long as
 * those reach as far, so that no row is without one; what is beyond is added, or dropped with its rows.
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
  // What is equal at the end stays, as long as both sides still end at the same bound before it.
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

/** Lists: partitions are added at the end, or dropped with their rows; anything else is done anew. */
function lists(before: readonly Partition[], after: readonly Partition[]): readonly PartitionChange[] | null {
  const kept = before.filter((partition) => after.some((other) => isDeepStrictEqual(partition, other)));
  const dropped = before.filter((partition) => !kept.includes(partition));
  if (!isDeepStrictEqual(kept, after.slice(0, kept.length)) || kept.length === 0) return null;
  const added = after.slice(kept.length);
  // Rows of a dropped partition may belong into an added one.
  if (dropped.length > 0 && added.length > 0) return null;
  if (dropped.length > 0) return [{ type: "drop-partitions", partitions: dropped }];
  return [{ type: "add-partitions", partitions: added }];
}
