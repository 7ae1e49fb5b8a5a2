import assert from "node:assert/strict";
import { test } from "node:test";
import mysql from "mysql2/promise";
import { migrate } from "../../src/run/migrate";
import { withPrivateServer } from "../../src/scratch/private-server";
import { settingsFromOptions } from "../../src/settings/settings";
import { prepareDatabase } from "../../src/verbs/init";
import { readStatus } from "../../src/verbs/status";
import { withMigrations } from "../support/migrations";
import { assertRefused } from "../support/refused";
import { FAMILIES } from "../support/servers";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT PRIMARY KEY);\nINSERT INTO a VALUES (1);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": "INSERT INTO a VALUES (2);",
  "0002_b.down.sql": "DELETE FROM a WHERE id = 2;",
};

/** What makes a server read-only for an ordinary user, and what ends it. MySQL's super_read_only is for root, too. */
const WAYS = {
  mysql: [
    ["SET GLOBAL read_only = 1", "SET GLOBAL read_only = 0"],
    ["SET GLOBAL super_read_only = 1", "SET GLOBAL super_read_only = 0, GLOBAL read_only = 0"],
  ],
  mariadb: [["SET GLOBAL read_only = 1", "SET GLOBAL read_only = 0"]],
} as const;

for (const family of FAMILIES) {
  // On a server of its own, because it is the whole server that becomes read-only.
  test(`a read-only server is named as such, and nothing changes [${family}]`, async (t) => {
    await withPrivateServer({ family, environment: process.env }, async (server) => {
      const root = await mysql.createConnection({ uri: server.url });
      t.after(() => root.destroy());
      await root.query("CREATE DATABASE ro");
      await root.query("CREATE DATABASE begun");
      await root.query("CREATE USER ordinary@'%' IDENTIFIED BY ''");
      await root.query("GRANT ALL PRIVILEGES ON *.* TO ordinary@'%'");
      for (const right of family === "mysql" ? ["SUPER", "CONNECTION_ADMIN"] : ["SUPER", "READ ONLY ADMIN"]) {
        await root.query(`REVOKE ${right} ON *.* FROM ordinary@'%'`);
      }
      await withMigrations(FILES, async (dir) => {
        const at = (database: string, user = "ordinary") =>
          settingsFromOptions({ databaseUrl: `mysql://${user}@127.0.0.1:${server.port}/${database}`, dir });
        await migrate(at("begun"), "up", { to: "1" });
        for (const [on, off] of WAYS[family]) {
          await root.query(on);
          // Whatever the account may do: root may write under read_only.
          for (const user of ["ordinary", "root"]) {
            await t.test(`${on}, as ${user}`, async () => {
              const words = [/--(super-)?read-only/, /Connect to the primary/];
              for (const database of ["ro", "begun"]) {
                const url = `${server.url}/${database}`;
                const settings = at(database, user);
                await assertRefused(url, () => migrate(settings, "up", null), "read-only-server", ...words);
                if (database === "begun") {
                  await assertRefused(
                    url,
                    () => migrate(settings, "down", { to: "0" }),
                    "read-only-server",
                    ...words,
                  );
                } else {
                  await assertRefused(url, () => prepareDatabase(settings), "read-only-server", ...words);
                }
                assert.equal((await readStatus(settings)).current, database === "begun" ? 1 : null);
                assert.notEqual((await migrate(settings, "up", null, { dryRun: true })).planned?.length, 0);
              }
            });
          }
          await root.query(off);
        }
        await migrate(at("ro"), "up", null);
        await migrate(at("begun"), "up", null);
        assert.equal((await readStatus(at("begun"))).current, 2);
      });
    });
  });
}
