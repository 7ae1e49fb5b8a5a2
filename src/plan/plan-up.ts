import { MigrateError, type Problem, RefusedError } from "../errors";
import { formatMigration, formatVersion } from "../migrations/names";
import { refuseTemplates } from "../migrations/read-migrations";
import type { Plan, PlanOptions, Situation, Step } from "./planned";
import { partial } from "./refusals";
import { type Target, unknownVersion, wrongDirection } from "./target";
import { finishCommand, type JudgedVersion, partialStates } from "./version-state";

/** Plans to apply what is pending; a migration that was left half-way comes first. */
export function planUp(situation: Situation, target: Target | null, options: PlanOptions): Plan {
  const { refused, allowed } = judgeForUp(situation, options);
  const { judgedVersions, current } = situation;
  const halfReverted = partialStates(judgedVersions, "partial-down").map((state) =>
    partial(state, finishCommand(judgedVersions, state)),
  );
  const problems = [...refused, ...halfReverted];
  if (problems.length > 0) throw new RefusedError(problems);

  const queue = readQueue(situation);
  const steps = choose(situation, queue, target);
  refuseTemplates(steps.map(({ migration }) => migration));
  const to = steps.reduce<number | null>((highest, { version }) => Math.max(highest ?? 0, version), current);
  const warnings = [...allowed.map(({ message }) => message), ...shortfall(target, queue)];
  return { direction: "up", from: current, to, steps, warnings };
}

/** Splits the problems of folder and history into those that refuse an `up` and those that the options let pass. */
export function judgeForUp(
  { judgedVersions }: Situation,
  { allowAhead = false, allowOutOfOrder = false }: PlanOptions,
): { readonly refused: readonly Problem[]; readonly allowed: readonly Problem[] } {
  const problems = judgedVersions.flatMap((judged) => judged.problems);
  const isAllowed = ({ code }: Problem): boolean =>
    (allowAhead && code === "ahead") || (allowOutOfOrder && code === "out-of-order");
  return {
    refused: problems.filter((found) => !isAllowed(found)),
    allowed: problems.filter(isAllowed),
  };
}

/** What can be applied, in the order of applying. */
function readQueue({ judgedVersions }: Situation): readonly Step[] {
  const partial = judgedVersions.filter(({ state }) => state === "partial-up");
  const pending = judgedVersions.filter(({ state }) => state === "pending");
  return [...partial, ...pending].flatMap(toSteps);
}

/** One step; none for a version without files, which is always left alone. */
function toSteps({ version, state, migration, held }: JudgedVersion): readonly Step[] {
  if (migration === null) return [];
  const resume = state === "partial-up" && held !== null ? { row: held.row } : null;
  return [{ direction: "up", version, name: migration.name, migration, file: migration.up, resume }];
}

function choose(situation: Situation, queue: readonly Step[], target: Target | null): readonly Step[] {
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
  { judgedVersions, current }: Situation,
  queue: readonly Step[],
  version: number,
): readonly Step[] {
  const entry = judgedVersions.find((each) => each.version === version);
  if (entry === undefined && version !== 0) throw unknownVersion(version, judgedVersions);
  if (current !== null && version < current) {
    if (entry?.state === "pending") throw lateOnly(entry, current);
    throw wrongDirection("up", version, current, `npm run migrate:down -- --to ${version}`);
  }
  const [unfinished] = partialStates(judgedVersions, "partial-up").filter((state) => state.version > version);
  if (unfinished !== undefined) {
    throw new RefusedError([partial(unfinished, finishCommand(judgedVersions, unfinished))]);
  }
  return queue.filter((step) => step.version <= version);
}

/** `--allow-out-of-order` applies what lies below the current version, but the run does not end up there. */
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

function shortfall(target: Target | null, queue: readonly Step[]): readonly string[] {
  if (target?.kind !== "relative" || queue.length === 0 || queue.length >= target.distance) return [];
  const are = queue.length === 1 ? "migration is" : "migrations are";
  return [`Only ${queue.length} ${are} pending, fewer than the ${target.distance} that were asked for.`];
}
