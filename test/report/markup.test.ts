import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeText, join, markup } from "../../src/report/markup";
import { HOSTILE } from "./sample";

const ROWS: readonly (readonly [name: string, given: string, expected: string])[] = [
  ["plain text stays", "users, 2 rows", "users, 2 rows"],
  ["a tag", "<b>", "&lt;b&gt;"],
  ["the end of a script", "</script>", "&lt;/script&gt;"],
  ["the end of an attribute", `"><img onerror='x'>`, "&quot;&gt;&lt;img onerror='x'&gt;"],
  ["an entity", "&lt;", "&amp;lt;"],
  ["line feed and tab stay", "a\n\tb", "a\n\tb"],
  ["control characters are spelled out", "a\u0000\u001b\u007fb", "a\\u0000\\u001b\\u007fb"],
  ["a carriage return", "a\rb", "a\\u000db"],
  ["what turns the direction of reading", "a\u202eb", "a\\u202eb"],
  ["half a character", "a\ud800b", "a\\ud800b"],
  ["emoji stay, joined ones too", "👩‍👩‍👧🧨", "👩‍👩‍👧🧨"],
];

for (const [name, given, expected] of ROWS) {
  test(`markup: ${name}`, () => assert.equal(escapeText(given), expected));
}

test("markup: whatever a text is, nothing in it is markup, in content and in attributes", () => {
  for (const text of HOSTILE) {
    const { markup: made } = markup`<a title="${text}">${text}</a>`;
    assert.match(made, /^<a title="[^"<>]*">[^<>]*<\/a>$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(made, /[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  }
});

test("markup: what is markup already is put in as it is, a list one behind the other, and null is nothing", () => {
  const items = ["a", "<"].map((text) => markup`<li>${text}`);
  assert.equal(markup`<ul class="${3}">${items}${null}</ul>`.markup, '<ul class="3"><li>a<li>&lt;</ul>');
  assert.equal(join(items).markup, "<li>a<li>&lt;");
});
