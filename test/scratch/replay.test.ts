import assert from "node:assert/strict";
import { createMigrator } from "../../src/index";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { forEachServer, withTestDatabase } from "../support/servers";

/** What a migration finds in its session. */
const LOOK = "INSERT INTO seen SELECT CONCAT_WS(' ', LAST_INSERT_ID(), @@sql_mode)";

function files(first: string, others: string): Readonly<Record<string, string>> {
  const all: Record<string, string> = {
    "0001_seen.up.sql": `CREATE TABLE seen (id INT AUTO_INCREMENT PRIMARY KEY, what TEXT);\n${LOOK.replace("seen", "seen (what)")};\n${first};\n`,
    "0001_seen.down.sql": "DROP TABLE seen;\n",
  };
  for (let n = 2; n <= 9; n++) {
    all[`${String(n).padStart(4, "0")}_rows.up.sql`] =
      `${LOOK.replace("seen", "seen (what)")};\n${others};\n`;
    all[`${String(n).padStart(4, "0")}_rows.down.sql`] = "DELETE FROM seen WHERE id > 1;\n";
  }
  // An up file that fails where a session is not as new.
  all["0010_same.up.sql"] =
    "ALTER TABLE seen ADD COLUMN one INT;\nINSERT INTO seen (id) SELECT 1 FROM (SELECT COUNT(DISTINCT what) AS n FROM seen) s WHERE n > 1;\n";
  all["0010_same.down.sql"] = "ALTER TABLE seen DROP COLUMN one;\n";
  return all;
}

forEachServer(
  "a replay of migrations with rows takes few connections, and none sees another",
  async (_, server) => {
    const connections = async (first: string, others: string): Promise<number> =>
      await withTestDatabase(server, ({ url }) =>
        withMigrations(files(first, others), (dir) =>
          withProxy(server, {}, async (proxy) => {
            const migrator = createMigrator({
              databaseUrl: url,
              dir,
              scratchDatabaseUrl: proxy.through(server.url),
            });
            const { proven } = await migrator.verify();
            assert.ok(proven);
            return new Set(proxy.commands.map(({ connection }) => connection)).size;
          }),
        ),
      );
    const rows = await connections("UPDATE seen SET what = what", "UPDATE seen SET what = what");
    const set = await connections("UPDATE seen SET what = what", "SET sql_mode = ''");
    const trigger = await connections(
      "CREATE TRIGGER sets BEFORE UPDATE ON seen FOR EACH ROW SET SESSION sql_mode = ''",
      "UPDATE seen SET what = what",
    );
    assert.ok(rows < 8, `${rows} connections for rows`);
    assert.ok(set > 16, `${set} connections behind SET`);
    assert.ok(trigger > 16, `${trigger} connections behind triggers`);
  },
);
