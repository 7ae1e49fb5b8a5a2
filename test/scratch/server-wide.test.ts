import assert from "node:assert/strict";
import { test } from "node:test";
import { whyNotBesideOthers } from "../../src/scratch/server-wide";

const OTHERS = ["shop", "my-app", "sys", "mysql"];

const CASES: readonly (readonly [sql: string, why: string | null])[] = [
  ["CREATE TABLE t (a INT)", null],
  ["INSERT INTO t VALUES (1.5, 'a.b')", null],
  ["SELECT t.a, u.b FROM t JOIN u", null],
  ["SELECT shopping.a FROM shopping", null],
  ["USE shop", "USE is not about one database only"],
  ["use other", "USE is not about one database only"],
  ["CREATE DATABASE x", "CREATE DATABASE is not about one database only"],
  ["DROP SCHEMA IF EXISTS x", "DROP SCHEMA is not about one database only"],
  ["create  or replace user u", "CREATE OR REPLACE USER is not about one database only"],
  ["GRANT SELECT ON t TO u", "GRANT is not about one database only"],
  ["SET GLOBAL max_connections = 5", "SET GLOBAL is not about one database only"],
  ["SET PERSIST max_connections = 5", "SET PERSIST is not about one database only"],
  ["SET SESSION sql_mode = ''", null],
  ["/* hello */ -- there\nFLUSH TABLES", "FLUSH is not about one database only"],
  ["/*!80000 CREATE USER u */", "CREATE USER is not about one database only"],
  ["SELECT * FROM shop.users", "it names the database shop"],
  ["SELECT * FROM `shop` . users", "it names the database shop"],
  ["SELECT * FROM SHOP.users", "it names the database shop"],
  ["SELECT * FROM `my-app`.users", "it names the database my-app"],
  ["PREPARE s FROM 'DROP TABLE shop.users'", "it names the database shop"],
  ["CREATE VIEW v AS SELECT * FROM sys.version", "it names the database sys"],
];

for (const [sql, why] of CASES) {
  test(`beside other databases: ${sql.replaceAll("\n", " ")}`, () => {
    assert.equal(whyNotBesideOthers({ text: sql }, OTHERS), why);
  });
}
