import { ownEnvironment } from "./cli/own-environment";
import { createFleetMigrator, type FleetMigrator, type FleetOptions } from "./fleet/fleet-migrator";
import type { RunEvent } from "./run/events";
import type { SslSettings } from "./settings/database-url";
import { settingsFromOptions } from "./settings/settings";
import { verbs } from "./verbs/list";
import type { Migrator } from "./verbs/migrator";
import type { OptionTable } from "./verbs/options";
import { contextFor } from "./verbs/program-context";
import { checkInput, type InputType, inputTypes, readVerbInput } from "./verbs/program-input";
import type { CommonOptions } from "./verbs/program-options";
import { makeSandbox, type Sandbox, type SandboxOptions } from "./verbs/program-sandbox";
import type { Command } from "./verbs/verb";

/** Runs the command line, for the program that npm links. @internal */
export { start as startProgram } from "./cli/start";
export {
  type ErrorCode,
  MigrateError,
  type Problem,
  RefusedError,
  StatementError,
  type StatementFailure,
} from "./errors";
export type { FleetMigrator, FleetOptions } from "./fleet/fleet-migrator";
export type { DatabaseResult, FleetEvent, FleetResult } from "./fleet/result";
export type { HistoryRow } from "./history/lines";
export type { FileChange } from "./history/stored-migrations";
export type { CreatedPair } from "./migrations/write";
export type { Adoption } from "./plan/adopt";
export type { Collision } from "./plan/collisions";
export type { StatusEntry } from "./plan/version-state";
export type { RunEvent, StepName } from "./run/events";
export type { RunResult } from "./run/migrate";
export type { PlannedStep } from "./run/planned-sql";
export type { StepResult } from "./run/step";
export type { SslMode, SslSettings } from "./settings/database-url";
export type { SettingOptions } from "./settings/settings";
export type { BaselineResult } from "./verbs/baseline";
export type { BranchesReport, MergeResult } from "./verbs/branches";
export type { CheckResult } from "./verbs/check";
export type { CurrentReport } from "./verbs/current";
export type { DiffResult } from "./verbs/diff";
export type { DumpResult } from "./verbs/dump";
export type { HeadsResult } from "./verbs/heads";
export type { LogReport } from "./verbs/history";
export type { InitResult, InitStep } from "./verbs/init";
export type { LintResult } from "./verbs/lint";
export type { Migrator } from "./verbs/migrator";
export type {
  AllowOptions,
  BaselineOptions,
  CheckOptions,
  CommonOptions,
  ConfirmOptions,
  CreateOptions,
  DiffOptions,
  DownOptions,
  DumpOptions,
  HistoryOptions,
  IgnoreOptions,
  LintOptions,
  MergeOptions,
  NoOptions,
  PartitionOptions,
  RedoOptions,
  RepairOptions,
  ReportOptions,
  ResolveOptions,
  RunOptions,
  ShowOptions,
  SquashOptions,
  StampOptions,
  StatusOptions,
  TargetOption,
  TargetOptions,
  UpOptions,
  VerifyOptions,
} from "./verbs/program-options";
export type { Sandbox, SandboxOptions } from "./verbs/program-sandbox";
export type { RepairReport } from "./verbs/repair";
export type { ReportResult } from "./verbs/report";
export type { Resolved } from "./verbs/resolve";
export type { ShowReport } from "./verbs/show";
export type { SquashResult } from "./verbs/squash";
export type { StampReport } from "./verbs/stamp";
export type { StatusResult } from "./verbs/status";
export type { VerifyResult } from "./verbs/verify";

/**
 * Makes a database for tests, with all migrations applied: on a private server that is started for it and ends with
 * this process, or, inside `mysql-updown sandbox -- COMMAND`, on that one. Reads PATH, HOME and XDG_CACHE_HOME to find
 * a server program, and fetches one if there is none. Rejects with `usage`, `no-local-server`, `folder-empty`,
 * `unreadable`, `statement-failed`, `interrupted`, and a `RefusedError` for the folder; then nothing is left behind.
 * @example
 * const sandbox = await createSandbox({ seed: "sql/seed.sql" });
 * const connection = await mysql.createConnection(sandbox.url);
 * await sandbox.reset();
 * await sandbox.close();
 */
export async function createSandbox(options?: SandboxOptions): Promise<Sandbox> {
  return await makeSandbox(options === undefined ? {} : options, ownEnvironment());
}

/** Where the migrations are, which database they are for, and who listens. The environment is not read. */
export interface MigratorOptions extends CommonOptions {
  /** Called with each event while a verb runs, in order. Default: none. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

const MIGRATOR_OPTIONS: Readonly<Record<keyof MigratorOptions, InputType>> = {
  databaseUrl: inputTypes.text,
  host: inputTypes.text,
  port: inputTypes.plain,
  socket: inputTypes.text,
  user: inputTypes.text,
  password: inputTypes.text,
  database: inputTypes.text,
  ssl: inputTypes.object,
  dir: inputTypes.text,
  table: inputTypes.text,
  ignore: inputTypes.text,
  ignorePartitions: inputTypes.text,
  scratchDatabaseUrl: inputTypes.text,
  production: inputTypes.flag,
  onEvent: inputTypes.callback,
  progressMs: inputTypes.milliseconds,
  signal: inputTypes.signal,
  killSignal: inputTypes.signal,
};

const FLEET_OPTIONS: Readonly<Record<keyof FleetOptions, InputType>> = {
  ...MIGRATOR_OPTIONS,
  databases: inputTypes.texts,
  canary: inputTypes.wholeNumber,
  parallel: inputTypes.count,
  maxFailures: inputTypes.count,
};

const orNull: InputType = {
  takes: "a text",
  accepts: (given) => given === null || inputTypes.text.accepts(given),
};
const SSL_OPTIONS: Readonly<Record<keyof SslSettings, InputType>> = {
  mode: inputTypes.text,
  ca: orNull,
  cert: orNull,
  key: orNull,
};

/**
 * Makes a migrator for many databases and one folder, with one result for each. Otherwise as for one database.
 * @throws MigrateError `usage` for an option that does not exist or has the wrong type; RefusedError `bad-setting`
 * @example
 * const migrator = createMigrator({ databaseUrl: "mysql://app:secret@127.0.0.1/", databases: ["staging", "tenant_%"] });
 * const { total, done, databases } = await migrator.up();
 */
export function createMigrator(options: FleetOptions): FleetMigrator;
/**
 * Makes a migrator for one database and one folder. Connects when a verb is called, not before. Reads neither the environment
 * nor `.env`.
 * @throws MigrateError `usage` for an option that does not exist or has the wrong type; RefusedError `bad-setting`, `missing-setting`
 * @example
 * const migrator = createMigrator({ databaseUrl: "mysql://app:secret@127.0.0.1/blog", dir: "sql/migrations" });
 * const { from, to, steps } = await migrator.up({ waitMs: 60_000 });
 */
export function createMigrator(options: MigratorOptions): Migrator;
export function createMigrator(options: MigratorOptions | FleetOptions): Migrator | FleetMigrator {
  const isFleet = typeof options === "object" && options !== null && "databases" in options;
  checkInput("createMigrator()", isFleet ? FLEET_OPTIONS : MIGRATOR_OPTIONS, options);
  if (options.ssl !== undefined) checkInput("createMigrator(): ssl", SSL_OPTIONS, options.ssl);
  return isFleet ? createFleetMigrator(options) : createOne(options);
}

function createOne(options: MigratorOptions): Migrator {
  const settings = settingsFromOptions(options);
  const emit = options.onEvent ?? (() => {});

  async function run<O extends OptionTable, R>(
    command: Command<O, R>,
    input: object | undefined,
  ): Promise<R> {
    const values = readVerbInput(command.name, command.options, input);
    return await command.run({
      ...contextFor(options, settings),
      options: values,
      settings: () => settings,
      emit,
    });
  }

  return {
    init: (input) => run(verbs.init, input),
    create: (input) => run(verbs.create, input),
    up: (input) => run(verbs.up, input),
    down: (input) => run(verbs.down, input),
    redo: (input) => run(verbs.redo, input),
    status: (input) => run(verbs.status, input),
    current: (input) => run(verbs.current, input),
    history: (input) => run(verbs.history, input),
    show: (input) => run(verbs.show, input),
    repair: (input) => run(verbs.repair, input),
    stamp: (input) => run(verbs.stamp, input),
    baseline: (input) => run(verbs.baseline, input),
    squash: (input) => run(verbs.squash, input),
    heads: (input) => run(verbs.heads, input),
    branches: (input) => run(verbs.branches, input),
    merge: (input) => run(verbs.merge, input),
    resolve: (input) => run(verbs.resolve, input),
    diff: (input) => run(verbs.diff, input),
    verify: (input) => run(verbs.verify, input),
    lint: (input) => run(verbs.lint, input),
    check: (input) => run(verbs.check, input),
    dump: (input) => run(verbs.dump, input),
    report: (input) => run(verbs.report, input),
  };
}
