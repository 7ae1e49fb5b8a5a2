import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { replaceScripts, replaceUsage } from "../../src/cli/help";
import { MigrateError } from "../../src/errors";

test("the reference of the verbs is current", () => {
  const reference = readFileSync(join(__dirname, "../../docs/reference.md"), "utf8");
  // Compared by hand: all of it twice would bury what to do.
  assert.ok(replaceUsage(reference) === reference, "out of date; to renew it: npm run usage");
});

test("package.json's scripts follow from the verbs, and nothing else in it changes", () => {
  const written = readFileSync(join(__dirname, "../../package.json"), "utf8");
  const less = written.replace(/ {4}"migrate:(redo|completion)".*\n/g, "");
  assert.notEqual(less, written);
  assert.equal(replaceScripts(less), written);
  assert.equal(replaceScripts(written), written);
});

test("usage goes between its markers, whatever was there, and nothing else changes", () => {
  const begin = "<!-- usage: written by `npm run usage`, from the commands themselves -->";
  const replaced = replaceUsage(`before\n${begin}\nold\n<!-- end of usage -->\nafter\n`);
  assert.match(replaced, /^before\n<!-- usage: [^\n]*\n\n```text\nmysql-updown: plain SQL migrations/);
  assert.match(replaced, /\n## status\n\n```text\nnpm run migrate:status -- \[options\]\n/);
  assert.match(replaced, /```\n\n<!-- end of usage -->\nafter\n$/);
  assert.doesNotMatch(replaced, /^old$/m);
  assert.equal(replaceUsage(replaced), replaced);
  assert.throws(() => replaceUsage("no markers"), MigrateError);
});
