import assert from "node:assert/strict";
import { test } from "node:test";
import mysql from "mysql2/promise";
import { migrate } from "../../src/run/migrate";
import { settingsFromOptions } from "../../src/settings/settings";
import { withMigrations } from "../support/migrations";
import { withServer } from "../support/server-with-options";
import { FAMILIES, forEachServer, withTestDatabase } from "../support/servers";

async function failure(url: string, up: string): Promise<{ code: string; hint: string }> {
  return await withMigrations({ "0001_a.up.sql": up, "0001_a.down.sql": "DO 1;" }, async (dir) => {
    try {
      await migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null);
    } catch (error) {
      return error as { code: string; hint: string };
    }
    return { code: "done", hint: "" };
  });
}

const LONG =
  "SELECT COUNT(*) FROM information_schema.COLUMNS a, information_schema.COLUMNS b, information_schema.COLUMNS c;";
const LIMIT = {
  mysql: [`SET max_execution_time = 1;\n${LONG}`, /max_execution_time/],
  mariadb: [`SET max_statement_time = 0.01;\n${LONG}`, /max_statement_time/],
} as const;

forEachServer("a time limit is named, and not the file", (_, server) =>
  withTestDatabase(server, async ({ url }) => {
    const [up, name] = LIMIT[server.family];
    const { code, hint } = await failure(url, up);
    assert.equal(code, "statement-failed");
    assert.match(hint, name);
    assert.doesNotMatch(hint, /Correct/);
  }),
);

forEachServer("of --secure-file-priv nobody says that the server is read-only", (_, server) =>
  withTestDatabase(server, async ({ url }) => {
    const { code, hint } = await failure(url, "SELECT 1 INTO OUTFILE '/nowhere/at-all';");
    assert.equal(code, "statement-failed");
    assert.match(hint, /started with an option/);
  }),
);

for (const family of FAMILIES) {
  test(`binlog_format STATEMENT with READ COMMITTED refuses the file's rows, and nothing of the runner's [${family}]`, async () => {
    const options = [
      "--log-bin=binlog",
      "--server-id=1",
      "--binlog-format=STATEMENT",
      "--transaction-isolation=READ-COMMITTED",
    ];
    await withServer(family, [...options, "--log-bin-trust-function-creators=1"], (server) =>
      withTestDatabase(server, async ({ url }) => {
        const ddl = [
          "CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB",
          "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @x = 1",
          "SELECT COUNT(*) FROM t",
          "START TRANSACTION",
          "SELECT COUNT(*) FROM t",
          "COMMIT",
          "DROP TRIGGER g",
        ].join(";\n");
        const files = {
          "0001_ddl.up.sql": `${ddl};\n`,
          "0001_ddl.down.sql": "DROP TABLE t;\n",
          "0002_row.up.sql": "INSERT INTO t VALUES (1);\n",
          "0002_row.down.sql": "DELETE FROM t;\n",
        };
        await withMigrations(files, async (dir) => {
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          await migrate(settings, "up", { to: "1" });
          await assert.rejects(migrate(settings, "up", null), {
            code: "statement-failed",
            hint: /binlog_format/,
          });
          const own = await mysql.createConnection({ uri: url });
          const [rows] = await own.query("SELECT COUNT(*) AS n FROM t");
          assert.deepEqual(rows, [{ n: 0 }]);
          await own.end();
        });
      }),
    );
  });
}
