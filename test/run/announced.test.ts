import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type MigrateError, StatementError } from "../../src/errors";
import { migrate } from "../../src/run/migrate";
import { settingsFromOptions } from "../../src/settings/settings";
import { settleStatement } from "../../src/verbs/resolve";
import { ask } from "../bench/database";
import { countCreates, loseAtGroup, stateOf } from "../support/announced";
import { withMigrations } from "../support/migrations";
import { type ClientCommand, withProxy } from "../support/proxy";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import type { State } from "../support/state";
import { untilAlone } from "../support/until-alone";

/** One that commits by itself and goes together with others like it. */
function create(name: string, column = "n INT"): string {
  return `CREATE TABLE ${name} (id INT PRIMARY KEY, ${column});\n`;
}

function creates(count: number, from = 1): string {
  return Array.from({ length: count }, (_, n) => create(`t${from + n}`)).join("");
}

/** Runs files, with a clock that says how long statements take. */
async function stateAfter(
  server: TestServer,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly state: State; readonly commands: readonly ClientCommand[] }> {
  return await withTestDatabase(server, ({ url }) =>
    withMigrations(files, (dir) =>
      withProxy(server, {}, async (proxy) => {
        await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null).catch(
          (error: unknown) => {
            if (!(error instanceof StatementError)) throw error;
          },
        );
        return { state: await stateOf(url), commands: [...proxy.commands] };
      }),
    ),
  );
}

/** With a clock that stands still every server is quick; with one that runs fast, none is. */
const STANDS_STILL = (): number => 0;
function runsFast(): () => number {
  let now = 0;
  return () => (now += 10_000);
}

const TABLES = "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()";

/** One migration of these statements. */
function one(up: string): Record<string, string> {
  return { "0001_a.up.sql": up, "0001_a.down.sql": "DO 1" };
}

forEachServer("300 CREATE TABLE in a file take a tenth of a round trip each", async (t, server) => {
  t.mock.method(performance, "now", STANDS_STILL);
  const { commands, state } = await stateAfter(server, one(creates(300)));
  assert.equal(state.filter((line) => line.startsWith("history")).join(), "history: 1 up 300/300");
  const { commands: few } = await stateAfter(server, one(creates(1)));
  assert.ok(commands.length - few.length <= 30, `${commands.length} and ${few.length}`);
  assert.equal(
    commands.reduce((sum, command) => sum + countCreates(command), 0),
    300,
  );
});

const FILES: readonly (readonly [name: string, up: string])[] = [
  ["creates alone", creates(40)],
  [
    "rows behind and in between",
    `${creates(20)}INSERT INTO t3 VALUES (1, 1);\n${creates(20, 21)}UPDATE t3 SET n = 2;`,
  ],
  [
    "behind SET and USE",
    `SET sql_mode = 'ANSI_QUOTES';\n${creates(20)}SET sql_mode = DEFAULT;\nSET @n = 1;\n${creates(20, 21)}INSERT INTO t1 VALUES (@n, 1);`,
  ],
  [
    "in a transaction of the file",
    `${creates(5)}START TRANSACTION;\nINSERT INTO t1 VALUES (1, 1);\n${creates(10, 6)}INSERT INTO t2 VALUES (2, 2);\n`,
  ],
  [
    "without autocommit",
    `${creates(5)}SET autocommit = 0;\n${creates(10, 6)}INSERT INTO t6 VALUES (1, 1);\nCOMMIT;\nSET autocommit = 1;\n${creates(10, 20)}`,
  ],
  [
    "changed by those behind them",
    `${creates(20)}ALTER TABLE t3 ADD m INT;\nCREATE INDEX n ON t4 (n);\nRENAME TABLE t5 TO u5;\n${creates(1, 5)}${creates(10, 21)}DROP TABLE t6;\n${creates(1, 6)}`,
  ],
  [
    "keys in between",
    `${creates(6)}${create("t7", "p INT, FOREIGN KEY (p) REFERENCES t3 (id)")}${creates(10, 8)}`,
  ],
  ["a failing one", `${creates(8)}${creates(1)}${creates(8, 9)}`],
  [
    "one that cannot be read",
    `${creates(8)}CREATE TABLE t9 (id INT PRIMARY KEY, n INTT);\n${creates(8, 10)}`,
  ],
];

forEachServer("sent together or one by one, a file leaves the same", async (t, server) => {
  for (const [name, up] of FILES) {
    await t.test(name, async (inner) => {
      const clock = inner.mock.method(performance, "now", runsFast());
      const apart = await stateAfter(server, one(up));
      assert.equal(Math.max(...apart.commands.map(countCreates)), 1);
      clock.mock.mockImplementation(STANDS_STILL);
      const together = await stateAfter(server, one(up));
      assert.ok(Math.max(...together.commands.map(countCreates)) > 2, "none were sent together");
      assert.deepEqual(together.state, apart.state);
    });
  }
});

/** Of five in one command, which fails, and how. */
const BAD: Readonly<Record<string, string>> = {
  "is there": "CREATE TABLE\n  there (id INT)",
  "cannot be read": "CREATE TABLE\n  bad (id INTT)",
  "has no primary column": "CREATE TABLE\n  bad (id INT, KEY (nothing))",
};

forEachServer(
  "the one that fails is named, those before it are recorded, those behind it never begun",
  async (t, server) => {
    t.mock.method(performance, "now", STANDS_STILL);
    for (const [why, bad] of Object.entries(BAD)) {
      for (let place = 1; place <= 5; place++) {
        await t.test(`${why}, ${place} of 5`, () =>
          withTestDatabase(server, async ({ url }) => {
            await ask(url, "CREATE TABLE there (id INT)");
            const before = creates(place);
            const up = `${before}${bad};\n${creates(5 - place, place + 1)}`;
            await withMigrations(one(up), async (dir) => {
              const settings = settingsFromOptions({ databaseUrl: url, dir });
              const error: unknown = await migrate(settings, "up", null, { allowExisting: true }).then(
                () => assert.fail("it ended well"),
                (reason: unknown) => reason,
              );
              assert.ok(error instanceof StatementError, String(error));
              const { line, column, statement, done, total } = error.failure;
              assert.deepEqual(
                { line, column, statement, done, total },
                { line: place + 1, column: 1, statement: place + 1, done: place, total: 6 },
              );
              assert.equal(
                await ask(
                  url,
                  "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME REGEXP '^t[0-9]'",
                ),
                place,
              );
              assert.equal(await ask(url, "SELECT intent FROM migration_history"), null);
              await writeFile(join(dir, "0001_a.up.sql"), up.replace(bad, "CREATE TABLE good (id INT)"));
              await migrate(settings, "up", null, { allowExisting: true });
              assert.equal(await ask(url, TABLES), 5 + 3);
            });
          }),
        );
      }
    }
  },
);

/** What the next run found out about each statement that was announced. */
type Judged = readonly (readonly [statement: number, verdict: string])[];

/** Twelve tables, in one command but for the first; and what is to be left. */
const TWELVE = one(`${creates(12)}INSERT INTO t12 VALUES (1, 1);\n`);

async function goOn(url: string, dir: string): Promise<Judged> {
  const judged: (readonly [number, string])[] = [];
  await migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null, {
    emit: (event) => {
      if (event.event === "judged") judged.push([event.statement, event.verdict]);
    },
  });
  return judged;
}

function many(from: number, to: number, verdict: string): Judged {
  return Array.from({ length: to - from + 1 }, (_, n) => [from + n, verdict] as const);
}

forEachServer("each is judged by itself after the connection was lost", async (t, server) => {
  t.mock.method(performance, "now", STANDS_STILL);
  const expected = (await stateAfter(server, TWELVE)).state;
  for (const moment of ["before", "during", "after"] as const) {
    await t.test(moment, () =>
      withTestDatabase(server, ({ url }) =>
        withMigrations(TWELVE, async (dir) => {
          await loseAtGroup(server, url, dir, moment);
          const judged = await goOn(url, dir);
          const applied = moment === "before" ? 0 : judged.length === 11 ? 11 : judged.length - 1;
          // How far the server got is its own business; that it is a beginning is not.
          const last: Judged = applied === 11 ? [] : [[applied + 2, "not-applied"]];
          assert.deepEqual(judged, [...many(2, applied + 1, "applied"), ...last]);
          assert.deepEqual(await stateOf(url), expected);
        }),
      ),
    );
  }
});

forEachServer("where the server stopped in the middle of them, the next run goes on", async (t, server) => {
  t.mock.method(performance, "now", STANDS_STILL);
  const expected = (await stateAfter(server, TWELVE)).state;
  for (let place = 2; place <= 12; place++) {
    await t.test(`at ${place}`, () =>
      withTestDatabase(server, ({ url }) =>
        withMigrations(TWELVE, async (dir) => {
          await ask(url, `CREATE TABLE t${place} (there INT)`);
          await loseAtGroup(server, url, dir, "after");
          await untilAlone(url);
          await ask(url, `DROP TABLE t${place}`);
          assert.deepEqual(await goOn(url, dir), [...many(2, place - 1, "applied"), [place, "not-applied"]]);
          assert.deepEqual(await stateOf(url), expected);
        }),
      ),
    );
  }
});

forEachServer("what is not there though something behind it is, is asked about", async (t, server) => {
  t.mock.method(performance, "now", STANDS_STILL);
  await withTestDatabase(server, ({ url }) =>
    withMigrations(TWELVE, async (dir) => {
      await loseAtGroup(server, url, dir, "after");
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await untilAlone(url);
      await ask(url, "DROP TABLE t5");
      await assert.rejects(migrate(settings, "up", null, { allowExisting: true }), (error: MigrateError) => {
        assert.equal(error.code, "in-doubt");
        assert.match(
          error.message,
          /0001_a\.up\.sql:5:1: statement 5 of 13 .* as it was, though a statement that was sent behind it/,
        );
        return true;
      });
      await settleStatement(settings, 1, "applied", "dropped since");
      assert.deepEqual(await goOn(url, dir), many(6, 12, "applied"));
      assert.equal(await ask(url, "SELECT COUNT(*) FROM t12"), 1);
    }),
  );
});

forEachServer("a run that is asked to stop ends behind those that are under way", async (t, server) => {
  t.mock.method(performance, "now", STANDS_STILL);
  const up = `${creates(12)}${creates(200, 13)}INSERT INTO t1 VALUES (1, 1);\n`;
  const expected = (await stateAfter(server, one(up))).state;
  await withTestDatabase(server, ({ url }) =>
    withMigrations(one(up), async (dir) => {
      const stop = new AbortController();
      const onCommand = (command: ClientCommand): void => {
        if (countCreates(command) > 2) stop.abort();
      };
      await withProxy(server, { onCommand }, async (proxy) => {
        const settings = settingsFromOptions({ databaseUrl: proxy.through(url), dir });
        const run = migrate(settings, "up", null, { signal: stop.signal });
        await assert.rejects(run, { code: "interrupted" });
      });
      const done = Number(await ask(url, "SELECT statements_done FROM migration_history"));
      assert.equal(await ask(url, TABLES), done + 1);
      assert.equal(await ask(url, "SELECT intent FROM migration_history"), null);
      assert.deepEqual(await goOn(url, dir), []);
      assert.deepEqual(await stateOf(url), expected);
    }),
  );
});

forEachServer("where one of them is ended on the server, those behind it never begin", async (t, server) => {
  t.mock.method(performance, "now", STANDS_STILL);
  const files = one(`${creates(60)}INSERT INTO t12 VALUES (1, 1);\n`);
  const expected = (await stateAfter(server, files)).state;
  await withTestDatabase(server, ({ url }) =>
    withMigrations(files, async (dir) => {
      const kill = new AbortController();
      const onCommand = (command: ClientCommand): void => {
        if (countCreates(command) > 2) kill.abort();
      };
      await withProxy(server, { onCommand }, async (proxy) => {
        const settings = settingsFromOptions({ databaseUrl: proxy.through(url), dir });
        const stopped = { signal: kill.signal, killSignal: kill.signal };
        const error = await migrate(settings, "up", null, stopped).then(
          () => assert.fail("it ended well"),
          (reason: unknown) => reason,
        );
        const done = Number(await ask(url, "SELECT statements_done FROM migration_history"));
        // Or it was too late to end any.
        if (error instanceof StatementError) {
          assert.deepEqual([error.failure.statement, error.failure.done], [done + 1, done]);
        }
        assert.equal(await ask(url, TABLES), done + 1);
        assert.equal(await ask(url, "SELECT intent FROM migration_history"), null);
      });
      assert.deepEqual(await goOn(url, dir), []);
      assert.deepEqual(await stateOf(url), expected);
    }),
  );
});
