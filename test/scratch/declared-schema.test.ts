import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMigrator, MigrateError, type Migrator, StatementError } from "../../src/index";
import { forEachServer, type TestServer, testServers, withTestDatabase } from "../support/servers";
import { readLeftBehind, withTestSession } from "../support/test-session";

const USERS = {
  "0001_users.up.sql": "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
  "0001_users.down.sql": "DROP TABLE users;",
};

/** A project with a folder, a schema.sql and an empty target; scratch databases are made beside it. */
interface Project {
  readonly migrator: Migrator;
  readonly server: TestServer;
  readonly database: string;
  readonly dir: string;
  readonly schemaPath: string;
  files(): readonly string[];
  read(name: string): string;
}

async function withProject(
  server: TestServer,
  files: Readonly<Record<string, string>>,
  schema: string | null,
  body: (project: Project) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "mysql-updown-schema-"));
  const dir = join(root, "migrations");
  const schemaPath = join(root, "schema.sql");
  try {
    mkdirSync(dir);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    if (schema !== null) writeFileSync(schemaPath, schema);
    await withTestDatabase(server, async ({ name, url }) => {
      const migrator = createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl: `${server.url}/scratch` });
      await body({
        migrator,
        server,
        database: name,
        dir,
        schemaPath,
        files: () => readdirSync(dir).sort(),
        read: (file) => readFileSync(join(dir, file), "utf8"),
      });
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** MariaDB prints the display width of integers. */
function common(sql: string): string {
  return sql.replace(/\bint\(\d+\)/g, "int").trim();
}

forEachServer(
  "diff: writes the pair that is missing, which then is all there was to do",
  async (_, server) => {
    const schema = "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), age INT);";
    await withProject(server, USERS, schema, async ({ migrator, files, read }) => {
      const result = await migrator.diff({ name: "add age" });
      assert.deepEqual(
        files().filter((name) => name.startsWith("0002")),
        ["0002_add_age.down.sql", "0002_add_age.up.sql"],
      );
      assert.equal(
        common(read("0002_add_age.up.sql")),
        "ALTER TABLE `users`\n  ADD COLUMN `age` int DEFAULT NULL;",
      );
      assert.equal(
        read("0002_add_age.down.sql").trim(),
        "-- DESTRUCTIVE: drops column users.age with its values\nALTER TABLE `users`\n  DROP COLUMN `age`;",
      );
      assert.deepEqual(result.losses, []);
      assert.equal((await migrator.diff({ name: "nothing" })).changes, 0);
      assert.equal(files().length, 4);
      assert.ok((await migrator.verify()).proven);
      await migrator.up();
      assert.ok((await migrator.check()).clean);
    });
  },
);

forEachServer("diff: the first migration comes from an empty folder", async (_, server) => {
  await withProject(server, {}, "CREATE TABLE a (id INT PRIMARY KEY);", async ({ migrator, files }) => {
    await migrator.diff({ name: "first" });
    assert.deepEqual(files(), ["0001_first.down.sql", "0001_first.up.sql"]);
    await migrator.up();
    assert.ok((await migrator.check()).clean);
  });
});

forEachServer("diff: what loses data is refused until it is allowed", async (_, server) => {
  await withProject(
    server,
    USERS,
    "CREATE TABLE users (id INT PRIMARY KEY);",
    async ({ migrator, files }) => {
      await assert.rejects(migrator.diff({ name: "drop name" }), {
        code: "destructive",
        message:
          "This migration would lose data:\n  it drops column users.name with its values\nNothing was written.",
      });
      assert.equal(files().length, 2);
      await migrator.diff({ name: "drop name", allowDestructive: true });
      assert.equal(files().length, 4);
    },
  );
});

forEachServer("diff: a rename is made where schema.sql declares it", async (_, server) => {
  const schema =
    "CREATE TABLE people ( -- renamed from users\n  id INT PRIMARY KEY,\n  full VARCHAR(50) -- renamed from name\n);";
  await withProject(server, USERS, schema, async ({ migrator, read }) => {
    await migrator.diff({ name: "rename" });
    assert.equal(
      read("0002_rename.up.sql").trim(),
      "RENAME TABLE `users` TO `people`;\n\nALTER TABLE `people`\n  RENAME COLUMN `name` TO `full`;",
    );
    assert.equal((await migrator.diff({ name: "again" })).changes, 0);
    assert.ok((await migrator.verify()).proven);
  });
});

forEachServer("diff: a rename from nothing is refused", async (_, server) => {
  const schema = "CREATE TABLE users (\n  id INT PRIMARY KEY,\n  full VARCHAR(50) -- renamed from nmae\n);";
  await withProject(server, USERS, schema, async ({ migrator, files, schemaPath }) => {
    await assert.rejects(migrator.diff({ name: "x", allowDestructive: true }), {
      code: "bad-rename",
      message: `${schemaPath}:3: "renamed from nmae": the migrations build no column of users of that name.`,
    });
    assert.equal(files().length, 2);
  });
});

forEachServer("diff: an error in schema.sql is shown with its place", async (_, server) => {
  const schema = "CREATE TABLE a (id INT);\n\n  CREATE TABLE b (id NONSENSE);";
  await withProject(server, {}, schema, async ({ migrator, schemaPath }) => {
    await assert.rejects(migrator.diff({ name: "x" }), (error: unknown) => {
      assert.ok(error instanceof StatementError);
      assert.ok(error.message.startsWith(`${schemaPath}:3:3: `), error.message);
      return true;
    });
  });
});

forEachServer("diff --check and --dry-run write nothing", async (_, server) => {
  await withProject(server, {}, "CREATE TABLE a (id INT);", async ({ migrator, files }) => {
    assert.equal((await migrator.diff({ name: "x", check: true })).changes, 1);
    assert.equal((await migrator.diff({ dryRun: true })).upPath, null);
    await assert.rejects(migrator.diff(), { code: "usage" });
    assert.deepEqual(files(), []);
  });
});

forEachServer("diff: without schema.sql it says how to begin", async (_, server) => {
  await withProject(server, USERS, null, async ({ migrator, schemaPath }) => {
    await assert.rejects(migrator.diff({ name: "x" }), {
      code: "schema-missing",
      message: `There is no ${schemaPath}, which says what the schema should be.`,
    });
  });
});

forEachServer(
  "verify: a wrong down is named with the difference, and the rest is still tried",
  async (_, server) => {
    const files = {
      ...USERS,
      "0002_age.up.sql": "ALTER TABLE users ADD age INT, ADD KEY by_name (name);",
      "0002_age.down.sql": "ALTER TABLE users DROP age;",
      "0003_gone.up.sql": "-- migrate: irreversible\nALTER TABLE users DROP KEY by_name;",
      "0004_pets.up.sql": "CREATE TABLE pets (id INT);",
      "0004_pets.down.sql": "DROP TABLE pets;",
      "0005_bad.up.sql": "CREATE TABLE bad (id INT);",
      "0005_bad.down.sql": "DROP TABLE bad;\nDROP TABLE worse;",
      "0006_broken.up.sql": "CREATE TABLE pets (id INT);",
      "0006_broken.down.sql": "DROP TABLE pets;",
      "0007_late.up.sql": "CREATE TABLE late (id INT);",
      "0007_late.down.sql": "DROP TABLE late;",
    };
    await withProject(server, files, null, async ({ migrator }) => {
      const report = await migrator.verify();
      assert.deepEqual(
        report.migrations.map(({ version, verdict }) => [version, verdict]),
        [
          [1, "proven"],
          [2, "not-inverse"],
          [3, "irreversible"],
          [4, "proven"],
          [5, "failing"],
          [6, "failing"],
          [7, "not-reached"],
        ],
      );
      assert.equal(report.proven, false);
      assert.equal(report.migrations[1]?.difference, "ALTER TABLE `users`\n  DROP KEY `by_name`;\n");
      const { failure } = report.migrations[4] ?? {};
      assert.deepEqual([failure?.file, failure?.line], ["0005_bad.down.sql", 2]);
      assert.deepEqual(report.migrations[5]?.failure?.file, "0006_broken.up.sql");
      const some = await migrator.verify({ from: "4", to: "4" });
      assert.deepEqual(
        some.migrations.map(({ version, verdict }) => [version, verdict]),
        [[4, "proven"]],
      );
      await assert.rejects(migrator.verify({ from: "99" }), { code: "unknown-version" });
    });
  },
);

forEachServer("check: drift, pending and what schema.sql lacks", async (_, server) => {
  const files = {
    ...USERS,
    "0002_pets.up.sql": "CREATE TABLE pets (id INT);",
    "0002_pets.down.sql": "DROP TABLE pets;",
  };
  const schema = "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));";
  await withProject(server, files, schema, async ({ migrator, database }) => {
    await migrator.up({ to: "1" });
    const before = await migrator.check();
    assert.deepEqual([before.drift, before.pending, before.current], ["", [2], 1]);
    assert.equal(before.undeclared, "-- DESTRUCTIVE: drops table pets with its rows\nDROP TABLE `pets`;\n");
    await withTestSession(server, database, (session) =>
      session.run("ALTER TABLE users ADD KEY extra (name)"),
    );
    const after = await migrator.check();
    assert.equal(after.drift, "ALTER TABLE `users`\n  DROP KEY `extra`;\n");
    assert.equal(after.clean, false);
  });
});

forEachServer("check: an account that may only read is enough", async (_, server) => {
  const files = {
    "0001_all.up.sql": `CREATE TABLE t (a INT);
CREATE VIEW v AS SELECT a FROM t;
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
CREATE PROCEDURE p() SELECT 1;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;`,
    "0001_all.down.sql": "DROP EVENT e; DROP PROCEDURE p; DROP VIEW v; DROP TABLE t;",
  };
  await withProject(server, files, null, async ({ migrator, database, dir }) => {
    await migrator.up();
    assert.ok((await migrator.check()).clean);
    const user = `${database}_r`.slice(0, 32);
    await withTestSession(server, database, async (session) => {
      await session.run(`CREATE USER '${user}'@'%'`);
      await session.run(`GRANT SELECT, SHOW VIEW ON ${database}.* TO '${user}'@'%'`);
    });
    try {
      const reader = createMigrator({
        databaseUrl: `mysql://${user}@${server.host}:${server.port}/${database}`,
        dir,
        scratchDatabaseUrl: `${server.url}/scratch`,
      });
      const report = await reader.check();
      assert.equal(report.drift, "");
      assert.deepEqual(
        report.notCompared.map(({ object }) => object),
        ["events", "routines", "triggers"],
      );
    } finally {
      await withTestSession(server, database, (session) => session.run(`DROP USER '${user}'@'%'`));
    }
  });
});

forEachServer("dump: what it writes is what the migrations build", async (_, server) => {
  await withProject(server, USERS, null, async ({ migrator, schemaPath }) => {
    await migrator.up();
    const printed = await migrator.dump();
    assert.equal(printed.path, null);
    assert.equal((await migrator.dump({ write: true })).path, schemaPath);
    const written = readFileSync(schemaPath, "utf8");
    assert.equal(written, printed.sql);
    assert.equal(written.includes("migration_history"), false);
    assert.ok((await migrator.check()).clean);
    assert.equal((await migrator.diff({ name: "x", check: true })).changes, 0);
  });
});

forEachServer("no scratch database is left behind, not even by a failure", async (_, server) => {
  await withProject(server, USERS, "CREATE TABLE a (id NONSENSE);", async ({ migrator, database }) => {
    const begun = Date.now();
    await assert.rejects(migrator.diff({ name: "x" }), MigrateError);
    await migrator.verify();
    await withTestSession(server, database, async (session) =>
      assert.deepEqual(await readLeftBehind(session, begun), []),
    );
  });
});

forEachServer("a scratch server of the other family is refused", async (t, server) => {
  const other = testServers().find(({ family }) => family !== server.family);
  if (other === undefined) return t.skip("this run has one server");
  await withProject(server, USERS, null, async ({ dir, database }) => {
    const migrator = createMigrator({
      databaseUrl: `${server.url}/${database}`,
      dir,
      scratchDatabaseUrl: `${other.url}/x`,
    });
    await assert.rejects(migrator.verify(), { code: "no-scratch" });
  });
});
