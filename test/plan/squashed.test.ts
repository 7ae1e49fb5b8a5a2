import assert from "node:assert/strict";
import { test } from "node:test";
import type { VersionState } from "../../src/history/fold";
import type { Migration } from "../../src/migrations/read-migrations";
import { type Replaced, readSquashedLine, squashedLine } from "../../src/migrations/squashed-lines";
import { findGaps, recognizeSquashed } from "../../src/plan/squashed";

const sum = (letter: string): string => letter.repeat(64);

/** `2b` is version 2 with the text b; `-2b` was reverted; `~2b` is applied in part. */
function statesOf(words: string): ReadonlyMap<number, VersionState> {
  const list = words.split(" ").filter((word) => word !== "");
  const states = list.map((word): VersionState => {
    const [, sign = "", version = "", text = ""] = /^([-~]?)(\d+)(\w+)$/.exec(word) ?? [];
    const state = sign === "-" ? "reverted" : sign === "~" ? "partial-up" : "applied";
    const row = { done: 1, total: 2, finishedAt: "2026-01-01" } as VersionState["row"];
    const upChecksum = sum(text);
    return {
      version: Number(version),
      name: text,
      upChecksum,
      downChecksum: null,
      state,
      row,
      applied: row,
      textsAt: 1,
    };
  });
  return new Map(states.map((state) => [state.version, state]));
}

function show(states: ReadonlyMap<number, VersionState>): string {
  const words = [...states.values()]
    .sort((a, b) => a.version - b.version)
    .map(({ version, upChecksum, state }) => {
      const sign = state === "reverted" ? "-" : state === "applied" ? "" : "~";
      return `${sign}${version}${upChecksum[0]}`;
    });
  return words.join(" ");
}

function squashed(version: number, name: string, parts: readonly string[]): Migration {
  const replaces = parts.map((part): Replaced => {
    const [, number = "", text = "", into] = /^(\d+)(\w)(?:>(.*))?$/.exec(part) ?? [];
    return { version: Number(number), name: text, checksum: sum(text), into: into ?? null };
  });
  const up = {
    version,
    name,
    checksum: sum(name),
    fileName: `000${version}_${name}.up.sql`,
  } as Migration["up"];
  return { version, name, up, down: null, replaces };
}

const ONCE = [squashed(3, "x", ["1a", "2b", "3c"])];
const TWICE = [squashed(5, "y", ["1a>0003_x", "2b>0003_x", "3c>0003_x", "3x", "4d", "5e"])];

const rows: readonly (readonly [
  name: string,
  folder: readonly Migration[],
  before: string,
  after: string,
  gap: boolean,
])[] = [
  ["nothing applied", ONCE, "", "", false],
  ["all of them", ONCE, "1a 2b 3c", "3x", false],
  ["all of them and more", ONCE, "1a 2b 3c 4d", "3x 4d", false],
  ["some of them", ONCE, "1a 2b", "1a 2b", true],
  ["all but the first", ONCE, "2b 3c", "2b 3c", true],
  ["one with another text", ONCE, "1a 2z 3c", "1a 2z 3c", true],
  ["one in part", ONCE, "1a 2b ~3c", "1a 2b ~3c", true],
  ["one reverted", ONCE, "1a 2b -3c", "1a 2b -3c", true],
  ["all reverted", ONCE, "-1a -2b -3c", "-1a -2b -3c", false],
  ["itself, in a new database", ONCE, "3x", "3x", false],
  ["itself reverted, once it was recognised", ONCE, "1a 2b -3x", "-3x", false],
  ["itself in part", ONCE, "~3x", "~3x", false],
  ["twice: the very first ones", TWICE, "1a 2b 3c 4d 5e", "5y", false],
  ["twice: the squashed one and what follows", TWICE, "3x 4d 5e 6f", "5y 6f", false],
  ["twice: the first ones, some", TWICE, "1a 2b 3c 4d", "1a 2b 3c 4d", true],
  ["twice: the squashed one alone", TWICE, "3x", "3x", true],
  ["twice: the squashed one, recorded over the first ones", TWICE, "1a 2b 3x 4d 5e", "5y", false],
];

for (const [name, folder, before, after, gap] of rows) {
  test(`squashed: ${name}`, () => {
    const known = recognizeSquashed(folder, statesOf(before));
    assert.equal(show(known), after);
    const gaps = findGaps(folder, known);
    assert.equal([...gaps.values()].filter((problem) => problem !== null).length, gap ? 1 : 0);
    for (const problem of gaps.values()) if (problem !== null) assert.equal(problem.code, "squashed");
  });
}

test("squashed: a line of a file's head is read as it was written, and nothing else is taken for one", () => {
  for (const into of [null, "0003_x"]) {
    const line = { version: 12, name: "a_b-c.d", checksum: sum("f"), into };
    assert.deepEqual(readSquashedLine(squashedLine(line).replace("migrate: ", "")), line);
  }
  for (const other of [
    "irreversible",
    "squashed",
    `squashed 1_a ${sum("a")}`,
    "squashed 0001_a short",
    `squashed 0001_a ${sum("a")} more`,
  ]) {
    assert.equal(readSquashedLine(other), null);
  }
});
