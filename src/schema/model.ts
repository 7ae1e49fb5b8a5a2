/**
 * A schema as one server renders it, less what says nothing about its shape: AUTO_INCREMENT counters, the
 * database's own name, options that only repeat a default. Two schemas read from the same server are the same
 * exactly when `diffSchemas` finds no change.
 */
export interface Schema {
  /** Sorted by name, as everything here that has no order of its own. */
  readonly tables: readonly Table[];
  /** MariaDB only. */
  readonly sequences: readonly Sequence[];
  readonly views: readonly View[];
  /** By table, timing and event, then in the order in which they fire. */
  readonly triggers: readonly Trigger[];
  readonly routines: readonly Routine[];
  readonly events: readonly ScheduledEvent[];
  /** What exists but could not be read, so that nobody takes silence for equality. */
  readonly notCompared: readonly NotCompared[];
}

export interface NotCompared {
  /** For people: `procedure p`, `triggers`. */
  readonly object: string;
  readonly why: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** In the server's order, which has an effect among unique ones. */
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
  /** As rendered, without character set: `int unsigned`, `enum('a','b')`, `varchar(100) COMPRESSED`. */
  readonly type: string;
  /** Null for types without one. */
  readonly charset: string | null;
  readonly collation: string | null;
  readonly nullable: boolean;
  /**
   * SQL of the default. `NULL` and null differ: a nullable column whose default was dropped must be given a
   * value by every INSERT.
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
  /** USING, COMMENT and visibility aside, what the server prints, as printed: `WITH PARSER ngram`, `USING HASH`. */
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
  /** Null: none was named, or one that means the same. */
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
  /** COMMENT, MAX_ROWS and the like, as printed; the engine, which all share, is left out. */
  readonly options: string;
  readonly subpartitions: readonly Partition[];
}

/** What views, triggers, routines and events have in common. */
interface Definer {
  /** As SQL; null: the account that read it, which is whoever creates it. */
  readonly definer: string | null;
}

/** The settings that the server remembers with a stored program and restores when it runs. */
interface StoredProgram extends Definer {
  readonly name: string;
  /** Null: that of the session that read it. */
  readonly sqlMode: string | null;
}

export interface View extends Definer {
  readonly name: string;
  readonly algorithm: string;
  readonly security: string;
  /** From behind the name to the end: column list, AS, the query, WITH CHECK OPTION. */
  readonly definition: string;
  /** Names of this schema's tables and views that the query mentions. */
  readonly uses: readonly string[];
}

export interface Trigger extends StoredProgram {
  readonly table: string;
  readonly timing: "BEFORE" | "AFTER";
  /** `INSERT`; several joined by OR where the server allows that. */
  readonly event: string;
  readonly body: string;
}

export interface Routine extends StoredProgram {
  readonly type: "procedure" | "function" | PackagePart;
  /** MariaDB: CREATE AGGREGATE FUNCTION. */
  readonly aggregate: boolean;
  /** From behind the name to the end of the body. */
  readonly definition: string;
}

/** MariaDB: what a package shows, and what it is made of. A package goes with its body, and may have none. */
export type PackagePart = "package" | "package body";

export interface ScheduledEvent extends StoredProgram {
  /** `EVERY 1 DAY STARTS '…' ENDS '…'`, `AT '…'`; a start that is the moment of creation is left out. */
  readonly schedule: string;
  /** Seconds from creation to a one-time event, for `AT CURRENT_TIMESTAMP + …`; null for recurring ones. */
  readonly delay: number | null;
  readonly preserve: boolean;
  /** `ENABLE`, `DISABLE`, `DISABLE ON SLAVE`. */
  readonly status: string;
  readonly comment: string;
  readonly body: string;
  /** Null: that of the session that read it. */
  readonly timeZone: string | null;
}

export interface Sequence {
  readonly name: string;
  readonly start: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly increment: string;
  /** 0: NOCACHE. */
  readonly cache: string;
  readonly cycle: boolean;
  readonly engine: string;
  readonly comment: string;
  /** Type of its values where one was declared (MariaDB 11.5), as printed. */
  readonly type: string | null;
}
