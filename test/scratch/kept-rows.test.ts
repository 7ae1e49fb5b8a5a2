import assert from "node:assert/strict";
import { createConnection } from "mysql2/promise";
import { bringBack, keepRows } from "../../src/scratch/kept-rows";
import { withSession } from "../../src/server/connection";
import type { DatabaseSettings } from "../../src/settings/database";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

interface Row {
  readonly name: string;
  readonly on?: TestServer["family"];
  /** What the database is at first. */
  readonly made: readonly string[];
  /** What a test does to it. */
  readonly done: readonly string[];
  /** Whether the rows can come back without the database being made anew. */
  readonly back?: false;
}

const USERS = "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20), UNIQUE (name))";
const POSTS =
  "CREATE TABLE posts (id INT AUTO_INCREMENT PRIMARY KEY, user INT, FOREIGN KEY (user) REFERENCES users (id) ON DELETE CASCADE)";
const SEED = "INSERT INTO users VALUES (1, 'a'), (2, 'b')";
const BOTH = [USERS, POSTS, SEED, "INSERT INTO posts VALUES (5, 1)"];

const rows: readonly Row[] = [
  { name: "nothing", made: BOTH, done: [] },
  { name: "rows inserted", made: BOTH, done: ["INSERT INTO users (name) VALUES ('c')"] },
  { name: "a row changed", made: BOTH, done: ["UPDATE users SET name = 'z' WHERE id = 2"] },
  { name: "a cascade", made: BOTH, done: ["DELETE FROM users WHERE id = 1"] },
  {
    name: "an insert rolled back",
    made: BOTH,
    done: ["START TRANSACTION", "INSERT INTO users (name) VALUES ('c')", "ROLLBACK"],
  },
  { name: "a truncated table", made: BOTH, done: ["TRUNCATE posts"] },
  {
    name: "a truncated table without AUTO_INCREMENT",
    made: ["CREATE TABLE k (id INT PRIMARY KEY)", "INSERT INTO k VALUES (7)"],
    done: ["TRUNCATE k"],
  },
  { name: "a table that was empty", made: [USERS], done: ["INSERT INTO users VALUES (NULL, 'x')"] },
  {
    name: "an empty table whose numbers went on",
    made: [USERS, "ALTER TABLE users AUTO_INCREMENT = 50"],
    done: ["TRUNCATE users"],
  },
  {
    name: "generated columns and a 0",
    made: [
      "CREATE TABLE g (id INT AUTO_INCREMENT PRIMARY KEY, a INT, b INT AS (a + 1) STORED, c INT AS (a + 2) VIRTUAL)",
      "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
      "INSERT INTO g (id, a) VALUES (0, 1), (3, 4)",
    ],
    done: ["DELETE FROM g"],
  },
  {
    name: "dates that a strict mode refuses",
    made: [
      "CREATE TABLE d (id INT PRIMARY KEY, at DATE, stamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)",
      "SET sql_mode = ''",
      "INSERT INTO d VALUES (1, '0000-00-00', '2001-01-01')",
    ],
    done: ["UPDATE d SET at = '2026-01-01'"],
  },
  {
    name: "a partitioned table",
    made: [
      "CREATE TABLE p (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3",
      "INSERT INTO p VALUES (1), (2)",
    ],
    done: ["DELETE FROM p WHERE id = 2"],
  },
  {
    name: "a MyISAM table",
    made: ["CREATE TABLE m (id INT) ENGINE=MyISAM", "INSERT INTO m VALUES (1)"],
    done: ["INSERT INTO m VALUES (2)"],
  },
  {
    name: "a trigger on DELETE",
    made: [
      USERS,
      SEED,
      "CREATE TABLE log (id INT)",
      "CREATE TRIGGER t BEFORE DELETE ON users FOR EACH ROW INSERT INTO log VALUES (OLD.id)",
    ],
    done: ["DELETE FROM users WHERE id = 1"],
  },
  {
    name: "a trigger on INSERT of a table that was empty",
    made: [
      USERS,
      "CREATE TABLE log (id INT)",
      "CREATE TRIGGER t AFTER INSERT ON users FOR EACH ROW INSERT INTO log VALUES (NEW.id)",
    ],
    done: ["INSERT INTO users (name) VALUES ('a')"],
  },
  {
    name: "a trigger on INSERT of a table that had rows",
    made: [
      USERS,
      SEED,
      "CREATE TABLE log (id INT)",
      "CREATE TRIGGER t AFTER INSERT ON users FOR EACH ROW INSERT INTO log VALUES (NEW.id)",
    ],
    done: ["INSERT INTO users (name) VALUES ('c')"],
    back: false,
  },
  { name: "a table more", made: BOTH, done: ["CREATE TABLE extra (id INT)"], back: false },
  { name: "a table less", made: BOTH, done: ["DROP TABLE posts"], back: false },
  {
    name: "a sequence",
    on: "mariadb",
    made: ["CREATE SEQUENCE s START WITH 10"],
    done: ["DO NEXTVAL(s)", "DO NEXTVAL(s)"],
  },
  {
    name: "a table that keeps its history",
    on: "mariadb",
    made: ["CREATE TABLE v (id INT) WITH SYSTEM VERSIONING", "INSERT INTO v VALUES (1)"],
    done: ["DELETE FROM v"],
    back: false,
  },
];

forEachServer(
  "kept rows: come back, whatever was done to them, and so do the numbers that follow",
  async (t, server) => {
    for (const { name, on, made, done, back = true } of rows) {
      if (on !== undefined && on !== server.family) continue;
      await t.test(name, () =>
        withTestDatabase(server, async (db) => {
          const connection = await createConnection({ uri: db.url, dateStrings: true });
          const settings = settingsFor(server, db.name);
          const keeper = `${db.name}_kept_rows`;
          try {
            const run = async (statements: readonly string[]): Promise<void> => {
              for (const statement of statements) await connection.query(statement);
            };
            const look = async (): Promise<unknown> => {
              const [tables] = await connection.query("SHOW TABLES");
              const found: Record<string, unknown> = {};
              for (const table of (tables as Record<string, string>[]).map((row) =>
                String(Object.values(row)[0]),
              )) {
                const [definition] = await connection.query(`SHOW CREATE TABLE \`${table}\``);
                const [contents] = await connection.query(`SELECT * FROM \`${table}\``);
                found[table] = [definition, contents];
              }
              return found;
            };
            await run(made);
            const before = await look();
            const kept = await withSession(settings, (session) => keepRows(session, keeper));
            for (let round = 1; round <= 2; round++) {
              await run(done);
              assert.equal(await withSession(settings, (session) => bringBack(session, kept)), back);
              if (!back) return;
              assert.deepEqual(await look(), before, `round ${round}`);
            }
          } finally {
            await connection.query(`DROP DATABASE IF EXISTS ${keeper}`);
            await connection.end();
          }
        }),
      );
    }
  },
);

forEachServer(
  "kept rows: a transaction that a test left open is named, and ends nothing",
  async (_, server) => {
    await withTestDatabase(server, async (db) => {
      const connection = await createConnection(db.url);
      const keeper = `${db.name}_kept_rows`;
      try {
        for (const statement of BOTH) await connection.query(statement);
        const settings = settingsFor(server, db.name);
        const kept = await withSession(settings, (session) => keepRows(session, keeper));
        await connection.query("START TRANSACTION");
        await connection.query("UPDATE users SET name = 'z' WHERE id = 1");
        // One of another test is committed, so that there is something to bring back.
        const other = await createConnection(db.url);
        await other.query("UPDATE users SET name = 'y' WHERE id = 2");
        await other.end();
        await assert.rejects(
          withSession(settings, (session) => bringBack(session, kept)),
          {
            code: "blocked",
            message: "The sandbox cannot be reset: another session has a transaction open there.",
          },
        );
        await connection.query("ROLLBACK");
        assert.equal(await withSession(settings, (session) => bringBack(session, kept)), true);
        const [users] = await connection.query("SELECT name FROM users ORDER BY id");
        assert.deepEqual(users, [{ name: "a" }, { name: "b" }]);
      } finally {
        await connection.query("ROLLBACK");
        await connection.query(`DROP DATABASE IF EXISTS ${keeper}`);
        await connection.end();
      }
    });
  },
);

function settingsFor({ host, port }: TestServer, database: string): DatabaseSettings {
  const ssl = { mode: "disabled", ca: null, cert: null, key: null } as const;
  return { host, port, socket: null, user: "root", password: "", database, ssl };
}
