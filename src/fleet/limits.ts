import type { AnyCommand } from "../verbs/verb";
import type { Limits } from "./next";

/** The requested limits; null: not given. */
export type WantedLimits = { readonly [K in keyof Limits]: number | null };

const CANARY = 1;
const MAX_FAILURES = 1;

/**
 * The limits for a verb. A verb that only looks needs no canary, and when it cannot look at one database, it can still
 * look at the others.
 * @param dryRun whether a verb that changes databases only says what it would do
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
