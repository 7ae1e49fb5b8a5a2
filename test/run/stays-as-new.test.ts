import assert from "node:assert/strict";
import { test } from "node:test";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { leftoversOf } from "../../src/run/leftovers";
import { migrate } from "../../src/run/migrate";
import { settingsFromOptions } from "../../src/settings/settings";
import { classify } from "../../src/syntax/classify";
import { splitText } from "../../src/syntax/splitter";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { forEachServer, rowsFor, type TestServer, withTestDatabase } from "../support/servers";

/** A statement, and what it leaves in its session. */
const STATEMENTS: readonly (readonly [sql: string, leaves: string])[] = [
  ["CREATE TABLE t (id INT)", "nothing"],
  ["DROP TABLE IF EXISTS t", "nothing"],
  ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @x = 1", "anything"],
  ["CREATE VIEW v AS SELECT 1", "programs"],
  ["CREATE FUNCTION f() RETURNS INT RETURN 1", "programs"],
  ["RENAME TABLE other.t TO t", "programs"],
  ["INSERT INTO t VALUES (1, 'a.b', 'get_lock', '@x')", "last-insert-id"],
  ["-- A comment.\nINSERT INTO t (a) SELECT a FROM u WHERE a > 1.5", "last-insert-id"],
  ["REPLACE INTO `t` VALUES (1)", "last-insert-id"],
  ["UPDATE t SET a = CONCAT(a, '.')", "last-insert-id"],
  ["DELETE FROM t WHERE a = LAST_INSERT_ID()", "last-insert-id"],
  ["INSERT INTO other.t VALUES (1)", "anything"],
  ["UPDATE t JOIN u ON t.id = u.id SET a = 1", "anything"],
  ["INSERT INTO t VALUES (other.f())", "anything"],
  ["INSERT INTO t VALUES (other . f())", "anything"],
  ["INSERT INTO t SELECT /*! other.*/f()", "anything"],
  ["INSERT INTO t SELECT GET_LOCK('x', 0)", "anything"],
  ["INSERT INTO t VALUES (NEXT VALUE FOR s)", "anything"],
  ["INSERT INTO t VALUES (nextval(s))", "anything"],
  ["INSERT INTO t VALUES (@x := 1)", "anything"],
  ["INSERT INTO t VALUES (/*! @x := */ 1)", "anything"],
  ["SELECT 1", "anything"],
  ["SET @x = 1", "anything"],
  ["SET sql_mode = ''", "anything"],
  ["USE other", "anything"],
  ["CALL p()", "anything"],
  ["CREATE TEMPORARY TABLE t (id INT)", "anything"],
  ["PREPARE p FROM 'SELECT 1'", "anything"],
  ["LOCK TABLES t WRITE", "anything"],
  ["DO GET_LOCK('x', 0)", "anything"],
  ["START TRANSACTION", "anything"],
  ["WITH x AS (SELECT 1) DELETE FROM t", "anything"],
];

test("what a statement may leave in its session is read from its text", () => {
  for (const [sql, leaves] of STATEMENTS) {
    const [statement] = splitText(sql, {});
    assert.ok(statement !== undefined, sql);
    const classified = classify(statement.head);
    assert.equal(leftoversOf({ statement, classified }, {}), leaves, sql);
  }
});

interface Case {
  readonly name: string;
  readonly on?: TestServer["family"];
  /** What the database has before; OTHER is another one. */
  readonly there?: string;
  /** What the second migration does. */
  readonly does?: string;
  /** Privileges of the account; left out: root. */
  readonly may?: string;
  /** The third migration runs in the same session as the second. */
  readonly stays: boolean;
}

const INSERT = "INSERT INTO numbered VALUES (NULL)";
const SETTING = "SET @x = 'leaked'";

const CASES: readonly Case[] = [
  { name: "rows", stays: true },
  { name: "rows, and account of the database", may: "ALL ON `OWN`.*", stays: true },
  {
    name: "an account that is not shown triggers",
    may: "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX ON `OWN`.*",
    there: `CREATE TRIGGER g BEFORE INSERT ON numbered FOR EACH ROW ${SETTING}`,
    stays: false,
  },
  {
    name: "a trigger",
    there: `CREATE TRIGGER g BEFORE INSERT ON numbered FOR EACH ROW ${SETTING}`,
    stays: false,
  },
  {
    name: "a function",
    there:
      "CREATE FUNCTION f() RETURNS INT DETERMINISTIC BEGIN SET @x = 'leaked'; RETURN LAST_INSERT_ID(77); END",
    does: "INSERT INTO numbered VALUES (f())",
    stays: false,
  },
  {
    name: "a view",
    there: "CREATE VIEW v AS SELECT * FROM numbered",
    does: "INSERT INTO v VALUES (NULL)",
    stays: false,
  },
  { name: "a sequence", on: "mariadb", there: "CREATE SEQUENCE s", stays: false },
  { name: "a trigger in another database", does: "INSERT INTO OTHER.far VALUES (NULL)", stays: false },
  { name: "a setting", does: `SET sql_mode = 'ANSI'; ${INSERT}`, stays: false },
  { name: "a user variable", does: `${SETTING}; ${INSERT}`, stays: false },
  { name: "an id that was set", does: "INSERT INTO numbered VALUES (LAST_INSERT_ID(9))", stays: true },
];

forEachServer(
  "rows alone need no new session, and nothing of them is in it for the next migration",
  async (_, server) => {
    for (const row of rowsFor(server, CASES)) {
      await withTestDatabase(server, (own) =>
        withTestDatabase(server, async (other) => {
          const named = (sql: string): string =>
            sql.replaceAll("OTHER", other.name).replaceAll("OWN", own.name);
          const root = await createConnection(own.url);
          const user = `n_${own.name}`.slice(0, 30);
          try {
            const tables = [
              "CREATE TABLE numbered (id INT AUTO_INCREMENT PRIMARY KEY)",
              "CREATE TABLE seen (what TEXT)",
            ];
            for (const sql of [...tables, ...(row.there === undefined ? [] : [row.there])])
              await root.query(named(sql));
            await root.query(`CREATE TABLE ${other.name}.far (id INT AUTO_INCREMENT PRIMARY KEY)`);
            await root.query(
              `CREATE TRIGGER ${other.name}.g BEFORE INSERT ON ${other.name}.far FOR EACH ROW ${SETTING}`,
            );
            if (row.may !== undefined) {
              await root.query(`CREATE USER '${user}'@'%'`);
              await root.query(`GRANT ${named(row.may)} TO '${user}'@'%'`);
            }
            const look =
              "INSERT INTO seen SELECT CONCAT_WS(' ', CONNECTION_ID(), COALESCE(@x, 'no x'), LAST_INSERT_ID(), @@identity, @@sql_mode)";
            const files = {
              "0001_first.up.sql": look,
              "0001_first.down.sql": "DELETE FROM seen",
              "0002_rows.up.sql": `${named(row.does ?? INSERT)};\nINSERT INTO seen SELECT CONNECTION_ID();`,
              "0002_rows.down.sql": "DELETE FROM numbered",
              "0003_look.up.sql": look,
              "0003_look.down.sql": "DELETE FROM seen",
            };
            await withMigrations(files, async (dir) => {
              const url = row.may === undefined ? own.url : own.url.replace(/\/\/[^@]*@/, `//${user}@`);
              const settings = settingsFromOptions({ databaseUrl: url, dir });
              await migrate(settings, "up", null, { allowExisting: true });
            });
            const [seen] = await root.query<RowDataPacket[]>("SELECT what FROM seen");
            const [first = [], second = [], last = []] = seen.map(({ what }) => String(what).split(" "));
            assert.deepEqual(last.slice(1), first.slice(1), row.name);
            assert.deepEqual(first.slice(1, 5), ["no", "x", "0", "0"], row.name);
            if (row.stays) assert.equal(last[0], second[0], row.name);
            else assert.notEqual(last[0], second[0], row.name);
          } finally {
            await root.query(`DROP USER IF EXISTS '${user}'@'%'`);
            await root.end();
          }
        }),
      );
    }
  },
);

forEachServer("a run of fifty migrations with rows takes one connection", async (_, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const files: Record<string, string> = {};
    for (let n = 1; n <= 50; n++) {
      const name = `${String(n).padStart(4, "0")}_rows`;
      files[`${name}.up.sql`] = `${n === 1 ? "CREATE TABLE t (id INT);\n" : ""}INSERT INTO t VALUES (${n});`;
      files[`${name}.down.sql`] = n === 1 ? "DROP TABLE t;" : `DELETE FROM t WHERE id = ${n};`;
    }
    await withMigrations(files, (dir) =>
      withProxy(server, {}, async (proxy) => {
        await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null);
        assert.deepEqual([...new Set(proxy.commands.map(({ connection }) => connection))], [1]);
      }),
    );
  });
});

forEachServer("a trigger that comes in the middle of a run is noticed", async (_, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const id = "INSERT INTO seen SELECT CONNECTION_ID()";
    const files: Record<string, string> = {
      "0001_table.up.sql": `CREATE TABLE seen (id BIGINT);\n${id};`,
      "0002_rows.up.sql": id,
      "0003_trigger.up.sql": "CREATE TRIGGER g BEFORE INSERT ON seen FOR EACH ROW SET NEW.id = NEW.id",
      "0004_rows.up.sql": id,
      "0005_rows.up.sql": id,
    };
    for (const name of Object.keys(files)) files[name.replace(".up.", ".down.")] = "-- Nothing.";
    await withMigrations(files, async (dir) => {
      await migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null);
    });
    const connection = await createConnection(url);
    const [rows] = await connection.query<RowDataPacket[]>("SELECT id FROM seen");
    await connection.end();
    const [first, second, fourth, fifth] = rows.map((row) => row.id);
    assert.deepEqual([second, fourth], [first, first]);
    assert.notEqual(fifth, fourth);
  });
});
