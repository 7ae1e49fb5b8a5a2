import assert from "node:assert/strict";
import { test } from "node:test";
import { MigrateError, RefusedError } from "../../src/errors";
import { checkHistory, foldHistory, isInForce } from "../../src/history/fold";
import type { HistoryRow } from "../../src/history/lines";
import type { Migration } from "../../src/migrations/read-migrations";
import { currentVersion, makePlan, makeRedoPlans } from "../../src/plan/plan";
import type { Plan, Step } from "../../src/plan/planned";
import type { Target } from "../../src/plan/target";
import { judgeFolder } from "../../src/plan/version-state";
import { file, hash, row } from "./situations";

const ROUNDS = 3000;

/** Small and quick, and the same numbers for the same seed: a failure can be looked at again. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Random = ReturnType<typeof createRandom>;

function randomFolder(random: Random): Migration[] {
  const migrations: Migration[] = [];
  for (let version = 1; migrations.length < 2 + random(6); version += 1 + random(2)) {
    const name = `m${version}`;
    const down = random(8) === 0 ? null : file(version, name, "down", `down ${version}`);
    migrations.push({ version, name, up: file(version, name, "up", `up ${version}`), down });
  }
  return migrations;
}

/** Carries out some of a plan, as the runner would: whole steps, and perhaps a last one that stops half-way. */
function carryOut(rows: readonly HistoryRow[], steps: readonly Step[], random: Random | null): HistoryRow[] {
  const after = [...rows];
  for (const { direction, version, name, migration, resume } of steps) {
    if (random !== null && random(4) === 0) break;
    const id = resume?.row.id ?? after.length + 1;
    const stops = random !== null && random(4) === 0;
    const done = stops ? Math.max(resume?.row.done ?? 0, random(3)) : 3;
    after[id - 1] = row(id, {
      version,
      name,
      action: direction,
      upChecksum: migration.up.checksum,
      downChecksum: migration.down?.checksum ?? null,
      total: 3,
      done,
      doneHash: done === 0 ? null : hash(`${done}`),
      ...(stops ? { finishedAt: null } : {}),
    });
    if (stops) break;
  }
  return after;
}

function randomTarget(random: Random): Target {
  const kinds: readonly Target[] = [
    { kind: "head" },
    { kind: "base" },
    { kind: "version", version: random(12) },
    { kind: "relative", distance: 1 + random(3) },
    { kind: "relative", distance: -1 - random(3) },
  ];
  return kinds[random(kinds.length)] ?? { kind: "head" };
}

/** A history that came about by running plans, some to the end and some not. */
function randomHistory(migrations: readonly Migration[], random: Random): readonly HistoryRow[] {
  let rows: readonly HistoryRow[] = [];
  for (let runs = random(16); runs > 0; runs -= 1) {
    const direction = random(5) < 3 ? "down" : "up";
    // Some runs saw an older folder, which is how versions get out of order.
    const folder =
      direction === "down" || random(2) === 0 ? migrations : migrations.filter(() => random(5) !== 0);
    const plan = planOrNull(direction, folder, rows, randomTarget(random));
    if (plan !== null) rows = carryOut(rows, plan.steps, random);
  }
  return rows;
}

function planOrNull(
  direction: "up" | "down",
  migrations: readonly Migration[],
  rows: readonly HistoryRow[],
  target: Target,
): Plan | null {
  try {
    return makePlan(direction, migrations, rows, target, { allowOutOfOrder: true, allowAhead: true });
  } catch (error) {
    if (error instanceof MigrateError && error.code !== "internal") return null;
    throw error;
  }
}

function inForce(rows: readonly HistoryRow[]): readonly number[] {
  const states = [...foldHistory(rows).values()].filter(isInForce);
  return states.map(({ version }) => version).sort((a, b) => a - b);
}

/** Runs the body for many folders and histories; says which one failed. */
function forAll(name: string, body: (scene: Scene) => void): void {
  test(name, () => {
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      const random = createRandom(seed);
      const migrations = randomFolder(random);
      const rows = randomHistory(migrations, random);
      try {
        body({ migrations, rows, random });
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  });
}

interface Scene {
  readonly migrations: readonly Migration[];
  readonly rows: readonly HistoryRow[];
  readonly random: Random;
}

forAll("what plans leave behind is never taken for damage", ({ migrations, rows }) => {
  assert.deepEqual(checkHistory(rows), []);
  const versions = judgeFolder(migrations, rows).map(({ version }) => version);
  assert.deepEqual(
    versions,
    [...new Set(versions)].sort((a, b) => a - b),
  );
});

forAll(
  "an up applies what is pending, once, and what is half-way before all else",
  ({ migrations, rows, random }) => {
    const plan = planOrNull("up", migrations, rows, randomTarget(random));
    if (plan === null) return;
    const states = foldHistory(rows);
    const versions = plan.steps.map(({ version }) => version);
    assert.equal(new Set(versions).size, versions.length);
    for (const { version, file: runs, migration, resume } of plan.steps) {
      const state = states.get(version)?.state ?? "reverted";
      assert.ok(state === "reverted" || state === "partial-up", `${version} is ${state}`);
      assert.equal(resume !== null, state === "partial-up");
      assert.equal(runs, migration.up);
    }
    const begun = plan.steps.findLastIndex(({ resume }) => resume !== null) + 1;
    assert.ok(plan.steps.slice(0, begun).every(({ resume }) => resume !== null));
    const rest = versions.slice(begun);
    assert.deepEqual(
      rest,
      rest.toSorted((a, b) => a - b),
    );
  },
);

forAll("a down reverts what is in force, from the highest on", ({ migrations, rows, random }) => {
  const plan = planOrNull("down", migrations, rows, randomTarget(random));
  if (plan === null) return;
  const states = foldHistory(rows);
  for (const { version, file: runs, migration, resume } of plan.steps) {
    const state = states.get(version)?.state;
    assert.ok(state === "applied" || state === "partial-down", `${version} is ${state}`);
    assert.equal(resume !== null, state === "partial-down");
    assert.equal(runs, migration.down);
  }
  const rest = plan.steps.filter(({ resume }) => resume === null).map(({ version }) => version);
  assert.deepEqual(
    rest,
    rest.toSorted((a, b) => b - a),
  );
});

for (const direction of ["up", "down"] as const) {
  forAll(
    `${direction} ends where the plan says, and then there is nothing left to do`,
    ({ migrations, rows, random }) => {
      const target = randomTarget(random);
      const plan = planOrNull(direction, migrations, rows, target);
      if (plan === null) return;
      const after = carryOut(rows, plan.steps, null);
      assert.equal(currentVersion(foldHistory(after)), plan.to);
      assert.equal(currentVersion(foldHistory(rows)), plan.from);
      if (target.kind === "version") assert.equal(plan.to ?? 0, target.version);
      if (target.kind === "base") assert.equal(plan.to, null);
      if (target.kind === "relative") {
        assert.ok(plan.steps.length <= Math.abs(target.distance));
        return;
      }
      assert.deepEqual(planOrNull(direction, migrations, after, target)?.steps, []);
    },
  );
}

forAll(
  "a run that stops anywhere ends at the same place when it is repeated",
  ({ migrations, rows, random }) => {
    const direction = random(2) === 0 ? "up" : "down";
    const target = randomTarget(random);
    const plan = planOrNull(direction, migrations, rows, target);
    if (plan === null || target.kind === "relative") return;
    let after: readonly HistoryRow[] = rows;
    for (let run = 0; run < 20; run += 1) {
      const again = planOrNull(direction, migrations, after, target);
      assert.ok(again !== null, "a repeated run is refused");
      assert.equal(again.to, plan.to);
      if (again.steps.length === 0) break;
      after = carryOut(after, again.steps, run < 10 ? random : null);
    }
    assert.deepEqual(inForce(after), inForce(carryOut(rows, plan.steps, null)));
  },
);

forAll("without options, an up leaves a prefix of the folder applied", ({ migrations, rows }) => {
  try {
    const plan = makePlan("up", migrations, rows, null);
    assert.deepEqual(
      inForce(carryOut(rows, plan.steps, null)),
      migrations.map(({ version }) => version),
    );
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
  }
});

forAll("redo ends where it began", ({ migrations, rows }) => {
  try {
    const { down, up } = makeRedoPlans(migrations, rows, { allowOutOfOrder: true });
    const between = carryOut(rows, down.steps, null);
    assert.ok(between.length === rows.length || down.steps.length === 1);
    const after = carryOut(between, up.steps, null);
    assert.deepEqual(inForce(after), inForce(rows));
    assert.equal(up.to, down.from);
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code === "internal") throw error;
  }
});

test("the random histories are not all alike", () => {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const random = createRandom(seed);
    const migrations = randomFolder(random);
    for (const { state, problems } of judgeFolder(migrations, randomHistory(migrations, random))) {
      for (const what of [state, ...problems.map(({ code }) => code)])
        seen.set(what, (seen.get(what) ?? 0) + 1);
    }
  }
  for (const what of ["applied", "pending", "partial-up", "partial-down", "out-of-order"]) {
    assert.ok((seen.get(what) ?? 0) > 50, `${what}: ${seen.get(what)}`);
  }
});
