import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunEvent } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import { withPrivateServer } from "../../src/scratch/private-server";
import { openSession, withSession } from "../../src/server/connection";
import { turnOnServerProgress } from "../../src/server/server-progress";
import { settingsFromOptions } from "../../src/settings/settings";
import { fillBigTable, LONG_ALTER } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { FAMILIES, forEachServer, withTestDatabase } from "../support/servers";

type Progress = Extract<RunEvent, { event: "progress" }>;

const BEFORE = { "0001_a.up.sql": "CREATE TABLE a (id INT);", "0001_a.down.sql": "DROP TABLE a;" };

forEachServer("a long ALTER is followed with the server's own percentage", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await fillBigTable(url, 6);
    const files = {
      ...BEFORE,
      "0002_b.up.sql": `CREATE TABLE b (id INT);\n${LONG_ALTER};`,
      "0002_b.down.sql": "ALTER TABLE big DROP COLUMN digest;\nDROP TABLE b;",
    };
    await withMigrations(files, async (dir) => {
      const told = await follow(url, dir);
      const seen = told.filter((progress) => progress.server !== null);
      assert.ok(seen.length >= 2, JSON.stringify(told.at(-1)));
      for (const { migration, migrations, statement, statements, server: own, statementMs } of seen) {
        assert.deepEqual([migration, migrations, statement, statements], [2, 2, 2, 2]);
        assert.match(own?.stage ?? "", /^copy to tmp table|^Enabling keys, stage 2/);
        assert.ok(statementMs >= 2_000);
      }
      // MariaDB begins again at 0 for the keys, its second stage: a slow machine is seen in it.
      const copying = seen.filter(({ server: own }) => own?.stage.startsWith("copy"));
      const percents = copying.map(({ server: own }) => own?.percent ?? -1);
      assert.deepEqual(
        percents,
        percents.toSorted((a, b) => a - b),
      );
      assert.ok((percents[0] ?? 0) > 0 && (percents.at(-1) ?? 0) > (percents[0] ?? 0), percents.join());
      assert.ok(seen.some(({ remainingMs }) => remainingMs !== null && remainingMs > 0));
    });
  });
});

forEachServer("a big file is followed by its bytes", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    // Slow enough to be seen: rows that are sent together go in by the thousand.
    const row = `INSERT INTO a SELECT SLEEP(0.0003)${" ".repeat(1_000)};\n`;
    const files = {
      "0001_a.up.sql": `CREATE TABLE a (t TEXT);\n${row.repeat(6_000)}`,
      "0001_a.down.sql": "DROP TABLE a;",
    };
    await withMigrations(files, async (dir) => {
      const told = await follow(url, dir);
      const bytes = told.map((progress) => progress.bytes);
      assert.ok(told.length >= 3);
      assert.deepEqual(
        bytes,
        bytes.toSorted((a, b) => a - b),
      );
      assert.ok(told.every(({ totalBytes }) => totalBytes === Buffer.byteLength(files["0001_a.up.sql"])));
      assert.ok(told.some((one) => one.bytes > 0 && one.bytes < one.totalBytes && one.remainingMs !== null));
    });
  });
});

forEachServer("a user who may not look sees the statement, and no percentage", async (_t, server) => {
  await withTestDatabase(server, async ({ name, url }) => {
    const { database } = settingsFromOptions({ databaseUrl: url });
    const root = await openSession(database);
    await root.run(`CREATE USER ${name} IDENTIFIED BY 'pw'`);
    try {
      await root.run(`GRANT ALL ON ${name}.* TO ${name}`);
      const files = { "0001_s.up.sql": "SELECT SLEEP(4);", "0001_s.down.sql": "DO 1;" };
      await withMigrations(files, async (dir) => {
        const own = Object.assign(new URL(url), { username: name, password: "pw" }).href;
        const told = await follow(own, dir);
        assert.ok(told.some(({ statementMs }) => statementMs > 2_500));
        assert.ok(told.every((progress) => progress.server === null));
      });
    } finally {
      await root.run(`DROP USER ${name}`);
      await root.close();
    }
  });
});

test("what keeps account of an ALTER is turned on where it is off, and off again [mysql]", async (t) => {
  if (!FAMILIES.includes("mysql")) return t.skip("this run is about MariaDB");
  await withPrivateServer({ family: "mysql", environment: process.env }, async (server) => {
    const { database } = settingsFromOptions({ databaseUrl: `${server.url}/mysql` });
    await withSession(database, async (session) => {
      const off = async (): Promise<number> => {
        const [row] = await session.query(
          `SELECT (SELECT COUNT(*) FROM performance_schema.setup_instruments
                    WHERE NAME LIKE 'stage/innodb/alter%' AND ENABLED = 'NO')
                + (SELECT COUNT(*) FROM performance_schema.setup_consumers
                    WHERE NAME = 'events_stages_current' AND ENABLED = 'NO') AS n`,
        );
        return Number(row?.n);
      };
      await session.run(
        "UPDATE performance_schema.setup_instruments SET ENABLED = 'NO' WHERE NAME LIKE 'stage/innodb/alter table%'",
      );
      const before = await off();
      assert.ok(before > 2);
      const turnOff = await turnOnServerProgress(session);
      assert.equal(await off(), 0);
      await turnOff?.();
      assert.equal(await off(), before);
    });
  });
});

/** Runs `up`, and gives what it told of its progress, ten times a second. */
async function follow(databaseUrl: string, dir: string): Promise<readonly Progress[]> {
  const told: Progress[] = [];
  const emit = (event: RunEvent): void => {
    if (event.event === "progress") told.push(event);
  };
  await migrate(settingsFromOptions({ databaseUrl, dir }), "up", null, {
    emit,
    progressMs: 100,
    allowExisting: true,
  });
  return told;
}
