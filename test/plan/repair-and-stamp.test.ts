import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMigration } from "../../src/migrations/names";
import { assess } from "../../src/plan/plan";
import { findRepairs, planRepair, type Repair } from "../../src/plan/plan-repair";
import { planStamp } from "../../src/plan/plan-stamp";
import { parseTarget } from "../../src/plan/target";
import { scene, showRefusal } from "./situations";

function showRepairs(repairs: readonly Repair[]): string {
  return repairs
    .map(({ kind, held, migration }) => `${kind} ${formatMigration(held)} -> ${formatMigration(migration)}`)
    .join(", ");
}

function situation(line: string) {
  const { migrations, rows } = scene(line);
  return assess(migrations, rows);
}

const repairs: readonly (readonly [line: string, expected: string])[] = [
  ["1 applied, 2 pending, 3 reverted", ""],
  ["1 applied modified", "accept 0001_m1 -> 0001_m1"],
  ["1 stamped modified", "accept 0001_m1 -> 0001_m1"],
  ["1 applied down-modified", "accept 0001_m1 -> 0001_m1"],
  ["1 applied named x", "accept 0001_m1 -> 0001_x"],
  ["1 applied as 5", "renumber 0001_m1 -> 0005_m1"],
  ["1 applied as 5, 1 pending replaced by x", "renumber 0001_m1 -> 0005_m1"],
  // Not the same migration any more, so nothing that a word of a person could settle.
  ["1 applied replaced by x", ""],
  ["1 applied gone, 2 applied", ""],
  ["1 applied, 2 applied gone", ""],
  ["1 partial 1/2 named x", ""],
  ["1 partial-down 1/2 modified", ""],
  ["1 pending, 2 applied", ""],
];

for (const [line, expected] of repairs) {
  test(`findRepairs: ${line}`, () =>
    assert.equal(showRepairs(findRepairs(situation(line).judgedVersions)), expected));
}

test("planRepair: only what is named, each once, by either number", () => {
  const { judgedVersions } = situation("1 applied modified, 2 applied as 5, 3 applied named x");
  assert.equal(
    showRepairs(planRepair(judgedVersions, [5, 2, 1])),
    "accept 0001_m1 -> 0001_m1, renumber 0002_m2 -> 0005_m2",
  );
});

test("planRepair refuses all when one is wrong, and says of each why", () => {
  const refusal = showRefusal(() =>
    planRepair(
      situation("1 applied modified, 2 applied, 3 partial 1/2, 4 pending, 6 applied gone, 7 pending")
        .judgedVersions,
      [1, 2, 3, 5, 6, 7],
    ),
  );
  assert.deepEqual(refusal.match(/^[a-z-]+: .*$/gm), [
    "nothing-to-do: 0002_m2 is what was applied, so there is nothing to repair.",
    "partial: 0003_m3 is partial; only what is applied as a whole can be repaired.",
    "unknown-version: There is no migration 0005; nearest are 0004_m4 and 0006_m6.",
    "missing: 0006_m6 was applied on 2026-01-04, but its files are gone.",
    "nothing-to-do: 0007_m7 is not applied, so there is nothing to repair.",
  ]);
});

function showStamp(line: string, target: string): string {
  const { from, to, stamps, unstamps } = planStamp(situation(line), parseTarget(target));
  const changes = [
    ...unstamps.map(({ version }) => `-${version}`),
    ...stamps.map(({ version }) => `+${version}`),
  ];
  return `${from ?? "base"} -> ${to ?? "base"}: ${changes.join(" ")}`;
}

const stamps: readonly (readonly [line: string, target: string, expected: string])[] = [
  ["1 pending, 2 pending, 3 pending", "2", "base -> 2: +1 +2"],
  ["1 applied, 2 pending, 3 pending", "head", "1 -> 3: +2 +3"],
  ["1 applied, 2 pending, 3 pending", "+1", "1 -> 2: +2"],
  ["1 applied, 2 applied, 3 stamped", "1", "3 -> 1: -3 -2"],
  ["1 applied, 2 applied", "-1", "2 -> 1: -2"],
  ["1 applied, 2 applied", "base", "2 -> base: -2 -1"],
  ["1 applied, 2 applied", "2", "2 -> 2: "],
  ["1 pending, 2 applied", "2", "2 -> 2: +1"],
  ["1 reverted, 2 pending", "1", "base -> 1: +1"],
  ["1 applied, 2 applied gone", "1", "2 -> 1: -2"],
  ["1 applied, 2 applied gone", "2", "2 -> 2: "],
  ["1 applied modified, 2 pending", "2", "1 -> 2: +2"],
];

for (const [line, target, expected] of stamps) {
  test(`planStamp: ${line} to ${target}`, () => assert.equal(showStamp(line, target), expected));
}

const unstampable: readonly (readonly [line: string, target: string, code: string])[] = [
  ["1 pending", "2", "unknown-version"],
  ["1 pending", "+2", "unknown-version"],
  ["1 partial 1/2", "1", "partial"],
  ["1 applied, 2 partial-down 1/2", "base", "partial"],
  ["1 applied as 3, 2 pending", "3", "renamed"],
];

for (const [line, target, code] of unstampable) {
  test(`planStamp refuses: ${line} to ${target}`, () =>
    assert.match(
      showRefusal(() => showStamp(line, target)),
      new RegExp(`^${code}: `),
    ));
}
