import { RefusedError } from "../errors";
import { isInForce, type VersionState } from "../history/fold";
import type { HistoryRow } from "../history/lines";
import type { Direction } from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";
import { planDown } from "./plan-down";
import { judgeForUp, planUp } from "./plan-up";
import type { Plan, PlanOptions, Situation, Step } from "./planned";
import { foldWith } from "./squashed";
import type { Target } from "./target";
import { judgeVersions } from "./version-state";

/**
 * Decides what would be done, or refuses.
 * @param migrations the folder's, by rising version
 * @param rows the whole history, by rising id, without damage (see `checkHistory`)
 * @param target null: as far as possible, which `down` refuses
 * @throws RefusedError with every problem of folder and history; MigrateError for an impossible target
 */
export function makePlan(
  direction: Direction,
  migrations: readonly Migration[],
  rows: readonly HistoryRow[],
  target: Target | null,
  options: PlanOptions = {},
): Plan {
  const situation = assess(migrations, rows);
  return direction === "up" ? planUp(situation, target, options) : planDown(situation, target);
}

/** One migration down, and the same one up again. */
export interface RedoPlans {
  readonly down: Plan;
  /** Made for the moment when `down` is done. */
  readonly up: Plan;
}

/**
 * Plans to revert the newest applied migration, and to apply it again.
 * @throws like `makePlan`, for either direction
 */
export function makeRedoPlans(
  migrations: readonly Migration[],
  rows: readonly HistoryRow[],
  options: PlanOptions = {},
): RedoPlans {
  const situation = assess(migrations, rows);
  // What `up` refuses must be refused before anything is reverted.
  const { refused, allowed } = judgeForUp(situation, options);
  if (refused.length > 0) throw new RefusedError(refused);
  const down = planDown(situation, { kind: "relative", distance: -1 });
  const warnings = allowed.map(({ message }) => message);
  return { down: { ...down, warnings }, up: reverse(down) };
}

/** Only what was reverted, even if more is pending. */
function reverse({ from, to, steps }: Plan): Plan {
  const up = steps.map((step): Step => ({ ...step, direction: "up", file: step.migration.up, resume: null }));
  return { direction: "up", from: to, to: from, steps: up, warnings: [] };
}

/**
 * Compares folder and history.
 * @param rows the whole history, by rising id, without damage (see `checkHistory`)
 */
export function assess(migrations: readonly Migration[], rows: readonly HistoryRow[]): Situation {
  const states = foldWith(migrations, rows);
  return { judgedVersions: judgeVersions(migrations, states), current: currentVersion(states) };
}

/** The highest version that is applied, or whose reverting is not finished; null: base. */
export function currentVersion(states: ReadonlyMap<number, VersionState>): number | null {
  let current: number | null = null;
  for (const state of states.values()) {
    if (!isInForce(state) || state.state === "partial-up") continue;
    if (current === null || state.version > current) current = state.version;
  }
  return current;
}

/**
 * Plans an `up` to the head when the history is exactly the folder's migrations, each completely applied, unchanged and
 * in order. Most runs find this, and then need to read no more of the history.
 * @param migrations the folder's, by rising version
 * @param lines as `readAppliedLines` reads them
 * @returns the plan that `makePlan` would make; null for any other history, which only `makePlan` can judge
 */
export function planNothing(
  migrations: readonly Migration[],
  lines: readonly (string | null)[],
): Plan | null {
  const newest = migrations.at(-1);
  if (newest === undefined || migrations.length !== lines.length) return null;
  if (!migrations.every((migration, index) => lines[index] === appliedLine(migration, index + 1)))
    return null;
  return { direction: "up", from: newest.version, to: newest.version, steps: [], warnings: [] };
}

/** A folder's names and checksums have no spaces, so no other line of the history gives the same text. */
function appliedLine({ version, name, up, down }: Migration, id: number): string {
  return `${id} ${version} ${name} ${up.checksum} ${down === null ? "NULL" : `'${down.checksum}'`}`;
}
