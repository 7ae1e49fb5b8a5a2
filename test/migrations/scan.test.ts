import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type FileScan, scanFile } from "../../src/migrations/judge-statements";
import { type MigrationFile, readMigrations } from "../../src/migrations/read-migrations";
import { STORED_TEXT_LIMIT } from "../../src/migrations/read-text";
import { temporaryFolder } from "../support/temporary-folder";

const options = { noBackslashEscapes: false, historyTable: "migration_history", database: "app" };

function upFile(t: TestContext, text: string): MigrationFile {
  const dir = temporaryFolder(t, { "0001_a.up.sql": text, "0001_a.down.sql": ";" });
  const [migration] = readMigrations(dir).migrations;
  assert.ok(migration !== undefined);
  return migration.up;
}

/** The number of statements, what they use, and each problem as `code place: message`. */
function compact({ total, userVariables, usesLastInsertId, usesPrevious, problems }: FileScan): string {
  const uses = `${userVariables.length > 0 ? " @" : ""}${usesLastInsertId ? " id" : ""}${usesPrevious ? " previous" : ""}`;
  return [`${total}${uses}`, ...problems.map(({ code, message }) => `${code} ${message}`)].join("\n");
}

const history = "this statement names migration_history, the history table.";
const once = "this statement cannot be run exactly once.";

const cases: readonly (readonly [name: string, text: string, expected: string])[] = [
  ["plain statements", "CREATE TABLE t (id INT);\nINSERT INTO t VALUES (1);", "2"],
  ["comments only", "-- nothing to do\n/* really */", "0"],
  ["user variables", "SET @a = 1; SELECT @a;", "2 @"],
  ["the last id", "INSERT INTO t VALUES (); INSERT INTO u VALUES (LAST_INSERT_ID());", "2 id"],
  [
    "what the statement before left",
    "INSERT INTO t VALUES (1); INSERT INTO u VALUES (ROW_COUNT());",
    "2 previous",
  ],
  ["the same in a string to be prepared", "SET @s = 'DO ROW_COUNT()'; PREPARE s FROM @s;", "2 @ previous"],
  [
    "the same in a string that is data",
    "INSERT INTO t VALUES ('ROW_COUNT()'); CREATE TABLE error_count (id INT);",
    "2",
  ],
  ["a byte-order mark and CRLF", "\ufeffSELECT 1;\r\nSELECT 2;\r\n", "2"],

  [
    "every statement that cannot be run",
    "SELECT 1;\n  KILL 7;\nXA START 'x';",
    `3
unsupported-statement 0001_a.up.sql:2:3: ${once} KILL names a connection of the moment, perhaps the runner's own.
unsupported-statement 0001_a.up.sql:3:1: ${once} An XA transaction is committed apart from the record of it.`,
  ],
  [
    "what the splitter refuses, after what came before it",
    "KILL 7;\nSELECT 'x;\n",
    `1
unsupported-statement 0001_a.up.sql:1:1: ${once} KILL names a connection of the moment, perhaps the runner's own.
unterminated-quote 0001_a.up.sql:2:8: the ' that opens here is never closed.`,
  ],
  [
    "a client command",
    "SELECT 1;\nsource other.sql;\n",
    "0\nclient-command 0001_a.up.sql:2:1: source is a command of the mysql client, not SQL: the server cannot run it.",
  ],

  ["a whole transaction", "START TRANSACTION; INSERT INTO t VALUES (1); COMMIT;", "3"],
  ["one that is rolled back", "BEGIN; INSERT INTO t VALUES (1); ROLLBACK;", "3"],
  [
    "an open one",
    "SELECT 1;\nSTART TRANSACTION;\nINSERT INTO t VALUES (1);",
    "3\nopen-transaction 0001_a.up.sql:2:1: the transaction that begins here is still open at the end of the file.",
  ],
  [
    "the last of several",
    "BEGIN; COMMIT; BEGIN; INSERT INTO t VALUES (1); COMMIT;\nBEGIN;",
    "6\nopen-transaction 0001_a.up.sql:2:1: the transaction that begins here is still open at the end of the file.",
  ],
  ["one that DDL commits", "BEGIN; INSERT INTO t VALUES (1); CREATE TABLE u (id INT);", "3"],
  [
    "a temporary table does not commit",
    "BEGIN; CREATE TEMPORARY TABLE u (id INT);",
    "2\nopen-transaction 0001_a.up.sql:1:1: the transaction that begins here is still open at the end of the file.",
  ],
  [
    "rolling back to a savepoint does not end it",
    "BEGIN; SAVEPOINT s; INSERT INTO t VALUES (1); ROLLBACK TO s;",
    "4\nopen-transaction 0001_a.up.sql:1:1: the transaction that begins here is still open at the end of the file.",
  ],
  [
    "a chained one",
    "BEGIN; INSERT INTO t VALUES (1);\nCOMMIT AND CHAIN;",
    "3\nopen-transaction 0001_a.up.sql:2:1: the transaction that begins here is still open at the end of the file.",
  ],
  [
    "autocommit off",
    "SET autocommit = 0;\nSELECT 1;\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);",
    "4\nopen-transaction 0001_a.up.sql:3:1: autocommit is off, and the transaction that begins here is still open at the end of the file.",
  ],
  ["autocommit off, then COMMIT", "SET autocommit = 0; INSERT INTO t VALUES (1); COMMIT; SELECT 1;", "4"],
  ["autocommit off and on again", "SET autocommit = 0; INSERT INTO t VALUES (1); SET autocommit = 1;", "3"],
  [
    "autocommit set to what it is commits nothing",
    "BEGIN; INSERT INTO t VALUES (1); SET autocommit = 1;",
    "3\nopen-transaction 0001_a.up.sql:1:1: the transaction that begins here is still open at the end of the file.",
  ],

  [
    "the history table",
    "DROP TABLE migration_history;",
    `1\nnames-history-table 0001_a.up.sql:1:1: ${history}`,
  ],
  [
    "in quotes and in capitals",
    "DELETE FROM `MIGRATION_history`;",
    `1\nnames-history-table 0001_a.up.sql:1:1: ${history}`,
  ],
  [
    "qualified",
    "TRUNCATE app.migration_history;\nTRUNCATE `App` . `migration_history`;\nTRUNCATE other.migration_history;",
    `3\nnames-history-table 0001_a.up.sql:1:1: ${history}\nnames-history-table 0001_a.up.sql:2:1: ${history}`,
  ],
  [
    "from another database",
    "USE other;\nDROP TABLE migration_history;\nDROP TABLE app.migration_history;\nUSE APP;\nDROP TABLE migration_history;",
    `5\nnames-history-table 0001_a.up.sql:3:1: ${history}\nnames-history-table 0001_a.up.sql:5:1: ${history}`,
  ],
  [
    "in a prepared statement",
    "PREPARE s FROM 'DROP TABLE migration_history';",
    `1\nnames-history-table 0001_a.up.sql:1:1: ${history}`,
  ],
  [
    "in an executable comment",
    "/*!40101 DROP TABLE migration_history */;",
    `1\nnames-history-table 0001_a.up.sql:1:1: ${history}`,
  ],
  [
    "in a program's body",
    "CREATE PROCEDURE p() BEGIN DELETE FROM migration_history; END;",
    `1\nnames-history-table 0001_a.up.sql:1:1: ${history}`,
  ],
  [
    "only in text, in comments and in longer names",
    "INSERT INTO t VALUES ('migration_history'); SELECT 1 /* migration_history */; DROP TABLE my_migration_history2;",
    "3",
  ],
  [
    "the database itself",
    "CREATE DATABASE IF NOT EXISTS app;\nDROP SCHEMA `app`;\nALTER DATABASE app CHARACTER SET utf8mb4;\nCREATE DATABASE other;\nPREPARE s FROM 'DROP DATABASE app';",
    `5
names-history-table 0001_a.up.sql:1:1: this statement would create app, the database that is being migrated.
names-history-table 0001_a.up.sql:2:1: this statement would drop app, the database that is being migrated.
names-history-table 0001_a.up.sql:5:1: this statement would drop app, the database that is being migrated.`,
  ],
];

for (const [name, text, expected] of cases) {
  test(`scanFile: ${name}`, async (t) =>
    assert.equal(compact(await scanFile(upFile(t, text), options)), expected));
}

test("scanFile: hints say what to do", async (t) => {
  const text = "KILL 1;\nDROP TABLE migration_history;\nBEGIN;";
  const { problems } = await scanFile(upFile(t, text), options);
  assert.deepEqual(
    problems.map(({ file, hint }) => [file, hint]),
    [
      ["0001_a.up.sql", "Take it out of the migration."],
      [
        "0001_a.up.sql",
        "Take it out of the migration: the record of what was applied must not depend on a migration.",
      ],
      ["0001_a.up.sql", "End it with COMMIT; otherwise the server would roll it back."],
    ],
  );
});

test("scanFile: another name of the history table, with what regular expressions are made of", async (t) => {
  const odd = { ...options, historyTable: "h.(*)$`x" };
  const scan = await scanFile(upFile(t, "DROP TABLE `H.(*)$``X`; DROP TABLE migration_history;"), odd);
  assert.deepEqual(
    scan.problems.map(({ message }) => message),
    ["0001_a.up.sql:1:1: this statement names h.(*)$`x, the history table."],
  );
});

test("scanFile: backslashes as the session has them", async (t) => {
  const file = upFile(t, "SELECT 'a\\'; SELECT 'b';");
  assert.equal((await scanFile(file, { ...options, noBackslashEscapes: true })).total, 2);
  assert.equal((await scanFile(file, options)).problems[0]?.code, "unterminated-quote");
});

test("scanFile: a file of nothing but bad statements is refused with the first of them", async (t) => {
  const { total, problems } = await scanFile(upFile(t, "KILL 1;\n".repeat(1000)), options);
  assert.deepEqual([total, problems.length], [1000, 20]);
});

test("scanFile: a large file", async (t) => {
  const insert = `INSERT INTO t VALUES (${"'é', ".repeat(100)}1);\r\n`;
  const count = Math.ceil((STORED_TEXT_LIMIT * 2) / Buffer.byteLength(insert));
  const scan = await scanFile(upFile(t, `${insert.repeat(count)}BEGIN;`), options);
  assert.equal(
    compact(scan),
    `${count + 1}\nopen-transaction 0001_a.up.sql:${count + 1}:1: ` +
      "the transaction that begins here is still open at the end of the file.",
  );
});

test("scanFile: a file that changed since is not judged", async (t) => {
  const file = upFile(t, "SELECT 1;");
  writeFileSync(file.path, "SELECT 2;");
  await assert.rejects(scanFile(file, options), {
    code: "file-changed",
    message: "0001_a.up.sql changed after the plan was made.",
  });
});
