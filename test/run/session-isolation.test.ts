import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import type { Row } from "../../src/server/session";
import { settingsFromOptions } from "../../src/settings/settings";
import { readStatus } from "../../src/verbs/status";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { assertFails, dumpAll } from "../support/refused";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

/** What a session is like, as rows of a table. */
function look(at: string): string {
  return `INSERT INTO seen SELECT '${at}', CONCAT_WS(' | ', DATABASE(), @@sql_mode, @@foreign_key_checks, @@unique_checks,
  @@autocommit, @@time_zone, @@character_set_client, @@collation_connection, COALESCE(@x, 'no x'), LAST_INSERT_ID(),
  @@lock_wait_timeout, @@sql_select_limit, @@group_concat_max_len)`;
}

interface Leak {
  readonly name: string;
  /** What the first migration does; OTHER is another database. */
  readonly sql: string;
}

const LEAKS: readonly Leak[] = [
  { name: "USE", sql: "USE OTHER" },
  { name: "sql_mode", sql: "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'" },
  { name: "key checks", sql: "SET foreign_key_checks = 0, unique_checks = 0" },
  { name: "user variables", sql: "SET @x = 'leaked'" },
  { name: "user variables in a SELECT", sql: "SELECT 'leaked' INTO @x" },
  { name: "autocommit", sql: "SET autocommit = 0; INSERT INTO numbered VALUES (NULL); COMMIT" },
  {
    name: "time zone and limits",
    sql: "SET time_zone = '+05:00', sql_select_limit = 1, group_concat_max_len = 7",
  },
  { name: "character set", sql: "SET NAMES latin1" },
  { name: "lock_wait_timeout", sql: "SET lock_wait_timeout = 77" },
  { name: "LAST_INSERT_ID()", sql: "INSERT INTO numbered VALUES (NULL)" },
  { name: "a temporary table", sql: "CREATE TEMPORARY TABLE shadow (id INT)" },
  { name: "a temporary table over a real one", sql: "CREATE TEMPORARY TABLE seen (wrong INT)" },
  { name: "a prepared statement", sql: "PREPARE p FROM 'SELECT 1'" },
  { name: "LOCK TABLES", sql: "LOCK TABLES numbered WRITE; INSERT INTO numbered VALUES (NULL)" },
  { name: "an isolation level", sql: "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE" },
];

async function withTwoDatabases(
  server: TestServer,
  body: (own: { name: string; url: string }, other: { name: string; url: string }) => Promise<void>,
): Promise<void> {
  await withTestDatabase(server, (own) => withTestDatabase(server, (other) => body(own, other)));
}

async function rowsOf(url: string, sql: string): Promise<readonly Row[]> {
  return await withSession(settingsFromOptions({ databaseUrl: url }).database, (session) =>
    session.query(sql),
  );
}

forEachServer("nothing that a migration leaves in its session reaches the next one", async (t, server) => {
  for (const { name, sql } of LEAKS) {
    await t.test(name, () =>
      withTwoDatabases(server, async (own, other) => {
        const files = {
          "0001_tables.up.sql":
            "CREATE TABLE seen (at VARCHAR(10) PRIMARY KEY, what TEXT);\nCREATE TABLE numbered (id INT AUTO_INCREMENT PRIMARY KEY);",
          "0001_tables.down.sql": "DROP TABLE numbered;\nDROP TABLE seen;",
          "0002_clean.up.sql": look("clean"),
          "0002_clean.down.sql": "DELETE FROM seen WHERE at = 'clean'",
          "0003_leak.up.sql": sql.replaceAll("OTHER", other.name),
          "0003_leak.down.sql": "SELECT 1",
          "0004_after.up.sql": look("after"),
          "0004_after.down.sql": "DELETE FROM seen WHERE at = 'after'",
        };
        await withMigrations(files, async (dir) => {
          const settings = settingsFromOptions({ databaseUrl: own.url, dir });
          // All in one run, so that they could share a session.
          await migrate(settings, "up", null);
          const seen = await rowsOf(own.url, "SELECT at, what FROM seen ORDER BY at DESC");
          assert.deepEqual(
            seen.map(({ at }) => at),
            ["clean", "after"],
          );
          assert.equal(seen[1]?.what, seen[0]?.what);
          assert.match(String(seen[0]?.what), new RegExp(`^${own.name} \\| .* \\| no x \\| 0 \\|`, "s"));
        });
      }),
    );
  }
});

forEachServer(
  "a temporary table, a prepared statement and a table lock end with their migration",
  async (_, server) => {
    await withTestDatabase(server, async ({ url }) => {
      const files = {
        "0001_left.up.sql":
          "CREATE TABLE kept (id INT PRIMARY KEY);\nCREATE TABLE free (id INT PRIMARY KEY);\n" +
          "CREATE TEMPORARY TABLE shadow (id INT);\nPREPARE p FROM 'INSERT INTO kept VALUES (1)';\nLOCK TABLES kept WRITE;",
        "0001_left.down.sql": "DROP TABLE free;\nDROP TABLE kept;",
        "0002_free.up.sql": "INSERT INTO free VALUES (1);",
        "0002_free.down.sql": "DELETE FROM free;",
        "0003_temporary.up.sql": "INSERT INTO shadow VALUES (1);",
        "0003_temporary.down.sql": "SELECT 1;",
      };
      await withMigrations(files, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await assertFails(
          migrate(settings, "up", null),
          "statement-failed",
          /^0003_temporary\.up\.sql:1:1: .*shadow/,
        );
        assert.deepEqual(await rowsOf(url, "SELECT * FROM free"), [{ id: 1 }]);
        assert.equal((await readStatus(settings)).current, 2);
      });
      await withMigrations({ ...files, "0003_temporary.up.sql": "EXECUTE p;" }, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await assertFails(
          migrate(settings, "up", null),
          "statement-failed",
          /^0003_temporary\.up\.sql:1:1: .*prepared/i,
        );
        assert.deepEqual(await rowsOf(url, "SELECT * FROM kept"), []);
      });
    });
  },
);

forEachServer(
  "behind USE the history stays at home, and DDL over there is judged right",
  async (_, server) => {
    await withTwoDatabases(server, async (own, other) => {
      const before = await dumpAll(other.url);
      const files = {
        "0001_over_there.up.sql": [
          "CREATE TABLE t (id INT PRIMARY KEY)",
          `USE \`${other.name}\``,
          "CREATE TABLE t (id INT PRIMARY KEY, far INT)",
          "INSERT INTO t VALUES (1, 1)",
          "ALTER TABLE t ADD COLUMN more INT",
          "INSERT INTO t VALUES (2, 2, nonsense)",
          `CREATE TABLE \`${own.name}\`.back (id INT PRIMARY KEY)`,
        ].join(";\n"),
        "0001_over_there.down.sql": `DROP TABLE back;\nUSE ${other.name};\nDROP TABLE t;\nUSE ${own.name};\nDROP TABLE t;`,
        "0002_at_home.up.sql": "ALTER TABLE t ADD COLUMN home INT;",
        "0002_at_home.down.sql": "ALTER TABLE t DROP COLUMN home;",
      };
      await withMigrations(files, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: own.url, dir });
        const error = await assertFails(
          migrate(settings, "up", null),
          "statement-failed",
          /statement 6 of 7/,
          /nonsense/,
        );
        assert.match(error.message, /5 of 7 statements are applied and recorded/);
      });
      const repaired = files["0001_over_there.up.sql"].replace("nonsense", "3");
      await withMigrations({ ...files, "0001_over_there.up.sql": repaired }, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: own.url, dir });
        await migrate(settings, "up", null);
        assert.deepEqual(await rowsOf(other.url, "SELECT * FROM t ORDER BY id"), [
          { id: 1, far: 1, more: null },
          { id: 2, far: 2, more: 3 },
        ]);
        const here = await rowsOf(own.url, "SHOW TABLES");
        assert.deepEqual(here.flatMap((row) => Object.values(row)).sort(), [
          "back",
          "migration_history",
          "t",
        ]);
        const columns = await rowsOf(own.url, "SHOW COLUMNS FROM t");
        assert.deepEqual(
          columns.map((row) => row.Field),
          ["id", "home"],
        );
        await migrate(settings, "down", { to: "0" });
        assert.deepEqual(await dumpAll(other.url), before);
        assert.deepEqual(
          (await rowsOf(own.url, "SHOW TABLES")).flatMap((row) => Object.values(row)),
          ["migration_history"],
        );
      });
    });
  },
);

/** A table of the same name is at home, too, and must not be what is looked at. */
forEachServer(
  "DDL behind USE that was under way is judged in the database where it ran",
  async (t, server) => {
    for (const moment of ["before", "after"] as const) {
      await t.test(`cut ${moment} it ran`, () =>
        withTwoDatabases(server, async (own, other) => {
          const files = {
            "0001_t.up.sql": `CREATE TABLE t (id INT PRIMARY KEY);\nUSE ${other.name};\nCREATE TABLE t (id INT PRIMARY KEY);\nALTER TABLE t ADD COLUMN far INT;\nINSERT INTO t VALUES (1, 1);`,
            "0001_t.down.sql": "DROP TABLE t;",
          };
          const cut = {
            command: ({ text }: { text: string }) => text.startsWith("ALTER TABLE t ADD"),
            moment,
          };
          const verdicts: string[] = [];
          await withMigrations(files, (dir) =>
            withProxy(server, { cut }, async (proxy) => {
              const settings = settingsFromOptions({ databaseUrl: proxy.through(own.url), dir });
              await migrate(settings, "up", null, {
                emit: (event) => {
                  if (event.event === "judged") verdicts.push(`${event.statement} ${event.verdict}`);
                },
              });
              assert.notEqual(proxy.cutAt(), null);
            }),
          );
          assert.deepEqual(verdicts, [moment === "after" ? "4 applied" : "4 not-applied"]);
          assert.deepEqual(await rowsOf(other.url, "SELECT * FROM t"), [{ id: 1, far: 1 }]);
          assert.equal((await rowsOf(own.url, "SHOW COLUMNS FROM t")).length, 1);
        }),
      );
    }
  },
);
