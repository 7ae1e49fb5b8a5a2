import type { ObjectChange } from "./kinds/kind";
import type { Check, Column, ForeignKey, Index, Partition, Partitioning, Period, Table } from "./model";

/** A difference between two schemas that takes one statement. */
export type Change =
  | { readonly type: "create-table"; readonly table: Table; readonly foreignKeys: readonly ForeignKey[] }
  | { readonly type: "drop-table"; readonly table: Table }
  | { readonly type: "rename-tables"; readonly renames: readonly NamePair[] }
  | AlterTable
  | ObjectChange;

export interface NamePair {
  readonly from: string;
  readonly to: string;
}

export interface AlterTable {
  readonly type: "alter-table";
  /** The table as it should be in the end; its name is the one it has when the statement runs. */
  readonly table: Table;
  readonly clauses: readonly AlterClause[];
  /** What it does to the partitions, written after all clauses. */
  readonly partitions: PartitionChange | null;
  /** The table has a history that MariaDB would not carry across the statement unasked. */
  readonly keepsHistory: boolean;
}

/** Where a column goes; null: it stays, or a new one goes last. */
export type Position = { readonly after: string } | "first" | null;

export type AlterClause =
  | { readonly type: "drop-foreign-key"; readonly name: string }
  | { readonly type: "drop-check"; readonly name: string }
  | { readonly type: "drop-period"; readonly period: Period }
  | { readonly type: "drop-index"; readonly index: Index }
  | { readonly type: "rename-index"; readonly from: string; readonly to: string }
  | { readonly type: "drop-column"; readonly column: Column }
  | { readonly type: "rename-column"; readonly from: string; readonly to: string }
  | {
      readonly type: "change-column";
      readonly from: Column;
      readonly column: Column;
      /** Its old name; null when the name stays. */
      readonly oldName: string | null;
      readonly position: Position;
    }
  | { readonly type: "add-column"; readonly column: Column; readonly position: Position }
  | { readonly type: "drop-default"; readonly column: Column }
  /** The default of a column that was just added, if the server does not take both together. */
  | { readonly type: "set-default"; readonly column: Column }
  | { readonly type: "add-period"; readonly period: Period }
  | { readonly type: "add-index"; readonly index: Index }
  | { readonly type: "index-visibility"; readonly index: Index }
  | { readonly type: "add-check"; readonly check: Check }
  | { readonly type: "check-enforcement"; readonly check: Check }
  | { readonly type: "add-foreign-key"; readonly key: ForeignKey }
  | { readonly type: "option"; readonly name: string; readonly value: string }
  | { readonly type: "comment"; readonly comment: string }
  /** The table's default, for later columns. */
  | { readonly type: "character-set" }
  | { readonly type: "system-versioning"; readonly add: boolean };

export type PartitionChange =
  | { readonly type: "partition-by"; readonly partitioning: Partitioning }
  | { readonly type: "remove-partitioning" }
  | { readonly type: "add-partitions"; readonly partitions: readonly Partition[] }
  | { readonly type: "add-hash-partitions"; readonly count: number }
  | { readonly type: "coalesce-partitions"; readonly count: number }
  | { readonly type: "drop-partitions"; readonly partitions: readonly Partition[] }
  | {
      readonly type: "reorganize-partitions";
      readonly names: readonly string[];
      readonly into: readonly Partition[];
    };
