import assert from "node:assert/strict";
import type { RunEvent } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import { type Settings, settingsFromOptions } from "../../src/settings/settings";
import { listRepairs } from "../../src/verbs/repair";
import { giveUpPartial, settleStatement } from "../../src/verbs/resolve";
import { readOne } from "../../src/verbs/show";
import { readStatus } from "../../src/verbs/status";
import { withMigrations } from "../support/migrations";
import { assertFails, assertRefused } from "../support/refused";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

const UP = [
  "CREATE TABLE a (id INT PRIMARY KEY)",
  "INSERT INTO a VALUES (1)",
  "ALTER TABLE a ADD COLUMN n INT NULL",
  "INSERT INTO a VALUES (2, 'two')",
  "INSERT INTO a VALUES (3, 3)",
];
const FIXED = UP.with(3, "INSERT INTO a VALUES (2, 2)");
const DOWN = [
  "ALTER TABLE a DROP COLUMN n",
  "DELETE FROM a WHERE id = 3",
  "DROP TABLE nowhere",
  "DROP TABLE a",
];
const FIXED_DOWN = DOWN.with(2, "DELETE FROM a WHERE id = 2");

const FIRST = {
  "0001_first.up.sql": "CREATE TABLE first (id INT PRIMARY KEY);",
  "0001_first.down.sql": "DROP TABLE first;",
};

function withPair(up: readonly string[], down: readonly string[]): Record<string, string> {
  return {
    ...FIRST,
    "0002_a.up.sql": `${up.join(";\n")};\n`,
    "0002_a.down.sql": `${down.join(";\n")};\n`,
  };
}

interface Half {
  readonly url: string;
  /** Puts these files in place of the broken ones. */
  readonly withFiles: (
    files: Record<string, string>,
    body: (settings: Settings) => Promise<void>,
  ) => Promise<void>;
}

/** A database whose second migration stopped at statement 4 of 5. */
async function withHalfApplied(server: TestServer, body: (half: Half) => Promise<void>): Promise<void> {
  await withTestDatabase(server, async ({ url }) => {
    const withFiles: Half["withFiles"] = (files, inner) =>
      withMigrations(files, (dir) => inner(settingsFromOptions({ databaseUrl: url, dir })));
    await withFiles(withPair(UP, FIXED_DOWN), async (settings) => {
      const words = [
        /^0002_a\.up\.sql:4:1: statement 4 of 5: .*two/,
        /3 of 5 statements are applied and recorded/,
      ];
      await assertFails(migrate(settings, "up", null), "statement-failed", ...words);
    });
    await body({ url, withFiles });
  });
}

/** A database whose second migration is reverted up to statement 3 of 4. */
async function withHalfReverted(server: TestServer, body: (half: Half) => Promise<void>): Promise<void> {
  await withTestDatabase(server, async ({ url }) => {
    const withFiles: Half["withFiles"] = (files, inner) =>
      withMigrations(files, (dir) => inner(settingsFromOptions({ databaseUrl: url, dir })));
    await withFiles(withPair(FIXED, DOWN), async (settings) => {
      await migrate(settings, "up", null);
      const words = [/^0002_a\.down\.sql:3:1: statement 3 of 4: .*nowhere/, /2 of 4 statements are applied/];
      await assertFails(migrate(settings, "down", { to: "1" }), "statement-failed", ...words);
    });
    await body({ url, withFiles });
  });
}

async function idsOf(settings: Settings): Promise<number[]> {
  const rows = await withSession(settings.database, (session) =>
    session.query("SELECT id FROM a ORDER BY id"),
  );
  return rows.map(({ id }) => Number(id));
}

forEachServer("a repaired statement is where the file goes on", async (_, server) => {
  await withHalfApplied(server, ({ withFiles }) =>
    withFiles(withPair(FIXED, FIXED_DOWN), async (settings) => {
      const done: number[] = [];
      const emit = (event: RunEvent): void => {
        if (event.event === "statement-done") done.push(event.statement);
      };
      await migrate(settings, "up", null, { emit });
      assert.deepEqual(done, [4, 5]);
      assert.deepEqual(await idsOf(settings), [1, 2, 3]);
      const { entries } = await readStatus(settings);
      assert.deepEqual(
        entries.map(({ state, problems }) => [state, ...problems]),
        [["applied"], ["applied"]],
      );
    }),
  );
});

forEachServer(
  "what comes after the failed statement may grow, shrink and change its line",
  async (t, server) => {
    const ends: readonly (readonly [name: string, rest: readonly string[], ids: readonly number[]])[] = [
      ["nothing more", [], [1]],
      ["one more", [...FIXED.slice(3), "INSERT INTO a VALUES (4, 4)"], [1, 2, 3, 4]],
      ["others", ["-- now\n\nINSERT INTO a VALUES (7, 7)"], [1, 7]],
    ];
    for (const [name, rest, ids] of ends) {
      await t.test(name, () =>
        withHalfApplied(server, ({ withFiles }) =>
          withFiles(withPair([...UP.slice(0, 3), ...rest], FIXED_DOWN), async (settings) => {
            await migrate(settings, "up", null);
            assert.deepEqual(await idsOf(settings), ids);
            assert.equal((await readStatus(settings)).current, 2);
          }),
        ),
      );
    }
  },
);

forEachServer("a statement that is applied must stay as it was", async (t, server) => {
  const edits: readonly (readonly [name: string, up: readonly string[], words: RegExp])[] = [
    ["the first", FIXED.with(0, "CREATE TABLE a (id BIGINT PRIMARY KEY)"), /: statement 1 changed/],
    ["the second", FIXED.with(1, "INSERT INTO a VALUES (10)"), /: statement 2 changed/],
    ["the third", FIXED.with(2, "ALTER TABLE a ADD COLUMN n BIGINT NULL"), /: statement 3 changed/],
    ["one more before them", ["SELECT 1", ...FIXED], /: statement 1 changed/],
    ["one less", FIXED.toSpliced(1, 1), /: statement 2 changed/],
    ["a shorter file", FIXED.slice(0, 2), /: statement 3 changed/],
    ["comments only", ["-- nothing"], /: statement 1 changed/],
  ];
  for (const [name, up, words] of edits) {
    await t.test(name, () =>
      withHalfApplied(server, async ({ url, withFiles }) => {
        await withFiles(withPair(up, FIXED_DOWN), async (settings) => {
          const all = [
            /^0002_a\.up\.sql: /,
            words,
            /statements 1 to 3 are applied already/,
            /See what changed, and restore these.*\n {2}npm run migrate:show 0002\n/,
            /give it up:\n {2}npm run migrate:resolve -- 0002 --give-up --reason "why"$/,
          ];
          await assertFails(migrate(settings, "up", null), "prefix-modified", ...all);
          // Asked twice, told twice, and nothing moves.
          await assertRefused(url, () => migrate(settings, "up", null), "prefix-modified", ...all);
          await assertRefused(
            url,
            () => settleStatement(settings, 2, "applied", "seen"),
            "prefix-modified",
            words,
          );
          // Every verb that looks says so.
          const seen = [
            ...(await readStatus(settings)).entries.flatMap(({ problems }) => problems),
            ...(await readOne(settings, "2")).entry.problems,
            ...(await listRepairs(settings)).others,
          ];
          assert.deepEqual(
            seen.map(({ code }) => code),
            new Array(3).fill("prefix-modified"),
          );
          for (const { message } of seen) assert.match(message, words);
          assert.ok((await readOne(settings, "2")).files[0]?.diff);
          assert.deepEqual(await idsOf(settings), [1]);
        });
        await withFiles(withPair(FIXED, FIXED_DOWN), async (settings) => {
          await migrate(settings, "up", null);
          assert.deepEqual(await idsOf(settings), [1, 2, 3]);
        });
      }),
    );
  }
});

forEachServer("what is half applied cannot be reverted before it is whole", async (_, server) => {
  await withHalfApplied(server, ({ url, withFiles }) =>
    withFiles(withPair(FIXED, FIXED_DOWN), async (settings) => {
      const words = [
        /0002_a is applied in part only \(3 of 5 statements\); that must be finished first/,
        /npm run migrate:up -- --to 2/,
      ];
      await assertRefused(url, () => migrate(settings, "down", { to: "0" }), "partial", ...words);
      await assertRefused(url, () => migrate(settings, "down", { steps: 1 }), "partial", ...words);
      await migrate(settings, "up", { to: "2" });
      await migrate(settings, "down", { to: "0" });
      assert.equal((await readStatus(settings)).current, null);
    }),
  );
});

forEachServer("what is half reverted cannot be applied before it is gone", async (_, server) => {
  await withHalfReverted(server, ({ url, withFiles }) =>
    withFiles(withPair(FIXED, FIXED_DOWN), async (settings) => {
      const words = [
        /0002_a is reverted in part only \(2 of 4 statements\); that must be finished first/,
        /npm run migrate:down -- --to 1/,
      ];
      await assertRefused(url, () => migrate(settings, "up", null), "partial", ...words);
      await assertRefused(url, () => migrate(settings, "up", { to: "2" }), "partial", ...words);
      const done: number[] = [];
      const emit = (event: RunEvent): void => {
        if (event.event === "statement-done") done.push(event.statement);
      };
      await migrate(settings, "down", { to: "1" }, { emit });
      assert.deepEqual(done, [3, 4]);
      assert.equal((await readStatus(settings)).current, 1);
      await migrate(settings, "up", null);
      assert.deepEqual(await idsOf(settings), [1, 2, 3]);
    }),
  );
});

forEachServer("a statement that is reverted must stay as it was", async (_, server) => {
  await withHalfReverted(server, ({ url, withFiles }) =>
    withFiles(withPair(FIXED, FIXED_DOWN.with(1, "DELETE FROM a WHERE id = 1")), async (settings) => {
      const words = [/^0002_a\.down\.sql: statement 2 changed, but statements 1 to 2 are applied already/];
      await assertFails(migrate(settings, "down", { to: "1" }), "prefix-modified", ...words);
      await assertRefused(url, () => migrate(settings, "down", { to: "1" }), "prefix-modified", ...words);
      const [, { problems } = { problems: [] }] = (await readStatus(settings)).entries;
      assert.deepEqual(
        problems.map(({ code }) => code),
        ["prefix-modified"],
      );
      assert.deepEqual(await idsOf(settings), [1, 2]);
    }),
  );
});

forEachServer("resolve settles only what is open", async (_, server) => {
  await withHalfApplied(server, ({ url, withFiles }) =>
    withFiles(withPair(FIXED, FIXED_DOWN), async (settings) => {
      const whole = [/^0001 is not partial: there is nothing to resolve/, /migrate:status/];
      await assertRefused(
        url,
        () => settleStatement(settings, 1, "applied", "why"),
        "nothing-to-do",
        ...whole,
      );
      await assertRefused(
        url,
        () => settleStatement(settings, 1, "not-applied", "why"),
        "nothing-to-do",
        ...whole,
      );
      await assertRefused(
        url,
        () => settleStatement(settings, 77, "applied", "why"),
        "nothing-to-do",
        /^0077 is not partial/,
      );
      const known = [
        /^0002_a: statement 4 is known not to be applied; the next run starts with it/,
        /npm run migrate:up/,
      ];
      await assertRefused(
        url,
        () => settleStatement(settings, 2, "not-applied", "why"),
        "nothing-to-do",
        ...known,
      );
      const resolved = await settleStatement(settings, 2, "applied", "did it by hand");
      assert.deepEqual(resolved, {
        version: 2,
        name: "a",
        direction: "up",
        statement: 4,
        statements: 5,
        outcome: "applied",
      });
      await migrate(settings, "up", null);
      assert.deepEqual(await idsOf(settings), [1, 3]);
      await assertRefused(
        url,
        () => settleStatement(settings, 2, "applied", "why"),
        "nothing-to-do",
        /^0002 is not partial/,
      );
      const lines = await withSession(settings.database, (session) =>
        session.query("SELECT id, action, reason FROM migration_history ORDER BY id"),
      );
      assert.deepEqual(lines, [
        { id: 1, action: "up", reason: null },
        { id: 2, action: "up", reason: null },
        { id: 3, action: "resolve", reason: "did it by hand" },
      ]);
    }),
  );
});

forEachServer("what is half applied can be given up, and begins anew", async (_, server) => {
  await withHalfApplied(server, ({ url, withFiles }) =>
    // The file is another one by now, and its applied part as well.
    withFiles(
      withPair(FIXED.with(0, "CREATE TABLE a (id BIGINT PRIMARY KEY)"), FIXED_DOWN),
      async (settings) => {
        await withSession(settings.database, (session) => session.run("DROP TABLE a"));
        assert.deepEqual(await giveUpPartial(settings, 2, "dropped it"), {
          version: 2,
          name: "a",
          direction: "up",
          statement: 3,
          statements: 5,
          outcome: "given-up",
        });
        const { current, entries } = await readStatus(settings);
        assert.deepEqual([current, ...entries.map(({ state }) => state)], [1, "applied", "pending"]);
        assert.deepEqual(
          (await readOne(settings, "2")).lines.map(({ action, reason }) => [action, reason]),
          [
            ["up", null],
            ["unstamp", "given up after statement 3 of 5 of the up file: dropped it"],
          ],
        );
        await assertRefused(
          url,
          () => giveUpPartial(settings, 2, "again"),
          "nothing-to-do",
          /^0002 is not partial/,
        );
        await migrate(settings, "up", null);
        assert.deepEqual(await idsOf(settings), [1, 2, 3]);
        await migrate(settings, "down", { to: "0" });
        assert.equal((await readStatus(settings)).current, null);
      },
    ),
  );
});

forEachServer("what is half reverted can be given up, and is applied again", async (_, server) => {
  await withHalfReverted(server, ({ withFiles }) =>
    withFiles(withPair(FIXED, DOWN.with(0, "SELECT 1")), async (settings) => {
      await withSession(settings.database, async (session) => {
        await session.run("ALTER TABLE a ADD COLUMN n INT NULL");
        await session.run("INSERT INTO a VALUES (3, 3)");
      });
      assert.equal((await giveUpPartial(settings, 2, "put it back")).direction, "down");
      const { current, entries } = await readStatus(settings);
      assert.deepEqual([current, ...entries.map(({ state }) => state)], [2, "applied", "applied"]);
      // What was applied is known as before: the other down file is noticed, and shown beside the one of then.
      const shown = await readOne(settings, "2");
      assert.deepEqual(
        shown.files.map(({ change }) => change),
        ["none", "code"],
      );
      assert.ok(shown.files[1]?.diff?.includes("-ALTER TABLE a DROP COLUMN n;"));
    }),
  );
});

forEachServer(
  "what is half applied can be given up without its files, and with an intent",
  async (_, server) => {
    await withHalfApplied(server, ({ withFiles }) =>
      withFiles(FIRST, async (settings) => {
        await withSession(settings.database, (session) =>
          session.run(
            "UPDATE migration_history SET intent = JSON_OBJECT('statement', 4, 'hash', '', 'connection', 1, 'how', 'ask', 'objects', JSON_ARRAY(), 'before', NULL) WHERE version = 2",
          ),
        );
        await giveUpPartial(settings, 2, "dropped it");
        assert.equal((await readStatus(settings)).entries.length, 1);
      }),
    );
  },
);

forEachServer("resolve on a database without any history makes none", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FIRST, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await assertRefused(
        url,
        () => settleStatement(settings, 1, "applied", "why"),
        "nothing-to-do",
        /^0001 is not partial/,
      );
    }),
  );
});
