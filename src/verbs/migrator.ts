import type { CreatedPair } from "../migrations/write";
import type { RunResult } from "../run/migrate";
import type { BaselineResult } from "./baseline";
import type { BranchesReport, MergeResult } from "./branches";
import type { CheckResult } from "./check";
import type { CurrentReport } from "./current";
import type { DiffResult } from "./diff";
import type { DumpResult } from "./dump";
import type { HeadsResult } from "./heads";
import type { LogReport } from "./history";
import type { InitResult } from "./init";
import type { LintResult } from "./lint";
import type {
  BaselineOptions,
  CheckOptions,
  CreateOptions,
  DiffOptions,
  DownOptions,
  DumpOptions,
  HistoryOptions,
  LintOptions,
  MergeOptions,
  NoOptions,
  RedoOptions,
  RepairOptions,
  ReportOptions,
  ResolveOptions,
  ShowOptions,
  SquashOptions,
  StampOptions,
  StatusOptions,
  UpOptions,
  VerifyOptions,
} from "./program-options";
import type { RepairReport } from "./repair";
import type { ReportResult } from "./report";
import type { Resolved } from "./resolve";
import type { ShowReport } from "./show";
import type { SquashResult } from "./squash";
import type { StampReport } from "./stamp";
import type { StatusResult } from "./status";
import type { VerifyResult } from "./verify";

/**
 * The command line's verbs as functions. Each opens its own connection and closes it; calls do not share anything, and
 * can be repeated. Times are in milliseconds.
 *
 * Each rejects with a `MigrateError` when it refuses or fails. Besides the codes in its own comment, any verb can
 * reject with
 * - `usage` for an option that does not exist, has the wrong type or contradicts another;
 * - `cannot-connect`, `access-denied`, `unknown-database`, `unsupported-server`, `connection-lost`, `server-error`, unless it
 *   needs no database (`create`, `heads`);
 * - `folder-missing`, or a `RefusedError` that lists every file that is wrong, when it reads the folder;
 * - `history-foreign`, `history-damaged`, `history-newer` when this version cannot work with the history table.
 */
export interface Migrator {
  /**
   * Makes the folder, an example pair, the database and the history table, unless they exist. It is safe to repeat.
   * Rejects with `unwritable` when a file cannot be made.
   * @example
   * const { steps } = await migrator.init();
   */
  init(input?: NoOptions): Promise<InitResult>;

  /**
   * Writes the next numbered pair of files. Needs no database. Rejects with `usage` for a name without any letter or
   * digit, `duplicate-version` and `unwritable`; then no file is left behind.
   * @example
   * const { upPath, downPath } = await migrator.create({ name: "add_email_to_users" });
   */
  create(input: CreateOptions): Promise<CreatedPair>;

  /**
   * Applies pending migrations: all of them, or up to a target. A run that was interrupted goes on at the statement
   * where it stopped. When nothing is pending, the result has no steps.
   *
   * Rejects with a `RefusedError` before anything ran (`modified`, `missing`, `renamed`, `out-of-order`, `ahead`,
   * `duplicate-version` …), with `existing-tables` when the database has tables but no history, with a `StatementError`
   * (`statement-failed`, `blocked`) that says what remains applied, and with `in-doubt`, `lock-timeout`, `lock-lost`,
   * `read-only-server`, `unknown-version`, `interrupted`.
   * @example
   * await migrator.up();
   * await migrator.up({ to: 7, waitMs: 60_000 });
   * const { planned } = await migrator.up({ dryRun: true });
   */
  up(input?: UpOptions): Promise<RunResult>;

  /**
   * Reverts migrations. Needs `to` or `steps`: there is no default. Rejects as `up` does, and with `irreversible` and
   * `text-not-stored` for a migration that cannot be reverted.
   * @example
   * await migrator.down({ steps: 1 });
   * await migrator.down({ to: "base" });
   */
  down(input: DownOptions): Promise<RunResult>;

  /**
   * Reverts the newest migration and applies it again. Rejects as `up` and `down` do; if possible, before anything is
   * reverted.
   * @example
   * await migrator.redo();
   */
  redo(input?: RedoOptions): Promise<RunResult>;

  /**
   * Gives the state of each migration. Changes nothing and waits for nobody.
   * @example
   * const { clean, current, entries } = await migrator.status();
   */
  status(input?: StatusOptions): Promise<StatusResult>;

  /**
   * Gives the database's version, and what is pending, partial or out of order.
   * @example
   * const { current, pending } = await migrator.current();
   */
  current(input?: NoOptions): Promise<CurrentReport>;

  /**
   * Gives a log of what was done, newest last. Rejects with `unknown-version` for an invalid range.
   * @example
   * const { lines } = await migrator.history({ range: "3:7" });
   */
  history(input?: HistoryOptions): Promise<LogReport>;

  /**
   * Gives everything about one migration: files, checksums, log, and the difference if a file has changed since it was
   * applied. Rejects with `unknown-version`.
   * @example
   * const { entry, files } = await migrator.show({ which: 7 });
   */
  show(input: ShowOptions): Promise<ShowReport>;

  /**
   * Accepts changed files of applied migrations as they are on disk. Without versions it changes nothing and lists what
   * could be repaired. Rejects with a `RefusedError` that names every version that cannot be repaired (`nothing-to-do`,
   * `partial`), with `lock-timeout`, and with `usage` when there is no reason.
   * @example
   * await migrator.repair({ versions: [7], reason: "a comment was added" });
   */
  repair(input?: RepairOptions): Promise<RepairReport>;

  /**
   * Records versions as applied, or no longer applied, without running anything; also takes over another tool's table.
   * Rejects with `unknown-version`, `partial`, `renamed`, `foreign-dirty`, `foreign-unmatched`, `lock-timeout`.
   * @example
   * await migrator.stamp({ target: "head" });
   * await migrator.stamp({ from: "flyway" });
   */
  stamp(input?: StampOptions): Promise<StampReport>;

  /**
   * Writes pair 0001 from the database's schema, proven on a throwaway database, and `schema.sql`, and records the pair
   * as applied. Rejects with `already-applied`, `duplicate-version`, `nothing-to-do`, `not-proven`, `no-scratch`,
   * `unwritable`, `lock-timeout`, `interrupted`; then nothing is left behind.
   * @example
   * const { upPath } = await migrator.baseline({ name: "as_it_was" });
   */
  baseline(input: BaselineOptions): Promise<BaselineResult>;

  /**
   * Replaces the pairs up to a version by one that was executed both ways and builds the same schema and rows. The target is only
   * looked at. Ends a squash that was interrupted. Rejects with `unknown-version`, `nothing-to-do`, `usage`, `not-proven`, `no-scratch`,
   * `unwritable`, `interrupted`, and a `RefusedError` (`squashed`, `unsupported-statement`, and what is wrong with the folder).
   * @example
   * const { upPath, archive } = await migrator.squash({ to: 40 });
   */
  squash(input: SquashOptions): Promise<SquashResult>;

  /**
   * Names the newest migrations of the folder; more than one means a collision. Needs no database.
   * @example
   * const { heads } = await migrator.heads();
   */
  heads(input?: NoOptions): Promise<HeadsResult>;

  /**
   * Names the versions that collide or are out of order, what they collide with, and which side is applied.
   * @example
   * const { collisions } = await migrator.branches();
   */
  branches(input?: NoOptions): Promise<BranchesReport>;

  /**
   * Renumbers the unapplied side of a collision, so that it comes after all other migrations. The database is only
   * read. Rejects with `already-applied` when both sides are applied, and with `unwritable`.
   * @example
   * const { renumbered } = await migrator.merge({ dryRun: true });
   */
  merge(input?: MergeOptions): Promise<MergeResult>;

  /**
   * Settles a statement when only a person can say whether it took effect, or gives up a partial migration. Takes one
   * of `applied`, `notApplied` and `giveUp`. Rejects with `nothing-to-do`, `prefix-modified`, `missing`,
   * `lock-timeout`.
   * @example
   * await migrator.resolve({ version: 7, applied: true, reason: "the index is there" });
   */
  resolve(input: ResolveOptions): Promise<Resolved>;

  /**
   * Writes the pair that turns the migrations' schema into `schema.sql`, after executing it both ways on throwaway
   * databases. Rejects with `schema-missing`, `bad-rename`, `destructive` (give `allowDestructive`), `not-proven`,
   * `no-scratch`, `interrupted`.
   * @example
   * const { changes, upPath } = await migrator.diff({ name: "add_email_to_users" });
   */
  diff(input?: DiffOptions): Promise<DiffResult>;

  /**
   * Applies, reverts and applies each migration again on a throwaway database, and compares. The target is only asked
   * for its settings. Rejects with `no-scratch`, `unknown-version`, `folder-empty`, `interrupted`.
   * @example
   * const { proven, migrations } = await migrator.verify();
   */
  verify(input?: VerifyOptions): Promise<VerifyResult>;

  /**
   * Tells what each pending statement costs and risks: how the server would alter each table, who waits, and which
   * rules of docs/lint.md it breaks. The target is only read. Rejects with `no-scratch`, `folder-empty`,
   * `statement-failed`, `interrupted`.
   * @example
   * const { errors, statements } = await migrator.lint();
   */
  lint(input?: LintOptions): Promise<LintResult>;

  /**
   * Tells whether the database is what the migrations build: drift, what is pending or modified, and whether
   * `schema.sql` agrees. Rejects with `no-scratch`, `schema-missing` for a file that you named, `interrupted`.
   * @example
   * if (!(await migrator.check()).clean) process.exitCode = 1;
   */
  check(input?: CheckOptions): Promise<CheckResult>;

  /**
   * Gives the database's schema as ordered, stable SQL, and writes it to a file if you ask for that. Rejects with
   * `unwritable`.
   * @example
   * const { sql } = await migrator.dump();
   */
  dump(input?: DumpOptions): Promise<DumpResult>;

  /**
   * Writes schema, history and pending migrations as one HTML file. The target is only read; parts that need a
   * throwaway database are left out if there is none, and `remarks` says why. Rejects with `unwritable`, `interrupted`.
   * @example
   * const { path } = await migrator.report({ out: "schema.html" });
   */
  report(input?: ReportOptions): Promise<ReportResult>;
}
