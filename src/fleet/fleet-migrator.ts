import { type Problem, RefusedError } from "../errors";
import type { RunResult } from "../run/migrate";
import { parseOne } from "../settings/databases";
import { serverFromOptions } from "../settings/settings";
import type { CheckResult } from "../verbs/check";
import type { CurrentReport } from "../verbs/current";
import type { LogReport } from "../verbs/history";
import { verbs } from "../verbs/list";
import type { OptionTable } from "../verbs/options";
import { contextFor } from "../verbs/program-context";
import { readVerbInput } from "../verbs/program-input";
import type {
  CheckOptions,
  CommonOptions,
  DownOptions,
  HistoryOptions,
  NoOptions,
  StatusOptions,
  UpOptions,
} from "../verbs/program-options";
import type { StatusResult } from "../verbs/status";
import type { Command } from "../verbs/verb";
import { findDatabases } from "./find-databases";
import { limitsFor } from "./limits";
import type { FleetEvent, FleetResult } from "./result";
import { forMany, runFleet } from "./run-fleet";

/** Options of a migrator for many databases. */
export interface FleetOptions extends CommonOptions {
  /**
   * Names, on the server in the other options (which need not name a database then); patterns with a `%`, as for LIKE;
   * or URLs, whose user, password and TLS default to those of the other options. At least one.
   */
  readonly databases: readonly string[];
  /**
   * `up` and `down` first work on this many, one after another, and on the rest only if these succeed. Default 1; 0:
   * none.
   */
  readonly canary?: number | undefined;
  /** How many to work on at a time. Default 4, for `check` 1. */
  readonly parallel?: number | undefined;
  /** After this many failures, `up` and `down` begin no more. Default 1. */
  readonly maxFailures?: number | undefined;
  /** Called with each event while a verb runs, with the name of the database. Default: none. */
  readonly onEvent?: ((event: FleetEvent) => void) | undefined;
}

/**
 * The verbs that work on many databases, as functions. Each gives one result per database, in order; a failure of one
 * is in its result and does not reject. They reject when something is wrong for all: `usage`, problems of the folder,
 * `unknown-database` for a pattern without a match, `cannot-connect` when the databases cannot be listed.
 */
export interface FleetMigrator {
  /**
   * Applies pending migrations: the canaries first, the rest if they succeed. A target must say where all of them end
   * up: with `steps` or `"+1"` it rejects with `usage`.
   * @example
   * const { failed, databases } = await migrator.up();
   */
  up(input?: UpOptions): Promise<FleetResult<RunResult>>;

  /**
   * Reverts migrations, in the same way. Needs `to`.
   * @example
   * const { done, total } = await migrator.down({ to: 7 });
   */
  down(input: DownOptions): Promise<FleetResult<RunResult>>;

  /**
   * Gives the state of each migration. Changes nothing and waits for nobody.
   * @example
   * const behind = (await migrator.status()).databases.filter(({ result }) => result?.clean !== true);
   */
  status(input?: StatusOptions): Promise<FleetResult<StatusResult>>;

  /**
   * Gives each database's version.
   * @example
   * const { databases } = await migrator.current();
   */
  current(input?: NoOptions): Promise<FleetResult<CurrentReport>>;

  /**
   * Gives a log of what was done in each, newest last.
   * @example
   * const { databases } = await migrator.history({ last: 1 });
   */
  history(input?: HistoryOptions): Promise<FleetResult<LogReport>>;

  /**
   * Tells whether each database is what the migrations build; one after another unless `parallel` says otherwise.
   * @example
   * const drifted = (await migrator.check()).databases.filter(({ result }) => result?.drift !== "");
   */
  check(input?: CheckOptions): Promise<FleetResult<CheckResult>>;
}

/** Makes a migrator for many databases.  @throws RefusedError `bad-setting` */
export function createFleetMigrator(options: FleetOptions): FleetMigrator {
  const settings = serverFromOptions(options);
  const problems: Problem[] = [];
  const named = options.databases.flatMap((entry, index) => parseOne(`databases[${index}]`, entry, problems));
  if (problems.length > 0) throw new RefusedError(problems);
  const { canary = null, parallel = null, maxFailures = null, onEvent } = options;

  async function run<O extends OptionTable, R>(
    command: Command<O, R>,
    input: object | undefined,
  ): Promise<FleetResult<R>> {
    const values = readVerbInput(command.name, command.options, input);
    const dryRun = (values as Readonly<Record<string, unknown>>).dryRun === true;
    const tell = onEvent ?? (() => {});
    const context = {
      ...contextFor(options, settings),
      options: values,
      settings: () => {
        throw new TypeError("many databases have settings each");
      },
      emit: () => {},
    };
    return await runFleet(forMany(command), context, {
      databases: () => findDatabases({ kind: "named", databases: named }, settings.server),
      settings,
      limits: limitsFor(command, { canary, parallel, maxFailures }, dryRun),
      tell,
    });
  }

  return {
    up: (input) => run(verbs.up, input),
    down: (input) => run(verbs.down, input),
    status: (input) => run(verbs.status, input),
    current: (input) => run(verbs.current, input),
    history: (input) => run(verbs.history, input),
    check: (input) => run(verbs.check, input),
  };
}
