import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTarget, stepsTarget, type Target, unknownVersion } from "../../src/plan/target";
import { showRefusal } from "./situations";

const good: readonly (readonly [text: string, expected: Target])[] = [
  ["5", { kind: "version", version: 5 }],
  ["0005", { kind: "version", version: 5 }],
  ["999999999999999", { kind: "version", version: 999_999_999_999_999 }],
  ["00000000000000000005", { kind: "version", version: 5 }],
  ["0", { kind: "base" }],
  ["0000", { kind: "base" }],
  ["base", { kind: "base" }],
  ["head", { kind: "head" }],
  ["+2", { kind: "relative", distance: 2 }],
  ["-1", { kind: "relative", distance: -1 }],
];

for (const [text, expected] of good) {
  test(`parseTarget: ${text}`, () => assert.deepEqual(parseTarget(text), expected));
}

const hint = "A target is a version (5 or 0005), head, base, or a distance such as +1 or -1.";
const bad: readonly (readonly [text: string, expected: string])[] = [
  ["", `unknown-version: "" is not a version.\n${hint}`],
  ["latest", `unknown-version: "latest" is not a version.\n${hint}`],
  ["HEAD", `unknown-version: "HEAD" is not a version.\n${hint}`],
  ["1.5", `unknown-version: "1.5" is not a version.\n${hint}`],
  ["5 ", `unknown-version: "5 " is not a version.\n${hint}`],
  ["1e3", `unknown-version: "1e3" is not a version.\n${hint}`],
  ["--1", `unknown-version: "--1" is not a version.\n${hint}`],
  ["+", `unknown-version: "+" is not a version.\n${hint}`],
  ["٣", `unknown-version: "٣" is not a version.\n${hint}`],
  [
    "1000000000000000",
    "unknown-version: 1000000000000000 is not a version: versions have at most 15 digits.",
  ],
  ["9".repeat(400), `unknown-version: ${"9".repeat(20)}… is not a version: versions have at most 15 digits.`],
  [
    "-0",
    "unknown-version: A distance of 0 goes nowhere.\nGive a number of migrations from 1, such as +1 or -1.",
  ],
];

for (const [text, expected] of bad) {
  test(`parseTarget refuses ${JSON.stringify(text.slice(0, 20))}`, () =>
    assert.equal(
      showRefusal(() => parseTarget(text)),
      expected,
    ));
}

test("stepsTarget", () => {
  assert.deepEqual(stepsTarget("up", 2), { kind: "relative", distance: 2 });
  assert.deepEqual(stepsTarget("down", 2), { kind: "relative", distance: -2 });
});

test("unknownVersion names the nearest", () => {
  const known = [
    { version: 2, name: "a" },
    { version: 4, name: "b" },
    { version: 20260131120000, name: "c" },
  ];
  const messages = [1, 3, 5, 99999999999999].map((version) => unknownVersion(version, known).message);
  assert.deepEqual(messages, [
    "There is no migration 0001; nearest is 0002_a.",
    "There is no migration 0003; nearest are 0002_a and 0004_b.",
    "There is no migration 0005; nearest are 0004_b and 20260131120000_c.",
    "There is no migration 99999999999999; nearest is 20260131120000_c.",
  ]);
  assert.equal(unknownVersion(1, []).message, "There is no migration 0001.");
});
