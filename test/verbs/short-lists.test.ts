import assert from "node:assert/strict";
import { createMigrator, MigrateError } from "../../src/index";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": "CREATE TABLE b (id INT);",
  "0002_b.down.sql": "DROP TABLE b;",
  "0003_c.up.sql": "CREATE TABLE c (id INT);\n\n-- Wrong.\nSELECT *\n  FORM c;",
  "0003_c.down.sql": "DROP TABLE c;",
};

forEachServer("status, history and an error tell no more than was asked", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const migrator = createMigrator({ databaseUrl: url, dir });
      await migrator.up({ to: 2 });
      const versions = async (pending: boolean): Promise<readonly number[]> =>
        (await migrator.status({ pending })).entries.map(({ version }) => version);
      assert.deepEqual([await versions(false), await versions(true)], [[1, 2, 3], [3]]);
      assert.equal((await migrator.status({ pending: true })).total, 3);
      const lines = async (last?: number): Promise<readonly number[]> =>
        (await migrator.history({ last })).lines.map(({ version }) => version);
      assert.deepEqual([await lines(), await lines(1), await lines(9)], [[1, 2], [2], [1, 2]]);
      await assert.rejects(migrator.history({ last: 0 }), { code: "usage" });
      // The server's own line is the statement's second.
      await assert.rejects(migrator.up(), (error) => {
        assert.ok(error instanceof MigrateError);
        assert.match(
          error.message,
          /^0003_c\.up\.sql:4:1: statement 2 of 2: .* near 'FORM c' at line 5 \(error 1064\)\n {2}5 \| {3}FORM c\n {4}\| {3}\^\n1 of 2 statements/,
        );
        return true;
      });
    }),
  );
});
