import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const SRC = join(__dirname, "../../src");

test("no query of information_schema.TABLES takes a temporary table for one that lasts", () => {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const queries = files.flatMap((file) =>
    [...readFileSync(join(SRC, file), "utf8").matchAll(/FROM information_schema\.TABLES\b[^`]*/gi)].map(
      ([query]) => ({ file, query }),
    ),
  );
  assert.ok(queries.length >= 5);
  for (const { file, query } of queries) {
    assert.match(query, /\$\{LASTING\}|TABLE_TYPE IN \(('BASE TABLE'|\$\{TYPES)/i, `${file}: ${query}`);
  }
});
