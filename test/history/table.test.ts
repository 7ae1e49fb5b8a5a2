import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import { type Settings, settingsFromOptions } from "../../src/settings/settings";
import { prepareDatabase } from "../../src/verbs/init";
import { settleStatement } from "../../src/verbs/resolve";
import { readStatus } from "../../src/verbs/status";
import { withMigrations } from "../support/migrations";
import { assertRefused } from "../support/refused";
import { forEachServer, withTestDatabase } from "../support/servers";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT PRIMARY KEY);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": "CREATE TABLE b (id INT PRIMARY KEY);",
  "0002_b.down.sql": "DROP TABLE b;",
  "0003_c.up.sql": "CREATE TABLE c (id INT PRIMARY KEY);",
  "0003_c.down.sql": "DROP TABLE c;",
};

interface Damage {
  readonly name: string;
  /** How far the database is before the damage; null: nothing was ever run. */
  readonly to: "1" | "2" | null;
  readonly sql: readonly string[];
  readonly code: string;
  readonly words: readonly RegExp[];
  /** Why it is not noticed yet. */
  readonly todo?: string;
}

const DAMAGES: readonly Damage[] = [
  {
    name: "a table that somebody else made",
    to: null,
    sql: ["CREATE TABLE migration_history (id INT PRIMARY KEY, version VARCHAR(20))"],
    code: "history-foreign",
    words: [/migration_history exists but is not a history table of mysql-updown/, /--table NAME/],
  },
  {
    name: "a view of that name",
    to: null,
    sql: ["CREATE VIEW migration_history AS SELECT 1 AS id, 1 AS version"],
    code: "history-foreign",
    words: [/migration_history exists but is not a history table of mysql-updown/],
  },
  {
    name: "a history that lost its comment",
    to: "2",
    sql: ["ALTER TABLE migration_history COMMENT = 'ours now'"],
    code: "history-foreign",
    words: [/its comment does not say so/],
  },
  {
    name: "a newer layout",
    to: "2",
    sql: ["ALTER TABLE migration_history COMMENT = 'mysql-updown history, layout 1000'"],
    code: "history-newer",
    words: [
      /has layout 1000; this version of mysql-updown knows layouts up to \d+\. Nothing was run/,
      /Upgrade/,
    ],
  },
  {
    name: "a lost column",
    to: "2",
    sql: ["ALTER TABLE migration_history DROP COLUMN done_hash"],
    code: "history-damaged",
    words: [/it lost the column done_hash\./, /backup/],
  },
  {
    name: "lost columns",
    to: "2",
    sql: ["ALTER TABLE migration_history DROP COLUMN intent, CHANGE session sessions MEDIUMTEXT NULL"],
    code: "history-damaged",
    words: [/it lost the columns intent, session\./],
  },
  {
    name: "a lost primary key",
    to: "2",
    sql: ["ALTER TABLE migration_history MODIFY id BIGINT UNSIGNED NOT NULL, DROP PRIMARY KEY"],
    code: "history-damaged",
    words: [/it lost its primary key \(id\)/],
  },
  {
    name: "another engine",
    to: "2",
    sql: ["ALTER TABLE migration_history ENGINE = MyISAM"],
    code: "history-damaged",
    words: [/its engine is not InnoDB/],
  },
  {
    name: "TRUNCATE",
    to: "2",
    sql: ["TRUNCATE TABLE migration_history"],
    code: "history-damaged",
    words: [/migration_history was emptied: it is not new/, /DROP TABLE migration_history/],
  },
  {
    name: "DELETE of all rows",
    to: "2",
    sql: ["DELETE FROM migration_history"],
    code: "history-damaged",
    words: [/migration_history was emptied: it is not new/],
  },
  {
    name: "DELETE of its only row",
    to: "1",
    sql: ["DELETE FROM migration_history"],
    code: "history-damaged",
    words: [/migration_history was emptied: it is not new/],
    todo: "line 1 leaves AUTO_INCREMENT at 2, where it is in a new table",
  },
  {
    name: "a deleted line",
    to: "2",
    sql: ["DELETE FROM migration_history WHERE id = 1"],
    code: "history-damaged",
    words: [/The history lacks line 1 of 2/],
  },
  {
    name: "an intent that is no JSON",
    to: "2",
    sql: ["UPDATE migration_history SET intent = '{\"statement\": 1' WHERE id = 2"],
    code: "history-damaged",
    words: [/Line 2 of the history table has an intent that cannot be read/],
  },
  {
    name: "an intent of another shape",
    to: "2",
    sql: ["UPDATE migration_history SET intent = '{\"statement\": 1}' WHERE id = 2"],
    code: "history-damaged",
    words: [/Line 2 of the history table has an intent that cannot be read/],
  },
];

forEachServer(
  "a history that cannot be trusted stops every verb before it does anything",
  async (t, server) => {
    for (const { name, to, sql, code, words, todo = false } of DAMAGES) {
      await t.test(name, { todo }, () =>
        withTestDatabase(server, ({ url }) =>
          withMigrations(FILES, async (dir) => {
            const settings = settingsFromOptions({ databaseUrl: url, dir });
            if (to !== null) await migrate(settings, "up", { to });
            await run(settings, sql);
            await assertRefused(url, () => migrate(settings, "up", null), code, ...words);
            await assertRefused(url, () => migrate(settings, "down", { to: "0" }), code, ...words);
            await assertRefused(url, () => migrate(settings, "up", null, { dryRun: true }), code, ...words);
            await assertRefused(url, () => settleStatement(settings, 1, "applied", "why"), code, ...words);
            await assertRefused(url, () => prepareDatabase(settings), code, ...words);
            await assertRefused(url, () => readStatus(settings), code, ...words);
          }),
        ),
      );
    }
  },
);

forEachServer(
  "a history table that is new and empty is fine, also when it was rebuilt",
  async (_, server) => {
    await withTestDatabase(server, ({ url }) =>
      withMigrations(FILES, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        assert.deepEqual(await prepareDatabase(settings), { createdDatabase: false, createdTable: true });
        assert.deepEqual(await prepareDatabase(settings), { createdDatabase: false, createdTable: false });
        // Rebuilding the table, as OPTIMIZE and a restored dump do, must not make it look used.
        await run(settings, ["ALTER TABLE migration_history ENGINE = InnoDB"]);
        const { steps } = await migrate(settings, "up", null);
        assert.equal(steps.length, 3);
        await run(settings, ["ALTER TABLE migration_history ENGINE = InnoDB"]);
        assert.equal((await migrate(settings, "up", null)).steps.length, 0);
      }),
    );
  },
);

forEachServer("columns that somebody added to the history are left alone", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await migrate(settings, "up", { to: "1" });
      await run(settings, ["ALTER TABLE migration_history ADD COLUMN ticket INT NULL FIRST"]);
      await migrate(settings, "up", null);
      assert.equal((await readStatus(settings)).current, 3);
    }),
  );
});

async function run(settings: Settings, statements: readonly string[]): Promise<void> {
  await withSession(settings.database, async (session) => {
    for (const statement of statements) await session.run(statement);
  });
}
