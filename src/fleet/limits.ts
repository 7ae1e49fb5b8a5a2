import type { AnyCommand } from "../verbs/verb";
import type { Limits } from "./next";

/** What was asked for; null: nothing. */
export type WantedLimits = { readonly [K in keyof Limits]: number | null };

const CANARY = 1;
const MAX_FAILURES = 1;

/**
 * The limits of a verb. One that only looks needs no canary, and a database that cannot be looked at is no reason not to look at
 * the others.
 * @param dryRun a verb that changes databases only says what it would do
 */
export function limitsFor(
  { overMany, runsMigrations }: Pick<AnyCommand, "overMany" | "runsMigrations">,
  wanted: WantedLimits,
  dryRun: boolean,
): Limits {
  const parallel = wanted.parallel ?? overMany?.parallel ?? 1;
  if (runsMigrations !== true || dryRun) return { canary: 0, parallel, maxFailures: null };
  return { canary: wanted.canary ?? CANARY, parallel, maxFailures: wanted.maxFailures ?? MAX_FAILURES };
}
