import assert from "node:assert/strict";
import { test } from "node:test";
import { layoutFor } from "../../src/cli/terminal";
import { type Column, formatDuration, layOutTable, plural } from "../../src/verbs/layout";

const columns: readonly Column[] = [
  { title: "version" },
  { title: "name", shrinks: true },
  { title: "took", align: "right", dispensable: true },
  { title: "by", dispensable: true },
];
const rows = [
  ["0001", "create_users_and_everything", "5 ms", "root"],
  ["0002", "short", "120 ms", ""],
];

const plain = (width: number | null) =>
  layoutFor({ write: () => {}, isTTY: width !== null, columns: width ?? undefined }, { TERM: "dumb" });

const widths: Array<[width: number | null, expected: string[]]> = [
  [
    null,
    [
      "version  name                           took  by",
      "0001     create_users_and_everything    5 ms  root",
      "0002     short                        120 ms",
    ],
  ],
  [
    50,
    [
      "version  name                           took  by",
      "0001     create_users_and_everything    5 ms  root",
      "0002     short                        120 ms",
    ],
  ],
  [
    40,
    [
      "version  name                 took  by",
      "0001     create_users_an..    5 ms  root",
      "0002     short              120 ms",
    ],
  ],
  [
    36,
    [
      "version  name                   took",
      "0001     create_users_and_..    5 ms",
      "0002     short                120 ms",
    ],
  ],
  [30, ["version  name", "0001     create_users_and_ev..", "0002     short"]],
  [10, ["version  name", "0001     create_users_a..", "0002     short"]],
];

for (const [width, expected] of widths) {
  test(`table: ${width === null ? "not on a terminal" : `${width} columns`}`, () => {
    assert.deepEqual(layOutTable(columns, rows, plain(width)), expected);
  });
}

test("table: colours do not count as width, and need a terminal without NO_COLOR", () => {
  const cells = [[{ text: "ab", style: "red" as const }, "x"]];
  const table = (isTTY: boolean, env: Record<string, string>) =>
    layOutTable(
      [{ title: "abc" }, { title: "d" }],
      cells,
      layoutFor({ write: () => {}, isTTY, columns: 80 }, env),
    )[1];
  assert.equal(table(true, {}), "\u001b[31mab\u001b[39m   x");
  assert.equal(table(true, { NO_COLOR: "" }), "\u001b[31mab\u001b[39m   x");
  assert.equal(table(true, { NO_COLOR: "1" }), "ab   x");
  assert.equal(table(true, { TERM: "dumb" }), "ab   x");
  assert.equal(table(false, {}), "ab   x");
});

const durations: Array<[ms: number, text: string]> = [
  [0, "0 ms"],
  [999, "999 ms"],
  [999.7, "1.0 s"],
  [1000, "1.0 s"],
  [59_949, "59.9 s"],
  [59_951, "1 min 0 s"],
  [60_000, "1 min 0 s"],
  [245_000, "4 min 5 s"],
  [3_599_900, "1 h 0 min"],
  [7_800_000, "2 h 10 min"],
];

for (const [ms, text] of durations) {
  test(`duration: ${ms} ms`, () => assert.equal(formatDuration(ms), text));
}

test("plural", () => {
  assert.deepEqual(
    [plural(0, "step"), plural(1, "step"), plural(2, "step")],
    ["0 steps", "1 step", "2 steps"],
  );
});
