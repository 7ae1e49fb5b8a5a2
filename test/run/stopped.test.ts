import assert from "node:assert/strict";
import { MigrateError, type RunEvent, StatementError } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import { killStatement } from "../../src/run/stop";
import { openSession, withSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { readStatus } from "../../src/verbs/status";
import { fillBigTable, LONG_ALTER, LONG_UPDATE, untilRunning } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { forEachServer, testServers, withTestDatabase } from "../support/servers";

/** Seconds that are much longer than it takes to stop the server. */
const LONG = 10;
const SHORT = 1;

forEachServer(
  "the first signal lets a long ALTER end, records it and releases the lock",
  async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      await fillBigTable(url, SHORT);
      await withMigrations(alteration(), async (dir) => {
        const settings = { ...settingsFromOptions({ databaseUrl: url, dir }), allowExisting: true };
        const stop = new AbortController();
        const events: RunEvent[] = [];
        const run = migrate(settings, "up", null, {
          signal: stop.signal,
          emit: (event) => events.push(event),
        });
        await Promise.all([
          untilRunning(url, "ALTER TABLE big").then(() => stop.abort()),
          assert.rejects(run, (error) => {
            assert.ok(error instanceof MigrateError);
            assert.equal(error.code, "interrupted");
            assert.equal(
              error.message,
              "0001_a.up.sql: stopped on request. 2 of 3 statements are applied and recorded.",
            );
            assert.equal(error.hint, "To go on, run it again:\n  npm run migrate:up");
            return true;
          }),
        ]);
        assert.deepEqual(
          events.filter(({ event }) => event === "stopping"),
          [{ event: "stopping", kill: false }],
        );
        assert.deepEqual(await columnsOf(url), ["id", "pad", "digest"]);
        assert.equal(await stateOf(settings), "partial-up 2/3");
        // The lock is free: nobody waits, and only the third statement is left.
        const rest: RunEvent[] = [];
        await migrate(settings, "up", null, { lockTimeoutMs: 0, emit: (event) => rest.push(event) });
        assert.equal(rest.filter(({ event }) => event === "statement-done").length, 1);
        assert.equal(await stateOf(settings), "applied");
      });
    });
  },
);

forEachServer("a kill ends a long ALTER on the server, and that is recorded", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await fillBigTable(url, LONG);
    await withMigrations(alteration(), async (dir) => {
      const settings = { ...settingsFromOptions({ databaseUrl: url, dir }), allowExisting: true };
      const error = await killDuring(settings, "ALTER TABLE big");
      assert.match(
        error.message,
        /^0001_a\.up\.sql:2:1: statement 2 of 3: ended on request: .* \(error 1317\)\n/,
      );
      assert.match(error.message, /\n1 of 3 statements are applied and recorded\.$/);
      assert.equal(error.hint, "To go on, run it again:\n  npm run migrate:up");
      assert.deepEqual(error.failure, {
        file: "0001_a.up.sql",
        line: 2,
        column: 1,
        statement: 2,
        total: 3,
        done: 1,
        errno: 1317,
      });
      assert.deepEqual(await columnsOf(url), ["id", "pad"]);
      assert.equal(await stateOf(settings), "partial-up 1/3");
      await onDatabase(settings, "DELETE FROM big WHERE id > 10");
      assert.equal((await migrate(settings, "up", null, { lockTimeoutMs: 0 })).to, 1);
      assert.deepEqual(await columnsOf(url), ["id", "pad", "digest"]);
    });
  });
});

forEachServer(
  "a kill takes back the whole group of statements that shares a transaction",
  async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      await fillBigTable(url, LONG);
      const files = {
        "0001_a.up.sql": `CREATE TABLE before_it (id INT PRIMARY KEY);\nINSERT INTO before_it VALUES (1);\n${LONG_UPDATE};`,
        "0001_a.down.sql": "DROP TABLE before_it;",
      };
      await withMigrations(files, async (dir) => {
        const settings = { ...settingsFromOptions({ databaseUrl: url, dir }), allowExisting: true };
        const error = await killDuring(settings, "UPDATE big");
        assert.equal(error.failure.done, 1);
        assert.equal(await count(settings, "SELECT COUNT(*) AS n FROM before_it"), 0);
        assert.equal(await count(settings, "SELECT COUNT(*) AS n FROM big WHERE pad >= 1000000"), 0);
        await onDatabase(settings, "DELETE FROM big WHERE id > 10");
        await migrate(settings, "up", null);
        assert.equal(await count(settings, "SELECT COUNT(*) AS n FROM before_it"), 1);
        assert.equal(
          await count(settings, "SELECT COUNT(*) AS n FROM big WHERE pad BETWEEN 1000000 AND 1999999"),
          10,
        );
      });
    });
  },
);

forEachServer("between two migrations nothing of the next one is recorded", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const files = {
      "0001_a.up.sql": "CREATE TABLE a (id INT);",
      "0001_a.down.sql": "DROP TABLE a;",
      "0002_b.up.sql": "CREATE TABLE b (id INT);",
      "0002_b.down.sql": "DROP TABLE b;",
    };
    await withMigrations(files, async (dir) => {
      const settings = { ...settingsFromOptions({ databaseUrl: url, dir }), allowExisting: true };
      const stop = new AbortController();
      const emit = ({ event }: RunEvent): void => {
        if (event === "step-done") stop.abort();
      };
      await assert.rejects(migrate(settings, "up", null, { signal: stop.signal, emit }), {
        code: "interrupted",
        message: "Stopped on request before 0002_b.up.sql: 1 migration was done.",
      });
      const { entries } = await readStatus(settings);
      assert.deepEqual(
        entries.map(({ state }) => state),
        ["applied", "pending"],
      );
      assert.equal(await count(settings, "SELECT COUNT(*) AS n FROM migration_history"), 1);
    });
  });
});

forEachServer("a kill that comes too late harms nothing", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const { database } = settingsFromOptions({ databaseUrl: url });
    const session = await openSession(database);
    await session.run("CREATE TABLE a (id INT)");
    await killStatement(session);
    // MariaDB remembers it until the next command, MySQL does not.
    await session.run("DO 1").catch(() => {});
    assert.equal((await session.query("SELECT COUNT(*) AS n FROM a"))[0]?.n, 0);
    await session.close();
    await killStatement(session);
  });
});

forEachServer("a kill never goes to another server that a second connection may reach", async (t, server) => {
  const other = testServers().find(({ family }) => family !== server.family);
  if (other === undefined) return t.skip("this run has one server");
  await withTestDatabase(server, async ({ url }) => {
    await withTestDatabase(other, async (elsewhere) => {
      await withSession(settingsFromOptions({ databaseUrl: url }).database, async (session) => {
        const { database } = settingsFromOptions({ databaseUrl: elsewhere.url });
        await assert.rejects(killStatement({ ...session, openBeside: () => openSession(database) }), {
          code: "server-error",
          message: "Of 20 connections none reached the server that runs it: a proxy hands them out.",
        });
        // Behind a proxy that takes turns the next one does.
        let turn = 0;
        const takeTurns = async () =>
          turn++ % 2 === 0 ? openSession(database) : session.openBeside(null, true);
        await killStatement({ ...session, openBeside: takeTurns });
      });
    });
  });
});

type Settings = ReturnType<typeof settingsFromOptions>;

function alteration(): Record<string, string> {
  return {
    "0001_a.up.sql": `CREATE TABLE a (id INT);\n${LONG_ALTER};\nCREATE TABLE b (id INT);`,
    "0001_a.down.sql": "DROP TABLE b;\nALTER TABLE big DROP COLUMN digest;\nDROP TABLE a;",
  };
}

/** Runs `up`, kills the statement as soon as the server runs it, and gives the error. */
async function killDuring(settings: Settings, beginning: string): Promise<StatementError> {
  const stop = new AbortController();
  const kill = new AbortController();
  const signals = { signal: stop.signal, killSignal: kill.signal };
  const events: RunEvent[] = [];
  const run = migrate(settings, "up", null, { ...signals, emit: (event) => events.push(event) }).then(
    () => assert.fail("it was not killed"),
    (error: unknown) => error,
  );
  await untilRunning(urlOf(settings), beginning);
  stop.abort();
  kill.abort();
  const error = await run;
  assert.ok(error instanceof StatementError, String(error));
  assert.equal(error.code, "interrupted");
  assert.deepEqual(
    events.filter(({ event }) => event === "stopping" || event === "warning"),
    [
      { event: "stopping", kill: false },
      { event: "stopping", kill: true },
    ],
  );
  return error;
}

function urlOf({ database }: Settings): string {
  return `mysql://${database.user}:${database.password}@${database.host}:${database.port}/${database.database}`;
}

async function stateOf(settings: Settings): Promise<string> {
  const [entry] = (await readStatus(settings)).entries;
  if (entry === undefined) return "none";
  return entry.done === null ? entry.state : `${entry.state} ${entry.done}/${entry.total}`;
}

async function onDatabase(settings: Settings, sql: string): Promise<void> {
  await withSession(settings.database, (session) => session.run(sql));
}

async function count(settings: Settings, sql: string): Promise<number> {
  return await withSession(settings.database, async (session) => Number((await session.query(sql))[0]?.n));
}

async function columnsOf(url: string): Promise<readonly string[]> {
  return await withSession(settingsFromOptions({ databaseUrl: url }).database, async (session) =>
    (await session.query("SHOW COLUMNS FROM big")).map(({ Field }) => String(Field)),
  );
}
