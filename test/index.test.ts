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

    const up = await migrator.up({ to: 1 });
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

/** What a program without types, or with a slip, may say; each must run nothing. */
const misuses: readonly (readonly [verb: keyof Migrator, input: unknown, message: string])[] = [
  ["up", { dryrun: true }, 'migrator.up() has no option "dryrun". Did you mean "dryRun"?'],
  ["up", { dryRun: "true" }, "migrator.up(): dryRun takes true or false, not a string."],
  ["up", { dryRun: 1 }, "migrator.up(): dryRun takes true or false, not a number."],
  ["up", { dryRun: null }, "migrator.up(): dryRun takes true or false, not null."],
  ["up", { to: ["1"] }, "migrator.up(): to takes a text or a number, not an array."],
  ["up", { to: {} }, "migrator.up(): to takes a text or a number, not an object."],
  ["up", { steps: true }, "migrator.up(): steps takes a text or a number, not a boolean."],
  ["up", { steps: Number.NaN }, "migrator.up(): steps takes a text or a number, not a number."],
  ["up", { steps: 1.5 }, '--steps takes a whole number from 1, not "1.5".'],
  ["up", { "dry-run": true }, 'migrator.up() has no option "dry-run". Did you mean "dryRun"?'],
  ["up", { constructor: 1 }, 'migrator.up() has no option "constructor".'],
  ["up", "5", "migrator.up() takes an object with options, not a string."],
  ["up", 5, "migrator.up() takes an object with options, not a number."],
  ["up", null, "migrator.up() takes an object with options, not null."],
  ["up", ["5"], "migrator.up() takes an object with options, not an array."],
  ["up", { lockTimeout: 5 }, 'migrator.up() has no option "lockTimeout". Did you mean "lockTimeoutMs"?'],
  ["up", { waitMs: -1 }, "migrator.up(): waitMs takes a whole number of milliseconds, from 0, not a number."],
  [
    "up",
    { waitMs: "60" },
    "migrator.up(): waitMs takes a whole number of milliseconds, from 0, not a string.",
  ],
  ["down", { steps: 1, dryRun: "true" }, "migrator.down(): dryRun takes true or false, not a string."],
  ["down", { step: 1 }, 'migrator.down() has no option "step". Did you mean "steps"?'],
  ["redo", { dryRunn: true }, 'migrator.redo() has no option "dryRunn". Did you mean "dryRun"?'],
  [
    "repair",
    { versions: 1, reason: "x" },
    "migrator.repair(): versions takes an array of texts or numbers, not a number.",
  ],
  [
    "repair",
    { versions: [true], reason: "x" },
    "migrator.repair(): versions takes an array of texts or numbers, not an array.",
  ],
  ["stamp", { dry: true }, 'migrator.stamp() has no option "dry". Did you mean "dryRun"?'],
  ["init", { dir: "elsewhere" }, 'migrator.init() has no option "dir".'],
  ["current", { check: true }, 'migrator.current() has no option "check".'],
];

forEachServer("a misspelled or mistyped option of a program runs nothing", async (_, server) => {
  await withProject(server, FILES, async (migrator) => {
    await migrator.up({ to: "1" });
    for (const [verb, input, message] of misuses) {
      const call = migrator[verb] as (input: unknown) => Promise<unknown>;
      await assert.rejects(
        call(input),
        { name: "MigrateError", code: "usage", message },
        `${verb} ${message}`,
      );
    }
    assert.equal((await migrator.status()).current, 1);
    assert.equal((await migrator.up({ dryRun: undefined, to: "head", waitMs: 1_500 })).to, 2);
  });
});

const misusesOfOptions: readonly (readonly [options: unknown, message: string])[] = [
  [undefined, "createMigrator() takes an object with options, not undefined."],
  ["mysql://root@localhost/x", "createMigrator() takes an object with options, not a string."],
  [{ databaseURL: "x" }, 'createMigrator() has no option "databaseURL". Did you mean "databaseUrl"?'],
  [{ databaseUrl: null }, "createMigrator(): databaseUrl takes a text, not null."],
  [{ password: 5 }, "createMigrator(): password takes a text, not a number."],
  [{ production: "true" }, "createMigrator(): production takes true or false, not a string."],
  [{ onEvent: {} }, "createMigrator(): onEvent takes a function, not an object."],
  [{ progressMs: -1 }, "createMigrator(): progressMs takes a number of milliseconds above 0, not a number."],
  [{ signal: new AbortController() }, "createMigrator(): signal takes an AbortSignal, not an object."],
  [{ ssl: { mod: "required" } }, 'createMigrator(): ssl has no option "mod". Did you mean "mode"?'],
  [{ ssl: true }, "createMigrator(): ssl takes an object, not a boolean."],
];

for (const [options, message] of misusesOfOptions) {
  test(`a migrator is not made: ${message}`, () => {
    const create = createMigrator as (options: unknown) => Migrator;
    assert.throws(() => create(options), { name: "MigrateError", code: "usage", message });
  });
}
