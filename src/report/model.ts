import type { Finding } from "../scratch/lint";

/** Everything that a report shows: renderers need nothing else. It can be printed as JSON. */
export interface Report {
  /** The database; the folder if no database was asked. */
  readonly title: string;
  /** `MySQL 9.7.4`. */
  readonly server: string;
  /** When it was made: ISO 8601, UTC. */
  readonly made: string;
  /** Version of this tool. */
  readonly tool: string;
  /** Where the schema comes from: as found in the database, or as migrations build it. */
  readonly of: string;
  /** Its version; null: base, or unknown. */
  readonly version: number | null;
  /** Tables, views and sequences, by name. */
  readonly tables: readonly ReportedTable[];
  readonly programs: readonly ReportedProgram[];
  readonly migrations: readonly ReportedMigration[];
  /** Oldest first. */
  readonly history: readonly ReportedLine[];
  /** What will change; null: nothing, or unknown (then a remark says why). */
  readonly difference: Difference | null;
  /** SQL that would make the database what its migrations build; empty: no difference. Null: not checked. */
  readonly drift: string | null;
  /** What a reader should know: what could not be read, and why something is missing. */
  readonly remarks: readonly string[];
}

export interface ReportedTable {
  readonly kind: "table" | "view" | "sequence";
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly ReportedColumn[];
  readonly indexes: readonly ReportedIndex[];
  /** Its foreign keys. */
  readonly references: readonly ReportedKey[];
  /** Foreign keys of other tables that refer to it; `table` is where they are. */
  readonly referencedBy: readonly ReportedKey[];
  readonly checks: readonly { readonly name: string; readonly expression: string }[];
  readonly triggers: readonly { readonly name: string; readonly when: string; readonly body: string }[];
  /** Tables and views that a view mentions. */
  readonly uses: readonly string[];
  /** Views that mention it. */
  readonly usedBy: readonly string[];
  /** `InnoDB, utf8mb4_0900_ai_ci`; empty if there is none. */
  readonly storage: string;
  /** The server's estimate; null: not known. */
  readonly size: { readonly rows: number; readonly bytes: number } | null;
  /** The statement that makes it. */
  readonly definition: string;
}

export interface ReportedColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** As SQL; null: none. */
  readonly default: string | null;
  /** Everything else: `AUTO_INCREMENT`, `GENERATED ALWAYS AS (…) STORED`, `COLLATE …`. */
  readonly more: string;
  readonly comment: string;
  /** Its most important role in a key. */
  readonly key: "primary" | "foreign" | "unique" | "index" | null;
}

export interface ReportedIndex {
  readonly name: string;
  readonly kind: string;
  /** Columns and expressions, as SQL without quotes. */
  readonly parts: readonly string[];
  readonly more: string;
}

export interface ReportedKey {
  readonly name: string;
  /** The table at the other end. */
  readonly table: string;
  /** Null: in the same database. */
  readonly database: string | null;
  readonly columns: readonly string[];
  readonly referencedColumns: readonly string[];
  /** `ON DELETE CASCADE`, or empty. */
  readonly actions: string;
}

/** A routine or an event. */
export interface ReportedProgram {
  readonly kind: string;
  readonly name: string;
  readonly definition: string;
}

export interface ReportedMigration {
  readonly version: number;
  /** `0007_add_email`. */
  readonly label: string;
  readonly state: string;
  readonly isPending: boolean;
  /** The problems with it. */
  readonly problems: readonly string[];
  /** Null: not in the folder and not in the history, or too large to show (`missingText` says which). */
  readonly up: string | null;
  readonly down: string | null;
  readonly missingText: string | null;
}

export interface ReportedLine {
  readonly id: number;
  readonly version: number;
  readonly label: string;
  /** `applied`, `reverted`, `stamped`, `failed after 2 of 5`. */
  readonly what: string;
  readonly tone: Tone;
  readonly direction: "up" | "down" | null;
  readonly startedAt: string;
  readonly durationMs: number | null;
  /** `2 statements by app@% (ann@laptop)`. */
  readonly who: string;
  readonly reason: string | null;
  readonly error: string | null;
}

export type Tone = "good" | "neutral" | "warn" | "bad";

/** What happens to a thing. */
export type Mark = "added" | "changed" | "dropped";

export interface Difference {
  /** `The pending migrations`, `From 3 to 7`. */
  readonly title: string;
  readonly tables: readonly ChangedTable[];
  /** Views, routines, triggers, events: one line each. */
  readonly others: readonly { readonly mark: Mark; readonly what: string }[];
  /** SQL that has the same effect on the schema. */
  readonly sql: string;
  /** Null: lint was not run. */
  readonly findings: readonly ReportedFinding[] | null;
}

export interface ChangedTable {
  readonly name: string;
  readonly mark: Mark;
  /** The columns that are added, changed or dropped; all columns of an added or dropped table. */
  readonly columns: readonly ChangedColumn[];
  /** What else changes, in words: `index by_email added`. */
  readonly notes: readonly string[];
  /** The table as it is afterwards, or as it was if it is dropped. */
  readonly table: ReportedTable;
}

export interface ChangedColumn {
  readonly name: string;
  readonly mark: Mark;
  readonly type: string;
  /** `was varchar(50)`; empty. */
  readonly note: string;
}

export interface ReportedFinding {
  readonly place: string;
  readonly sql: string;
  readonly level: Finding["level"] | "allowed" | "cost";
  readonly text: string;
}
