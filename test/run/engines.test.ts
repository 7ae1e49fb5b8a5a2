import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { forEachServer, withTestDatabase } from "../support/servers";

const PLAIN = {
  "0001_plain.up.sql": "CREATE TABLE plain (id INT PRIMARY KEY);",
  "0001_plain.down.sql": "DROP TABLE plain;",
};

forEachServer("migrations in quick succession do not each ask for the tables' engines", async (_, server) => {
  const files: Record<string, string> = { ...PLAIN };
  for (let n = 2; n <= 31; n++) {
    const number = String(n).padStart(4, "0");
    files[`${number}_row.up.sql`] = `INSERT INTO plain VALUES (${n});`;
    files[`${number}_row.down.sql`] = `DELETE FROM plain WHERE id = ${n};`;
  }
  await withTestDatabase(server, ({ url }) =>
    withMigrations(files, (dir) =>
      withProxy(server, {}, async (proxy) => {
        await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null);
        const asked = proxy.commands.filter(({ text }) => text.includes("information_schema.ENGINES"));
        assert.ok(asked.length >= 1 && asked.length < 15, `${asked.length} times for 30`);
      }),
    ),
  );
});

forEachServer(
  "a table without transactions is known to the migration after the one that made it",
  async (_, server) => {
    const files = {
      ...PLAIN,
      "0002_row.up.sql": "INSERT INTO plain VALUES (1);",
      "0002_row.down.sql": "DELETE FROM plain;",
      "0003_log.up.sql": "CREATE TABLE log (id INT) ENGINE=MyISAM;",
      "0003_log.down.sql": "DROP TABLE log;",
      "0004_log.up.sql": "INSERT INTO log VALUES (1);\nINSERT INTO nowhere VALUES (1);",
      "0004_log.down.sql": "DELETE FROM log;",
    };
    await withTestDatabase(server, ({ url }) =>
      withMigrations(files, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await assert.rejects(migrate(settings, "up", null), { code: "statement-failed" });
        await withSession(settings.database, async (session) => {
          // Its row outlives the failure, so it is recorded.
          const [line] = await session.query(
            "SELECT statements_done AS done FROM migration_history WHERE version = 4",
          );
          const rows = await session.query("SELECT id FROM log");
          assert.deepEqual([Number(line?.done), rows.length], [1, 1]);
        });
      }),
    );
  },
);
