import assert from "node:assert/strict";
import { test } from "node:test";
import { compareTexts, type TextChange } from "../../src/syntax/compare";

const cases: readonly (readonly [name: string, before: string, after: string, expected: TextChange])[] = [
  ["nothing", "SELECT 1;", "SELECT 1;", "none"],
  ["a comment", "SELECT 1;", "-- why\nSELECT 1;", "comments"],
  ["a comment inside a statement", "SELECT 1;", "SELECT /* why */ 1;", "comments"],
  ["blanks and line breaks", "SELECT a, b FROM t;", "SELECT a,\n  b\nFROM t ;\n", "comments"],
  ["the last semicolon", "SELECT 1;", "SELECT 1", "comments"],
  ["another delimiter", "SELECT 1;", "DELIMITER //\nSELECT 1//\nDELIMITER ;\n", "comments"],
  ["a value", "SELECT 1;", "SELECT 2;", "code"],
  ["a blank in a string", "SELECT 'a b';", "SELECT 'a  b';", "code"],
  ["the case of a keyword", "SELECT 1;", "select 1;", "code"],
  ["one more statement", "SELECT 1;", "SELECT 1; SELECT 1;", "code"],
  ["a comment that is a statement's end", "SELECT 1; SELECT 2;", "SELECT 1; -- SELECT 2;", "code"],
  ["an executable comment", "SELECT 1;", "SELECT /*!80000 SQL_NO_CACHE */ 1;", "code"],
  ["its version", "SELECT /*!80000 1 */;", "SELECT /*!99999 1 */;", "code"],
  ["an executable comment that becomes code", "SELECT /*!80000 1 */;", "SELECT 1;", "code"],
  ["an optimizer hint", "SELECT /*+ NO_ICP(t) */ 1;", "SELECT 1;", "code"],
  ["a blank that hides a function", "SELECT COUNT(*) FROM t;", "SELECT COUNT (*) FROM t;", "code"],
  ["a blank in an operator", "SELECT a <= b;", "SELECT a < = b;", "code"],
  ["blanks around an operator", "SELECT a<=b;", "SELECT a <= b;", "comments"],
  ["a quote that never ends", "SELECT 'a';", "SELECT 'a;", "code"],
];

for (const [name, before, after, expected] of cases) {
  test(`compareTexts: ${name}`, () => {
    assert.equal(compareTexts(before, after), expected);
    assert.equal(compareTexts(after, before), expected);
  });
}
