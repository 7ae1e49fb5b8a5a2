import { MigrateError, type Problem, RefusedError } from "../errors";
import { formatMigration } from "../files/filename";
import type { Migration } from "../files/read-migrations";
import { isDownModified } from "./compare-with-files";
import type { VersionState } from "./fold-history";
import { finishCommand, partialStates } from "./partial";
import type { Plan, Situation, Step } from "./plan";
import * as problem from "./problems";
import { type Target, unknownVersion, wrongDirection } from "./target";

/** Plans to revert from the highest version downwards, one that was left half-way before all others. */
export function planDown(situation: Situation, target: Target | null): Plan {
  refuseProblems(situation);
  const queue = readQueue(situation);
  const chosen = choose(situation, queue, target);
  const steps = toSteps(situation, chosen);
  const reverted = new Set(chosen);
  const left = queue.filter((state) => !reverted.has(state)).map(({ version }) => version);
  const to = left.length === 0 ? null : Math.max(...left);
  return { direction: "down", from: situation.current, to, steps, warnings: [] };
}

function refuseProblems(situation: Situation): void {
  // Out of order is no obstacle: going down is one way to put it in order.
  const found = situation.entries
    .flatMap((entry) => entry.problems)
    .filter(({ code }) => code !== "out-of-order");
  const halfApplied = partialStates(situation, "partial-up").map((state) =>
    problem.partial(state, finishCommand(situation, state)),
  );
  const problems = [...found, ...halfApplied];
  if (problems.length > 0) throw new RefusedError(problems);
}

/** What can be reverted, in the order in which it will be. */
function readQueue(situation: Situation): readonly VersionState[] {
  const applied = situation.entries
    .filter(({ state }) => state === "applied")
    .map(({ version }) => situation.states.get(version))
    .filter((state) => state !== undefined);
  return [...partialStates(situation, "partial-down").toReversed(), ...applied.toReversed()];
}

function choose(
  situation: Situation,
  queue: readonly VersionState[],
  target: Target | null,
): readonly VersionState[] {
  switch (target?.kind) {
    case undefined:
      throw noTarget();
    case "base":
      return queue;
    case "head":
      return chooseDownTo(situation, queue, [...situation.byVersion.keys()].at(-1) ?? 0);
    case "version":
      return target.version === 0 ? queue : chooseDownTo(situation, queue, target.version);
    case "relative":
      return chooseSteps(queue, -target.distance);
    default:
      return target satisfies never;
  }
}

function chooseSteps(queue: readonly VersionState[], steps: number): readonly VersionState[] {
  if (steps < 0) {
    throw new MigrateError("unknown-version", `+${-steps} goes up, so down cannot end there.`, {
      hint: `To apply:\n  npm run migrate:up -- --steps ${-steps}`,
    });
  }
  if (queue.length > 0 && steps > queue.length) {
    const are = queue.length === 1 ? "migration is" : "migrations are";
    throw new MigrateError(
      "unknown-version",
      `Only ${queue.length} ${are} applied, fewer than the ${steps} to revert.`,
      { hint: "To revert all of them:\n  npm run migrate:down -- --to 0" },
    );
  }
  return queue.slice(0, steps);
}

function chooseDownTo(
  situation: Situation,
  queue: readonly VersionState[],
  version: number,
): readonly VersionState[] {
  const { entries, current } = situation;
  const entry = entries.find((each) => each.version === version);
  if (entry === undefined) throw unknownVersion(version, entries);
  if (entry.state === "pending") {
    if (version > (current ?? 0)) {
      throw wrongDirection("down", version, current, `npm run migrate:up -- --to ${version}`);
    }
    throw notApplied(situation, entry);
  }
  const [unfinished] = partialStates(situation, "partial-down").filter((state) => state.version <= version);
  if (unfinished !== undefined) {
    throw new RefusedError([problem.partial(unfinished, finishCommand(situation, unfinished))]);
  }
  return queue.filter((state) => state.version > version);
}

function notApplied(
  { entries }: Situation,
  { version, name }: { version: number; name: string },
): MigrateError {
  const below = entries.filter((entry) => entry.state === "applied" && entry.version < version).at(-1);
  const message = `${formatMigration({ version, name })} is not applied, so down cannot end there.`;
  return new MigrateError("unknown-version", message, {
    hint: `The next below it that is applied:\n  npm run migrate:down -- --to ${below?.version ?? 0}`,
  });
}

function noTarget(): MigrateError {
  return new MigrateError("usage", "down needs a target.", {
    hint: "To revert the newest migration:\n  npm run migrate:down -- --steps 1",
  });
}

function toSteps(situation: Situation, chosen: readonly VersionState[]): readonly Step[] {
  const steps: Step[] = [];
  const problems: Problem[] = [];
  for (const state of chosen) {
    const migration = situation.byVersion.get(state.version);
    // Versions without files were refused before.
    if (migration === undefined) throw new MigrateError("internal", "A version to revert has no files.");
    const { version, name, down } = migration;
    if (down === null) {
      problems.push(irreversible(migration, problems.length > 0 ? null : steps.length));
      continue;
    }
    if (isDownModified(state, migration)) problems.push(problem.downModified(state, migration));
    const resume = state.state === "partial-down" ? { row: state.row } : null;
    steps.push({ direction: "down", version, name, migration, file: down, resume });
  }
  if (problems.length > 0) throw new RefusedError(problems);
  return steps;
}

/** @param above how many could be reverted before it; null when something else is in the way already */
function irreversible(migration: Migration, above: number | null): Problem {
  const stop = `To stop above it:\n  npm run migrate:down -- --to ${migration.version}`;
  return {
    code: "irreversible",
    file: migration.up.fileName,
    message: `${formatMigration(migration)} cannot be reverted: ${migration.up.fileName} says "-- migrate: irreversible".`,
    hint: above ? stop : "What takes it back is a new migration:\n  npm run migrate:create -- <name>",
  };
}
