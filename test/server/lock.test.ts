import assert from "node:assert/strict";
import type { RunEvent } from "../../src/index";
import { migrate, type RunResult } from "../../src/run/migrate";
import { openSession, withSession } from "../../src/server/connection";
import { acquireLock } from "../../src/server/lock";
import { type Settings, settingsFromOptions } from "../../src/settings/settings";
import { settleStatement } from "../../src/verbs/resolve";
import { readStatus } from "../../src/verbs/status";
import { withMigrations } from "../support/migrations";
import { assertFails, assertRefused, dumpAll } from "../support/refused";
import { forEachServer, withTestDatabase } from "../support/servers";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE IF NOT EXISTS a (id INT PRIMARY KEY);",
  "0001_a.down.sql": "DROP TABLE IF EXISTS a;",
  "0002_b.up.sql": "CREATE TABLE IF NOT EXISTS b (id INT PRIMARY KEY);",
  "0002_b.down.sql": "DROP TABLE IF EXISTS b;",
};

/** Gives the body what another runner's session would be like that holds the lock of these settings. */
async function withHolder(
  settings: Settings,
  body: (holder: { id: number; release: () => Promise<void> }) => Promise<void>,
): Promise<void> {
  const session = await openSession(settings.database);
  try {
    const lock = await acquireLock(session, settings.table, { timeoutMs: 0 });
    await body({ id: session.connectionId, release: () => lock.release() });
  } finally {
    await session.close();
  }
}

/** Starts runs while somebody else holds the lock, which is given back when all of them wait for it. */
async function raceBehindHolder(
  settings: Settings,
  starts: readonly ((emit: (event: RunEvent) => void) => Promise<RunResult>)[],
  meanwhile: readonly string[] = [],
): Promise<readonly RunResult[]> {
  let results: readonly RunResult[] = [];
  await withHolder(settings, async ({ release }) => {
    const runs: Promise<RunResult>[] = [];
    let waiting = 0;
    const allWait = new Promise<void>((allDo) => {
      const emit = (event: RunEvent): void => {
        if (event.event === "waiting-for-lock" && ++waiting === starts.length) allDo();
      };
      for (const start of starts) runs.push(start(emit));
    });
    // A run that ends too early must fail the test, not hang it.
    await Promise.race([allWait, Promise.all(runs)]);
    assert.equal(waiting, starts.length);
    await run(settings, meanwhile);
    await release();
    results = await Promise.all(runs);
  });
  return results;
}

forEachServer("the lock is one per database and history table", async (_, server) => {
  await withTestDatabase(server, (own) =>
    withTestDatabase(server, (other) =>
      withMigrations(FILES, async (dir) => {
        const settings = { ...settingsFromOptions({ databaseUrl: own.url, dir }), allowExisting: true };
        const elsewhere = settingsFromOptions({ databaseUrl: other.url, dir });
        const otherTable = { ...settings, table: "second_history" };
        await withHolder(settings, async () => {
          await assertFails(migrate(settings, "up", null, { lockTimeoutMs: 0 }), "lock-timeout");
          // Neither waits.
          assert.equal((await migrate(elsewhere, "up", null, { lockTimeoutMs: 0 })).steps.length, 2);
          assert.equal((await migrate(otherTable, "up", null, { lockTimeoutMs: 0 })).steps.length, 2);
        });
        // The server may need a moment to see that the holder is gone.
        await migrate(settings, "up", null);
        for (const each of [settings, elsewhere, otherTable])
          assert.equal((await readStatus(each)).current, 2);
      }),
    ),
  );
});

forEachServer("who cannot have the lock in time says who holds it, and does nothing", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await withHolder(settings, async ({ id }) => {
        const words = [
          new RegExp(
            `Another runner holds the lock for t_\\w+\\.migration_history: connection ${id}, root from `,
          ),
          /between statements\. Waited 1\.5 s; nothing was run\./,
          /--lock-timeout SECONDS/,
        ];
        const events: RunEvent[] = [];
        const options = { lockTimeoutMs: 1_500, emit: (event: RunEvent) => void events.push(event) };
        await assertRefused(url, () => migrate(settings, "up", null, options), "lock-timeout", ...words);
        const waiting = events.filter(({ event }) => event === "waiting-for-lock");
        assert.equal(waiting.length, 1);
        assert.match(JSON.stringify(waiting), new RegExp(`connection ${id}, root from`));
        // What only looks needs no lock.
        assert.equal((await readStatus(settings)).entries.length, 2);
        assert.equal(
          (await migrate(settings, "up", null, { dryRun: true, lockTimeoutMs: 0 })).planned?.length,
          2,
        );
      });
    }),
  );
});

forEachServer("who waited plans again, and ends well when nothing is left", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      const up = (emit: (event: RunEvent) => void) => migrate(settings, "up", null, { emit });
      const results = await raceBehindHolder(settings, [up, up]);
      assert.deepEqual(results.map(({ steps }) => steps.length).sort(), [0, 2]);
      assert.deepEqual(
        results.map(({ to }) => to),
        [2, 2],
      );
      const before = await dumpAll(url);
      assert.equal((await migrate(settings, "up", null)).steps.length, 0);
      assert.deepEqual(await dumpAll(url), before);
    }),
  );
});

forEachServer("nothing to do needs no lock", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await migrate(settings, "up", null);
      await withHolder(settings, async () => {
        assert.deepEqual((await migrate(settings, "up", null, { lockTimeoutMs: 0 })).steps, []);
      });
    }),
  );
});

forEachServer("of two runners that want the same step, one takes it", async (t, server) => {
  const cases = [
    { direction: "up", target: { steps: 1 } },
    { direction: "up", target: { to: "1" } },
    { direction: "up", target: { to: "+1" } },
    { direction: "down", target: { steps: 1 } },
    { direction: "down", target: { to: "1" } },
  ] as const;
  for (const { direction, target } of cases) {
    await t.test(`${direction} ${JSON.stringify(target)}`, () =>
      withTestDatabase(server, ({ url }) =>
        withMigrations(FILES, async (dir) => {
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          if (direction === "down") await migrate(settings, "up", null);
          const run = (emit: (event: RunEvent) => void) => migrate(settings, direction, target, { emit });
          const results = await raceBehindHolder(settings, [run, run]);
          assert.deepEqual(results.map(({ steps }) => steps.length).sort(), [0, 1]);
          assert.deepEqual(
            results.map(({ to }) => to),
            [1, 1],
          );
          assert.equal((await readStatus(settings)).current, 1);
        }),
      ),
    );
  }
});

forEachServer(
  "a file that would release the runner's lock is refused before anything runs",
  async (t, server) => {
    const texts = [
      "SELECT RELEASE_ALL_LOCKS()",
      "DO release_all_locks ( )",
      "SET @x = RELEASE_ALL_LOCKS()",
      "/*!50700 SELECT RELEASE_ALL_LOCKS() */",
      "INSERT INTO a SELECT RELEASE_ALL_LOCKS()",
      "PREPARE p FROM 'SELECT RELEASE_ALL_LOCKS()'",
    ];
    for (const text of texts) {
      await t.test(text, () =>
        withTestDatabase(server, ({ url }) =>
          withMigrations(
            { ...FILES, "0002_b.up.sql": `INSERT INTO a VALUES (1);\n${text};` },
            async (dir) => {
              const settings = settingsFromOptions({ databaseUrl: url, dir });
              const words = [
                /^0002_b\.up\.sql:2:1: .*RELEASE_ALL_LOCKS\(\) would release the runner's own lock/,
              ];
              await assertRefused(
                url,
                () => migrate(settings, "up", null),
                "unsupported-statement",
                ...words,
              );
            },
          ),
        ),
      );
    }
  },
);

/** What no reading of the file can find. */
forEachServer("who loses the lock records nothing more, and the next run goes on", async (t, server) => {
  const ways = {
    "in a procedure": "CALL lose()",
    "by its name":
      "SELECT GROUP_CONCAT(RELEASE_LOCK(name)) FROM (SELECT CONCAT('mysql-updown:', LEFT(SHA2(CONCAT(LOWER(DATABASE()), '\\n', 'migration_history'), 256), 40)) AS name) AS names",
  };
  for (const [name, text] of Object.entries(ways)) {
    await t.test(name, () =>
      withTestDatabase(server, async ({ url }) => {
        const files = {
          ...FILES,
          "0002_b.up.sql": `INSERT INTO a VALUES (1);\n${text};\nINSERT INTO a VALUES (2);`,
        };
        await withMigrations(files, async (dir) => {
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          await withSession(settings.database, (session) =>
            session.run("CREATE PROCEDURE lose() BEGIN DO RELEASE_ALL_LOCKS(); END"),
          );
          await assertFails(migrate(settings, "up", null), "lock-lost", /no longer holds the lock/);
          const [counted] = await withSession(settings.database, (session) =>
            session.query("SELECT COUNT(*) AS count FROM a"),
          );
          // Rolled back with the record that could not be made.
          assert.equal(Number(counted?.count), 0);
        });
        await withMigrations({ ...files, "0002_b.up.sql": "INSERT INTO a VALUES (1);" }, async (dir) => {
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          await migrate(settings, "up", null, { lockTimeoutMs: 0 });
          assert.equal((await readStatus(settings)).current, 2);
        });
      }),
    );
  }
});

forEachServer("resolve waits for the lock as well", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await migrate(settings, "up", null);
      await withHolder(settings, async ({ release }) => {
        let over = false;
        const asked = assertFails(settleStatement(settings, 1, "applied", "why"), "nothing-to-do").finally(
          () => {
            over = true;
          },
        );
        // A whole run of another kind in between: enough for it to have ended, did it not wait.
        await readStatus(settings);
        await readStatus(settings);
        assert.equal(over, false);
        await release();
        await asked;
      });
    }),
  );
});

forEachServer(
  "what only shows when it is executed is refused then, and nothing of the file stays",
  async (_, server) => {
    await withTestDatabase(server, ({ url }) => {
      const text =
        "INSERT INTO a VALUES (1);\nSET @s = CONCAT('DO RELEASE_', 'ALL_LOCKS()');\nPREPARE p FROM @s;\nEXECUTE p;";
      return withMigrations({ ...FILES, "0002_b.up.sql": text }, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await migrate(settings, "up", { to: "1" });
        const words = [
          /^0002_b\.up\.sql:4:1: statement 4 of 4: RELEASE_ALL_LOCKS/,
          /0 of 4 statements are applied/,
        ];
        await assertFails(migrate(settings, "up", null), "unsupported-statement", ...words);
        const rows = await withSession(settings.database, (session) => session.query("SELECT * FROM a"));
        assert.deepEqual(rows, []);
        assert.deepEqual(
          (await readStatus(settings)).entries.map(({ state }) => state),
          ["applied", "pending"],
        );
      });
    });
  },
);

forEachServer(
  "who wanted a part of what another runner did meanwhile has nothing to do",
  async (t, server) => {
    for (const target of [{ steps: 1 }, { to: "1" }]) {
      await t.test(JSON.stringify(target), () =>
        withTestDatabase(server, ({ url }) =>
          withMigrations(FILES, async (dir) => {
            const settings = settingsFromOptions({ databaseUrl: url, dir });
            await migrate(settings, "up", null);
            const before = await dumpAll(url);
            // Put away and back again, so that it is certain which of the two is first.
            await run(settings, ["RENAME TABLE migration_history TO put_away"]);
            const up = (emit: (event: RunEvent) => void) =>
              migrate(settings, "up", target, { emit, allowExisting: true });
            const back = ["RENAME TABLE put_away TO migration_history"];
            const [result] = await raceBehindHolder(settings, [up], back);
            assert.deepEqual([result?.steps, result?.to], [[], 2]);
            assert.deepEqual(await dumpAll(url), before);
          }),
        ),
      );
    }
  },
);

async function run(settings: Settings, statements: readonly string[]): Promise<void> {
  await withSession(settings.database, async (session) => {
    for (const statement of statements) await session.run(statement);
  });
}
