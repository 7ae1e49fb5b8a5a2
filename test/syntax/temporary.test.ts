import assert from "node:assert/strict";
import { test } from "node:test";
import { classify, type TableName } from "../../src/syntax/classify";
import { mayCreate, withoutTemporary } from "../../src/syntax/temporary";
import { renderKind } from "./render-kind";

const cases: readonly (readonly [sql: string, expected: string])[] = [
  ["ALTER TABLE tmp ADD a INT", "repeatable"],
  ["ALTER TABLE TMP ADD a INT", "repeatable"],
  ["ALTER TABLE db.tmp ADD a INT", "alter table db.tmp"],
  ["ALTER TABLE db.other ADD a INT", "repeatable"],
  ["DROP TABLE tmp, t", "drop table t"],
  ["ALTER TABLE tmp RENAME TO tmp2", "repeatable"],
  ["ALTER TABLE t RENAME TO tmp", "alter table t, table tmp"],
  ["RENAME TABLE t TO t2, tmp TO tmp2, a TO b", "rename table t, table t2, table a, table b"],
  ["CREATE INDEX i ON tmp (a)", "repeatable"],
  ["CREATE TRIGGER tmp BEFORE INSERT ON t FOR EACH ROW SET @a = 1", "create trigger tmp"],
  ["TRUNCATE tmp", "repeatable"],
  ["INSERT INTO tmp VALUES (1)", "transactional"],
];

for (const [sql, expected] of cases) {
  test(`with temporary tables tmp and db.other: ${sql}`, () => {
    const isTemporary = ({ database, name }: TableName): boolean =>
      ["tmp", "db.other"].includes((database === null ? name : `${database}.${name}`).toLowerCase());
    assert.equal(renderKind(withoutTemporary(classify(sql).statement, isTemporary)), expected);
  });
}

test("what a body may create, also in the strings that it prepares", () => {
  const body = `BEGIN CREATE TEMPORARY TABLE IF NOT EXISTS a (n INT); CREATE TEMPORARY TABLE \`b\`.\`c\`\`d\` LIKE t;
    SET @s = 'create temporary table e(n int)'; SET @s = CONCAT('CREATE TEMPORARY TABLE ', @f); END`;
  assert.deepEqual(mayCreate(body), [
    { database: null, name: "a" },
    { database: "b", name: "c`d" },
    { database: null, name: "e" },
  ]);
});
