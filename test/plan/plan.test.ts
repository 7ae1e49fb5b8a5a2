import assert from "node:assert/strict";
import { test } from "node:test";
import { makePlan, makeRedoPlans } from "../../src/plan/plan";
import type { PlanOptions } from "../../src/plan/planned";
import { parseTarget } from "../../src/plan/target";
import { scene, showPlan, showRefusal } from "./situations";

const GIVE_UP = "or undo by hand what was done, and give it up:";

const late: PlanOptions = { allowOutOfOrder: true };
const ahead: PlanOptions = { allowAhead: true };

/** A verb and its target, such as `up`, `up 3`, `down -1`, `redo`. */
function plan(line: string, command: string, options: PlanOptions = {}): string {
  const { migrations, rows } = scene(line);
  const [verb, text] = command.split(" ");
  if (verb === "redo") {
    const { down, up } = makeRedoPlans(migrations, rows, options);
    return `${showPlan(down)}\n${showPlan(up)}`;
  }
  const target = text === undefined ? null : parseTarget(text);
  return showPlan(makePlan(verb === "up" ? "up" : "down", migrations, rows, target, options));
}

type Case = readonly [line: string, command: string, expected: string, options?: PlanOptions];

const plans: readonly Case[] = [
  // up
  ["", "up", "base -> base: nothing"],
  ["1 pending, 2 pending, 3 pending", "up", "base -> 3: up 1, up 2, up 3"],
  ["1 applied, 2 pending, 5 pending", "up", "1 -> 5: up 2, up 5"],
  ["1 applied, 2 applied", "up", "2 -> 2: nothing"],
  ["1 applied, 2 reverted, 3 reverted", "up", "1 -> 3: up 2, up 3"],
  ["1 stamped, 2 pending", "up head", "1 -> 2: up 2"],
  ["1 pending, 2 pending, 5 pending", "up 2", "base -> 2: up 1, up 2"],
  ["1 applied, 2 pending", "up 0001", "1 -> 1: nothing"],
  ["1 applied, 2 pending, 3 pending, 4 pending", "up +2", "1 -> 3: up 2, up 3"],
  ["1 applied, 2 pending", "up +1", "1 -> 2: up 2"],
  ["1 applied", "up +1", "1 -> 1: nothing"],
  ["1 pending", "up 0", "base -> base: nothing"],
  [
    "1 applied, 2 pending, 3 pending",
    "up +5",
    "1 -> 3: up 2, up 3\n(Only 2 migrations are pending, fewer than the 5 that were asked for.)",
  ],
  [
    "1 pending",
    "up +2",
    "base -> 1: up 1\n(Only 1 migration is pending, fewer than the 2 that were asked for.)",
  ],
  ["1 applied down-modified, 2 pending", "up", "1 -> 2: up 2"],
  // up: half-way
  ["1 applied, 2 partial 3/5, 3 pending", "up", "1 -> 3: up 2 after 3/5, up 3"],
  ["1 applied, 2 partial 3/5 modified, 3 pending", "up", "1 -> 3: up 2 after 3/5, up 3"],
  ["1 applied, 2 partial 3/5, 3 pending", "up +1", "1 -> 2: up 2 after 3/5"],
  ["1 applied, 2 partial 3/5, 3 pending", "up 2", "1 -> 2: up 2 after 3/5"],
  ["1 in-doubt 0/5, 2 pending", "up", "base -> 2: up 1 after 0/5, up 2"],
  ["1 begun 0/5, 2 pending", "up", "base -> 2: up 1, up 2"],
  ["1 partial 5/5", "up", "base -> 1: up 1 after 5/5"],
  // up: out of order
  [
    "1 applied, 2 pending, 3 applied, 4 pending",
    "up",
    "3 -> 4: up 2, up 4\n(0002_m2 is not applied, but 0003_m3 was applied on 2026-01-02.)",
    late,
  ],
  [
    "1 pending, 2 applied, 3 pending",
    "up 2",
    "2 -> 2: up 1\n(0001_m1 is not applied, but 0002_m2 was applied on 2026-01-01.)",
    late,
  ],
  [
    "1 pending, 2 partial 1/2, 3 pending",
    "up",
    "base -> 3: up 2 after 1/2, up 1, up 3\n(0001_m1 is not applied, but 0002_m2 is applied in part only (1 of 2 statements).)",
    late,
  ],
  // up: ahead
  [
    "1 applied, 2 applied gone, 3 partial 1/2 gone",
    "up",
    "2 -> 2: nothing\n" +
      "(0002_m2 was applied on 2026-01-02, but this folder ends at 0001_m1: the database is ahead of it.)\n" +
      "(0003_m3 is applied in part only (1 of 2 statements), but this folder ends at 0001_m1: the database is ahead of it.)",
    ahead,
  ],
  [
    "1 applied gone",
    "up",
    "1 -> 1: nothing\n(0001_m1 was applied on 2026-01-01, but this folder has no migrations: the database is ahead of it.)",
    ahead,
  ],

  // down
  ["1 applied, 2 applied, 3 applied", "down 1", "3 -> 1: down 3, down 2"],
  ["1 applied, 2 applied, 3 applied", "down 0", "3 -> base: down 3, down 2, down 1"],
  ["1 applied, 2 applied", "down base", "2 -> base: down 2, down 1"],
  ["1 applied, 2 stamped, 3 applied", "down -2", "3 -> 1: down 3, down 2"],
  ["1 applied, 2 applied, 3 pending", "down -1", "2 -> 1: down 2"],
  ["1 applied, 2 applied, 3 pending", "down 2", "2 -> 2: nothing"],
  ["1 applied, 2 applied", "down head", "2 -> 2: nothing"],
  ["1 pending", "down -1", "base -> base: nothing"],
  ["1 pending", "down 0", "base -> base: nothing"],
  ["1 applied, 2 applied, 3 applied irreversible, 4 applied", "down 3", "4 -> 3: down 4"],
  ["1 applied, 2 applied down-modified, 3 applied", "down 2", "3 -> 2: down 3"],
  ["3 applied, 1 applied, 2 applied", "down -2", "3 -> 1: down 3, down 2"],
  // down: out of order is no obstacle
  ["1 applied, 2 pending, 3 applied", "down 1", "3 -> 1: down 3"],
  // down: half-way
  ["1 applied, 2 partial-down 1/2", "down 1", "2 -> 1: down 2 after 1/2"],
  ["1 applied, 2 partial-down 1/2", "down -1", "2 -> 1: down 2 after 1/2"],
  ["1 applied, 2 partial-down 1/2 down-modified", "down 0", "2 -> base: down 2 after 1/2, down 1"],
  ["1 applied, 2 partial-down 1/2, 3 applied", "down -1", "3 -> 3: down 2 after 1/2"],
  ["1 applied, 2 partial-down 1/2, 3 applied", "down 1", "3 -> 1: down 2 after 1/2, down 3"],

  // redo
  ["1 applied, 2 applied, 3 pending", "redo", "2 -> 1: down 2\n1 -> 2: up 2"],
  ["1 applied", "redo", "1 -> base: down 1\nbase -> 1: up 1"],
  ["1 applied, 2 partial-down 1/2", "redo", "2 -> 1: down 2 after 1/2\n1 -> 2: up 2"],
  ["1 pending", "redo", "base -> base: nothing\nbase -> base: nothing"],
  [
    "1 applied, 2 pending, 3 applied",
    "redo",
    "3 -> 1: down 3\n(0002_m2 is not applied, but 0003_m3 was applied on 2026-01-02.)\n1 -> 3: up 3",
    late,
  ],
];

for (const [line, command, expected, options] of plans) {
  const shown = Object.keys(options ?? {}).join(" ");
  test(`${command} ${shown} of ${line}`, () => assert.equal(plan(line, command, options), expected));
}

const statusHint = "To see them all:\n  npm run migrate:status";

const refusals: readonly Case[] = [
  // targets
  [
    "1 applied, 4 pending",
    "up 3",
    `unknown-version: There is no migration 0003; nearest are 0001_m1 and 0004_m4.\n${statusHint}`,
  ],
  [
    "1 applied, 4 pending",
    "down 3",
    `unknown-version: There is no migration 0003; nearest are 0001_m1 and 0004_m4.\n${statusHint}`,
  ],
  ["", "up 3", `unknown-version: There is no migration 0003.\n${statusHint}`],
  [
    "1 applied, 2 applied, 3 pending",
    "up 1",
    "unknown-version: The database is at 0002, so up cannot end at 0001, which is below it.\nTo get there:\n  npm run migrate:down -- --to 1",
  ],
  [
    "1 applied",
    "up base",
    "unknown-version: The database is at 0001, so up cannot end at base, which is below it.\nTo get there:\n  npm run migrate:down -- --to 0",
  ],
  [
    "1 applied, 2 pending",
    "down 2",
    "unknown-version: The database is at 0001, so down cannot end at 0002, which is above it.\nTo get there:\n  npm run migrate:up -- --to 2",
  ],
  [
    "1 pending",
    "down head",
    "unknown-version: The database is at base, so down cannot end at 0001, which is above it.\nTo get there:\n  npm run migrate:up -- --to 1",
  ],
  [
    "1 applied, 2 pending, 3 applied",
    "down 2",
    "unknown-version: 0002_m2 is not applied, so down cannot end there.\n" +
      "The next below it that is applied:\n  npm run migrate:down -- --to 1",
  ],
  [
    "1 applied, 2 pending, 3 applied",
    "up 2",
    "unknown-version: 0002_m2 can be applied late, but up cannot end there: the database is at 0003.\n" +
      "To apply all that is pending:\n  npm run migrate:up -- --allow-out-of-order",
    late,
  ],
  [
    "1 applied",
    "up -1",
    "unknown-version: -1 goes down, so up cannot end there.\nTo revert:\n  npm run migrate:down -- --steps 1",
  ],
  [
    "1 applied",
    "down +2",
    "unknown-version: +2 goes up, so down cannot end there.\nTo apply:\n  npm run migrate:up -- --steps 2",
  ],
  [
    "1 applied, 2 applied",
    "down -3",
    "unknown-version: Only 2 migrations are applied, fewer than the 3 to revert.\nTo revert all of them:\n  npm run migrate:down -- --to 0",
  ],
  [
    "1 applied",
    "down",
    "usage: down needs a target.\nTo revert the newest migration:\n  npm run migrate:down -- --steps 1",
  ],

  // half-way, in the other direction or beyond the target
  [
    "1 applied, 2 partial 3/5",
    "down 1",
    "partial: 0002_m2 is applied in part only (3 of 5 statements); that must be finished first.\n" +
      `Finish it; ${GIVE_UP}\n  npm run migrate:up -- --to 2\n  npm run migrate:resolve -- 0002 --give-up --reason "why"`,
  ],
  [
    "1 applied, 2 partial 3/5",
    "redo",
    "partial: 0002_m2 is applied in part only (3 of 5 statements); that must be finished first.\n" +
      `Finish it; ${GIVE_UP}\n  npm run migrate:up -- --to 2\n  npm run migrate:resolve -- 0002 --give-up --reason "why"`,
  ],
  [
    "1 applied, 2 partial 3/5",
    "up 1",
    "partial: 0002_m2 is applied in part only (3 of 5 statements); that must be finished first.\n" +
      `Finish it; ${GIVE_UP}\n  npm run migrate:up -- --to 2\n  npm run migrate:resolve -- 0002 --give-up --reason "why"`,
  ],
  [
    "1 applied, 2 partial-down 1/2, 3 pending",
    "up",
    "partial: 0002_m2 is reverted in part only (1 of 2 statements); that must be finished first.\n" +
      `Finish it; ${GIVE_UP}\n  npm run migrate:down -- --to 1\n  npm run migrate:resolve -- 0002 --give-up --reason "why"`,
  ],
  [
    "1 partial-down 1/2",
    "up",
    "partial: 0001_m1 is reverted in part only (1 of 2 statements); that must be finished first.\n" +
      `Finish it; ${GIVE_UP}\n  npm run migrate:down -- --to 0\n  npm run migrate:resolve -- 0001 --give-up --reason "why"`,
  ],
  [
    "1 applied, 2 partial-down 1/2",
    "down 2",
    "partial: 0002_m2 is reverted in part only (1 of 2 statements); that must be finished first.\n" +
      `Finish it; ${GIVE_UP}\n  npm run migrate:down -- --to 1\n  npm run migrate:resolve -- 0002 --give-up --reason "why"`,
  ],

  // what is in the way down
  [
    "1 applied irreversible, 2 applied, 3 applied irreversible, 4 applied",
    "down 0",
    'irreversible: 0003_m3 cannot be reverted: 0003_m3.up.sql says "-- migrate: irreversible".\n' +
      "To stop above it:\n  npm run migrate:down -- --to 3\n" +
      'irreversible: 0001_m1 cannot be reverted: 0001_m1.up.sql says "-- migrate: irreversible".\n' +
      "What takes it back is a new migration:\n  npm run migrate:create -- <name>",
  ],
  [
    "1 applied irreversible",
    "down -1",
    'irreversible: 0001_m1 cannot be reverted: 0001_m1.up.sql says "-- migrate: irreversible".\n' +
      "What takes it back is a new migration:\n  npm run migrate:create -- <name>",
  ],
  [
    "1 applied irreversible",
    "redo",
    'irreversible: 0001_m1 cannot be reverted: 0001_m1.up.sql says "-- migrate: irreversible".\n' +
      "What takes it back is a new migration:\n  npm run migrate:create -- <name>",
  ],
  [
    "1 applied, 2 applied down-modified, 3 applied",
    "down 1",
    "modified: 0002_m2.down.sql changed after 0002_m2 was applied on 2026-01-02.\n" +
      "See what changed, and restore 0002_m2.down.sql before 0002_m2 is reverted:\n  npm run migrate:show 2",
  ],
];

for (const [line, command, expected, options] of refusals) {
  test(`${command} is refused of ${line}`, () =>
    assert.equal(
      showRefusal(() => plan(line, command, options)),
      expected,
    ));
}

/** Codes only: the wording of these is asserted with `judgeFolder`. */
function codes(line: string, command: string, options?: PlanOptions): string {
  return showRefusal(() => plan(line, command, options))
    .replaceAll(/^(?![a-z-]+: ).*\n?/gm, "")
    .replaceAll(/: .*/g, "");
}

const wrong =
  "1 applied modified, 2 applied gone, 3 pending, 4 applied named x, 5 applied, 6 applied as 7, 9 applied gone";

test("up lists everything that is wrong", () => {
  assert.deepEqual(codes(wrong, "up").trim().split("\n"), [
    "modified",
    "missing",
    "out-of-order",
    "renamed",
    "renamed",
    "ahead",
  ]);
});

test("the options let pass what they name and nothing else", () => {
  assert.deepEqual(codes(wrong, "up", { allowAhead: true, allowOutOfOrder: true }).trim().split("\n"), [
    "modified",
    "missing",
    "renamed",
    "renamed",
  ]);
});

test("down lists all but what is out of order, and cannot leave the newest alone", () => {
  assert.deepEqual(codes(wrong, "down 1", { allowAhead: true }).trim().split("\n"), [
    "modified",
    "missing",
    "renamed",
    "renamed",
    "ahead",
  ]);
});

test("redo refuses what up refuses, before anything is reverted", () => {
  assert.equal(codes("1 applied, 2 pending, 3 applied", "redo").trim(), "out-of-order");
});

test("a plan is whole: files, migrations and where to go on", () => {
  const { migrations, rows } = scene("1 applied, 2 partial 3/5, 3 pending");
  const [, second, third] = migrations;
  assert.ok(second !== undefined && third !== undefined);
  assert.deepEqual(makePlan("up", migrations, rows, null), {
    direction: "up",
    from: 1,
    to: 3,
    steps: [
      {
        direction: "up",
        version: 2,
        name: "m2",
        migration: second,
        file: second.up,
        resume: { row: rows[1] },
      },
      { direction: "up", version: 3, name: "m3", migration: third, file: third.up, resume: null },
    ],
    warnings: [],
  });
  const [first] = migrations;
  assert.ok(first?.down !== null && first !== undefined);
  const reverted = scene("1 applied");
  assert.deepEqual(makePlan("down", reverted.migrations, reverted.rows, { kind: "base" }).steps, [
    { direction: "down", version: 1, name: "m1", migration: first, file: first.down, resume: null },
  ]);
});
