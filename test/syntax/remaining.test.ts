import assert from "node:assert/strict";
import { test } from "node:test";
import { remainingStatement } from "../../src/syntax/remaining";

const cases: readonly (readonly [sql: string, expected: string | null])[] = [
  ["DROP TABLE a, b", "DROP TABLE IF EXISTS a, b"],
  ["drop /* both */ tables a,b cascade", "drop /* both */ tables IF EXISTS a,b cascade"],
  ["DROP VIEW a, b", "DROP VIEW IF EXISTS a, b"],
  ["DROP SEQUENCE a, b", "DROP SEQUENCE IF EXISTS a, b"],
  ["DROP USER a@b, c", "DROP USER IF EXISTS a@b, c"],
  ["CREATE USER a, b", "CREATE USER IF NOT EXISTS a, b"],
  ["CREATE ROLE a, b", "CREATE ROLE IF NOT EXISTS a, b"],
  ["DROP TABLE IF EXISTS a, b", "DROP TABLE IF EXISTS a, b"],
  ["DROP INDEX i ON t", null],
  ["RENAME TABLE a TO b, c TO d", null],
  ["REVOKE SELECT ON a.* FROM b, c", null],
];

for (const [sql, expected] of cases) {
  test(`remaining: ${sql}`, () => assert.equal(remainingStatement(sql), expected));
}
