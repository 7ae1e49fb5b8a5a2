import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  createMigrator,
  MigrateError,
  type Migrator,
  RefusedError,
  type RunEvent,
  StatementError,
} from "../src/index";
import { forEachServer, withTestDatabase } from "./support/servers";

const FILES = {
  "0001_users.up.sql": "CREATE TABLE users (id INT);\nINSERT INTO users VALUES (1);",
  "0001_users.down.sql": "DROP TABLE users;",
  "0002_email.up.sql": "ALTER TABLE users ADD email VARCHAR(100);",
  "0002_email.down.sql": "ALTER TABLE users DROP email;",
};

forEachServer("the programmatic interface runs every verb", async (_, server) => {
  await withProject(server, FILES, async (migrator, dir, events) => {
    const planned = await migrator.up({ dryRun: true });
    assert.deepEqual(
      planned.planned?.map(({ version, statements }) => [version, statements.length]),
      [
        [1, 2],
        [2, 1],
      ],
    );
    assert.equal((await migrator.status()).initialized, false);

    const up = await migrator.up({ to: "1" });
    assert.deepEqual([up.from, up.to, up.steps.length], [null, 1, 1]);
    assert.deepEqual((await migrator.up()).to, 2);
    assert.deepEqual(
      events.filter(({ event }) => event === "step-done").map((event) => "version" in event && event.version),
      [1, 2],
    );
    const status = await migrator.status();
    assert.deepEqual([status.current, status.clean, status.entries.length], [2, true, 2]);

    assert.deepEqual(
      (await migrator.redo()).steps.map((step) => step.direction),
      ["down", "up"],
    );
    assert.equal((await migrator.down({ steps: 1 })).to, 1);
    assert.equal((await migrator.down({ target: "0" })).to, null);

    const created = await migrator.create({ name: "next" });
    assert.equal(created.version, 3);
    assert.ok(readdirSync(dir).includes("0003_next.up.sql"));
    assert.deepEqual(
      (await migrator.init()).steps.map(({ what, outcome }) => [what, outcome]),
      [
        ["folder", "there"],
        ["database", "there"],
        ["history-table", "there"],
      ],
    );
  });
});

forEachServer("the verbs around the runner, as functions", async (_, server) => {
  await withProject(server, FILES, async (migrator, dir) => {
    assert.deepEqual(
      (await migrator.stamp({ target: "head" })).stamped.map(({ version }) => version),
      [1, 2],
    );
    assert.equal((await migrator.current()).current?.version, 2);
    assert.deepEqual(
      (await migrator.heads()).heads.map(({ name }) => name),
      ["email"],
    );
    writeFileSync(join(dir, "0002_email.up.sql"), `-- Why.\n${FILES["0002_email.up.sql"]}`);
    const shown = await migrator.show({ which: "2" });
    assert.deepEqual(
      shown.files.map(({ change }) => change),
      ["comments", "none"],
    );
    assert.deepEqual(
      (await migrator.repair()).repairs.map(({ newVersion }) => newVersion),
      [2],
    );
    await assert.rejects(migrator.repair({ versions: [2] }), { code: "usage" });
    assert.equal((await migrator.repair({ versions: [2], reason: "only a comment" })).repaired, true);
    for (const half of ["up", "down"]) writeFileSync(join(dir, `0002_posts.${half}.sql`), "-- Nothing.");
    assert.equal((await migrator.branches()).collisions.length, 1);
    assert.deepEqual(
      (await migrator.merge()).renumbered.map(({ name, to }) => [name, to]),
      [["posts", 3]],
    );
    assert.deepEqual(
      (await migrator.history({ range: "2:" })).lines.map(({ action, reason }) => [action, reason]),
      [
        ["stamp", null],
        ["repair", "only a comment"],
      ],
    );
  });
});

forEachServer("the programmatic interface rejects with errors of its own", async (_, server) => {
  const broken = {
    ...FILES,
    "0002_email.up.sql": "ALTER TABLE users ADD email VARCHAR(100);\nALTER TABLE none ADD x INT;",
  };
  await withProject(server, broken, async (migrator, dir) => {
    await assert.rejects(migrator.up(), (error) => {
      assert(error instanceof StatementError);
      assert.equal(error.code, "statement-failed");
      assert.deepEqual(error.failure, {
        file: "0002_email.up.sql",
        line: 2,
        column: 1,
        statement: 2,
        total: 2,
        done: 1,
        errno: 1146,
      });
      return true;
    });
    await assert.rejects(migrator.resolve({ version: 2, notApplied: true }), { code: "nothing-to-do" });
    await assert.rejects(migrator.resolve({ version: 2 }), { code: "usage" });
    await assert.rejects(migrator.down({}), { code: "usage" });
    await assert.rejects(migrator.up({ to: "1", steps: 1 }), { code: "usage" });
    await assert.rejects(migrator.up({ steps: 0.5 }), { code: "usage" });
    writeFileSync(join(dir, "0001_users.up.sql"), "SELECT 1");
    await assert.rejects(migrator.up(), (error) => {
      assert(error instanceof RefusedError);
      assert.deepEqual(
        error.problems.map(({ code, file }) => [code, file]),
        [["modified", "0001_users.up.sql"]],
      );
      return true;
    });
  });
});

forEachServer("an aborted run stops after the current statement", async (_, server) => {
  const abort = new AbortController();
  const onEvent = (event: RunEvent): void => {
    if (event.event === "statement-done") abort.abort();
  };
  await withProject(
    server,
    FILES,
    async (migrator) => {
      await assert.rejects(migrator.up(), { code: "interrupted" });
      const [first] = (await migrator.status()).entries;
      assert.deepEqual([first?.state, first?.done, first?.total], ["partial-up", 1, 2]);
    },
    { signal: abort.signal, onEvent },
  );
});

test("createMigrator refuses settings by the names of its options, and reads no environment", () => {
  process.env.DATABASE_URL = "mysql://root@127.0.0.1/blog";
  try {
    assert.throws(
      () => createMigrator({}),
      (error) =>
        error instanceof MigrateError &&
        error.code === "missing-setting" &&
        error.hint === "Give databaseUrl, or host, user, password and database.",
    );
    assert.throws(() => createMigrator({ host: "db", user: "app" }), { message: "database is not set." });
  } finally {
    delete process.env.DATABASE_URL;
  }
});

type Server = Parameters<Parameters<typeof forEachServer>[1]>[1];

/** Gives the body a migrator for a new database and a new folder with these files. */
async function withProject(
  server: Server,
  files: Readonly<Record<string, string>>,
  body: (migrator: Migrator, dir: string, events: readonly RunEvent[]) => Promise<void>,
  options: { signal?: AbortSignal; onEvent?: (event: RunEvent) => void } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mysql-updown-api-"));
  try {
    const dir = join(folder, "migrations");
    mkdirSync(dir);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    await withTestDatabase(server, async ({ url }) => {
      const events: RunEvent[] = [];
      const onEvent = options.onEvent ?? ((event: RunEvent) => void events.push(event));
      await body(createMigrator({ databaseUrl: url, dir, signal: options.signal, onEvent }), dir, events);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
