import { MigrateError } from "./errors";
import type { RunEvent } from "./run/events";
import type { SslSettings } from "./settings/database-url";
import { readScratchSettings } from "./settings/scratch";
import { type SettingOptions, settingsFromOptions } from "./settings/settings";
import { verbs } from "./verbs/list";
import type { Migrator } from "./verbs/migrator";
import type { OptionTable } from "./verbs/options";
import { checkInput, type InputType, inputTypes, readVerbInput } from "./verbs/program-input";
import type { Command } from "./verbs/verb";

/** Runs the command line; for the program that npm links. @internal */
export { start as startProgram } from "./cli/start";
export {
  type ErrorCode,
  MigrateError,
  type Problem,
  RefusedError,
  StatementError,
  type StatementFailure,
} from "./errors";
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
  ResolveOptions,
  RunOptions,
  ShowOptions,
  StampOptions,
  StatusOptions,
  TargetOption,
  TargetOptions,
  UpOptions,
  VerifyOptions,
} from "./verbs/program-options";
export type { RepairReport } from "./verbs/repair";
export type { Resolved } from "./verbs/resolve";
export type { ShowReport } from "./verbs/show";
export type { StampReport } from "./verbs/stamp";
export type { StatusResult } from "./verbs/status";
export type { VerifyResult } from "./verbs/verify";

/** Where the migrations are, what database they are for, and who listens. The environment is not read. */
export interface MigratorOptions extends SettingOptions {
  /**
   * The server for the throwaway databases of `diff`, `verify`, `lint` and `check`: `mysql://user:password@host:port`. Default: a server
   * program on this machine is started for the purpose; else they are made on the target's own server.
   */
  readonly scratchDatabaseUrl?: string | undefined;
  /**
   * The target is a production database: throwaway databases are never made on its server (`no-scratch` instead), and `down` and
   * `redo` need `yes`. Default false.
   */
  readonly production?: boolean | undefined;
  /** Told what happens while a verb runs, in order. Default: nobody is told. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Milliseconds between `progress` events, above 0. Default: there are none. */
  readonly progressMs?: number | undefined;
  /** Abort it to end a run after the current statement; the run then fails with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** Abort it to end the current statement on the server; its outcome is recorded, and the run fails with `interrupted`. */
  readonly killSignal?: AbortSignal | undefined;
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
 * Makes a migrator for one database and one folder. Connects when a verb is called, not before. Reads neither the environment
 * nor `.env`.
 * @throws MigrateError `usage` for an option that does not exist or has the wrong type; RefusedError `bad-setting`, `missing-setting`
 * @example
 * const migrator = createMigrator({ databaseUrl: "mysql://app:secret@127.0.0.1/blog", dir: "sql/migrations" });
 * const { from, to, steps } = await migrator.up({ waitMs: 60_000 });
 */
export function createMigrator(options: MigratorOptions): Migrator {
  checkInput("createMigrator()", MIGRATOR_OPTIONS, options);
  if (options.ssl !== undefined) checkInput("createMigrator(): ssl", SSL_OPTIONS, options.ssl);
  const settings = settingsFromOptions(options);
  const never = new AbortController().signal;

  async function run<O extends OptionTable, R>(
    command: Command<O, R>,
    input: object | undefined,
  ): Promise<R> {
    return await command.run({
      options: readVerbInput(command.name, command.options, input),
      verbs: Object.values(verbs),
      settings: () => settings,
      folder: () => settings,
      scratch: () =>
        readScratchSettings({
          SCRATCH_DATABASE_URL: options.scratchDatabaseUrl,
          MIGRATE_ENV: options.production === true ? "production" : undefined,
        }),
      production: () => options.production === true,
      ask: async () => null,
      environmentFolder: null,
      openEditor: () => {
        throw new MigrateError("usage", "A program has no editor to open.");
      },
      print: () => {},
      findCommand: () => {
        throw new MigrateError("usage", "A program starts its own programs.");
      },
      runCommand: () => {
        throw new MigrateError("usage", "A program starts its own programs.");
      },
      emit: options.onEvent ?? (() => {}),
      progressMs: options.progressMs ?? null,
      signal: options.signal ?? never,
      killSignal: options.killSignal ?? never,
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
    heads: (input) => run(verbs.heads, input),
    branches: (input) => run(verbs.branches, input),
    merge: (input) => run(verbs.merge, input),
    resolve: (input) => run(verbs.resolve, input),
    diff: (input) => run(verbs.diff, input),
    verify: (input) => run(verbs.verify, input),
    lint: (input) => run(verbs.lint, input),
    check: (input) => run(verbs.check, input),
    dump: (input) => run(verbs.dump, input),
  };
}
