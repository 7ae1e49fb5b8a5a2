import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MigrateError } from "../../src/errors";
import { createSplitter, splitText } from "../../src/syntax/splitter";
import type { Statement } from "../../src/syntax/statement";

test("statements come out as soon as their delimiter has arrived", () => {
  const splitter = createSplitter();
  assert.deepEqual(splitter.push(Buffer.from("SELECT 1")), []);
  assert.deepEqual(splitter.push(Buffer.from(";SEL")), [
    { number: 1, text: "SELECT 1", head: "SELECT 1", line: 1, column: 1 },
  ]);
  assert.deepEqual(splitter.push(Buffer.from("ECT\n2")), []);
  assert.deepEqual(splitter.end(), [
    { number: 2, text: "SELECT\n2", head: "SELECT\n2", line: 1, column: 10 },
  ]);
});

test("a comment above a statement marks it online, whatever part of the file it comes in", () => {
  const rows: readonly (readonly [string, readonly number[]])[] = [
    ["-- migrate: online\nALTER 1; ALTER 2;", [1]],
    ["ALTER 1;\n\n  #migrate:ONLINE and why\n-- more\n\nALTER 2;", [2]],
    ["/* x */ -- migrate:\tonline", []],
    ["ALTER 1; -- migrate: online\nALTER 2;", []],
    ["-- migrate: online-ish\nALTER 1;", []],
    ["/* migrate: online */ ALTER 1; SELECT '\n-- migrate: online\n'; ALTER 3;", []],
    ["-- migrate: online\nDELIMITER //\nALTER 1//\n--migrate: online\nALTER 2//", [1, 2]],
  ];
  for (const [text, expected] of rows) {
    for (const size of [1, 7, text.length]) {
      const splitter = createSplitter();
      const found: Statement[] = [];
      for (let at = 0; at < text.length; at += size)
        found.push(...splitter.push(Buffer.from(text.slice(at, at + size))));
      found.push(...splitter.end());
      const marked = found.filter(({ online }) => online === true).map(({ number }) => number);
      assert.deepEqual(marked, expected, `${text} in parts of ${size}`);
    }
  }
});

test("without a file name an error says line and column", () => {
  assert.throws(
    () => splitText("SELECT 1;\n  SELECT 'x"),
    (error) =>
      error instanceof MigrateError &&
      error.code === "unterminated-quote" &&
      error.message === "line 2, column 10: the ' that opens here is never closed.",
  );
});

test("an unending statement is refused where it began, however long it is", () => {
  const splitter = createSplitter({ fileName: "a.sql" });
  splitter.push(Buffer.from("SELECT 1;\nINSERT INTO t VALUES ('"));
  for (let part = 0; part < 100; part++) splitter.push(Buffer.from(`${"x".repeat(1000)}\n`));
  assert.throws(
    () => splitter.end(),
    (error) => error instanceof MigrateError && error.message.startsWith("a.sql:2:23: "),
  );
});

test("a statement that is kept does not keep its part of the file in memory", () => {
  const kept: Statement[] = [];
  const filler = "INSERT INTO t VALUES (1, 'some text that is long enough to be sliced');\n".repeat(4000);
  const before = heapUsed();
  const splitter = createSplitter();
  for (let part = 0; part < 200; part++) {
    const [first] = splitter.push(Buffer.from(`SELECT 'part number ${part}';\n${filler}`));
    if (first !== undefined) kept.push(first);
  }
  const grown = heapUsed() - before;
  assert.equal(kept.length, 200);
  assert.ok(grown < 10e6, `200 statements from 58 MB of text keep ${grown} bytes`);
});

function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  return process.memoryUsage().heapUsed;
}
