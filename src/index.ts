import { MigrateError } from "./errors";
import type { RunEvent } from "./run/events";
import { readScratchSettings } from "./settings/scratch";
import { type SettingOptions, type SslSettings, settingsFromOptions } from "./settings/settings";
import { verbs } from "./verbs/list";
import { type OptionInput, type OptionTable, readOptions } from "./verbs/options";
import { checkInput, checkVerbInput, type InputType, inputTypes } from "./verbs/program-input";
import type { Command } from "./verbs/verb";

/** Runs the command line; for the program that npm links. @internal */
export { start as startProgram } from "./cli/main";
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
export type { SettingOptions, SslMode, SslSettings } from "./settings/settings";
export type { BranchesReport, MergeResult } from "./verbs/branches";
export type { CurrentReport } from "./verbs/current";
export type { LogReport } from "./verbs/history";
export type { InitResult, InitStep } from "./verbs/init";
export type { RepairReport } from "./verbs/repair";
export type { Resolved } from "./verbs/resolve";
export type { ShowReport } from "./verbs/show";
export type { StampReport } from "./verbs/stamp";
export type { StatusResult } from "./verbs/status";

/** Where the migrations are, what database they are for, and who listens. The environment is not read. */
export interface MigratorOptions extends SettingOptions {
  /** The server for throwaway databases; left out: a server program on this machine, else the target's own server. */
  readonly scratchDatabaseUrl?: string | undefined;
  /** Never make throwaway databases on the target's server. */
  readonly production?: boolean | undefined;
  /** Told what happens while a verb runs, in order. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Milliseconds between `progress` events; left out: there are none. */
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

type Input<V extends keyof typeof verbs> = OptionInput<(typeof verbs)[V]["options"]>;
type Output<V extends keyof typeof verbs> = Awaited<ReturnType<(typeof verbs)[V]["run"]>>;

/**
 * The command line's verbs as functions, with its options: `--lock-timeout 5` is `lockTimeout: 5`, in seconds too.
 * Each rejects with a MigrateError when it refuses or fails.
 */
export interface Migrator {
  /** Makes folder, example pair, database and history table where they are missing. */
  init(input?: Input<"init">): Promise<Output<"init">>;
  create(input: Input<"create">): Promise<Output<"create">>;
  up(input?: Input<"up">): Promise<Output<"up">>;
  /** Needs `to` or `steps`. */
  down(input: Input<"down">): Promise<Output<"down">>;
  redo(input?: Input<"redo">): Promise<Output<"redo">>;
  status(input?: Input<"status">): Promise<Output<"status">>;
  current(input?: Input<"current">): Promise<Output<"current">>;
  history(input?: Input<"history">): Promise<Output<"history">>;
  show(input: Input<"show">): Promise<Output<"show">>;
  /** Without versions: what could be repaired. */
  repair(input?: Input<"repair">): Promise<Output<"repair">>;
  stamp(input?: Input<"stamp">): Promise<Output<"stamp">>;
  heads(input?: Input<"heads">): Promise<Output<"heads">>;
  branches(input?: Input<"branches">): Promise<Output<"branches">>;
  merge(input?: Input<"merge">): Promise<Output<"merge">>;
  resolve(input: Input<"resolve">): Promise<Output<"resolve">>;
  /** Writes the pair that takes the migrations' schema to schema.sql, proven both ways. */
  diff(input?: Input<"diff">): Promise<Output<"diff">>;
  /** Applies, reverts and applies again, on a throwaway database. */
  verify(input?: Input<"verify">): Promise<Output<"verify">>;
  /** Whether the database is what the migrations build. */
  check(input?: Input<"check">): Promise<Output<"check">>;
  /** The database's schema as SQL. */
  dump(input?: Input<"dump">): Promise<Output<"dump">>;
}

/**
 * Makes a migrator for one database and one folder. Connects when a verb is called, not before.
 * @throws MigrateError `usage` for an option that does not exist or has the wrong type; RefusedError `bad-setting`, `missing-setting`
 */
export function createMigrator(options: MigratorOptions): Migrator {
  checkInput("createMigrator()", MIGRATOR_OPTIONS, options);
  if (options.ssl !== undefined) checkInput("createMigrator(): ssl", SSL_OPTIONS, options.ssl);
  const settings = settingsFromOptions(options);
  const never = new AbortController().signal;

  async function run<O extends OptionTable, R>(
    command: Command<O, R>,
    input: OptionInput<O> | undefined,
  ): Promise<R> {
    const given = input === undefined ? {} : input;
    checkVerbInput(command.name, command.options, given);
    return await command.run({
      options: readOptions(command.name, command.options, given),
      settings: () => settings,
      folder: () => settings,
      scratch: () =>
        readScratchSettings({
          SCRATCH_DATABASE_URL: options.scratchDatabaseUrl,
          MIGRATE_ENV: options.production === true ? "production" : undefined,
        }),
      environmentFolder: null,
      openEditor: () => {
        throw new MigrateError("usage", "A program has no editor to open.");
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
    heads: (input) => run(verbs.heads, input),
    branches: (input) => run(verbs.branches, input),
    merge: (input) => run(verbs.merge, input),
    resolve: (input) => run(verbs.resolve, input),
    diff: (input) => run(verbs.diff, input),
    verify: (input) => run(verbs.verify, input),
    check: (input) => run(verbs.check, input),
    dump: (input) => run(verbs.dump, input),
  };
}
