import assert from "node:assert/strict";
import { test } from "node:test";
import { distance, nearest } from "../../src/settings/spelling";

const distances: Array<[string, string, number]> = [
  ["status", "status", 0],
  ["", "up", 2],
  ["statsu", "status", 1],
  ["stauts", "status", 1],
  ["status", "stats", 1],
  ["sttus", "status", 1],
  ["down", "up", 4],
];

for (const [a, b, slips] of distances) {
  test(`distance: ${a} and ${b}`, () => {
    assert.equal(distance(a, b), slips);
    assert.equal(distance(b, a), slips);
  });
}

const verbs = ["create", "down", "init", "redo", "resolve", "status", "up"];
const suggestions: Array<[string, string | null]> = [
  ["stauts", "status"],
  ["UP", "up"],
  ["upp", "up"],
  ["dwon", "down"],
  ["res", "resolve"],
  ["migrate", null],
  ["x", null],
  ["", null],
];

for (const [word, expected] of suggestions) {
  test(`nearest: ${word}`, () => assert.equal(nearest(word, verbs), expected));
}
