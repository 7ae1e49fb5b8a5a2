import assert from "node:assert/strict";
import { test } from "node:test";
import { whyReachesBeyond } from "../../src/scratch/reach";

const DATABASES = new Set(["shop", "my-app", "sys", "mysql", "a`b", "läden"]);

const CASES: readonly (readonly [sql: string, why: string | null])[] = [
  ["CREATE TABLE t (a INT)", null],
  ["INSERT INTO t VALUES (1.5, 'a.b')", null],
  ["INSERT INTO posts VALUES ('see shop.example.com, USE shop, DROP DATABASE shop')", null],
  ["-- USE shop\nCREATE TABLE t (a INT) /* shop.users */", null],
  ["SELECT t.a, u.b FROM t JOIN u ON t.id = u.id", null],
  ["SELECT x.a FROM t AS x WHERE x.b = 1 AND EXISTS (SELECT 1 FROM y WHERE y.c LIKE x.c)", null],
  ["SELECT shop.id, shop.name FROM shop WHERE shop.id > 1 ORDER BY shop.name", null],
  ["UPDATE shop SET shop.a = 1 WHERE shop.b = 2", null],
  ["INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE t.a = 2", null],
  ["DELETE x FROM t AS x JOIN u ON u.id = x.id", null],
  ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = OLD.b", null],
  ["CREATE TABLE t (a INT, user INT, server INT, grants INT, CHECK (t.a > 0))", null],
  ["ALTER TABLE t DROP user, DROP server, ADD role INT", null],
  ["ALTER DATABASE CHARACTER SET utf8mb4", null],
  ["SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE()", null],
  ["SELECT information_schema.tables.table_name FROM information_schema.tables", null],
  ["UPDATE failed_jobs SET connection = 'database'", null],
  ["SET SESSION sql_mode = '', @a = 1, @@session.time_zone = '+00:00'", null],
  ["PREPARE s FROM 'CREATE TABLE t (a INT)'", null],
  ["CREATE PROCEDURE p() BEGIN SELECT a FROM t USE INDEX (i); UPDATE t SET a = 1; END", null],
  ["CREATE EVENT e ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DO DELETE FROM t", null],
  ["CREATE DEFINER = 'root'@'db.example.com' PROCEDURE p() SELECT 1", null],
  ["SELECT s.nextval", null],
  ["USE shop", "USE is not about one database only"],
  ["use other", "USE is not about one database only"],
  ["CREATE DATABASE x", "CREATE DATABASE is not about one database only"],
  ["CREATE OR REPLACE DATABASE x", "CREATE DATABASE is not about one database only"],
  ["DROP SCHEMA IF EXISTS x", "DROP SCHEMA is not about one database only"],
  ["ALTER DATABASE shop CHARACTER SET utf8mb4", "ALTER DATABASE is not about one database only"],
  ["create  or replace user u", "CREATE USER is not about one database only"],
  ["GRANT SELECT ON t TO u", "GRANT is not about one database only"],
  ["SET GLOBAL max_connections = 5", "SET GLOBAL is not about one database only"],
  ["SET @a = 1, GLOBAL max_connections = 5", "it sets GLOBAL"],
  ["SET @a = 1, @@global.max_connections = 5", "it sets @@global.max_connections"],
  ["SET PERSIST max_connections = 5", "SET PERSIST is not about one database only"],
  ["SET PASSWORD = 'x'", "SET PASSWORD is not about one database only"],
  ["KILL 5", "KILL is not about one database only"],
  ["INSTALL PLUGIN x SONAME 'x.so'", "INSTALL PLUGIN is not about one database only"],
  ["XA START 'x'", "XA is not about one database only"],
  ["SHUTDOWN", "SHUTDOWN is not about one database only"],
  [
    "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h')",
    "CREATE SERVER is not about one database only",
  ],
  ["CREATE UNDO TABLESPACE u ADD DATAFILE 'u.ibu'", "CREATE UNDO TABLESPACE is not about one database only"],
  ["/* hello */ -- there\nFLUSH TABLES", "FLUSH is not about one database only"],
  ["SELECT * FROM t INTO OUTFILE '/tmp/x'", "INTO OUTFILE writes a file on the server"],
  ["CREATE FUNCTION f RETURNS STRING SONAME 'f.so'", "SONAME loads a library into the server"],
  [
    "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='mysql://h/d/t'",
    "a table of ENGINE=FEDERATED is kept somewhere else",
  ],
  ["ALTER TABLE t CONNECTION = 'mysql://h/d/t'", "CONNECTION leads to another server"],
  ["SET default_storage_engine = 'SPIDER'", "a table of ENGINE=SPIDER is kept somewhere else"],
  [
    "DO spider_direct_sql('DROP TABLE users', '', 'srv \"x\"')",
    "spider_direct_sql() acts on the whole server",
  ],
  ["PREPARE s FROM @sql", "what it prepares is not known before it runs"],
  ["PREPARE s FROM CONCAT('DROP', ' TABLE t')", "what it prepares is not known before it runs"],
  ["PREPARE s FROM 'DROP ' 'TABLE t'", "what it prepares is not known before it runs"],
  ["EXECUTE IMMEDIATE @sql", "what it executes is not known before it runs"],
  ["SELECT * FROM SHOP.users", "it names the database SHOP"],
  ["SELECT * FROM `shop` . users", "it names the database shop"],
  ["SELECT * FROM `my-app`.users", "it names the database my-app"],
  ["SELECT * FROM `a``b`.users", "it names the database a`b"],
  ["DROP TABLE LÄDEN.users", "it names the database LÄDEN"],
  ['DROP TABLE "shop"."users"', "it names the database shop"],
  ["DROP TABLE shop.`users`", "it names the database shop"],
  ["DROP TABLE t, shop.users", "it names the database shop"],
  ["DELETE FROM a, shop.users USING a JOIN shop.users", "it names the database shop"],
  ["SELECT shop.x FROM shop, shop.users", "it names the database shop"],
  ["SELECT shop.f(1)", "it names the database shop"],
  ["SELECT shop.users.id FROM users AS shop", "it names the database shop"],
  ["SELECT NEXTVAL(shop.s) FROM shop", "it names the database shop"],
  ["RENAME TABLE t TO shop.t", "it names the database shop"],
  ["CREATE TABLE t LIKE shop.users", "it names the database shop"],
  ["CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES shop.users (id))", "it names the database shop"],
  ["CREATE INDEX shop ON shop.users (id)", "it names the database shop"],
  ["CREATE TRIGGER shop AFTER INSERT ON shop.users FOR EACH ROW SET @a = 1", "it names the database shop"],
  ["INSERT INTO hidden.users SELECT * FROM t", "it names the database hidden"],
  ["CREATE VIEW v AS SELECT * FROM sys.version", "it names the database sys"],
  ["CALL shop.p()", "it names the database shop"],
  ["LOCK TABLES t READ, shop.users WRITE", "it names the database shop"],
];

for (const [sql, why] of CASES) {
  test(`beside other databases: ${sql.replaceAll("\n", " ")}`, () => {
    assert.equal(whyReachesBeyond(sql, DATABASES), why);
  });
}

const REACHING = [
  "DROP TABLE IF EXISTS `shop`.users",
  "INSERT INTO shop.users (id) SELECT id FROM t",
  "DELETE FROM `shop` . `users`",
  "DROP DATABASE shop",
  "CREATE USER u",
  "GRANT ALL ON *.* TO u",
  "KILL 5",
  "SET GLOBAL event_scheduler = ON",
  "FLUSH TABLES",
  "SELECT * FROM t INTO OUTFILE '/tmp/x'",
  "PREPARE s FROM @sql",
  "PREPARE s FROM 'TRUNCATE shop.users'",
];

const HIDDEN: readonly (readonly [where: string, hide: (sql: string) => string])[] = [
  ["in the open", (sql) => sql],
  ["in small letters", (sql) => sql.toLowerCase()],
  ["in an executable comment", (sql) => `/*!40101 ${sql} */`],
  ["in MariaDB's executable comment", (sql) => `/*M!100100 ${sql} */`],
  ["behind comments", (sql) => `/* x */ # y\n-- z\n${sql}`],
  ["in a procedure of one statement", (sql) => `CREATE PROCEDURE p() ${sql}`],
  [
    "in a procedure with characteristics",
    (sql) => `CREATE PROCEDURE p(IN a INT) SQL SECURITY INVOKER COMMENT 'x' ${sql}`,
  ],
  ["in a procedure's block", (sql) => `CREATE PROCEDURE p() BEGIN DECLARE x INT; SET x = 1; ${sql}; END`],
  ["in a branch", (sql) => `CREATE PROCEDURE p() BEGIN IF 1 THEN SET @a = 1; ELSE ${sql}; END IF; END`],
  [
    "in a handler",
    (sql) => `CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION ${sql}; SELECT 1; END`,
  ],
  ["in a loop", (sql) => `CREATE PROCEDURE p() l: LOOP ${sql}; END LOOP`],
  [
    "in a trigger",
    (sql) => `CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; ${sql}; END`,
  ],
  ["in an event", (sql) => `CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO ${sql}`],
  ["in a changed event", (sql) => `ALTER EVENT e DO ${sql}`],
  ["in a compound statement", (sql) => `BEGIN NOT ATOMIC SELECT 1; ${sql}; END`],
  ["behind SET STATEMENT", (sql) => `SET STATEMENT max_statement_time = 1 FOR ${sql}`],
  ["in a prepared text", (sql) => `PREPARE s FROM '${sql.replaceAll("'", "''")}'`],
  ["in a text that is executed", (sql) => `EXECUTE IMMEDIATE "${sql}"`],
  [
    "prepared in a procedure",
    (sql) => `CREATE PROCEDURE p() BEGIN PREPARE s FROM '${sql.replaceAll("'", "\\'")}'; EXECUTE s; END`,
  ],
];

for (const [where, hide] of HIDDEN) {
  for (const sql of REACHING) {
    test(`found ${where}: ${sql}`, () => {
      assert.notEqual(whyReachesBeyond(hide(sql), DATABASES), null);
    });
  }
}
