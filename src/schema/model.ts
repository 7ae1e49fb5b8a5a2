import type { ObjectLists } from "./kinds/all-kinds";
import type { NotCompared } from "./show-create";

/**
 * A schema as one server prints it, without what does not belong to its shape: AUTO_INCREMENT counters, the database's
 * own name, options that only repeat a default. Two schemas from the same server are the same if `diffSchemas` finds no
 * change.
 */
export interface Schema extends ObjectLists {
  /** Sorted by name, like everything here that has no order of its own. */
  readonly tables: readonly Table[];
  /** What exists but could not be read, so that nobody believes it to be equal. */
  readonly notCompared: readonly NotCompared[];
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** In the server's order, which matters for unique ones. */
  readonly indexes: readonly Index[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly Check[];
  /** MariaDB `PERIOD FOR`. */
  readonly periods: readonly Period[];
  readonly engine: string;
  readonly charset: string;
  readonly collation: string;
  readonly comment: string;
  /** MariaDB `WITH SYSTEM VERSIONING`. */
  readonly systemVersioned: boolean;
  /** All other options, name in upper case (engine-defined ones in backticks), value as SQL. */
  readonly options: readonly TableOption[];
  readonly partitioning: Partitioning | null;
}

export interface TableOption {
  readonly name: string;
  readonly value: string;
}

export interface Column {
  readonly name: string;
  /** As printed, without character set: `int unsigned`, `enum('a','b')`, `varchar(100) COMPRESSED`. */
  readonly type: string;
  /** Null for types without a character set. */
  readonly charset: string | null;
  readonly collation: string | null;
  readonly nullable: boolean;
  /**
   * SQL of the default. `NULL` and null differ: with null, the default of a nullable column was dropped, and every
   * INSERT must give a value.
   */
  readonly default: string | null;
  /** SQL of ON UPDATE, `CURRENT_TIMESTAMP(3)`. */
  readonly onUpdate: string | null;
  readonly generated: Generated | null;
  readonly autoIncrement: boolean;
  readonly invisible: boolean;
  readonly comment: string;
  /** Expression of the CHECK that is part of the column (MariaDB). */
  readonly check: string | null;
  /** Everything else that the server prints, as printed: `SRID 4326`, `WITHOUT SYSTEM VERSIONING`, … */
  readonly attributes: readonly string[];
}

export interface Generated {
  /** With its parentheses; or MariaDB's `ROW START`, `ROW END`. */
  readonly expression: string;
  readonly stored: boolean;
}

export type IndexKind = "primary" | "unique" | "key" | "fulltext" | "spatial" | "vector";

export interface Index {
  readonly kind: IndexKind;
  /** `PRIMARY` for the primary key. */
  readonly name: string;
  readonly parts: readonly IndexPart[];
  /** False: MySQL `INVISIBLE`, MariaDB `IGNORED`. */
  readonly visible: boolean;
  readonly comment: string;
  /**
   * Everything else that the server prints (not USING, COMMENT and visibility), as printed: `WITH PARSER ngram`, `USING
   * HASH`.
   */
  readonly attributes: readonly string[];
}

export type IndexPart =
  | {
      readonly column: string;
      /** Prefix length in characters or bytes, as declared. */
      readonly length: number | null;
      readonly descending: boolean;
      /** MariaDB: an application-time period, `WITHOUT OVERLAPS`. */
      readonly withoutOverlaps: boolean;
    }
  | {
      /** With its parentheses. */
      readonly expression: string;
      readonly descending: boolean;
    };

export type ReferentialAction = "RESTRICT" | "NO ACTION" | "CASCADE" | "SET NULL" | "SET DEFAULT";

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  /** Null: the same database. */
  readonly referencedDatabase: string | null;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  /** Null: none was declared, or one that means the same as none. */
  readonly onDelete: ReferentialAction | null;
  readonly onUpdate: ReferentialAction | null;
}

export interface Check {
  readonly name: string;
  /** With its parentheses. */
  readonly expression: string;
  readonly enforced: boolean;
}

export interface Period {
  /** As printed: `SYSTEM_TIME`, or the quoted name of an application-time period. */
  readonly name: string;
  readonly start: string;
  readonly end: string;
}

export interface Partitioning {
  /** `RANGE (`id`)`, `LINEAR HASH (`id`)`, `SYSTEM_TIME INTERVAL 1 MONTH`. */
  readonly by: string;
  /** Null when the partitions are listed. */
  readonly count: number | null;
  readonly subpartitionBy: string | null;
  readonly subpartitionCount: number | null;
  readonly partitions: readonly Partition[];
}

export interface Partition {
  readonly name: string;
  /** `VALUES LESS THAN (10)`, `VALUES IN (1,2)`, `HISTORY`; null for HASH and KEY. */
  readonly values: string | null;
  /** COMMENT, MAX_ROWS and the like, as printed; without the engine, which all share. */
  readonly options: string;
  readonly subpartitions: readonly Partition[];
}
