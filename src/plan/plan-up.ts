import { MigrateError, type Problem, RefusedError } from "../errors";
import { formatMigration, formatVersion } from "../files/filename";
import type { Migration } from "../files/read-migrations";
import { finishCommand, partialStates } from "./partial";
import type { Plan, PlanOptions, Situation, Step } from "./plan";
import * as problem from "./problems";
import { type Target, unknownVersion, wrongDirection } from "./target";

/** Plans to apply what is pending, a migration that was left half-way before all others. */
export function planUp(situation: Situation, target: Target | null, options: PlanOptions): Plan {
  const { refused, allowed } = judgeForUp(situation, options);
  const halfReverted = partialStates(situation, "partial-down").map((state) =>
    problem.partial(state, finishCommand(situation, state)),
  );
  const problems = [...refused, ...halfReverted];
  if (problems.length > 0) throw new RefusedError(problems);

  const queue = readQueue(situation);
  const chosen = choose(situation, queue, target);
  const steps = chosen.map((migration) => toStep(situation, migration));
  const to = steps.reduce<number | null>(
    (highest, { version }) => Math.max(highest ?? 0, version),
    situation.current,
  );
  const warnings = [...allowed.map(({ message }) => message), ...shortfall(target, queue)];
  return { direction: "up", from: situation.current, to, steps, warnings };
}

/** Sorts what is wrong with folder and history into what refuses an `up` and what the options let pass. */
export function judgeForUp(
  { entries }: Situation,
  { allowAhead = false, allowOutOfOrder = false }: PlanOptions,
): { readonly refused: readonly Problem[]; readonly allowed: readonly Problem[] } {
  const problems = entries.flatMap((entry) => entry.problems);
  const isAllowed = ({ code }: Problem): boolean =>
    (allowAhead && code === "ahead") || (allowOutOfOrder && code === "out-of-order");
  return {
    refused: problems.filter((found) => !isAllowed(found)),
    allowed: problems.filter(isAllowed),
  };
}

/** What can be applied, in the order in which it will be. */
function readQueue(situation: Situation): readonly Migration[] {
  const partial = partialStates(situation, "partial-up").map(({ version }) => version);
  const pending = situation.entries.filter(({ state }) => state === "pending").map(({ version }) => version);
  return [...partial, ...pending]
    .map((version) => situation.byVersion.get(version))
    .filter((migration) => migration !== undefined);
}

function choose(
  situation: Situation,
  queue: readonly Migration[],
  target: Target | null,
): readonly Migration[] {
  switch (target?.kind) {
    case undefined:
    case "head":
      return queue;
    case "base":
      return chooseUpTo(situation, queue, 0);
    case "version":
      return chooseUpTo(situation, queue, target.version);
    case "relative":
      if (target.distance < 0) throw goesDown(target.distance);
      return queue.slice(0, target.distance);
    default:
      return target satisfies never;
  }
}

function chooseUpTo(
  situation: Situation,
  queue: readonly Migration[],
  version: number,
): readonly Migration[] {
  const { current, entries } = situation;
  const entry = entries.find((each) => each.version === version);
  if (entry === undefined && version !== 0) throw unknownVersion(version, entries);
  if (current !== null && version < current) {
    if (entry?.state === "pending") throw lateOnly(entry, current);
    throw wrongDirection("up", version, current, `npm run migrate:down -- --to ${version}`);
  }
  const [unfinished] = partialStates(situation, "partial-up").filter((state) => state.version > version);
  if (unfinished !== undefined) {
    throw new RefusedError([problem.partial(unfinished, finishCommand(situation, unfinished))]);
  }
  return queue.filter((migration) => migration.version <= version);
}

/** `--allow-out-of-order` applies what lies below the current version; but then that is not where it ends up. */
function lateOnly(entry: { readonly version: number; readonly name: string }, current: number): MigrateError {
  return new MigrateError(
    "unknown-version",
    `${formatMigration(entry)} can be applied late, but up cannot end there: the database is at ${formatVersion(current)}.`,
    { hint: "To apply all that is pending:\n  npm run migrate:up -- --allow-out-of-order" },
  );
}

function goesDown(distance: number): MigrateError {
  return new MigrateError("unknown-version", `${distance} goes down, so up cannot end there.`, {
    hint: `To revert:\n  npm run migrate:down -- --steps ${-distance}`,
  });
}

function shortfall(target: Target | null, queue: readonly Migration[]): readonly string[] {
  if (target?.kind !== "relative" || queue.length === 0 || queue.length >= target.distance) return [];
  const are = queue.length === 1 ? "migration is" : "migrations are";
  return [`Only ${queue.length} ${are} pending, fewer than the ${target.distance} that were asked for.`];
}

function toStep({ states }: Situation, migration: Migration): Step {
  const state = states.get(migration.version);
  const { version, name } = migration;
  const resume = state?.state === "partial-up" ? { row: state.row } : null;
  return { direction: "up", version, name, migration, file: migration.up, resume };
}
