import assert from "node:assert/strict";
import { test } from "node:test";
import { expression } from "../../src/schema/parse-expression";

/** What a server prints, and what is kept of it. */
const CASES: readonly (readonly [name: string, printed: string, kept: string])[] = [
  ["the session's character set", "(`a` <> _utf8mb4'x')", "(`a` <> 'x')"],
  ["utf8mb3", "(`a` <> _utf8mb3'é')", "(`a` <> 'é')"],
  ["ascii", "(`a` <> _ascii'')", "(`a` <> '')"],
  ["latin1, letters of ASCII", "(`a` in (_latin1'x',_latin1'y'))", "(`a` in ('x','y'))"],
  ["latin1, other letters", "(`a` <> _latin1'é')", "(`a` <> _latin1'é')"],
  ["bytes", "(`a` <> _binary'x')", "(`a` <> _binary'x')"],
  ["two bytes a letter", "(`a` <> _utf16'\\0x')", "(`a` <> _utf16'\\0x')"],
  ["all that a function is given", "(length(_latin1'x'))", "(length(_latin1'x'))"],
  ["to be converted", "(cast(_ascii'x' as char charset binary))", "(cast(_ascii'x' as char charset binary))"],
  ["one of several", "(concat(_ascii'x',`a`))", "(concat('x',`a`))"],
  ["a name like an introducer", "(`_ascii` <> 'x')", "(`_ascii` <> 'x')"],
  ["text like an introducer", "(`a` <> '_ascii''x')", "(`a` <> '_ascii''x')"],
  ["a literal of a type", "(`a` < DATE'2020-01-01')", "(`a` < DATE'2020-01-01')"],
  ["more parentheses", "((_ascii'x' = `a`))", "('x' = `a`)"],
];

for (const [name, printed, kept] of CASES) {
  test(`an expression's introducers: ${name}`, () => {
    assert.equal(expression(printed), kept);
  });
}
