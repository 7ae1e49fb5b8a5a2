import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { openSession, withSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { readStatus } from "../../src/verbs/status";
import { untilRunning } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { forEachServer, withTestDatabase } from "../support/servers";

/** Migrations of one CREATE TABLE each. */
function creates(count: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let n = 1; n <= count; n++) {
    const number = String(n).padStart(4, "0");
    files[`${number}_t.up.sql`] = `CREATE TABLE t${n} (id INT PRIMARY KEY);`;
    files[`${number}_t.down.sql`] = `DROP TABLE t${n};`;
  }
  return files;
}

interface Recorded {
  readonly version: number;
  readonly done: number;
  readonly total: number;
  readonly finished: boolean;
  readonly intent: string | null;
  readonly error: string | null;
}

async function readHistory(url: string): Promise<readonly Recorded[]> {
  const { database } = settingsFromOptions({ databaseUrl: url });
  return await withSession(database, async (session) => {
    const rows = await session.query(
      "SELECT version, statements_done, statements, finished_at, intent, error FROM migration_history ORDER BY id",
    );
    return rows.map((row) => ({
      version: Number(row.version),
      done: Number(row.statements_done),
      total: Number(row.statements),
      finished: row.finished_at !== null,
      intent: row.intent === null ? null : String(row.intent),
      error: row.error === null ? null : String(row.error),
    }));
  });
}

function applied(version: number): Recorded {
  return { version, done: 1, total: 1, finished: true, intent: null, error: null };
}

forEachServer(
  "a migration of one CREATE TABLE takes less than a tenth of a round trip, its record among them",
  async (t, server) => {
    // How many go together follows from how long the first ones took. With a clock that stands still every server is quick.
    t.mock.method(performance, "now", () => 0);
    const commands = async (count: number): Promise<number> =>
      await withTestDatabase(server, ({ url }) =>
        withMigrations(creates(count), (dir) =>
          withProxy(server, {}, async (proxy) => {
            await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null);
            assert.deepEqual(
              await readHistory(url),
              Array.from({ length: count }, (_, n) => applied(n + 1)),
            );
            return proxy.commands.length;
          }),
        ),
      );
    const [few, many] = [await commands(1), await commands(1_001)];
    assert.ok((many - few) / 1_000 <= 0.1, `${few} and ${many}`);
  },
);

forEachServer(
  "a run that is asked to stop leaves no record to a migration it does not come to",
  async (t, server) => {
    t.mock.method(performance, "now", () => 0);
    await withTestDatabase(server, ({ url }) =>
      withMigrations(creates(80), async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        // The first one goes alone, and sixteen together behind it.
        for (const [when, place] of [
          ["step-started", 1],
          ["statement-done", 1],
          ["step-done", 1],
          ["step-started", 5],
          ["statement-done", 9],
          ["step-done", 17],
        ] as const) {
          const stop = new AbortController();
          const version = ((await readStatus(settings)).current ?? 0) + place;
          const run = migrate(settings, "up", null, {
            signal: stop.signal,
            emit: (event) => {
              if (event.event === when && "version" in event && event.version === version) stop.abort();
            },
          });
          await assert.rejects(run, { code: "interrupted" });
          const lines = await readHistory(url);
          assert.deepEqual(
            lines.filter(({ done }) => done === 1).map(({ finished }) => finished),
            lines.filter(({ done }) => done === 1).map(() => true),
            when,
          );
          assert.deepEqual(
            lines.filter(({ intent }) => intent !== null),
            [],
            when,
          );
          assert.ok(
            lines.length >= version && lines.length <= version + 16,
            `${version} and ${lines.length}`,
          );
        }
        await migrate(settings, "up", null);
        assert.equal((await readStatus(settings)).current, 80);
      }),
    );
  },
);

const FAILING: readonly (readonly [string, string])[] = [
  ["DDL", "CREATE TABLE t1 (id INT);"],
  ["DML", "INSERT INTO nowhere VALUES (1);"],
  ["DML sent together", "INSERT INTO nowhere VALUES (1);\n".repeat(10)],
  ["a statement that is repeated", "DROP TABLE IF EXISTS a.b.c.d;"],
  ["SET", "SET no_such_variable = 1;"],
];

for (const [name, sql] of FAILING) {
  forEachServer(`a migration is recorded when the next one fails at once: ${name}`, async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      const files = { ...creates(2), "0003_bad.up.sql": sql, "0003_bad.down.sql": "DO 1;" };
      await withMigrations(files, async (dir) => {
        await assert.rejects(migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null));
        const [one, two, three] = await readHistory(url);
        assert.deepEqual([one, two], [applied(1), applied(2)]);
        assert.deepEqual([three?.done, three?.finished], [0, false]);
        assert.notEqual(three?.error, null);
      });
    });
  });
}

forEachServer("a migration is recorded before the next one does anything but DDL", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const files = {
      ...creates(2),
      "0003_rows.up.sql": "UPDATE t1 SET id = 2;",
      "0003_rows.down.sql": "DO 1;",
    };
    await withMigrations(files, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await migrate(settings, "up", { to: "1" });
      const other = await openSession(settings.database);
      await other.run("INSERT INTO t1 VALUES (1)");
      await other.run("START TRANSACTION");
      await other.run("UPDATE t1 SET id = 3");
      const run = migrate(settings, "up", null);
      await untilRunning(url, "UPDATE t1 SET id = 2");
      const seen = await readHistory(url).finally(() => other.run("ROLLBACK"));
      await run;
      await other.close();
      assert.deepEqual(seen, [applied(1), applied(2)]);
    });
  });
});
