import assert from "node:assert/strict";
import { MigrateError, type RunEvent } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import { type Blocked, createRetry } from "../../src/run/retry";
import { openSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { readStatus } from "../../src/verbs/status";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

const FILES = {
  "0001_a.up.sql":
    "CREATE TABLE a (id INT PRIMARY KEY, n INT NOT NULL);\nINSERT INTO a VALUES (1, 0), (2, 0);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": "ALTER TABLE a ADD COLUMN b INT NULL;",
  "0002_b.down.sql": "ALTER TABLE a DROP COLUMN b;",
};

forEachServer(
  "an ALTER that cannot have its lock waits, names who holds it, and goes on",
  async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      await withMigrations(FILES, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await migrate(settings, "up", { to: "1" });
        const blocker = await openSession(settings.database);
        await blocker.run("START TRANSACTION");
        await blocker.run("SELECT * FROM a");
        const events: RunEvent[] = [];
        const emit = (event: RunEvent): void => {
          events.push(event);
          if (event.event === "blocked") void blocker.run("COMMIT");
        };
        await migrate(settings, "up", null, { emit, lockWaitMs: 1_000 });
        await blocker.close();
        const blocked = events.filter((event) => event.event === "blocked");
        assert.equal(blocked.length, 1);
        assert.equal(blocked[0]?.reason, "lock-wait");
        assert.match(
          blocked[0]?.blockers.join() ?? "",
          new RegExp(`connection ${blocker.connectionId}, root@`),
        );
        assert.equal((await readStatus(settings)).current, 2);
      });
    });
  },
);

forEachServer(
  "a signal ends the pause of an ALTER that waits for its lock, and nothing is half-done",
  async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      await withMigrations(FILES, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await migrate(settings, "up", { to: "1" });
        const blocker = await openSession(settings.database);
        await blocker.run("START TRANSACTION");
        await blocker.run("SELECT * FROM a");
        const stop = new AbortController();
        const emit = (event: RunEvent): void => {
          if (event.event === "blocked") stop.abort();
        };
        const run = migrate(settings, "up", null, { emit, lockWaitMs: 1_000, signal: stop.signal });
        await assert.rejects(run, (error: unknown) => {
          assert.ok(error instanceof MigrateError);
          assert.equal(error.code, "interrupted");
          assert.match(
            error.message,
            /^0002_b\.up\.sql:1:1: statement 1 of 1: stopped on request while it waited for its locks: Lock wait/,
          );
          assert.match(error.message, new RegExp(`connection ${blocker.connectionId}, root@`));
          return true;
        });
        await blocker.close();
        const report = await readStatus(settings);
        assert.deepEqual(
          report.entries.map(({ state }) => state),
          ["applied", "pending"],
        );
        await migrate(settings, "up", null);
        assert.equal((await readStatus(settings)).current, 2);
      });
    });
  },
);

forEachServer("a signal ends the longest pause at once", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const settings = settingsFromOptions({ databaseUrl: url });
    const blocker = await openSession(settings.database);
    const session = await openSession(settings.database, { lockWaitSeconds: 1 });
    await session.run("CREATE TABLE a (id INT PRIMARY KEY)");
    await blocker.run("START TRANSACTION");
    await blocker.run("SELECT * FROM a");
    const stop = new AbortController();
    // Reported just before the pause, which would last an hour.
    const retry = createRetry(session, stop.signal, () => setImmediate(() => stop.abort()), [3_600_000]);
    const work = retry.through(
      () => session.run("ALTER TABLE a ADD b INT"),
      [],
      async () => null,
    );
    await assert.rejects(work, { code: "interrupted" });
    await blocker.close();
    await session.close();
  });
});

forEachServer(
  "what is still blocked after the last try is given up, with who blocks it",
  async (_t, server) => {
    await withTestDatabase(server, async ({ name, url }) => {
      const settings = settingsFromOptions({ databaseUrl: url });
      const blocker = await openSession(settings.database);
      const session = await openSession(settings.database, { lockWaitSeconds: 1 });
      await session.run("CREATE TABLE a (id INT PRIMARY KEY)");
      await blocker.run("START TRANSACTION");
      await blocker.run("SELECT * FROM a");
      const blocked: Blocked[] = [];
      const retry = createRetry(session, undefined, (event) => void blocked.push(event), [1, 1]);
      const work = retry.through(
        () => session.run("ALTER TABLE a ADD b INT"),
        [{ database: name, name: "a" }],
        async () => null,
      );
      await assert.rejects(work, (error: unknown) => {
        assert.ok(error instanceof MigrateError);
        assert.equal(error.code, "blocked");
        assert.match(error.message, /^Lock wait timeout exceeded.*, 3 times\. Held by:\n/);
        assert.match(error.message, new RegExp(`connection ${blocker.connectionId}, root@`));
        return true;
      });
      assert.deepEqual(
        blocked.map(({ tries, maxTries }) => [tries, maxTries]),
        [
          [1, 3],
          [2, 3],
        ],
      );
      await blocker.close();
      await session.close();
    });
  },
);

forEachServer(
  "a deadlock in a group of statements is met by running the whole group again",
  async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      const files = {
        ...FILES,
        "0002_b.up.sql":
          "UPDATE a SET n = n + 1 WHERE id = 1;\nSELECT SLEEP(0.5);\nUPDATE a SET n = n + 1 WHERE id = 2;",
        "0002_b.down.sql": "UPDATE a SET n = n - 1;",
      };
      await withMigrations(files, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await migrate(settings, "up", { to: "1" });
        const other = await openSession(settings.database);
        // The heavier transaction survives: the runner's is the one that is rolled back.
        await other.run("START TRANSACTION");
        await other.run("UPDATE a SET n = n + 10 WHERE id = 2");
        for (let id = 10; id < 60; id++) await other.run(`INSERT INTO a VALUES (${id}, 0)`);
        const events: RunEvent[] = [];
        let crossed: Promise<void> | null = null;
        const emit = (event: RunEvent): void => {
          events.push(event);
          if (event.event === "statement-done" && event.statement === 1) {
            crossed ??= other.run("UPDATE a SET n = n + 10 WHERE id = 1").then(() => other.run("COMMIT"));
          }
        };
        await migrate(settings, "up", null, { emit });
        await crossed;
        const rows = await other.query("SELECT n FROM a WHERE id IN (1, 2) ORDER BY id");
        await other.close();
        assert.deepEqual(
          rows.map(({ n }) => n),
          [11, 11],
        );
        const blocked = events.filter((event) => event.event === "blocked");
        assert.deepEqual(
          blocked.map(({ reason }) => reason),
          ["deadlock"],
        );
      });
    });
  },
);
