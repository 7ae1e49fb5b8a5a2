import { MigrateError, type Problem, RefusedError } from "../errors";
import { formatMigration } from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";
import type { Plan, Situation, Step } from "./planned";
import * as problem from "./refusals";
import { type Target, unknownVersion, wrongDirection } from "./target";
import { finishCommand, isDownModified, type JudgedVersion, partialStates } from "./version-state";

/** Plans to revert from the highest version downwards; one that was left half-way comes first. */
export function planDown(situation: Situation, target: Target | null): Plan {
  refuseProblems(situation);
  const queue = readQueue(situation);
  const chosen = choose(situation, queue, target);
  const steps = toSteps(chosen);
  const reverted = new Set(chosen);
  const left = queue.filter((state) => !reverted.has(state)).map(({ version }) => version);
  const to = left.length === 0 ? null : Math.max(...left);
  return { direction: "down", from: situation.current, to, steps, warnings: fromHistory(steps) };
}

/** Says which texts come from the history, so that nobody looks for them in the folder. */
function fromHistory(steps: readonly Step[]): readonly string[] {
  return steps
    .filter(({ file }) => typeof file.stored === "string")
    .map(({ file }) => `${file.fileName} is not in the folder; its text is taken from the history.`);
}

function refuseProblems({ judgedVersions }: Situation): void {
  // Out of order is no obstacle: going down is one way to put it in order.
  const found = judgedVersions
    .flatMap((judged) => judged.problems)
    .filter(({ code }) => code !== "out-of-order");
  const halfApplied = partialStates(judgedVersions, "partial-up").map((state) =>
    problem.partial(state, finishCommand(judgedVersions, state)),
  );
  const problems = [...found, ...halfApplied];
  if (problems.length > 0) throw new RefusedError(problems);
}

/** What can be reverted, in the order of reverting. */
function readQueue({ judgedVersions }: Situation): readonly JudgedVersion[] {
  const partial = judgedVersions.filter(({ state }) => state === "partial-down");
  const applied = judgedVersions.filter(({ state }) => state === "applied");
  return [...partial.toReversed(), ...applied.toReversed()];
}

function choose(
  situation: Situation,
  queue: readonly JudgedVersion[],
  target: Target | null,
): readonly JudgedVersion[] {
  switch (target?.kind) {
    case undefined:
      throw noTarget();
    case "base":
      return queue;
    case "head":
      return chooseDownTo(situation, queue, newestInFolder(situation));
    case "version":
      return target.version === 0 ? queue : chooseDownTo(situation, queue, target.version);
    case "relative":
      return chooseSteps(queue, -target.distance);
    default:
      return target satisfies never;
  }
}

function newestInFolder({ judgedVersions }: Situation): number {
  const isOnDisk = ({ migration }: JudgedVersion): boolean =>
    migration !== null && migration.up.stored === undefined;
  return judgedVersions.findLast(isOnDisk)?.version ?? 0;
}

function chooseSteps(queue: readonly JudgedVersion[], steps: number): readonly JudgedVersion[] {
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
  queue: readonly JudgedVersion[],
  version: number,
): readonly JudgedVersion[] {
  const { judgedVersions, current } = situation;
  const entry = judgedVersions.find((each) => each.version === version);
  if (entry === undefined) throw unknownVersion(version, judgedVersions);
  if (entry.state === "pending") {
    if (version > (current ?? 0)) {
      throw wrongDirection("down", version, current, `npm run migrate:up -- --to ${version}`);
    }
    throw notApplied(situation, entry);
  }
  const [unfinished] = partialStates(judgedVersions, "partial-down").filter(
    (state) => state.version <= version,
  );
  if (unfinished !== undefined) {
    throw new RefusedError([problem.partial(unfinished, finishCommand(judgedVersions, unfinished))]);
  }
  return queue.filter((state) => state.version > version);
}

function notApplied(
  { judgedVersions }: Situation,
  { version, name }: { version: number; name: string },
): MigrateError {
  const below = judgedVersions.filter((each) => each.state === "applied" && each.version < version).at(-1);
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

function toSteps(chosen: readonly JudgedVersion[]): readonly Step[] {
  const steps: Step[] = [];
  const problems: Problem[] = [];
  for (const { migration, held, state } of chosen) {
    // A version in force without files has been refused before.
    if (migration === null || held === null) throw new MigrateError("internal", "Nothing to revert it with.");
    const { version, name, down } = migration;
    if (down === null) {
      problems.push(irreversible(migration, problems.length > 0 ? null : steps.length));
      continue;
    }
    if (isDownModified(held, migration)) problems.push(problem.downModified(held, migration));
    const resume = state === "partial-down" ? { row: held.row } : null;
    steps.push({ direction: "down", version, name, migration, file: down, resume });
  }
  if (problems.length > 0) throw new RefusedError(problems);
  return steps;
}

/** @param above how many could be reverted before it; null when something else is already in the way */
function irreversible(migration: Migration, above: number | null): Problem {
  const stop = `To stop above it:\n  npm run migrate:down -- --to ${migration.version}`;
  return {
    code: "irreversible",
    file: migration.up.fileName,
    message: `${formatMigration(migration)} cannot be reverted: ${migration.up.fileName} says "-- migrate: irreversible".`,
    hint: above ? stop : "What takes it back is a new migration:\n  npm run migrate:create -- <name>",
  };
}
