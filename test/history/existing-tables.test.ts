import assert from "node:assert/strict";
import { refuseExistingTables } from "../../src/history/existing-tables";
import { createMigrator, MigrateError } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import { readSettings } from "../../src/settings/settings";
import { prepareDatabase } from "../../src/verbs/init";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT PRIMARY KEY);",
  "0001_a.down.sql": "DROP TABLE a;",
};

interface Case {
  readonly name: string;
  readonly there: readonly string[];
  /** Whether `init` was run on it before. */
  readonly initialized?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: { readonly allowExisting?: boolean; readonly dryRun?: boolean };
  /** What the refusal says; null: it is not refused. */
  readonly words: readonly RegExp[] | null;
}

const ALEMBIC = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)";
const OTHER_HISTORY =
  "CREATE TABLE orders_history (id INT PRIMARY KEY) COMMENT = 'mysql-updown history, layout 1'";

const CASES: readonly Case[] = [
  { name: "an empty database", there: [], words: null },
  { name: "only procedures", there: ["CREATE PROCEDURE p() SELECT 1"], words: null },
  {
    name: "one table",
    there: ["CREATE TABLE users (id INT)"],
    words: [
      /has no history of migrations, but it has a table: users\.\nNothing was run\./,
      /migrate:baseline -- <name>/,
      /migrate:stamp -- <version>/,
      /migrate:up -- --allow-existing/,
      /MIGRATE_ALLOW_EXISTING=1/,
    ],
  },
  {
    name: "a view and a table",
    there: ["CREATE TABLE users (id INT)", "CREATE VIEW active AS SELECT 1 AS id"],
    words: [/it has 2 tables: active, users\./],
  },
  {
    name: "more tables than one wants to read",
    there: Array.from({ length: 12 }, (_, n) => `CREATE TABLE t${String(n).padStart(2, "0")} (id INT)`),
    words: [/it has 12 tables: t00, t01, t02, t03, t04, t05, t06, t07 and 4 more\./],
  },
  {
    name: "another tool's table",
    there: ["CREATE TABLE users (id INT)", ALEMBIC, "INSERT INTO alembic_version VALUES ('abc')"],
    words: [/In alembic_version, alembic keeps its history\./, /migrate:stamp -- --from alembic/],
  },
  {
    name: "another program's history",
    there: ["CREATE TABLE orders (id INT)", OTHER_HISTORY],
    words: [
      /it has a table: orders\./,
      /In orders_history, this tool keeps another history\./,
      /--table NAME/,
    ],
  },
  { name: "another program's history and nothing else", there: [OTHER_HISTORY], words: null },
  { name: "a dry run", there: ["CREATE TABLE users (id INT)"], options: { dryRun: true }, words: [/users/] },
  {
    name: "a history table that init made",
    there: ["CREATE TABLE users (id INT)"],
    initialized: true,
    words: [/users/],
  },
  { name: "a history table and nothing else", there: [], initialized: true, words: null },
  {
    name: "tables that are ignored",
    there: ["CREATE TABLE jobs_1 (id INT)"],
    env: { MIGRATIONS_IGNORE: "jobs_*" },
    words: null,
  },
  {
    name: "a table that is not ignored",
    there: ["CREATE TABLE jobs_1 (id INT)", "CREATE TABLE users (id INT)"],
    env: { MIGRATIONS_IGNORE: "jobs_*" },
    words: [/it has a table: users\./],
  },
  {
    name: "the flag",
    there: ["CREATE TABLE users (id INT)"],
    options: { allowExisting: true },
    words: null,
  },
  {
    name: "the variable",
    there: ["CREATE TABLE users (id INT)"],
    env: { MIGRATE_ALLOW_EXISTING: "1" },
    words: null,
  },
  {
    name: "the variable, told not to",
    there: ["CREATE TABLE users (id INT)"],
    env: { MIGRATE_ALLOW_EXISTING: "0" },
    words: [/users/],
  },
];

for (const { name, there, initialized = false, env = {}, options = {}, words } of CASES) {
  forEachServer(`up on a database without a history: ${name}`, async (_, server) => {
    await withTestDatabase(server, async ({ name: database, url }) => {
      await withMigrations(FILES, async (dir) => {
        const settings = readSettings({ dir, table: null }, { DATABASE_URL: url, ...env });
        await withTestSession(server, database, async (session) => {
          await runAll(session, there);
          if (initialized) await prepareDatabase(settings);
          const tables = (): Promise<unknown> => session.query("SHOW TABLES");
          const before = await tables();
          if (words === null) {
            assert.equal((await migrate(settings, "up", null, options)).to, 1);
            return;
          }
          await assert.rejects(migrate(settings, "up", null, options), (error) => {
            assert.ok(error instanceof MigrateError);
            assert.equal(error.code, "existing-tables");
            for (const word of words) assert.match(`${error.message}\n${error.hint}`, word);
            return true;
          });
          assert.deepEqual(await tables(), before);
        });
      });
    });
  });
}

forEachServer("what another runner has just begun is not taken for somebody else's", async (_, server) => {
  await withTestDatabase(server, async ({ name: database, url }) => {
    await withMigrations(FILES, async (dir) => {
      const settings = readSettings({ dir, table: null }, { DATABASE_URL: url });
      await migrate(settings, "up", null);
      // As it is for a runner that saw no history a moment before.
      await withTestSession(server, database, (session) => refuseExistingTables(session, settings));
    });
  });
});

forEachServer("a first statement that finds its table there says how to take it over", async (_, server) => {
  await withTestDatabase(server, async ({ name: database, url }) => {
    await withTestSession(server, database, (session) => session.run("CREATE TABLE a (id INT)"));
    await withMigrations(FILES, async (dir) => {
      const migrator = createMigrator({ databaseUrl: url, dir });
      await assert.rejects(migrator.up({ allowExisting: true }), (error) => {
        assert.ok(error instanceof MigrateError);
        assert.equal(error.code, "statement-failed");
        assert.match(error.message, /\(error 1050\)/);
        assert.match(String(error.hint), /The table was there before this migration/);
        for (const way of ["baseline -- <name>", "stamp -- <version>", "stamp -- --from <tool>"]) {
          assert.ok(error.hint?.includes(`npm run migrate:${way}`), way);
        }
        return true;
      });
      // And it goes that way.
      assert.equal((await migrator.stamp({ target: 1 })).to, 1);
    });
  });
});
