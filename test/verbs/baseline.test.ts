import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { createMigrator, MigrateError, type Migrator } from "../../src/index";
import type { Session } from "../../src/server/session";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { dumpState } from "../support/state";
import { runAll, withTestSession } from "../support/test-session";

/** What somebody made by hand over the years. */
const GROWN = [
  "CREATE TABLE users (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL UNIQUE)",
  "CREATE TABLE posts (id INT PRIMARY KEY, author INT UNSIGNED, posted INT NOT NULL DEFAULT 0, CONSTRAINT author FOREIGN KEY (author) REFERENCES users (id))",
  "CREATE VIEW authors AS SELECT u.name FROM users u JOIN posts p ON p.author = u.id",
  "CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2",
  "CREATE PROCEDURE tidy() BEGIN DELETE FROM posts WHERE posted = 0; END",
  "CREATE TRIGGER counted BEFORE INSERT ON posts FOR EACH ROW SET NEW.posted = 1",
  "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO CALL tidy()",
  "INSERT INTO users (name) VALUES ('Ann'), ('Bob')",
  "INSERT INTO posts (id, author) VALUES (1, 2)",
  "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
];

interface Project {
  readonly migrator: Migrator;
  readonly dir: string;
  readonly schemaPath: string;
  readonly session: Session;
  /** A migrator for the same folder and another database. */
  migratorFor(url: string): Migrator;
  files(): readonly string[];
  state(): Promise<unknown>;
}

async function withGrown(
  server: TestServer,
  statements: readonly string[],
  body: (project: Project) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "mysql-updown-baseline-"));
  const dir = join(root, "migrations");
  const migratorFor = (databaseUrl: string): Migrator =>
    createMigrator({ databaseUrl, dir, scratchDatabaseUrl: server.url });
  try {
    await withTestDatabase(server, async ({ name, url }) => {
      await withTestSession(server, name, async (session) => {
        await runAll(session, statements);
        await body({
          migrator: migratorFor(url),
          migratorFor,
          dir,
          schemaPath: join(root, "schema.sql"),
          session,
          files: () => (existsSync(dir) ? readdirSync(dir).sort() : []),
          state: () => dumpState(url, { historyTable: "" }),
        });
      });
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

forEachServer("baseline makes a first pair of what is there, and nothing is run", async (_, server) => {
  await withGrown(server, GROWN, async (project) => {
    const { migrator, dir, schemaPath, files, session } = project;
    const result = await migrator.baseline({ name: "as it was" });
    assert.deepEqual(files(), ["0001_as_it_was.down.sql", "0001_as_it_was.up.sql"]);
    assert.deepEqual(
      [result.recorded, result.schemaPath, result.notCompared.map(({ object }) => object)],
      [true, schemaPath, ["table alembic_version"]],
    );
    assert.equal(readFileSync(schemaPath, "utf8"), (await migrator.dump()).sql);
    const [entry] = (await migrator.status()).entries;
    assert.deepEqual([entry?.state, entry?.stamped], ["applied", true]);
    assert.equal((await migrator.up()).steps.length, 0);
    assert.equal((await migrator.check()).clean, true);
    assert.deepEqual(await session.query("SELECT COUNT(*) AS n FROM users"), [{ n: 2 }]);
    const text = readFileSync(join(dir, "0001_as_it_was.up.sql"), "utf8");
    for (const name of ["users", "authors", "twice", "tidy", "counted", "nightly"]) {
      assert.match(text, new RegExp(`CREATE.*\`${name}\``), name);
    }
    // Elsewhere it makes the same, and takes it back.
    await withTestDatabase(server, async (other) => {
      const there = project.migratorFor(other.url);
      await there.up();
      const { sql } = await migrator.dump();
      assert.equal((await there.dump()).sql, sql.replace(/^-- Not in this file: .*\n/m, ""));
      await there.down({ to: 0 });
      assert.equal((await there.dump()).sql, "");
    });
  });
});

forEachServer("a dry run of baseline prints the pair, and changes nothing", async (_, server) => {
  await withGrown(server, GROWN, async ({ migrator, schemaPath, files, state }) => {
    const before = await state();
    const { up, down, recorded, upPath } = await migrator.baseline({ name: "x", dryRun: true });
    assert.match(up, /CREATE TABLE `users`/);
    assert.match(down, /DROP TABLE `users`/);
    assert.deepEqual([recorded, upPath, files(), existsSync(schemaPath)], [false, null, [], false]);
    assert.deepEqual(await state(), before);
  });
});

forEachServer("migrations that wait come behind the baseline, and a schema.sql stays", async (_, server) => {
  await withGrown(server, GROWN, async ({ migrator, dir, schemaPath, files }) => {
    await migrator.init();
    for (const file of files()) rmSync(join(dir, file));
    writeFileSync(join(dir, "0002_b.up.sql"), "ALTER TABLE users ADD email VARCHAR(50);");
    writeFileSync(join(dir, "0002_b.down.sql"), "ALTER TABLE users DROP email;");
    writeFileSync(schemaPath, "-- mine\n");
    assert.equal((await migrator.baseline({ name: "x" })).schemaPath, null);
    assert.equal(readFileSync(schemaPath, "utf8"), "-- mine\n");
    assert.deepEqual(
      (await migrator.up()).steps.map(({ version }) => version),
      [2],
    );
  });
});

const REFUSED: readonly (readonly [
  name: string,
  there: readonly string[],
  prepare: (project: Project) => Promise<unknown>,
  code: string,
  words: RegExp,
])[] = [
  ["an empty database", [], async () => {}, "nothing-to-do", /has nothing in it/],
  [
    "another tool's table and nothing else",
    GROWN.slice(-1),
    async () => {},
    "nothing-to-do",
    /has nothing in it/,
  ],
  [
    "a first migration that is there",
    GROWN,
    ({ migrator }) => migrator.init().then(() => migrator.create({ name: "mine" })),
    "duplicate-version",
    /There is a first migration already: 0001_[\s\S]*stamp -- 0001/,
  ],
  [
    "a history",
    GROWN,
    async ({ migrator, dir, files }) => {
      await migrator.init();
      for (const file of files()) rmSync(join(dir, file));
      writeFileSync(join(dir, "0005_e.up.sql"), "CREATE TABLE e (id INT);");
      writeFileSync(join(dir, "0005_e.down.sql"), "DROP TABLE e;");
      await migrator.stamp({ target: 5 });
    },
    "already-applied",
    /0005_e is applied here/,
  ],
];

for (const [name, there, prepare, code, words] of REFUSED) {
  forEachServer(`baseline is refused, and leaves all as it was: ${name}`, async (_, server) => {
    await withGrown(server, there, async (project) => {
      await prepare(project);
      const before = [project.files(), await project.state()];
      await assert.rejects(project.migrator.baseline({ name: "x" }), (error) => {
        assert.ok(error instanceof MigrateError);
        assert.equal(error.code, code);
        assert.match(`${error.message}\n${error.hint}`, words);
        return true;
      });
      assert.deepEqual([project.files(), await project.state()], before);
    });
  });
}

forEachServer("what cannot be recorded is not left in the folder", async (_, server) => {
  await withGrown(server, GROWN.slice(0, 1), async ({ migratorFor, files, schemaPath, session }) => {
    const user = `u_${session.database}`;
    await session.run(`CREATE USER '${user}'@'%'`);
    try {
      await session.run(`GRANT SELECT ON ${session.database}.* TO '${user}'@'%'`);
      const url = new URL(`${server.url}/${session.database}`);
      Object.assign(url, { username: user, password: "" });
      await assert.rejects(migratorFor(url.href).baseline({ name: "x" }), MigrateError);
      assert.deepEqual([files(), existsSync(schemaPath)], [[], false]);
    } finally {
      await session.run(`DROP USER '${user}'@'%'`);
    }
  });
});

forEachServer(
  "baseline: a program that was made among several statements of one command",
  async (_, server) => {
    await withGrown(server, ["CREATE TABLE a (id INT PRIMARY KEY, n INT)"], async ({ migrator, session }) => {
      const connection = await createConnection({
        uri: `${server.url}/${session.database}`,
        multipleStatements: true,
      });
      try {
        await connection.query(
          [
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.n = 1",
            "CREATE PROCEDURE p() SELECT 1",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM a",
            "CREATE VIEW v AS SELECT id FROM a",
            "DO 1;",
          ].join(";\n"),
        );
      } finally {
        await connection.end();
      }
      await migrator.baseline({ name: "as it was" });
      assert.equal((await migrator.check()).clean, true);
    });
  },
);
