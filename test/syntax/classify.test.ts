import assert from "node:assert/strict";
import { test } from "node:test";
import { classify, mentionsAny, mentionsTable } from "../../src/syntax/classify";
import { renderKind } from "./render-kind";
import { statementCases } from "./statements";

for (const { sql, kind } of statementCases) {
  test(`classify: ${sql || "nothing"}`, () => {
    const text = sql.replaceAll("{w}", "db").replaceAll("{u}", "usr");
    const expected = kind.replaceAll("{w}", "db").replaceAll("{u}", "usr");
    assert.equal(renderKind(classify(text).statement), expected);
  });
}

/** What it takes from its session: variables, then `id` (LAST_INSERT_ID) and `previous`. */
const uses: readonly (readonly [sql: string, expected: string, noBackslashEscapes?: boolean])[] = [
  ["INSERT INTO t VALUES (1)", ""],
  ["SET @a = @B + @`C d`", "a b c d"],
  ["SELECT @a := @a + 1, @'E f', @g.h, @_i$j", "a e f g.h _i$j"],
  ["SELECT@a", "a"],
  ["INSERT INTO t VALUES ('me@example.com', \"@b\", `@c`) -- @d\n# @e\n/* @f */", ""],
  ["INSERT INTO t VALUES ('it''s @a', 'back\\'slash @b', '\\\\', @c)", "c"],
  ["INSERT INTO t VALUES ('\\', @c, '')", "c", true],
  ["/*!40101 SET @a = @@SQL_MODE */", "a"],
  ["/*!99999 SET @a = 1 */", ""],
  ["CREATE USER joe@example IDENTIFIED BY 'x'", ""],
  ["GRANT ALL ON *.* TO 'joe'@'example', `ann`@`example`", ""],
  ["SELECT 'joe'@example", ""],
  ["INSERT INTO t VALUES (LAST_INSERT_ID())", "id"],
  ["INSERT INTO t VALUES ('LAST_INSERT_ID()')", ""],
  ["SELECT @@last_insert_id, @@SESSION.identity", "id"],
  ["SELECT @@last_insert_ids", ""],
  ["SELECT ROW_COUNT()", "previous"],
  ["SELECT FOUND_ROWS()", "previous"],
  ["GET DIAGNOSTICS @n = ROW_COUNT", "n previous"],
  ["GET CURRENT DIAGNOSTICS CONDITION 1 @text = MESSAGE_TEXT", "text previous"],
  ["SHOW WARNINGS LIMIT 1", "previous"],
  ["SHOW COUNT(*) ERRORS", "previous"],
  ["SELECT @@warning_count", "previous"],
  ["SELECT warnings, errors FROM diagnostics", ""],
  ["SELECT 'unterminated @a", ""],
];

for (const [sql, expected, noBackslashEscapes = false] of uses) {
  test(`session use: ${sql}`, () => {
    const { userVariables, usesLastInsertId, usesPrevious } = classify(sql, { noBackslashEscapes });
    const found = [
      ...userVariables,
      ...(usesLastInsertId ? ["id"] : []),
      ...(usesPrevious ? ["previous"] : []),
    ];
    assert.equal(found.join(" "), expected);
  });
}

const mentions: readonly (readonly [sql: string, expected: boolean])[] = [
  ["DROP TABLE migration_history", true],
  ["DELETE FROM `Migration_History`", true],
  ["UPDATE db.migration_history SET a = 1", true],
  ["SELECT 'migration_history', \"migration_history\" -- migration_history", false],
  ["/*!50000 TRUNCATE migration_history */", true],
  ["SELECT * FROM migration_history_old", false],
  ["SELECT @migration_history", false],
];

for (const [sql, expected] of mentions) {
  test(`mentions the table: ${sql}`, () => assert.equal(mentionsTable(sql, "migration_history"), expected));
}

test("mentionsTable finds a name with a backtick in it", () => {
  assert.equal(mentionsTable("DROP TABLE `a``b`", "a`b"), true);
});

const reaches: readonly (readonly [sql: string, expected: boolean])[] = [
  ["INSERT INTO log VALUES (1)", true],
  ["INSERT INTO LOG VALUES (1)", true],
  ["INSERT INTO `db`.log VALUES (1)", true],
  ["INSERT INTO db . log VALUES (1)", true],
  ["INSERT INTO other.log VALUES (1)", false],
  ["INSERT INTO other.secret VALUES (1)", true],
  ["INSERT INTO secret VALUES (1)", false],
  ["UPDATE t SET t.log = 1", false],
  ["UPDATE t, log SET t.a = log.a", true],
  ["SELECT log.a FROM t AS log", true],
  ["INSERT INTO t VALUES ('log', 'db.log')", false],
  ["SELECT catalog FROM t", false],
];

for (const [sql, expected] of reaches) {
  test(`mentions any: ${sql}`, () => {
    assert.equal(mentionsAny(sql, new Set(["log", "db.log", "other.secret"])), expected);
  });
}

test("mentionsAny copes with more names than a pattern does", () => {
  const names = new Set(Array.from({ length: 500 }, (_, index) => `table_${index}`));
  assert.equal(mentionsAny("INSERT INTO table_499 VALUES (1)", names), true);
  assert.equal(mentionsAny("INSERT INTO table_500 VALUES (1)", names), false);
});

test("a long INSERT is not read to its end", () => {
  const rows = Array.from({ length: 20_000 }, (_, row) => `(${row}, 'x')`).join();
  const { statement } = classify(`INSERT INTO t VALUES ${rows} ) nonsense (`);
  assert.equal(statement.kind, "transactional");
});
