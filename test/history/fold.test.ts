import assert from "node:assert/strict";
import { test } from "node:test";
import { checkHistory, foldHistory } from "../../src/history/fold";
import type { HistoryRow } from "../../src/history/lines";
import { hash, intent, row } from "../plan/situations";

/** `1 applied by 3 since 3 m1`: version, state, the deciding line, the applying line, the name. */
function compact(rows: readonly HistoryRow[]): string {
  return [...foldHistory(rows).values()]
    .map(
      ({ version, state, row: by, applied, name }) =>
        `${version} ${state} by ${by.id} since ${applied?.id} ${name}`,
    )
    .join(", ");
}

const unfinished = { finishedAt: null, total: 5 };
const untouched = { ...unfinished, done: 0 };

const cases: readonly (readonly [name: string, rows: readonly HistoryRow[], expected: string])[] = [
  ["nothing", [], ""],
  ["up", [row(1, {})], "1 applied by 1 since 1 m1"],
  ["stamp", [row(1, { action: "stamp" })], "1 applied by 1 since 1 m1"],
  ["an up without statements", [row(1, { total: 0 })], "1 applied by 1 since 1 m1"],
  ["down", [row(1, {}), row(2, { action: "down" })], "1 reverted by 2 since undefined m1"],
  ["unstamp", [row(1, {}), row(2, { action: "unstamp" })], "1 reverted by 2 since undefined m1"],
  ["up again", [row(1, {}), row(2, { action: "down" }), row(3, {})], "1 applied by 3 since 3 m1"],
  [
    "two versions",
    [row(1, { version: 2, name: "m2" }), row(2, {})],
    "2 applied by 1 since 1 m2, 1 applied by 2 since 2 m1",
  ],
  ["partial up", [row(1, { ...unfinished, done: 3 })], "1 partial-up by 1 since undefined m1"],
  ["all done, not finished", [row(1, { ...unfinished, done: 5 })], "1 partial-up by 1 since undefined m1"],
  [
    "a first statement in doubt",
    [row(1, { ...untouched, intent: intent(1) })],
    "1 partial-up by 1 since undefined m1",
  ],
  ["an up that did nothing", [row(1, untouched)], ""],
  ["an up that did nothing, tried again", [row(1, untouched), row(2, {})], "1 applied by 2 since 2 m1"],
  [
    "an up that did nothing, after a down",
    [row(1, {}), row(2, { action: "down" }), row(3, untouched)],
    "1 reverted by 2 since undefined m1",
  ],
  [
    "partial down",
    [row(1, {}), row(2, { action: "down", ...unfinished, done: 1 })],
    "1 partial-down by 2 since 1 m1",
  ],
  [
    "a down that did nothing",
    [row(1, {}), row(2, { action: "down", ...untouched })],
    "1 applied by 1 since 1 m1",
  ],
  [
    "repair",
    [row(1, {}), row(2, { action: "repair", name: "renamed", upChecksum: hash("repaired") })],
    "1 applied by 1 since 1 renamed",
  ],
  ["repair of nothing", [row(1, { action: "repair" })], ""],
  [
    "resolve",
    [row(1, { ...unfinished, done: 3 }), row(2, { action: "resolve" })],
    "1 partial-up by 1 since undefined m1",
  ],
  [
    "a line that was finished after later ones were begun",
    [row(1, { ...unfinished, done: 3 }), row(2, { version: 2, name: "m2" })],
    "1 partial-up by 1 since undefined m1, 2 applied by 2 since 2 m2",
  ],
];

for (const [name, rows, expected] of cases) {
  test(`foldHistory: ${name}`, () => assert.equal(compact(rows), expected));
}

test("foldHistory: repair replaces name and checksums, and keeps the day", () => {
  const repaired = { name: "new", upChecksum: hash("new up"), downChecksum: null };
  const state = foldHistory([row(1, {}), row(2, { action: "repair", ...repaired })]).get(1);
  assert.deepEqual(
    [state?.name, state?.upChecksum, state?.downChecksum, state?.applied?.id],
    ["new", hash("new up"), null, 1],
  );
});

test("foldHistory: while it is being reverted, what was applied still counts", () => {
  const down = {
    action: "down",
    ...unfinished,
    done: 1,
    upChecksum: hash("x"),
    downChecksum: hash("y"),
  } as const;
  const state = foldHistory([row(1, {}), row(2, down)]).get(1);
  assert.deepEqual([state?.upChecksum, state?.downChecksum], [hash("up 1"), hash("down 1")]);
});

test("foldHistory: which line has the texts of what is applied", () => {
  const textsAt = (...rows: readonly HistoryRow[]): number | undefined => foldHistory(rows).get(1)?.textsAt;
  const down = { action: "down", ...unfinished, done: 1 } as const;
  assert.equal(textsAt(row(1, {})), 1);
  assert.equal(textsAt(row(1, {}), row(2, down)), 1);
  assert.equal(textsAt(row(1, {}), row(2, { action: "repair" }), row(3, down)), 2);
  assert.equal(textsAt(row(1, {}), row(2, { action: "resolve" })), 1);
  assert.equal(textsAt(row(1, {}), row(2, { action: "down" }), row(3, { action: "stamp" })), 3);
});

const damaged: readonly (readonly [name: string, rows: readonly HistoryRow[], expected: string])[] = [
  [
    "none",
    [row(1, {}), row(2, { action: "down" }), row(3, { ...unfinished, done: 3, intent: intent(4) })],
    "",
  ],
  ["the first line is missing", [row(2, {})], "The history lacks line 1 of 2."],
  ["several are missing", [row(2, {}), row(6, {}), row(8, {})], "The history lacks lines 1, 3 to 5, 7 of 8."],
  ["a range is missing", [row(4, {})], "The history lacks lines 1 to 3 of 4."],
  ["an action", [row(1, { action: "undo" as "up" })], 'Line 1 of the history has the unknown action "undo".'],
  ["a version", [row(1, { version: 0 })], "Line 1 of the history has the version 0."],
  [
    "checksums",
    [row(1, { upChecksum: "", downChecksum: "ABC" })],
    "Line 1 of the history has an up checksum that is none, a down checksum that is none.",
  ],
  [
    "more done than there is",
    [row(1, { total: 2, done: 3 })],
    "Line 1 of the history has 3 of 2 statements done.",
  ],
  [
    "less than nothing done",
    [row(1, { total: 2, done: -1 })],
    "Line 1 of the history has -1 of 2 statements done.",
  ],
  [
    "finished too early",
    [row(1, { total: 3, done: 2 })],
    "Line 1 of the history has only 2 of 3 statements done, but an end.",
  ],
  [
    "a hash that is none",
    [row(1, { doneHash: "x" })],
    "Line 1 of the history has a hash of its statements that is none.",
  ],
  [
    "no hash",
    [row(1, { doneHash: null })],
    "Line 1 of the history has 1 statements done, but no hash of them.",
  ],
  [
    "an intent that is done already",
    [row(1, { ...unfinished, done: 3, intent: intent(3) })],
    "Line 1 of the history has 3 statements done, but statement 3 under way.",
  ],
  [
    "an intent in a finished line",
    [row(1, { intent: intent(2) })],
    "Line 1 of the history has an end, but a statement under way.",
  ],
  ["a stamp's progress says nothing", [row(1, { action: "stamp", total: 5, done: 0 })], ""],
  [
    "two lines",
    [row(1, { version: -1 }), row(2, { version: 1.5 })],
    "Line 1 of the history has the version -1.\nLine 2 of the history has the version 1.5.",
  ],
];

for (const [name, rows, expected] of damaged) {
  test(`checkHistory: ${name}`, () => {
    const problems = checkHistory(rows);
    assert.equal(problems.map(({ message }) => message).join("\n"), expected);
    for (const { code, file, hint } of problems) {
      assert.equal(code, "history-damaged");
      assert.equal(file, null);
      assert.equal(hint, "Restore the history table from a backup. Nobody but this tool may write to it.");
    }
  });
}
