import assert from "node:assert/strict";
import { test } from "node:test";
import { unifiedDiff } from "../../src/syntax/unified-diff";
import { randomFrom } from "../support/random";

const names = { before: "a", after: "b" };

const cases: readonly (readonly [name: string, before: string, after: string, expected: string])[] = [
  ["equal", "x\n", "x\n", ""],
  ["from nothing", "", "x\ny\n", "@@ -0,0 +1,2 @@|+x|+y"],
  ["to nothing", "x\n", "", "@@ -1,1 +0,0 @@|-x"],
  ["one line", "1\n2\n3\n", "1\nzwei\n3\n", "@@ -1,3 +1,3 @@| 1|-2|+zwei| 3"],
  ["the newline at the end", "x\n", "x", "@@ -1,1 +1,1 @@|-x|+x|\\ No newline at end of file"],
  [
    "two hunks",
    "a\n1\n2\n3\n4\n5\n6\n7\nb\n",
    "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
    "@@ -1,4 +1,4 @@|-a|+A| 1| 2| 3|@@ -6,4 +6,4 @@| 5| 6| 7|-b|+B",
  ],
  [
    "close changes are one hunk",
    "a\n1\n2\n3\n4\n5\n6\nb\n",
    "A\n1\n2\n3\n4\n5\n6\nB\n",
    "@@ -1,8 +1,8 @@|-a|+A| 1| 2| 3| 4| 5| 6|-b|+B",
  ],
];

for (const [name, before, after, expected] of cases) {
  test(`unifiedDiff: ${name}`, () => {
    const lines = unifiedDiff(before, after, names);
    assert.equal(lines.slice(2).join("|"), expected);
    assert.deepEqual(lines.slice(0, 2), expected === "" ? [] : ["--- a", "+++ b"]);
  });
}

test("a diff takes one random text to the other, and back", () => {
  const random = randomFrom("unified diff");
  const pick = (most: number): number => Math.floor(random() * most);
  for (let round = 0; round < 300; round++) {
    const lines = Array.from({ length: pick(40) }, () => `${"abcd"[pick(4)]}\n`);
    const changed = lines.flatMap((line) => {
      const dice = pick(10);
      if (dice === 0) return [];
      return dice === 1 ? [line, "new\n"] : dice === 2 ? ["other\n"] : [line];
    });
    const ends = [pick(4), pick(4)].map((dice) => (dice === 0 ? "end" : ""));
    const [before, after] = [lines.join("") + ends[0], changed.join("") + ends[1]];
    const patch = unifiedDiff(before, after, names);
    assert.equal(applyPatch(before, patch), after);
    assert.equal(applyPatch(after, reverse(patch)), before);
  }
});

test("texts that have nothing in common, as large as they may be", () => {
  const text = (word: string): string => Array.from({ length: 20_000 }, (_, i) => `${word} ${i}\n`).join("");
  const lines = unifiedDiff(text("a"), text("b"), names);
  assert.equal(lines[2], "@@ -1,20000 +1,20000 @@");
  assert.equal(lines.length, 40_003);
});

/** Does what `patch` does, and insists on every line of context. */
function applyPatch(text: string, patch: readonly string[]): string {
  const old = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const made: string[] = [];
  let at = 0;
  for (const [index, line] of patch.slice(2).entries()) {
    const heading = /^@@ -(\d+),(\d+) \+\d+,\d+ @@$/.exec(line);
    if (heading !== null) {
      const start = Number(heading[1]) - (heading[2] === "0" ? 0 : 1);
      made.push(...old.slice(at, start));
      at = start;
      continue;
    }
    if (line.startsWith("\\")) continue;
    const content = line.slice(1) + (patch[index + 3]?.startsWith("\\") ? "" : "\n");
    if (line[0] !== "+") assert.equal(old[at++], content);
    if (line[0] !== "-") made.push(content);
  }
  return [...made, ...old.slice(at)].join("");
}

/** The same patch the other way round. */
function reverse(patch: readonly string[]): readonly string[] {
  const swapped: Readonly<Record<string, string>> = { "+": "-", "-": "+" };
  return patch.map((line, index) =>
    index < 2
      ? line
      : line
          .replace(/^@@ -(\S+) \+(\S+) @@$/, "@@ -$2 +$1 @@")
          .replace(/^[-+]/, (sign) => swapped[sign] ?? sign),
  );
}
