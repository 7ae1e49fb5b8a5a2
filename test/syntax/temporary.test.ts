import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../../src/syntax/classify";
import { withoutTemporary } from "../../src/syntax/temporary";
import { renderKind } from "./render-kind";

const cases: readonly (readonly [sql: string, expected: string])[] = [
  ["ALTER TABLE tmp ADD a INT", "repeatable"],
  ["ALTER TABLE TMP ADD a INT", "repeatable"],
  ["ALTER TABLE db.tmp ADD a INT", "alter table db.tmp"],
  ["ALTER TABLE db.other ADD a INT", "repeatable"],
  ["DROP TABLE tmp, t", "drop table t"],
  ["CREATE INDEX i ON tmp (a)", "repeatable"],
  ["CREATE TRIGGER tmp BEFORE INSERT ON t FOR EACH ROW SET @a = 1", "create trigger tmp"],
  ["TRUNCATE tmp", "repeatable table tmp"],
  ["INSERT INTO tmp VALUES (1)", "transactional"],
];

for (const [sql, expected] of cases) {
  test(`with temporary tables tmp and db.other: ${sql}`, () => {
    const names = new Set(["tmp", "db.other"]);
    assert.equal(renderKind(withoutTemporary(classify(sql).statement, names)), expected);
  });
}
