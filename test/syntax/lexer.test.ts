import assert from "node:assert/strict";
import { test } from "node:test";
import { type LexOptions, tokens } from "../../src/syntax/lexer";

const letters = {
  word: "w",
  "quoted-identifier": "q",
  string: "s",
  number: "n",
  variable: "v",
  punctuation: "p",
} as const;

/** Tokens in a compact form: type's first letter, colon, value. */
function compact(text: string, options: LexOptions = {}): string {
  return [...tokens(text, options)].map((token) => `${letters[token.type]}:${token.value}`).join(" ");
}

const cases: readonly (readonly [name: string, text: string, expected: string])[] = [
  ["words and punctuation", "SELECT a.b, c FROM t;", "w:SELECT w:a p:. w:b p:, w:c w:FROM w:t p:;"],
  ["empty", "", ""],
  ["white space of all kinds", " \t\r\n\v\f", ""],
  ["identifiers beyond ASCII", "SELECT naïve$1_é, 表", "w:SELECT w:naïve$1_é p:, w:表"],
  ["identifier that starts with a digit", "2fa.3x 1e5x", "w:2fa p:. w:3x w:1e5x"],
  ["numbers", "1 1.5 .5 1. 1e10 1.5E-3 0x1F 0b01", "n:1 n:1.5 n:.5 n:1. n:1e10 n:1.5E-3 n:0x1F n:0b01"],
  ["number in an expression", "(.5+1-2)", "p:( n:.5 p:+ n:1 p:- n:2 p:)"],
  ["dot between names", "t.1a `t`.1a", "w:t p:. w:1a q:t p:. w:1a"],
  ["single quotes", "'it''s'", "s:it's"],
  ["double quotes", '"say ""x"" \'y\'"', "s:say \"x\" 'y'"],
  ["backticks", "`a``b` `c\\`", "q:a`b q:c\\"],
  ["empty quotes", "'' \"\" ``", "s: s: q:"],
  ["escapes", "'a\\'b\\\\' '\\n\\%\\_\\q'", "s:a'b\\ s:\n\\%\\_q"],
  ["comments", "a /* b */ c -- d\ne # f\n--g", "w:a w:c w:e p:- p:- w:g"],
  ["comment marks in quotes", "'/*' '-- ' `#`", "s:/* s:--  q:#"],
  ["quotes in comments", "a /* ' */ b -- '\nc # `\nd", "w:a w:b w:c w:d"],
  ["-- at the end and before a control character", "a --\u0001b\n--", "w:a"],
  ["-- needs a blank", "1--1", "n:1 p:- p:- n:1"],
  ["optimizer hint is a comment", "SELECT /*+ NO_ICP(t) */ 1", "w:SELECT n:1"],
  ["executable comment", "/*!40101 SET a=1 */", "w:SET w:a p:= n:1"],
  [
    "executable comment without version",
    "CREATE /*! TEMPORARY*/ TABLE t",
    "w:CREATE w:TEMPORARY w:TABLE w:t",
  ],
  ["executable comment, six digits, short version", "/*!100100 a*/ /*!1234 b*/", "w:a n:1234 w:b"],
  ["MariaDB's executable comment", "/*M!100100 a*/ /*M! b*/ /*M c*/", "w:a w:b"],
  ["version that is never reached", "/*!99999 a*/ /*M!999999\\- b */ c", "w:c"],
  ["comment inside an executable comment", "/*! a /* b */ c */ d", "w:a w:c w:d"],
  ["multiplication before a comment", "2*/* x */3", "n:2 p:* n:3"],
  ["end of comment outside of one", "2 */ 3", "n:2 p:* p:/ n:3"],
  ["user variables", "@a @`b c` @'d' @\"e\" @f.g$", "v:@a v:@b c v:@d v:@e v:@f.g$"],
  ["system variables", "@@x @@session.y @@`z` @@GLOBAL.`w`", "v:@@x v:@@session.y v:@@z v:@@GLOBAL.w"],
  ["assignment", "SET @a:=1, @b=2", "w:SET v:@a p::= n:1 p:, v:@b p:= n:2"],
  ["account", "'u'@'%' root@localhost u@h.example.org", "s:u v:@% w:root v:@localhost w:u v:@h.example.org"],
  ["lone @", "'u' @ 'h'", "s:u p:@ s:h"],
  ["charset introducer", "_utf8mb4'x' N'y' x'1F'", "w:_utf8mb4 s:x w:N s:y w:x s:1F"],
  ["unterminated", "a 'b", "w:a s:b"],
  ["unterminated comment", "a /* b", "w:a"],
];

for (const [name, text, expected] of cases) {
  test(`tokens: ${name}`, () => assert.equal(compact(text), expected));
}

test("tokens: backslash is ordinary under NO_BACKSLASH_ESCAPES", () => {
  assert.equal(compact("'a\\' b 'c'", { noBackslashEscapes: true }), "s:a\\ w:b s:c");
});

test("tokens: offsets include the quotes", () => {
  const text = "SET @`a b`='c''d' /*!40101 x*/";
  assert.deepEqual(
    [...tokens(text)].map((token) => text.slice(token.start, token.end)),
    ["SET", "@`a b`", "=", "'c''d'", "x"],
  );
});
