import assert from "node:assert/strict";
import { test } from "node:test";
import { foldHistory } from "../../src/history/fold";
import { findCollisions } from "../../src/plan/collisions";
import { type MergeOptions, planMerge } from "../../src/plan/plan-merge";
import { parseTarget, versionAt } from "../../src/plan/target";
import { parseRange } from "../../src/verbs/history";
import { scene, showRefusal } from "./situations";

/** `4: m4 applied, x` per collision. */
function showCollisions(line: string): string {
  const { migrations, rows } = scene(line);
  return findCollisions(migrations, foldHistory(rows))
    .map(({ kind, version, sides }) => {
      const shown = sides.map(
        ({ name, applied, appliedAs }) =>
          `${name}${applied ? " applied" : ""}${appliedAs === null ? "" : ` as ${appliedAs}`}`,
      );
      return `${kind} ${version}: ${shown.join(", ")}`;
    })
    .join("\n");
}

const collisions: readonly (readonly [line: string, expected: string])[] = [
  ["", ""],
  ["1 applied, 2 pending", ""],
  ["1 applied, 2 pending, 2 pending replaced by x", "same-version 2: m2, x"],
  ["2 applied, 2 pending replaced by x", "same-version 2: m2 applied, x"],
  ["2 partial 1/2, 2 pending replaced by x", "same-version 2: m2 applied, x"],
  ["2 reverted, 2 pending replaced by x", "same-version 2: m2, x"],
  // Whose file was changed is told by its name, whose was renamed by its text.
  ["2 applied modified, 2 pending replaced by x", "same-version 2: m2 applied, x"],
  ["2 applied named y, 2 pending replaced by x", "same-version 2: y applied, x"],
  ["2 applied replaced by y, 2 pending replaced by x", "same-version 2: y, x, m2 applied"],
  ["1 pending, 2 applied", "out-of-order 1: m1, m2 applied"],
  ["1 pending, 2 applied gone", "out-of-order 1: m1, m2 applied"],
  ["1 applied as 3, 2 applied, 3 pending replaced by x", "same-version 3: m1 as 1, x"],
];

for (const [line, expected] of collisions) {
  test(`findCollisions: ${line}`, () => assert.equal(showCollisions(line), expected));
}

const NOW = new Date("2026-03-01T09:30:00Z");

function showMerge(line: string, options: Partial<MergeOptions> = {}): string {
  const { migrations, rows } = scene(line);
  const plan = planMerge(migrations, foldHistory(rows), { also: [], keep: null, now: NOW, ...options });
  const moves = plan.renumberings.map(({ migration, digits }) => `${migration.up.fileName} -> ${digits}`);
  const overtaken = plan.warnings.map((warning) => `(${warning.slice(0, warning.indexOf(" "))} first)`);
  return [...moves, ...overtaken].join(", ");
}

const merges: readonly (readonly [line: string, expected: string, options?: Partial<MergeOptions>])[] = [
  ["1 applied, 2 pending", ""],
  ["2 applied, 2 pending replaced by x", "0002_x.up.sql -> 0003"],
  ["2 pending, 2 pending replaced by x", "0002_x.up.sql -> 0003"],
  ["2 pending, 2 pending replaced by x", "0002_m2.up.sql -> 0003", { keep: "x" }],
  ["1 pending, 2 applied", "0001_m1.up.sql -> 0003"],
  // Behind what the database has and this folder lacks, too.
  ["1 pending, 2 applied, 7 applied gone", "0001_m1.up.sql -> 0008"],
  ["2 applied, 2 pending replaced by x, 3 pending", "0002_x.up.sql -> 0004, (0003_m3 first)"],
  [
    "2 applied, 2 pending replaced by x, 3 pending",
    "0002_x.up.sql -> 0004, 0003_m3.up.sql -> 0005",
    { also: [3] },
  ],
  // Below an applied version nobody keeps the number.
  ["1 pending, 1 pending replaced by x, 2 applied", "0001_m1.up.sql -> 0003, 0001_x.up.sql -> 0004"],
  [
    "20260101000000 applied, 20260101000000 pending replaced by x",
    "20260101000000_x.up.sql -> 20260301093000",
  ],
  ["1 applied, 2 pending", "", { also: [2] }],
];

for (const [line, expected, options] of merges) {
  test(`planMerge: ${line} ${options === undefined ? "" : JSON.stringify(options)}`, () =>
    assert.equal(showMerge(line, options), expected));
}

const unmergeable: readonly (readonly [line: string, expected: string, options?: Partial<MergeOptions>])[] = [
  [
    "1 applied as 3, 2 applied, 3 pending replaced by x",
    "already-applied: 0003_m1 is applied already, as 0001.\nName its files 0001_m1 again, then merge again.",
  ],
  [
    "2 applied replaced by y, 2 pending replaced by x",
    "already-applied: 0002_m2 is applied, but none of the files with the version 0002 is it.\n" +
      "Restore the files of 0002_m2, then merge again.",
  ],
  [
    "1 applied, 2 applied, 2 pending replaced by x",
    "already-applied: 0001_m1 is applied already, so it keeps its version.",
    { also: [1] },
  ],
  [
    "2 applied, 2 pending replaced by x",
    "usage: 0002 is shared by several migrations; which of them moves is decided by what is applied.",
    { also: [2] },
  ],
  [
    "2 applied, 2 pending replaced by x",
    "usage: No migration that shares its version is named z.",
    { keep: "z" },
  ],
];

for (const [line, expected, options] of unmergeable) {
  test(`planMerge refuses: ${line} ${options === undefined ? "" : JSON.stringify(options)}`, () =>
    assert.equal(
      showRefusal(() => showMerge(line, options)),
      expected,
    ));
}

const VERSIONS = [1, 3, 7, 20];

const ranges: readonly (readonly [text: string, from: number, to: number])[] = [
  ["3:7", 3, 7],
  ["0003:0007", 3, 7],
  ["5", 5, 5],
  [":", 0, Number.POSITIVE_INFINITY],
  [":head", 0, 20],
  ["base:", 0, Number.POSITIVE_INFINITY],
  ["-1:", 3, Number.POSITIVE_INFINITY],
  ["-2:+1", 1, 20],
  ["4:5", 4, 5],
];

for (const [text, from, to] of ranges) {
  test(`parseRange: ${text}`, () => assert.deepEqual(parseRange(text, VERSIONS, 7), { from, to }));
}

const badRanges: readonly (readonly [text: string, expected: string])[] = [
  ["", 'unknown-version: "" is not a range.\nA range is two versions, such as 3:7, :head or base:'],
  ["1:2:3", 'unknown-version: "1:2:3" is not a range.\nA range is two versions, such as 3:7, :head or base:'],
  ["7:3", "unknown-version: 7:3 ends before it begins.\nThe other way round: 3:7"],
  [
    "x:3",
    'unknown-version: "x" is not a version.\nA target is a version (5 or 0005), head, base, or a distance such as +1 or -1.',
  ],
  [
    "-4:",
    "unknown-version: -4 from 0007 leads past the first migration.\nTo see them all:\n  npm run migrate:status",
  ],
];

for (const [text, expected] of badRanges) {
  test(`parseRange refuses: ${text}`, () =>
    assert.equal(
      showRefusal(() => parseRange(text, VERSIONS, 7)),
      expected,
    ));
}

const positions: readonly (readonly [target: string, current: number | null, expected: number | string])[] = [
  ["base", 3, 0],
  ["head", 3, 20],
  ["9", 3, 9],
  ["+1", null, 1],
  ["+2", 1, 7],
  ["-1", 1, 0],
  [
    "+2",
    7,
    "unknown-version: +2 from 0007 leads past the newest migration.\nTo see them all:\n  npm run migrate:status",
  ],
  [
    "-1",
    null,
    "unknown-version: -1 from base leads past the first migration.\nTo see them all:\n  npm run migrate:status",
  ],
];

for (const [target, current, expected] of positions) {
  test(`versionAt: ${target} from ${current}`, () => {
    const find = (): number => versionAt(parseTarget(target), VERSIONS, current);
    assert.equal(typeof expected === "number" ? find() : showRefusal(find), expected);
  });
}
