import type { SettingOptions } from "../settings/settings";

// What the verbs take from a program, as its author sees it. A test compares every property with the verbs' own tables:
// the names are those of the flags in camelCase, and seconds there are milliseconds here, with Ms at the end of the
// name.

/** Options of every migrator besides the database: where the migrations are, and how to stop. */
export interface CommonOptions extends SettingOptions {
  /**
   * The server for the throwaway databases of `diff`, `verify`, `lint` and `check`: `mysql://user:password@host:port`.
   * Default: a server program on this machine is started for the purpose; without one, they are made on the target's
   * own server.
   */
  readonly scratchDatabaseUrl?: string | undefined;
  /**
   * The target is a production database: throwaway databases are never made on its server (`no-scratch` instead), and `down` and
   * `redo` need `yes`. Default false.
   */
  readonly production?: boolean | undefined;
  /** Milliseconds between `progress` events, above 0. Default: no such events. */
  readonly progressMs?: number | undefined;
  /** Abort it to end a run after the current statement; the run then fails with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Abort it to kill the current statement on the server; its outcome is recorded, and the run fails with
   * `interrupted`.
   */
  readonly killSignal?: AbortSignal | undefined;
}

/**
 * Where to end up: a version (`7`, `"0007"`), the folder's newest (`"head"`), before the first (`"base"`, `0`), or a
 * number of migrations from here (`"+2"`, `"-1"`).
 */
export type TargetOption = number | "head" | "base" | `${number}` | `+${number}` | `-${number}`;

/** This verb takes no options. */
export type NoOptions = Readonly<Record<string, never>>;

/** What every verb that runs migrations takes. */
export interface RunOptions {
  /** Give the plan with its SQL in `planned`, and run nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Milliseconds to wait for another runner, then `lock-timeout`. Default 300,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** Milliseconds to wait for a server that is still starting, then `cannot-connect`. Default 0. */
  readonly waitMs?: number | undefined;
  /**
   * Milliseconds that a statement waits for its locks before it gives up, pauses and tries again; the server counts in whole
   * seconds. After several tries the run fails with `blocked`. Default 5,000.
   */
  readonly lockWaitMs?: number | undefined;
  /** Also run on a replica or a read-only server, instead of rejecting with `read-only-server`. Default false. */
  readonly allowReplica?: boolean | undefined;
}

/** Where a run ends up: give one of these. */
export interface TargetOptions {
  /** End up here, in either direction. Rejects with `unknown-version` if there is no such version. */
  readonly to?: TargetOption | undefined;
  /** The same as `to`, just as `up 7` is the same as `up --to 7` on the command line. */
  readonly target?: TargetOption | undefined;
  /** Go this many migrations, at least 1. */
  readonly steps?: number | undefined;
}

/** What `up` and `redo` may ignore. */
export interface AllowOptions {
  /** Go on when the database has versions that this folder lacks, instead of rejecting with `ahead`. Default false. */
  readonly allowAhead?: boolean | undefined;
  /**
   * Also apply pending versions below the newest applied one, instead of rejecting with `out-of-order`. Default false.
   */
  readonly allowOutOfOrder?: boolean | undefined;
}

/** Options of `up`. Without a target: everything that is pending. */
export interface UpOptions extends TargetOptions, RunOptions, AllowOptions {
  /** Begin in a database that has tables but no history, instead of rejecting with `existing-tables`. Default false. */
  readonly allowExisting?: boolean | undefined;
}

/** What `down` and `redo` need for a production database. */
export interface ConfirmOptions {
  /** Revert on a database marked `production`, instead of rejecting with `not-confirmed`. Default false. */
  readonly yes?: boolean | undefined;
}

/** Options of `down`. Give a target or `steps`. */
export interface DownOptions extends TargetOptions, RunOptions, ConfirmOptions {}

/** Options of `redo`. */
export interface RedoOptions extends RunOptions, AllowOptions, ConfirmOptions {}

/** Options of `create`. */
export interface CreateOptions {
  /** What the migration does, such as `add_email_to_users`. */
  readonly name: string;
}

/** Options of `status`. */
export interface StatusOptions {
  /** Give only migrations that are not applied or have a problem. Default false. */
  readonly pending?: boolean | undefined;
  /** Decides the command line's exit code; the result is the same. */
  readonly check?: boolean | undefined;
}

/** Options of `history`. */
export interface HistoryOptions {
  /** Only these versions: `"3:7"`, `":head"`, `"base:"`, `"-2:head"`. Default all. */
  readonly range?: string | undefined;
  /** Only this many of the newest lines, at least 1. Default all. */
  readonly last?: number | undefined;
}

/** Options of `show`. */
export interface ShowOptions {
  /** The migration: a version, `"head"`, or a distance from the current one. */
  readonly which: TargetOption;
  /** Also give the applied text from the history. Default false. */
  readonly applied?: boolean | undefined;
}

/** Options of `repair`. */
export interface RepairOptions {
  /** Versions to accept as they are on disk. Default none: list what could be repaired. */
  readonly versions?: readonly number[] | undefined;
  /** Why it is right; kept in the history. Needed when there are versions. */
  readonly reason?: string | undefined;
}

/** Options of `stamp`. */
export interface StampOptions {
  /** The version to record as the current one. */
  readonly target?: TargetOption | undefined;
  /** Take over the version from this tool; its table is only read. */
  readonly from?: "alembic" | "db-migrate" | "dbmate" | "flyway" | "golang-migrate" | "knex" | undefined;
  /** Why; kept in the history. */
  readonly reason?: string | undefined;
  /** Only say what would be recorded. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** Options of `baseline`. */
export interface BaselineOptions extends IgnoreOptions {
  /** The name of the migration. */
  readonly name: string;
  /** Where to write the schema, unless the file exists. Default `schema.sql` beside the migrations folder. */
  readonly schema?: string | undefined;
  /** Only give the pair; write and record nothing. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** Options of `squash`. */
export interface SquashOptions {
  /** What to call the new pair. Default `squashed`. */
  readonly name?: string | undefined;
  /** The last version that goes into it. */
  readonly to: number | `${number}`;
  /** Delete the old files instead of moving them to `archive` beside the folder. Default false. */
  readonly delete?: boolean | undefined;
  /** Give the new pair; write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** Options of `merge`. */
export interface MergeOptions {
  /** Pending versions that build on a moved one and move with it. Default none. */
  readonly also?: readonly number[] | undefined;
  /** If no side is applied, the name of the one that keeps the number. Default the first by name. */
  readonly keep?: string | undefined;
  /** Only say what would be renamed. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** Options of `resolve`: one of `applied`, `notApplied` and `giveUp`. */
export interface ResolveOptions {
  /** Version of the migration that stopped. */
  readonly version: number;
  /** The statement took effect: go on with the next one. */
  readonly applied?: boolean | undefined;
  /** The statement did not take effect: run it again. */
  readonly notApplied?: boolean | undefined;
  /** You have undone by hand what was applied: start over. Needs a reason. */
  readonly giveUp?: boolean | undefined;
  /** Why you are sure; kept in the history. */
  readonly reason?: string | undefined;
}

/** What `diff`, `check` and `dump` leave out. */
export interface IgnoreOptions {
  /** Names to leave out, with commas between them: `"knex_*,_*_gho"`. Default the migrator's `ignore`. */
  readonly ignore?: string | undefined;
}

/** What `diff` and `check` do not compare. */
export interface PartitionOptions {
  /** Tables whose partitions are not compared, `"*"` for all. Default the migrator's `ignorePartitions`. */
  readonly ignorePartitions?: string | undefined;
}

/** Options of `diff`. */
export interface DiffOptions extends IgnoreOptions, PartitionOptions {
  /** What the migration does. Required without `check` and `dryRun`. */
  readonly name?: string | undefined;
  /** Path of the declared schema. Default `schema.sql` beside the migrations folder. */
  readonly schema?: string | undefined;
  /** Write nothing; `changes` says whether there is a difference. Default false. */
  readonly check?: boolean | undefined;
  /** Write nothing; the pair is in the result. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Write it even if its up file loses data, instead of rejecting with `destructive`. Default false. */
  readonly allowDestructive?: boolean | undefined;
}

/** Options of `verify`. */
export interface VerifyOptions {
  /** Begin with this version. Default the first. */
  readonly from?: number | `${number}` | undefined;
  /** End with this version. Default the last. */
  readonly to?: number | `${number}` | undefined;
}

/** Options of `lint`. */
export interface LintOptions {
  /** Begin with this version. Default the first pending one. */
  readonly from?: number | `${number}` | undefined;
  /** End with this version. Default the last. */
  readonly to?: number | `${number}` | undefined;
  /** Do not ask the target: look at all migrations, without sizes and rows. Default false. */
  readonly offline?: boolean | undefined;
  /** Decides the command line's exit code; the result is the same. */
  readonly maxWarnings?: number | undefined;
  /** Milliseconds for each look for rows that are in the way; MariaDB counts in whole seconds. Default 5,000. */
  readonly rowTimeMs?: number | undefined;
  /** Decides how the command line prints it; the result is the same. Default `"text"`. */
  readonly format?: "text" | "github" | "markdown" | undefined;
}

/** Options of `check`. */
export interface CheckOptions extends IgnoreOptions, PartitionOptions {
  /** Path of the declared schema, which must then exist. Default `schema.sql` beside the folder, if it exists. */
  readonly schema?: string | undefined;
}

/** Options of `dump`. */
export interface DumpOptions extends IgnoreOptions {
  /** Write it to `schema.sql`. Default false. */
  readonly write?: boolean | undefined;
  /** Write it to this path instead of the default. */
  readonly schema?: string | undefined;
}

/** Options of `report`. */
export interface ReportOptions extends IgnoreOptions {
  /** Path of the file. Default `schema-report.html` in the working folder, and none for other formats: then it is in `text`. */
  readonly out?: string | undefined;
  /** What it is written as. Default `"html"`. */
  readonly format?: "html" | "mermaid" | "svg" | "dot" | "markdown" | "json" | undefined;
  /** For the command line: a program has no browser to open. */
  readonly open?: boolean | undefined;
  /** Only tables with such names: patterns with `*` and `?`, separated by commas. */
  readonly tables?: string | undefined;
  /** Only this table and those that it has to do with. */
  readonly around?: string | undefined;
  /** How many relations away from it, from 1. Default 1. */
  readonly depth?: number | undefined;
  /** Ask no target: what the folder's migrations build, on a throwaway database. Default false. */
  readonly offline?: boolean | undefined;
  /** The same, for the migrations up to this one. */
  readonly at?: number | `${number}` | undefined;
  /** What changed since this version, up to `to` or the last; asks no target. */
  readonly from?: number | `${number}` | undefined;
  /** See `from`. */
  readonly to?: number | `${number}` | undefined;
}
