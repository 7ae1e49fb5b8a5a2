import { formatMigration, formatVersion } from "../migrations/names";
import type { RunResult, TargetInput } from "../run/migrate";
import type { PlannedStep } from "../run/planned-sql";
import type { RunOptions } from "../run/runner";
import { formatDuration, plural } from "./layout";
import {
  count,
  type Format,
  flag,
  type OptionTable,
  optional,
  seconds,
  text,
  usageError,
  value,
} from "./options";
import { oneLine, printable } from "./printable";
import type { Context, OverMany } from "./verb";

/** Options of every verb that runs migrations. */
export const runOptions = {
  dryRun: flag("Print the plan with its SQL, and run nothing"),
  lockTimeout: value("SECONDS", seconds, "Wait this long for another runner; default 300"),
  wait: value(
    "SECONDS",
    seconds,
    "Wait this long for a server that is still starting; default 0, or MIGRATE_WAIT",
  ),
  allowReplica: flag("Run on a replica or a read-only server, too; or MIGRATE_ALLOW_REPLICA=1"),
  lockWait: value(
    "SECONDS",
    seconds,
    "Let a statement wait this long for its locks, then back off and retry; default 5",
  ),
} as const;

/** Options of the verbs that apply migrations. */
export const upOptions = {
  ...runOptions,
  allowAhead: flag("Go on when the database has versions that this folder lacks"),
  allowOutOfOrder: flag("Also apply pending versions below the newest applied one"),
} as const;

interface RunValues {
  readonly dryRun: boolean;
  readonly lockTimeout: number | null;
  readonly wait: number | null;
  readonly lockWait: number | null;
  readonly allowReplica: boolean;
  readonly allowAhead?: boolean;
  readonly allowOutOfOrder?: boolean;
  readonly allowExisting?: boolean;
}

/** Makes the runner's options from a verb's values for `runOptions` or `upOptions`. */
export function readRunOptions(values: RunValues, context: Context<OptionTable>): RunOptions {
  const { dryRun, lockTimeout, allowAhead = false, allowOutOfOrder = false } = values;
  return {
    dryRun,
    ...(values.allowReplica ? { allowReplica: true } : {}),
    allowAhead,
    allowOutOfOrder,
    // Without the flag, the setting applies.
    ...(values.allowExisting === true ? { allowExisting: true } : {}),
    ...(lockTimeout === null ? {} : { lockTimeoutMs: lockTimeout }),
    ...(values.wait === null ? {} : { waitMs: values.wait }),
    ...(values.lockWait === null ? {} : { lockWaitMs: values.lockWait }),
    ...(context.progressMs === null ? {} : { progressMs: context.progressMs }),
    signal: context.signal,
    killSignal: context.killSignal,
    emit: (event) => context.emit(event),
  };
}

/** The version of one migration. */
export const versionNumber: Format<number> = {
  takes: "a version, such as 7",
  read: (given) => (/^\d{1,15}$/.test(given) && Number(given) > 0 ? Number(given) : null),
};

/** The three ways to say where to go. */
export const targetOptions = {
  target: optional("N", text, "The same as --to N"),
  to: value("N", text, "End up at this version; also head, base, or +2 and -2 from here"),
  steps: value("N", count, "Go so many migrations"),
} as const;

/** A verb's values for `targetOptions`. */
export interface TargetValues {
  readonly target: string | null;
  readonly to: string | null;
  readonly steps: number | null;
}

/**
 * Makes one target from them.
 * @returns null when none was given
 * @throws MigrateError `usage` when more than one was
 */
export function readTarget(verb: string, { target, to, steps }: TargetValues): TargetInput {
  const given = [
    target,
    to === null ? null : `--to ${to}`,
    steps === null ? null : `--steps ${steps}`,
  ].filter((each) => each !== null);
  if (given.length > 1) {
    throw usageError(verb, `${given.join(" and ")} both say where to go; give one of them.`);
  }
  const where = target ?? to;
  if (where !== null) return { to: where };
  return steps === null ? null : { steps };
}

/** How up and down work on many databases. */
export const runsOverMany: OverMany<RunResult> = {
  brief({ direction, from, to, steps, planned }) {
    const done = direction === "up" ? "applied" : "reverted";
    const count = planned?.length ?? steps.length;
    if (count === 0) return { state: "nothing to do", style: "dim", from, to: from, migrations: 0 };
    const state = planned === null ? done : `not ${done} yet`;
    return { state, style: planned === null ? "green" : "yellow", from, to, migrations: count };
  },
  parallel: 4,
  columns: { from: "from", to: "to", migrations: "migrations" },
  readsFolder: true,
};

/** The part of a result that is an SQL script: the plan of a dry run. */
export function scriptOf({ planned }: RunResult): readonly string[] | null {
  return planned === null || planned.length === 0 ? null : ["planned"];
}

/** What a run did, in one line; for a dry run, what it would do, as an SQL script. */
export function renderRun(result: RunResult): readonly string[] {
  const { direction, planned, steps } = result;
  if (planned !== null && planned.length > 0) return renderPlan(planned);
  if (steps.length === 0) return [`Nothing to do: ${position(result.from)}.`];
  const took = formatDuration(steps.reduce((sum, step) => sum + step.durationMs, 0));
  const redone = steps.find((step) => step.direction !== direction);
  if (redone !== undefined) {
    return [`Reverted and applied again ${formatMigration(redone)} in ${took}: ${position(result.to)}.`];
  }
  const verb = direction === "up" ? "Applied" : "Reverted";
  return [`${verb} ${plural(steps.length, "migration")} in ${took}: ${position(result.to)}.`];
}

/** The database's version, in words. */
export function position(version: number | null): string {
  return version === null ? "no migration is applied" : `the database is at ${formatVersion(version)}`;
}

function renderPlan(planned: readonly PlannedStep[]): readonly string[] {
  const total = planned.reduce((sum, step) => sum + step.statements.length, 0);
  return [
    ...planned.flatMap(renderStep),
    `-- ${plural(planned.length, "migration")}, ${plural(total, "statement")}. Nothing was run.`,
  ];
}

function renderStep({ file, done, statements }: PlannedStep): readonly string[] {
  const rest = done === 0 ? "" : `; ${plural(done, "statement")} before it applied already`;
  return [
    `-- ${oneLine(printable(file))}: ${plural(statements.length, "statement")}${rest}`,
    ...statements.flatMap(terminate),
    "",
  ];
}

const DELIMITERS = ["//", "$$", ";;", "|||"];

/** Ends a statement so that the mysql client reads it as one: a stored program has semicolons of its own. */
function terminate(statement: string): readonly string[] {
  // A delimiter after a comment would be part of the comment.
  const lines = (delimiter: string): string[] =>
    /(--|#)[^\n]*$/.test(statement) ? [statement, delimiter] : [statement + delimiter];
  if (!statement.includes(";")) return lines(";");
  const delimiter = DELIMITERS.find((candidate) => !statement.includes(candidate)) ?? "-- end --";
  return [`DELIMITER ${delimiter}`, ...lines(delimiter), "DELIMITER ;"];
}
