import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine, printable, printableJson } from "../../src/verbs/printable";

const texts: readonly (readonly [name: string, text: string, shown: string])[] = [
  ["plain text, line breaks and tabs stay", "a\n\tb ü 日本 🎉", "a\n\tb ü 日本 🎉"],
  ["an escape sequence", "\u001b]0;title\u0007", "\\x1b]0;title\\x07"],
  ["our own colour, from somebody else", "\u001b[32mApplied\u001b[39m", "\\x1b[32mApplied\\x1b[39m"],
  ["going back on a line", "secret\r\b\u007f", "secret\\x0d\\x08\\x7f"],
  ["the eight-bit control sequence introducer", "\u009b31m", "\\x9b31m"],
  ["what reorders a line", "a\u202eb\u2066c", "a\\u202eb\\u2066c"],
  ["other line separators", "a\u2028b\u0085c", "a\\u2028b\\x85c"],
  ["NUL", "a\0b", "a\\x00b"],
];

for (const [name, text, shown] of texts) {
  test(`printable: ${name}`, () => assert.equal(printable(text), shown));
  test(`as JSON: ${name}`, () => {
    const json = printableJson({ text: [text] }, 2);
    assert.deepEqual(JSON.parse(json), { text: [text] });
    assert.doesNotMatch(json, /[^\P{Cc}\n]|[\u2028\u202e\u2066]/u);
  });
}

test("every text in the data is spelled out, at any depth, but for what is excepted", () => {
  const data = { a: "\u001b", b: [{ c: "\u0007", n: 1 }, null], sql: "\u001b", deep: { sql: "\u001b" } };
  assert.deepEqual(printable(data, ["sql"]), {
    a: "\\x1b",
    b: [{ c: "\\x07", n: 1 }, null],
    sql: "\u001b",
    deep: { sql: "\\x1b" },
  });
});

test("data without anything of the kind is not copied", () => {
  const data = { a: "b", c: [{ d: 1 }] };
  assert.equal(printable(data), data);
});

test("one line is made of several", () => {
  assert.equal(oneLine(" two \n\t lines\tand more\n"), "two lines and more");
  assert.equal(oneLine("one  line"), "one  line");
});
