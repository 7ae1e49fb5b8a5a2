import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseTables } from "../../src/report/choose";
import { renderDot } from "../../src/report/dot";
import { renderMarkdown } from "../../src/report/markdown";
import { renderMermaid } from "../../src/report/mermaid";
import { renderReport } from "../../src/report/render";
import { generatedTables, hostileReport, key, reportOf, richReport, table } from "./sample";

test("report, mermaid: entities, keys, relations, and what a view uses", () => {
  assert.equal(
    renderMermaid(richReport()),
    `erDiagram
  "users" {
    int id PK
    varchar(200) email UK
  }
  "posts" {
    int id PK
    int user_id FK
    varchar(100) title "Shown in lists"
  }
  "posts" }o--|| "users" : "posts_user"
  "titles" {
  }
  "titles" }o..|| "posts" : "uses"
`,
  );
});

test("report, mermaid: whatever a name is, it stays within its quotes, and a column is a word", () => {
  const lines = renderMermaid(hostileReport()).trimEnd().split("\n").slice(1);
  const word = String.raw`[\p{L}_][\p{L}\p{N}_()[\]-]*`;
  const shapes = [
    /^ {2}"[^"<>]+" \{$/u,
    /^ {2}\}$/u,
    new RegExp(`^ {4}${word} ${word}(?: PK| FK| UK)?(?: "[^"<>]+")?$`, "u"),
    /^ {2}"[^"<>]+" \}o(?:--\|\||\.\.\|\||--o\|) "[^"<>]+" : "[^"<>]+"$/u,
  ];
  assert.deepEqual(
    lines.filter((line) => !shapes.some((shape) => shape.test(line))),
    [],
  );
});

test("report, dot: nodes with a row for each column, edges at their rows; nothing hostile ends a text", () => {
  const dot = renderDot(richReport());
  assert.match(dot, /"posts":c1 -> "users" \[tooltip="posts_user"\];/);
  assert.match(dot, /"titles" -> "posts" \[style=dashed\];/);
  const string = String.raw`"(?:[^"\\\n]|\\.)*"`;
  for (const line of renderDot(hostileReport()).trimEnd().split("\n").slice(1, -1)) {
    const rest = line.replace(new RegExp(string, "g"), '""').replace(/=<.*>\]/, "=<>]");
    assert.match(
      rest,
      /^ {2}(?:graph|node|edge|""(?::c\d+)?(?: -> "")?) \[[\w=, <>]*""?[^<>"]*\];$|^ {2}"" \[label=<>\];$|^ {2}"" -> "" \[style=dashed\];$|^ {2}(?:graph|node|edge) \[.*\];$/,
    );
  }
});

test("report, markdown: nothing that comes from outside is markup, and a fence holds", () => {
  const markdown = renderMarkdown(hostileReport());
  const outside = markdown.replace(/^(`{3,})sql\n[\s\S]*?\n\1$/gm, "");
  assert.doesNotMatch(outside, /[<>`]/);
  for (const line of outside.split("\n").filter((each) => each.startsWith("|"))) {
    assert.equal(line.split("|").length, 8, line);
  }
  assert.match(
    renderMarkdown(richReport()),
    /- \*\*changed\*\* posts\n {2}- \*\*changed\*\* title varchar\(50\) \(was varchar\(100\)\)/,
  );
});

test("report, json: the report as it is", async () => {
  const { text } = await renderReport(richReport(), "json", null);
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(richReport())));
});

test("report, svg: stands alone, and of many tables shows the groups", async () => {
  const { text, remarks } = await renderReport(richReport(), "svg", null);
  assert.match(text, /^<svg xmlns=[\s\S]*<style>[\s\S]*<\/style>[\s\S]*<\/svg>\n$/);
  assert.match(text, /role="img"/);
  assert.deepEqual(remarks, richReport().remarks);
  const many = await renderReport(reportOf(generatedTables(70)), "svg", null);
  assert.match(many.remarks.join(), /--tables or --around/);
  assert.match(many.text, /around /);
});

const CHAIN = reportOf([
  table("a"),
  table("b", { references: [key("f", "a", "id")] }),
  table("c", { references: [key("g", "b", "id")] }),
  table("d", { references: [key("h", "c", "id")] }),
  table("other"),
]);

const CHOICES: readonly (readonly [
  name: string,
  patterns: readonly string[] | null,
  around: readonly [string, number] | null,
  expected: readonly string[] | null,
])[] = [
  ["all", null, null, ["a", "b", "c", "d", "other"]],
  ["by pattern, in any case", ["O*", "a"], null, ["a", "other"]],
  ["around one, in both directions", null, ["b", 1], ["a", "b", "c"]],
  ["around one, two away", null, ["A", 2], ["a", "b", "c"]],
  ["both", ["c"], ["b", 1], ["c"]],
  ["no such table", null, ["x", 1], null],
  ["a pattern that none is like", ["x*"], null, null],
];

for (const [name, patterns, around, expected] of CHOICES) {
  test(`report, which tables: ${name}`, () => {
    const chosen = chooseTables(CHAIN, {
      patterns,
      around: around === null ? null : { table: around[0], depth: around[1] },
    });
    assert.deepEqual(chosen?.tables.map((each) => each.name) ?? null, expected);
  });
}
