import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutSecrets } from "../../src/syntax/secrets";

const cases: readonly (readonly [sql: string, expected: string])[] = [
  ["CREATE USER 'u'@'h' IDENTIFIED BY 'pass'", "CREATE USER 'u'@'h' IDENTIFIED BY '…'"],
  [
    "create user u identified with p as 'hash', v identified by 'a'",
    "create user u identified with p as '…', v identified by '…'",
  ],
  [
    "CREATE USER u IDENTIFIED VIA p USING PASSWORD('a\\'b')",
    "CREATE USER u IDENTIFIED VIA p USING PASSWORD('…')",
  ],
  ["SET PASSWORD FOR 'u'@'h' = 'pass'", "SET PASSWORD FOR 'u'@'h' = '…'"],
  ['SET PASSWORD = PASSWORD("pass")', "SET PASSWORD = PASSWORD('…')"],
  ["ALTER USER u IDENTIFIED BY 'new' REPLACE 'old'", "ALTER USER u IDENTIFIED BY '…' REPLACE '…'"],
  ["CREATE SERVER s OPTIONS (HOST 'h', PASSWORD 'pass')", "CREATE SERVER s OPTIONS (HOST 'h', PASSWORD '…')"],
  ["CREATE TABLE t (a INT) CONNECTION='mysql://u:p@h/d'", "CREATE TABLE t (a INT) CONNECTION='…'"],
  ["CHANGE MASTER TO MASTER_PASSWORD='pass'", "CHANGE MASTER TO MASTER_PASSWORD='…'"],
  ["CREATE TABLE t (password VARCHAR(9) DEFAULT 'x')", "CREATE TABLE t (password VARCHAR(9) DEFAULT 'x')"],
  ["INSERT INTO t VALUES ('by')", "INSERT INTO t VALUES ('by')"],
  ["CREATE USER u IDENTIFIED BY 'cut off in the mid", "CREATE USER u IDENTIFIED BY '…'"],
];

for (const [sql, expected] of cases) {
  test(`without secrets: ${sql}`, () => assert.equal(withoutSecrets(sql), expected));
}
