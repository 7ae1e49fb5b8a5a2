import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { replaceBench } from "./document";

test("only what stands between the two comments is replaced, any number of times", () => {
  const once = replaceBench("before\n<!-- bench -->old<!-- /bench -->\nafter\n", "new\n");
  assert.equal(once, "before\n<!-- bench -->\n\nnew\n\n<!-- /bench -->\nafter\n");
  assert.equal(replaceBench(once, "new"), once);
});

test("text that looks like a replacement pattern is taken as it is", () => {
  assert.equal(replaceBench("<!-- bench --><!-- /bench -->", "$& $1").includes("$& $1"), true);
});

test("the page has the comments; a text without them is refused", () => {
  assert.ok(
    replaceBench(readFileSync(join(__dirname, "../../docs/benchmarks.md"), "utf8"), "table").includes(
      "table",
    ),
  );
  for (const text of ["", "<!-- bench -->", "<!-- /bench --> <!-- bench -->"]) {
    assert.throws(() => replaceBench(text, "x"), /are missing/);
  }
});
