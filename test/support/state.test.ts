import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import mysql from "mysql2/promise";
import { forEachServer, withTestDatabase } from "./servers";
import { compareStates, dumpState, withoutNumbers } from "./state";

const FIXTURE = join(__dirname, "fixture-sweep");
const OPTIONS = { historyTable: "migration_history" };

async function withSession<T>(url: string, body: (session: mysql.Connection) => Promise<T>): Promise<T> {
  const session = await mysql.createConnection({ uri: url, multipleStatements: true });
  try {
    return await body(session);
  } finally {
    await session.end();
  }
}

forEachServer("two databases made alike are told alike, less their numbers", (_, server) =>
  withTestDatabase(server, (one) =>
    withTestDatabase(server, async (two) => {
      const make = async (url: string, waste: boolean): Promise<void> =>
        withSession(url, async (session) => {
          await session.query(await readFile(join(FIXTURE, "seed.sql"), "utf8"));
          for (const version of ["0004_views", "0007_variables"]) {
            if (waste) await session.query("BEGIN; INSERT INTO ledger (entry) VALUES ('x'), ('y'); ROLLBACK");
            await session.query(await readFile(join(FIXTURE, "migrations", `${version}.up.sql`), "utf8"));
          }
          if (!waste) return;
          // A parent's number changes, and its children's with it.
          await session.query("SET foreign_key_checks = 0");
          await session.query("UPDATE parent SET id = id + 40 ORDER BY id DESC");
          await session.query("UPDATE child SET parent_id = parent_id + 40");
        });
      await make(one.url, false);
      await make(two.url, true);
      const state = await dumpState(one.url, OPTIONS);
      const other = await dumpState(two.url, OPTIONS);
      assert.deepEqual(withoutNumbers(other), withoutNumbers(state));
      assert.equal(compareStates(state, other)?.kind, "wrong");
      assert.ok(withoutNumbers(state).includes('row of child: #, parent 2, "of three", 4'), state.join("\n"));
    }),
  ),
);

const CHANGES: readonly { name: string; sql: string; kind: "lost" | "doubled" | "wrong" }[] = [
  { name: "a row lost", sql: "DELETE FROM ledger ORDER BY id DESC LIMIT 1", kind: "lost" },
  {
    name: "a row doubled",
    sql: "INSERT INTO ledger (entry, n) SELECT entry, n FROM ledger LIMIT 1",
    kind: "doubled",
  },
  { name: "a counter moved on", sql: "UPDATE counter SET n = n + 1", kind: "wrong" },
  { name: "rows in another order", sql: "UPDATE ledger SET id = 1000 - id", kind: "wrong" },
  { name: "a column more", sql: "ALTER TABLE account ADD COLUMN x INT", kind: "wrong" },
  { name: "a table lost", sql: "DROP TABLE counter", kind: "lost" },
  { name: "a procedure more", sql: "CREATE PROCEDURE p() DO 0", kind: "doubled" },
  {
    name: "a trigger more",
    sql: "CREATE TRIGGER t AFTER INSERT ON account FOR EACH ROW DO 0",
    kind: "doubled",
  },
  { name: "an event more", sql: "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DISABLE DO DO 0", kind: "doubled" },
  { name: "a view more", sql: "CREATE VIEW v AS SELECT 1 AS one", kind: "doubled" },
];

for (const { name, sql, kind } of CHANGES) {
  forEachServer(`${name} is seen`, (_, server) =>
    withTestDatabase(server, ({ url }) =>
      withSession(url, async (session) => {
        await session.query(await readFile(join(FIXTURE, "seed.sql"), "utf8"));
        await session.query(await readFile(join(FIXTURE, "migrations", "0001_accounts.up.sql"), "utf8"));
        const before = await dumpState(url, OPTIONS);
        assert.equal(compareStates(before, await dumpState(url, OPTIONS)), null);
        await session.query(sql);
        assert.equal(compareStates(before, await dumpState(url, OPTIONS))?.kind, kind);
      }),
    ),
  );
}

test("the sweep's fixture is made of pairs", async () => {
  const names = await readdir(join(FIXTURE, "migrations"));
  const ups = names.filter((name) => name.endsWith(".up.sql"));
  assert.deepEqual(
    ups.map((name) => name.replace(".up.", ".down.")),
    names.filter((name) => name.endsWith(".down.sql")),
  );
  assert.equal(names.length, 2 * ups.length);
});
