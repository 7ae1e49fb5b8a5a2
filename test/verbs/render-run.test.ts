import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunResult } from "../../src/run/migrate";
import { renderRun } from "../../src/verbs/run-options";

const nothing: RunResult = { direction: "up", from: null, to: null, steps: [], planned: null, warnings: [] };
const step = { name: "x", direction: "up", statements: 1, durationMs: 400 } as const;

function planned(...statements: string[]): RunResult {
  const plan = {
    version: 1,
    name: "x",
    direction: "up",
    file: "0001_x.up.sql",
    done: 0,
    statements,
  } as const;
  return { ...nothing, planned: [plan] };
}

const rows: Array<[name: string, result: RunResult, lines: string[]]> = [
  ["nothing, at base", nothing, ["Nothing to do: no migration is applied."]],
  ["nothing, planned", { ...nothing, from: 3, planned: [] }, ["Nothing to do: the database is at 0003."]],
  [
    "three applied",
    { ...nothing, to: 3, steps: [1, 2, 3].map((version) => ({ ...step, version })) },
    ["Applied 3 migrations in 1.2 s: the database is at 0003."],
  ],
  [
    "one reverted",
    { ...nothing, direction: "down", from: 1, steps: [{ ...step, version: 1, direction: "down" }] },
    ["Reverted 1 migration in 400 ms: no migration is applied."],
  ],
  [
    "one redone",
    {
      ...nothing,
      to: 1,
      steps: [
        { ...step, version: 1, direction: "down" },
        { ...step, version: 1 },
      ],
    },
    ["Reverted and applied again 0001_x in 800 ms: the database is at 0001."],
  ],
  [
    "a plan",
    planned("SELECT 1", "SELECT 2 -- two", "SELECT 3\n# three"),
    [
      "-- 0001_x.up.sql: 3 statements",
      "SELECT 1;",
      "SELECT 2 -- two",
      ";",
      "SELECT 3\n# three",
      ";",
      "",
      "-- 1 migration, 3 statements. Nothing was run.",
    ],
  ],
  [
    "a plan with programs: each stays one statement for the mysql client",
    planned("BEGIN SELECT 1; END", "SELECT '//;'"),
    [
      "-- 0001_x.up.sql: 2 statements",
      "DELIMITER //",
      "BEGIN SELECT 1; END//",
      "DELIMITER ;",
      "DELIMITER $$",
      "SELECT '//;'$$",
      "DELIMITER ;",
      "",
      "-- 1 migration, 2 statements. Nothing was run.",
    ],
  ],
];

for (const [name, result, lines] of rows) {
  test(`run result: ${name}`, () => assert.deepEqual(renderRun(result), lines));
}
