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
import { withProxy } from "../support/proxy";
import { randomFrom } from "../support/random";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import type { State } from "../support/state";
import { untilAlone } from "../support/until-alone";

type Files = Readonly<Record<string, string>>;

/** Migrations of these statements, numbered from 1. */
function folder(ups: readonly string[]): Files {
  const files: Record<string, string> = {};
  for (const [at, up] of ups.entries()) {
    const number = String(at + 1).padStart(4, "0");
    files[`${number}_t.up.sql`] = up;
    files[`${number}_t.down.sql`] = `DROP TABLE IF EXISTS t${at + 1};`;
  }
  return files;
}

function create(name: string): string {
  return `CREATE TABLE ${name} (id INT PRIMARY KEY, n INT);\n`;
}

/** Ten files, of which the third has two statements; the first goes alone, the others in one command. */
const TEN = folder(
  Array.from({ length: 10 }, (_, n) => (n === 2 ? `${create("t3")}${create("t3b")}` : create(`t${n + 1}`))),
);

/** What a run came to: its error's words, too, where there is one. */
interface Came {
  readonly state: State;
  readonly error: string | null;
  readonly most: number;
}

async function upFrom(server: TestServer, files: Files, mended: Files = {}): Promise<readonly Came[]> {
  return await withTestDatabase(server, ({ name: database, url }) =>
    withMigrations(files, async (dir) => {
      const came: Came[] = [];
      for (const changed of [{}, mended]) {
        for (const [name, text] of Object.entries(changed)) await writeFile(join(dir, name), text);
        await withProxy(server, {}, async (proxy) => {
          const settings = settingsFromOptions({ databaseUrl: proxy.through(url), dir });
          const error: unknown = await migrate(settings, "up", null, { allowExisting: true }).then(
            () => null,
            (reason: unknown) => reason,
          );
          if (error !== null && !(error instanceof StatementError)) throw error;
          const most = Math.max(0, ...proxy.commands.map(countCreates));
          came.push({
            state: await stateOf(url),
            error: error?.message.replaceAll(database, "here") ?? null,
            most,
          });
        });
      }
      return came;
    }),
  );
}

/** With a clock that stands still every server is quick; with one that runs fast, none is. */
const STANDS_STILL = (): number => 0;
function runsFast(): () => number {
  let now = 0;
  return () => (now += 10_000);
}

/** A file of one of the kinds that folders have. */
function randomUp(number: number, pick: <T>(values: readonly T[]) => T): string {
  const own = create(`t${number}`);
  return pick([
    own,
    own,
    own,
    own,
    `${own}${create(`u${number}`)}${create(`v${number}`)}`,
    `${own}INSERT INTO t${number} VALUES (1, 1);\n`,
    `${own}ALTER TABLE t${number} ADD m INT;\n`,
    `CREATE TABLE t${number} (id INT PRIMARY KEY, t${number - 1} INT);\n`,
    `SET sql_mode = 'ANSI_QUOTES';\nCREATE TABLE "t${number}" (id INT PRIMARY KEY);\n`,
    `-- nothing but a comment\n`,
    `CREATE TABLE IF NOT EXISTS t${number} (id INT PRIMARY KEY);\n`,
    `SET @n = ${number};\n${own}INSERT INTO t${number} VALUES (@n, 1);\n`,
  ]);
}

forEachServer(
  "run together or one by one, folders leave the same tables, rows and history",
  async (t, server) => {
    for (let seed = 1; seed <= 6; seed++) {
      await t.test(`seed ${seed}`, async (inner) => {
        const random = randomFrom(String(seed));
        const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
        const ups = Array.from({ length: 30 }, (_, n) => randomUp(n + 1, pick));
        const bad = Math.floor(random() * 30);
        const file = `${String(bad + 1).padStart(4, "0")}_t.up.sql`;
        const good = folder(ups);
        const files = {
          ...good,
          [file]: `${create(`w${bad}`)}${pick(["CREATE TABLE t0 (id INTT);", "INSERT INTO nowhere VALUES (1);", create(`w${bad}`)])}\n`,
        };
        const mended = { [file]: `${create(`w${bad}`)}${good[file] ?? ""}` };
        const clock = inner.mock.method(performance, "now", runsFast());
        const apart = await upFrom(server, files, mended);
        clock.mock.mockImplementation(STANDS_STILL);
        const together = await upFrom(server, files, mended);
        for (const [at, came] of together.entries()) {
          assert.deepEqual(came.state, apart[at]?.state);
          assert.equal(came.error, apart[at]?.error);
        }
        assert.equal(Math.max(...apart.map(({ most }) => most)), 1);
        assert.ok(Math.max(...together.map(({ most }) => most)) > 2, "none were run together");
      });
    }
  },
);

forEachServer(
  "the one that fails is named, files before it are recorded, those behind it never begun",
  async (t, server) => {
    t.mock.method(performance, "now", STANDS_STILL);
    const texts = Object.keys(TEN)
      .filter((name) => name.endsWith(".up.sql"))
      .sort();
    for (const [at, file] of texts.entries()) {
      await t.test(file, () =>
        withTestDatabase(server, ({ url }) =>
          withMigrations({ ...TEN, [file]: `\n  CREATE TABLE bad (id INTT);\n${TEN[file]}` }, async (dir) => {
            const settings = settingsFromOptions({ databaseUrl: url, dir });
            const error: unknown = await migrate(settings, "up", null, { allowExisting: true }).then(
              () => assert.fail("it ended well"),
              (reason: unknown) => reason,
            );
            assert.ok(error instanceof StatementError, String(error));
            const { line, column, statement, done, total } = error.failure;
            assert.deepEqual(
              { file: error.failure.file, line, column, statement, done },
              { file, line: 2, column: 3, statement: 1, done: 0 },
            );
            const history = (await stateOf(url)).filter((text) => text.startsWith("history"));
            assert.equal(
              history.length,
              at + (history.at(-1)?.includes(` 0/${total}`) ? 1 : 0),
              history.join("\n"),
            );
            assert.equal(await ask(url, "SELECT COUNT(*) FROM migration_history"), at + 1);
            assert.equal(
              await ask(url, "SELECT COUNT(*) FROM migration_history WHERE intent IS NOT NULL"),
              0,
            );
            assert.equal(
              await ask(url, "SELECT COUNT(*) FROM migration_history WHERE finished_at IS NOT NULL"),
              at,
            );
            await writeFile(join(dir, file), TEN[file] ?? "");
            await migrate(settings, "up", null, { allowExisting: true });
            assert.equal(
              await ask(url, "SELECT COUNT(*) FROM migration_history WHERE finished_at IS NOT NULL"),
              10,
            );
          }),
        ),
      );
    }
  },
);

/** What the next run found out about each statement that was announced, as `version.statement`. */
async function goOn(url: string, dir: string): Promise<readonly string[]> {
  const judged: string[] = [];
  await migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null, {
    emit: (event) => {
      if (event.event === "judged") judged.push(`${event.version}.${event.statement} ${event.verdict}`);
    },
  });
  return judged;
}

/** In the order in which they are sent. */
const SENT = ["2.1", "3.1", "3.2", "4.1", "5.1", "6.1", "7.1", "8.1", "9.1", "10.1"];
const MADE = ["t2", "t3", "t3b", "t4", "t5", "t6", "t7", "t8", "t9", "t10"];

forEachServer("where the server stopped in the middle of files, the next run goes on", async (t, server) => {
  t.mock.method(performance, "now", STANDS_STILL);
  const [expected] = await upFrom(server, TEN);
  for (const [place, table] of [...MADE.entries(), [MADE.length, null] as const]) {
    await t.test(table ?? "behind the last", () =>
      withTestDatabase(server, ({ url }) =>
        withMigrations(TEN, async (dir) => {
          if (table !== null) await ask(url, `CREATE TABLE ${table} (there INT)`);
          await loseAtGroup(server, url, dir, "after");
          await untilAlone(url);
          if (table !== null) await ask(url, `DROP TABLE ${table}`);
          const judged = await goOn(url, dir);
          const applied = SENT.slice(0, place).map((name) => `${name} applied`);
          // Whose line was taken back is not judged but pending again.
          const withoutLast = judged.filter((line) => !line.endsWith("not-applied"));
          assert.deepEqual(withoutLast, applied);
          assert.ok(judged.length - applied.length <= 1, judged.join());
          assert.deepEqual(await stateOf(url), expected?.state);
        }),
      ),
    );
  }
});

forEachServer(
  "a connection that is lost around such a command costs a second run, and no more",
  async (t, server) => {
    t.mock.method(performance, "now", STANDS_STILL);
    const [expected] = await upFrom(server, TEN);
    const together = await withTestDatabase(server, ({ url }) =>
      withMigrations(TEN, (dir) =>
        withProxy(server, {}, async (proxy) => {
          await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null);
          return proxy.commands.find((command) => countCreates(command) > 2)?.number ?? 0;
        }),
      ),
    );
    // Their record comes two before, and what is recorded of them right behind.
    for (const place of [-2, 0, 1]) {
      for (const moment of ["before", "during", "after"] as const) {
        const command = together + place;
        await t.test(`${place}, ${moment}`, () =>
          withTestDatabase(server, ({ url }) =>
            withMigrations(TEN, async (dir) => {
              await withProxy(server, { cut: { command, moment }, refuseAfterCut: true }, async (proxy) => {
                const settings = settingsFromOptions({ databaseUrl: proxy.through(url), dir });
                await migrate(settings, "up", null, { allowExisting: true }).catch(() => {});
              });
              await goOn(url, dir);
              assert.deepEqual(await stateOf(url), expected?.state);
            }),
          ),
        );
      }
    }
  },
);

forEachServer("what is not there though another file's is, is asked about", async (t, server) => {
  t.mock.method(performance, "now", STANDS_STILL);
  await withTestDatabase(server, ({ url }) =>
    withMigrations(TEN, async (dir) => {
      await loseAtGroup(server, url, dir, "after");
      await untilAlone(url);
      await ask(url, "DROP TABLE t5");
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await assert.rejects(migrate(settings, "up", null, { allowExisting: true }), (error: MigrateError) => {
        assert.equal(error.code, "in-doubt");
        assert.match(
          error.message,
          /0005_t\.up\.sql:1:1: statement 1 of 1 .* though a statement that was sent behind it/,
        );
        return true;
      });
      await settleStatement(settings, 5, "applied", "dropped since");
      assert.deepEqual(
        await goOn(url, dir),
        SENT.slice(5).map((name) => `${name} applied`),
      );
      assert.equal(
        await ask(url, "SELECT COUNT(*) FROM migration_history WHERE finished_at IS NOT NULL"),
        11,
      );
    }),
  );
});
