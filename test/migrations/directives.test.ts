import assert from "node:assert/strict";
import { test } from "node:test";
import { readDirectives } from "../../src/migrations/inspect-file";

const cases: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ["none", "SELECT 1;", []],
  ["the first line", "-- migrate: irreversible\nDROP TABLE t;", ["irreversible"]],
  ["the only line, without its end", "-- migrate: irreversible", ["irreversible"]],
  ["white space around", "\n  --\tmigrate:irreversible  \nDROP TABLE t;", ["irreversible"]],
  ["below other comments", "-- a\n# b\n/* c\n */\n-- migrate: irreversible\nx;", ["irreversible"]],
  ["several", "-- migrate: irreversible\n-- migrate: online\n", ["irreversible", "online"]],
  ["not below a statement", "SELECT 1;\n-- migrate: irreversible\n", []],
  ["not in a statement", "INSERT INTO docs VALUES ('\n-- migrate: irreversible\n');", []],
  ["not in a block comment", "/*\n-- migrate: irreversible\n*/ SELECT 1;", []],
  ["not below a comment that the server runs", "/*! SELECT 1 */;\n-- migrate: irreversible\n", []],
  ["not behind other words", "-- see migrate: irreversible\n", []],
  ["not without a blank after the dashes", "--migrate: irreversible\n", []],
  ["not below an open comment", "/* \n-- migrate: irreversible\n", []],
];

for (const [name, text, expected] of cases) {
  test(`readDirectives: ${name}`, () => assert.deepEqual(readDirectives(Buffer.from(text)), expected));
}
