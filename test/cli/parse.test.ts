import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "../../src/cli/arguments";
import { MigrateError } from "../../src/errors";
import {
  count,
  flag,
  optional,
  readOptions,
  required,
  seconds,
  several,
  text,
  value,
} from "../../src/verbs/options";
import { defineCommand } from "../../src/verbs/verb";

const move = defineCommand({
  name: "move",
  summary: "Move",
  options: {
    from: required("FROM", text, "Where it is"),
    target: optional("TO", text, "Where it goes"),
    dryRun: flag("Only say"),
    lockTimeout: value("SECONDS", seconds, "Wait"),
    by: value("N", text, "How far"),
  },
  examples: [],
  run: async () => null,
  render: () => [],
});

const NOTHING = { from: "a", target: null, dryRun: false, lockTimeout: null, by: null };

const accepted: Array<[line: string, expected: object]> = [
  ["a", NOTHING],
  ["a b", { ...NOTHING, target: "b" }],
  ["--dry-run a", { ...NOTHING, dryRun: true }],
  ["a --lock-timeout 5", { ...NOTHING, lockTimeout: 5000 }],
  ["a --lock-timeout=0.25", { ...NOTHING, lockTimeout: 250 }],
  ["a --by -1", { ...NOTHING, by: "-1" }],
  ["a --by=-1", { ...NOTHING, by: "-1" }],
  ["a --by -2:head", { ...NOTHING, by: "-2:head" }],
  ["a -12", { ...NOTHING, target: "-12" }],
  ["a +1", { ...NOTHING, target: "+1" }],
  ["a -- --dry-run", { ...NOTHING, target: "--dry-run" }],
  ["a --by=--x", { ...NOTHING, by: "--x" }],
];

for (const [line, expected] of accepted) {
  test(`options: move ${line}`, () => {
    const given = parseOptions(move, line.split(" "));
    assert.deepEqual(readOptions("move", move.options, given), expected);
  });
}

const refused: Array<[line: string, message: string]> = [
  ["", "move needs FROM: where it is."],
  ["a b c", 'move does not take "c". It takes 2 values without an option.'],
  ["a --dryrun", "move has no option --dryrun. Did you mean --dry-run?"],
  ["a --lock-timout=5", "move has no option --lock-timout. Did you mean --lock-timeout?"],
  ["a --frobnicate", "move has no option --frobnicate."],
  ["a -x", "move has no option -x."],
  ["a --from b", "move has no option --from."],
  ["a --dry-run=yes", "--dry-run takes no value."],
  ["a --by", "--by needs a value."],
  ["a --by --dry-run", "--by needs a value."],
  ["a --by=", '--by takes a text, not "".'],
  ["a --by 1 --by 2", "--by is given twice."],
  ["a --dry-run --dry-run", "--dry-run is given twice."],
  ["a --lock-timeout soon", '--lock-timeout takes a number of seconds, not "soon".'],
  ["a --lock-timeout -1", '--lock-timeout takes a number of seconds, not "-1".'],
];

for (const [line, message] of refused) {
  test(`refused options: move ${line}`, () => {
    const words = line === "" ? [] : line.split(" ");
    assert.throws(
      () => readOptions("move", move.options, parseOptions(move, words)),
      (error) =>
        error instanceof MigrateError &&
        error.code === "usage" &&
        error.hint === "See how it is used:\n  npm run migrate:move -- --help" &&
        assert.equal(error.message, message) === undefined,
    );
  });
}

test("options from a program are checked like those from the command line", () => {
  assert.deepEqual(readOptions("move", move.options, { from: "a", lockTimeout: 2, dryRun: true }), {
    ...NOTHING,
    lockTimeout: 2000,
    dryRun: true,
  });
  assert.throws(
    () => readOptions("move", move.options, { from: "a", lockTimeout: -2 }),
    /--lock-timeout takes a number of seconds, not "-2"\./,
  );
});

const add = defineCommand({
  name: "add",
  summary: "Add",
  options: { first: required("A", text, "The first"), rest: several("N", count, "The others") },
  examples: [],
  run: async () => null,
  render: () => [],
});

const many: Array<[line: string, rest: number[]]> = [
  ["a", []],
  ["a 1", [1]],
  ["a 1 --json 2 3", [1, 2, 3]],
];

for (const [line, rest] of many) {
  test(`any number of values: add ${line}`, () => {
    const given = parseOptions(add, line.split(" "));
    assert.deepEqual(readOptions("add", add.options, given), { first: "a", rest });
  });
}

test("each of any number of values is checked, also those from a program", () => {
  assert.throws(() => readOptions("add", add.options, parseOptions(add, ["a", "1", "x"])), {
    message: 'N takes a whole number from 1, not "x".',
  });
  assert.deepEqual(readOptions("add", add.options, { first: "a", rest: [4, 5] }).rest, [4, 5]);
});
