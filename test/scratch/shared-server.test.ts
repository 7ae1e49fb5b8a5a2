import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMigrator, MigrateError, type Migrator } from "../../src/index";
import { type Settings, settingsFromOptions } from "../../src/settings/settings";
import { verifyMigrations } from "../../src/verbs/verify";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

const UP = "0001_users.up.sql";
const DOWN = "0001_users.down.sql";
const PLAIN = {
  [UP]: "CREATE TABLE IF NOT EXISTS users (id INT PRIMARY KEY);\n",
  [DOWN]: "DROP TABLE users;\n",
};

/** A target with rows in `users`, migrated through a scratch URL that leads to its own server. */
async function withTarget(
  server: TestServer,
  body: (target: {
    readonly name: string;
    /** Puts files beside those of a migration that is fine. */
    write(files: Readonly<Record<string, string>>): void;
    migrator(scratchDatabaseUrl?: string): Migrator;
    rows(): Promise<number>;
    settings(): Settings;
  }) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "mysql-updown-shared-"));
  const dir = join(root, "migrations");
  try {
    await withTestDatabase(server, async ({ name, url }) => {
      const inTarget = <T>(sql: string): Promise<T> =>
        withTestSession(server, name, async (session) => (await session.query(sql)) as T);
      await inTarget("CREATE TABLE users (id INT PRIMARY KEY)");
      await inTarget("INSERT INTO users VALUES (1), (2), (3)");
      await body({
        name,
        write(files) {
          rmSync(dir, { recursive: true, force: true });
          mkdirSync(dir);
          writeFileSync(join(root, "schema.sql"), "CREATE TABLE users (id INT PRIMARY KEY);\n");
          for (const [file, text] of Object.entries({ ...PLAIN, ...files })) {
            writeFileSync(file === "schema.sql" ? join(root, file) : join(dir, file), text);
          }
        },
        migrator: (scratchDatabaseUrl = server.url) =>
          createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl }),
        settings: () => settingsFromOptions({ databaseUrl: url, dir }),
        async rows() {
          const [row] = await inTarget<readonly { n: number }[]>("SELECT COUNT(*) AS n FROM users");
          return Number(row?.n);
        },
      });
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const VERBS: Readonly<Record<string, (migrator: Migrator) => Promise<unknown>>> = {
  verify: (migrator) => migrator.verify(),
  check: (migrator) => migrator.check(),
  diff: (migrator) => migrator.diff({ name: "x", allowDestructive: true }),
  "diff --check": (migrator) => migrator.diff({ check: true }),
};

/** What `mysqldump --databases` writes, less what does not matter here. */
function dumpOf(name: string): string {
  return `/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;

--
-- Current Database: \`${name}\`
--

CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`${name}\` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;

USE \`${name}\`;

DROP TABLE IF EXISTS \`users\`;
CREATE TABLE \`users\` (
  \`id\` int NOT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
`;
}

forEachServer("what mysqldump --databases writes leaves the target's rows alone", async (_, server) => {
  await withTarget(server, async ({ name, write, migrator, rows }) => {
    for (const file of [UP, DOWN, "schema.sql"]) {
      write({ [file]: dumpOf(name) });
      for (const [verb, run] of Object.entries(VERBS)) {
        if (file === "schema.sql" && verb === "verify") continue; // does not read it
        await assert.rejects(run(migrator()), (error: unknown) => {
          assert.ok(error instanceof MigrateError, String(error));
          assert.equal(error.code, "no-scratch", `${verb} of ${file}: ${error.message}`);
          const lines = error.message.split("\n");
          assert.match(lines[0] ?? "", /:7:1: CREATE DATABASE is not about one database only\.$/);
          assert.match(lines[1] ?? "", /:9:1: USE is not about one database only\.$/);
          assert.match(error.hint ?? "", /Unset SCRATCH_DATABASE_URL/);
          return true;
        });
        assert.equal(await rows(), 3, `${verb} of ${file}`);
      }
    }
  });
});

forEachServer("a name that leads to the target is refused wherever it hides", async (_, server) => {
  const hidden: readonly ((name: string) => string)[] = [
    (name) => `DROP TABLE IF EXISTS ${name}.users;`,
    (name) => `TRUNCATE \`${name}\` . \`users\`;`,
    (name) => `SET sql_mode = 'ANSI_QUOTES';\nDELETE FROM "${name}"."users";`,
    (name) => `/*!50000 DELETE FROM ${name}.users */;`,
    (name) =>
      `DELIMITER //\nCREATE PROCEDURE p() BEGIN DELETE FROM ${name}.users; END//\nDELIMITER ;\nCALL p();`,
    (name) => `CREATE PROCEDURE p() DELETE FROM ${name}.users; CALL p();`,
    (name) =>
      `CREATE TABLE a (i INT); CREATE TRIGGER g BEFORE INSERT ON a FOR EACH ROW DELETE FROM ${name}.users; INSERT INTO a VALUES (1);`,
    (name) => `PREPARE s FROM 'DELETE FROM ${name}.users'; EXECUTE s;`,
    (name) => `SET @sql = CONCAT('DELETE FROM ', '${name}', '.users'); PREPARE s FROM @sql; EXECUTE s;`,
    (name) => `CREATE VIEW v AS SELECT * FROM ${name}.users; DELETE FROM v;`,
    (name) => `CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM ${name}.users;`,
  ];
  await withTarget(server, async ({ name, write, migrator, rows }) => {
    for (const hide of hidden) {
      const sql = hide(name);
      for (const file of [UP, DOWN, "schema.sql"]) {
        write({ [file]: sql });
        await assert.rejects(migrator().check(), { code: "no-scratch" }, `${file}: ${sql}`);
        assert.equal(await rows(), 3, sql);
      }
    }
  });
});

forEachServer("a scratch URL may name a server only, but never the target", async (_, server) => {
  await withTarget(server, async ({ name, write, migrator, rows }) => {
    write({});
    for (const url of [server.url, `${server.url}/`, `${server.url}/no_such_database`]) {
      assert.ok((await migrator(url).verify()).proven, url);
    }
    const socket = encodeURIComponent(server.socket);
    const spellings = [
      `${server.url}/${name}`,
      `${server.url}/${name.toUpperCase()}`,
      `${server.url.replace("127.0.0.1", "localhost")}/${name}`,
      `mysql://root@localhost/${name}?socket=${socket}`,
    ];
    for (const url of spellings) {
      for (const run of Object.values(VERBS)) {
        await assert.rejects(run(migrator(url)), {
          code: "no-scratch",
          message: `SCRATCH_DATABASE_URL leads to ${name}, the database that is migrated.`,
        });
      }
    }
    assert.equal(await rows(), 3);
  });
});

forEachServer("on a server of our own the target's name means the throwaway database", async (_, server) => {
  await withTarget(server, async ({ name, settings, write, rows }) => {
    write({
      [UP]: `CREATE TABLE ${name}.users (id INT PRIMARY KEY);\nUSE ${name};\nCREATE TABLE pets (id INT);\n`,
      [DOWN]: `DROP TABLE ${name}.users, ${name}.pets;\n`,
    });
    const scratch = { server: null, production: true, environment: process.env };
    const report = await verifyMigrations(settings(), scratch, { from: null, to: null });
    assert.deepEqual(
      report.migrations.map(({ verdict }) => verdict),
      ["proven"],
    );
    assert.equal(await rows(), 3);
  });
});
