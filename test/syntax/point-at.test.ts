import assert from "node:assert/strict";
import { test } from "node:test";
import { pointAt } from "../../src/syntax/point-at";
import { splitText } from "../../src/syntax/splitter";

const SAYS = "You have an error in your SQL syntax; check the manual near ";
const LONG = `SELECT ${"1, ".repeat(80)}FORM t`;

/** A file, the number of its statement, what the server says is near on which line, and what is told. */
const rows: readonly (readonly [
  name: string,
  file: string,
  statement: number,
  near: string,
  line: number,
  told: number,
  excerpt: string,
])[] = [
  ["the first line", "SELECT * FORM t;", 1, "FORM t", 1, 1, "\n  1 | SELECT * FORM t\n    |          ^"],
  [
    "the second line of the second statement",
    "SELECT 1;\n\nSELECT *\n  FORM t;\n",
    2,
    "FORM t",
    2,
    4,
    "\n  4 |   FORM t\n    |   ^",
  ],
  [
    "comments above it, which are not sent",
    "-- one\n/* two\n three */\nSELECT *\nFORM t;",
    1,
    "FORM t",
    2,
    5,
    "\n  5 | FORM t\n    | ^",
  ],
  ["what is near goes on", "SELECT (\n1,,\n2);", 1, ",\n2)", 2, 2, "\n  2 | 1,,\n    |   ^"],
  ["the end of it", "SELECT *\nFROM", 1, "", 2, 2, "\n  2 | FROM\n    |     ^"],
  ["a tab", "SELECT\n\t* FORM t;", 1, "FORM t", 2, 2, "\n  2 | \t* FORM t\n    | \t  ^"],
  [
    "behind another statement on the line",
    "SELECT 1; SELECT * FORM t;",
    2,
    "FORM t",
    1,
    1,
    "\n  1 | SELECT * FORM t\n    |          ^",
  ],
  ["what is not there", "SELECT 1;", 1, "NONSENSE", 1, 1, ""],
  ["a line that is not there", "SELECT 1;", 1, "1", 9, 9, ""],
  ["a password", "CREATE USER u IDENTIFIED BY 'secret' FORM;", 1, "FORM", 1, 1, ""],
];

for (const [name, file, number, near, line, told, excerpt] of rows) {
  test(`the server's line is the file's: ${name}`, () => {
    const statement = splitText(file)[number - 1];
    assert.ok(statement);
    assert.deepEqual(pointAt(`${SAYS}'${near}' at line ${line}`, statement), {
      words: `${SAYS}'${near}' at line ${told}`,
      excerpt,
    });
  });
}

test("of a long line the part around the place is shown", () => {
  const { excerpt } = pointAt(`${SAYS}'FORM t' at line 1`, { text: LONG, line: 7 });
  const [, shown = "", caret = ""] = excerpt.split("\n");
  assert.ok(shown.startsWith("  7 | ") && shown.length <= 110, shown);
  assert.equal(shown.slice(caret.indexOf("^")), "FORM t");
});

test("other words are left as they are", () => {
  const words = "Unknown column 'x' in 'field list'";
  assert.deepEqual(pointAt(words, { text: "SELECT x", line: 3 }), { words, excerpt: "" });
});
