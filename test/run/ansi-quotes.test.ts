import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { settingsFromOptions } from "../../src/settings/settings";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { forEachServer, withTestDatabase } from "../support/servers";

const TABLES = [
  "CREATE TABLE m (id INT PRIMARY KEY, n INT NOT NULL) ENGINE=MyISAM",
  "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB",
];

/** Each ends in a statement that reaches the table without transactions by a name in double quotes. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  "in the statement": [...TABLES, "SET sql_mode = 'ANSI_QUOTES'", 'INSERT INTO "m" VALUES (1, 1)'],
  "in a trigger": [
    ...TABLES,
    "SET sql_mode = 'ANSI_QUOTES'",
    'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW INSERT INTO "m" VALUES (NEW.id, 1)',
    "SET sql_mode = ''",
    "INSERT INTO t VALUES (1, 1)",
  ],
};

for (const [name, statements] of Object.entries(WAYS)) {
  forEachServer(`a table without transactions is known by its name in double quotes, ${name}`, (_, server) =>
    withTestDatabase(server, ({ url }) => {
      const up = `${statements.join(";\n")};\n`;
      return withMigrations(
        { "0001_a.up.sql": up, "0001_a.down.sql": "DROP TABLE t;\nDROP TABLE m;\n" },
        async (dir) => {
          const last = statements.at(-1) ?? "";
          const cut = { command: ({ text }: { text: string }) => text === last, moment: "after" } as const;
          await withProxy(server, { cut, refuseAfterCut: true }, async (proxy) => {
            const through = settingsFromOptions({ databaseUrl: proxy.through(url), dir });
            await assert.rejects(migrate(through, "up", null), { code: "connection-lost" });
          });
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          await assert.rejects(migrate(settings, "up", null), { code: "in-doubt" });
        },
      );
    }),
  );
}

forEachServer("the history table is known by its name in double quotes", (_, server) =>
  withTestDatabase(server, ({ url }) => {
    const up = `SET sql_mode = 'ANSI';\nDELETE FROM "migration_history";\n`;
    return withMigrations({ "0001_a.up.sql": up, "0001_a.down.sql": "DO 1;\n" }, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await assert.rejects(migrate(settings, "up", null), { code: "names-history-table" });
    });
  }),
);
