import type { Context } from "./command";
import type { RunOptions } from "./engine";
import { flag, type OptionTable, seconds, value } from "./options";

/** Options of every verb that runs migrations. */
export const runOptions = {
  dryRun: flag("Print the plan with its SQL, and run nothing"),
  allowAhead: flag("Go on when the database has versions that this folder lacks"),
  lockTimeout: value("SECONDS", seconds, "Wait this long for another runner; default 300"),
} as const;

interface RunValues {
  readonly dryRun: boolean;
  readonly allowAhead: boolean;
  readonly lockTimeout: number | null;
}

/** What the engine wants to know, from what a verb got for `runOptions`. */
export function readRunOptions(values: RunValues, context: Context<OptionTable>): RunOptions {
  const { dryRun, allowAhead, lockTimeout } = values;
  return {
    dryRun,
    allowAhead,
    ...(lockTimeout === null ? {} : { lockTimeoutMs: lockTimeout }),
    signal: context.signal,
    emit: (event) => context.emit(event),
  };
}
