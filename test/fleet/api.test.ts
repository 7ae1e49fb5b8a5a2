import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createMigrator,
  type FleetEvent,
  type FleetOptions,
  MigrateError,
  StatementError,
} from "../../src/index";
import { withDatabases } from "../support/fleet";
import { withMigrations } from "../support/migrations";
import { forEachServer } from "../support/servers";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (n INT);",
  "0001_a.down.sql": "DROP TABLE a;",
};

forEachServer("a program gets one result for each database", async (_, server) => {
  await withDatabases(server, ["1", "2", "3"], async ({ prefix, pattern, ask }) => {
    await withMigrations(FILES, async (dir) => {
      await ask("2", "CREATE TABLE other (n INT)");
      const events: FleetEvent[] = [];
      const url = `${server.url}/${prefix}3`;
      const migrator = createMigrator({
        databaseUrl: `${server.url}/`,
        databases: [`${prefix}1`, url, pattern],
        maxFailures: 2,
        dir,
        onEvent: (event) => events.push(event),
      });
      const { databases, ...sums } = await migrator.up();
      assert.deepEqual(sums, { total: 3, done: 2, failed: 1, notBegun: 0 });
      const labels = [`${prefix}1`, `${server.host}:${server.port}/${prefix}3`, `${prefix}2`];
      assert.deepEqual(
        databases.map(({ database }) => database),
        labels,
      );
      const [first, second, third] = databases;
      assert.deepEqual(
        first?.result?.steps.map(({ version }) => version),
        [1],
      );
      assert.equal(second?.result?.to, 1);
      assert.ok(third?.error instanceof MigrateError && !(third.error instanceof StatementError));
      assert.equal(third.error.code, "existing-tables");
      const done = events
        .filter(({ event }) => event === "step-done")
        .map((event) => "database" in event && event.database);
      assert.deepEqual(done.sort(), labels.slice(0, 2).sort());

      const status = await migrator.status();
      assert.deepEqual(
        status.databases.map(({ result }) => [result?.current, result?.clean]),
        [
          [1, true],
          [1, true],
          [null, false],
        ],
      );
      assert.deepEqual(
        (await migrator.history({ last: 1 })).databases.map(({ result }) => result?.lines.length),
        [1, 1, 0],
      );
      await assert.rejects(migrator.down({ steps: 1 }), { code: "usage" });
      const down = await migrator.down({ to: "base", dryRun: true });
      assert.deepEqual(
        down.databases.map(({ result }) => result?.planned?.length ?? null),
        [1, 1, 0],
      );
      assert.equal((await migrator.down({ to: 0 })).done, 3);
    });
  });
});

test("what a program says of its databases is checked", async () => {
  const rows: readonly (readonly [object, RegExp])[] = [
    [{ databases: [] }, /databases takes an array of at least one text, not an array/],
    [{ databases: "a" }, /databases takes an array/],
    [{ databases: ["a"], parallel: 0 }, /parallel takes a whole number from 1/],
    [{ databases: ["a"], canary: -1 }, /canary takes a whole number from 0/],
    [{ databases: ["a"], maxFailure: 1 }, /no option "maxFailure"\. Did you mean "maxFailures"/],
    [{ databases: [""] }, /databases\[0\]: the database's name is empty/],
    [{ parallel: 1, databaseUrl: "mysql://u@h/d" }, /no option "parallel"/],
  ];
  for (const [options, message] of rows) {
    assert.throws(() => createMigrator(options as FleetOptions), { message });
  }
  const without = createMigrator({ databases: ["a"], dir: "sql/migrations" });
  await assert.rejects(without.current(), { code: "missing-setting" });
});
