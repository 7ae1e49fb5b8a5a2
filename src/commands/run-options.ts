import type { RunOptions } from "../run/migrate";
import type { Context } from "./command";
import { flag, type OptionTable, seconds, value } from "./options";

/** Options of every verb that runs migrations. */
export const runOptions = {
  dryRun: flag("Print the plan with its SQL, and run nothing"),
  lockTimeout: value("SECONDS", seconds, "Wait this long for another runner; default 300"),
  wait: value(
    "SECONDS",
    seconds,
    "Wait this long for a server that is still starting; default 0, or MIGRATE_WAIT",
  ),
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
  readonly allowAhead?: boolean;
  readonly allowOutOfOrder?: boolean;
}

/** What the engine wants to know, from what a verb got for `runOptions` or `upOptions`. */
export function readRunOptions(values: RunValues, context: Context<OptionTable>): RunOptions {
  const { dryRun, lockTimeout, allowAhead = false, allowOutOfOrder = false } = values;
  return {
    dryRun,
    allowAhead,
    allowOutOfOrder,
    ...(lockTimeout === null ? {} : { lockTimeoutMs: lockTimeout }),
    ...(values.wait === null ? {} : { waitMs: values.wait }),
    ...(values.lockWait === null ? {} : { lockWaitMs: values.lockWait }),
    ...(context.progressMs === null ? {} : { progressMs: context.progressMs }),
    signal: context.signal,
    killSignal: context.killSignal,
    emit: (event) => context.emit(event),
  };
}
