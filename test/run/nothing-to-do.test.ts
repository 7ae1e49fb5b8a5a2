import assert from "node:assert/strict";
import { MigrateError } from "../../src/errors";
import { readAppliedLines } from "../../src/history/lines";
import { readMigrations } from "../../src/migrations/read-migrations";
import { planNothing } from "../../src/plan/plan";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import { serverErrno } from "../../src/server/error-numbers";
import type { Session } from "../../src/server/session";
import { type Settings, settingsFromOptions } from "../../src/settings/settings";
import { recordVersions } from "../../src/verbs/stamp";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

/** Line 1 is an `up`, line 2 one without a down file, line 3 one without statements, line 4 a `stamp`. */
const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT PRIMARY KEY);\nINSERT INTO a VALUES (1);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": "-- migrate: irreversible\nCREATE TABLE b (id INT PRIMARY KEY);",
  "0003_c.up.sql": "-- nothing",
  "0003_c.down.sql": "-- nothing",
  "0004_d.up.sql": "CREATE TABLE d (id INT PRIMARY KEY);",
  "0004_d.down.sql": "DROP TABLE d;",
};

const HASH = `'${"ab".repeat(32)}'`;
const INTENT = `'${JSON.stringify({ statement: 2, hash: "ab".repeat(32), connection: 1, how: "ask", objects: [], before: null })}'`;

/** What may stand in a column, as SQL: what a runner writes, and what it does not. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  id: ["id + 10", "id - 1", "10 - id"],
  version: ["0", "version + 1", "version + 100", "9007199254740993"],
  name: ["'e'", "'A'", "'a '", "''", "CONCAT(name, ' ', up_checksum)", "CONCAT(name, '\\0')"],
  action: [
    "'up'",
    "'down'",
    "'stamp'",
    "'stamp '",
    "'unstamp'",
    "'repair'",
    "'resolve'",
    "'UP'",
    "'up '",
    "''",
    "'other'",
  ],
  up_checksum: [
    HASH,
    "UPPER(up_checksum)",
    "''",
    "LEFT(up_checksum, 63)",
    "CONCAT('z', LEFT(up_checksum, 63))",
  ],
  down_checksum: [
    HASH,
    "UPPER(down_checksum)",
    "''",
    "'-'",
    "NULL",
    "LEFT(down_checksum, 63)",
    "up_checksum",
  ],
  statements: ["0", "statements + 1", "1"],
  statements_done: ["0", "statements_done + 1", "1"],
  done_hash: [
    HASH,
    "UPPER(done_hash)",
    "''",
    "NULL",
    "LEFT(done_hash, 62)",
    "CONCAT('zz', LEFT(done_hash, 62))",
  ],
  intent: [INTENT, "'{}'"],
  session: ["'{}'"],
  error: ["'it failed'"],
  finished_at: ["NULL"],
  duration_ms: ["NULL"],
  reason: ["'because'"],
  tool_version: ["'0.0.0'"],
};

const CHANGES: readonly string[] = [
  ...Object.entries(VALUES).flatMap(([column, values]) =>
    values.flatMap((value) =>
      [1, 2, 3, 4].map((id) => `UPDATE migration_history SET ${column} = ${value} WHERE id = ${id}`),
    ),
  ),
  "UPDATE migration_history SET version = version + 1 ORDER BY id DESC",
  "UPDATE migration_history SET version = 5 - version",
  "DELETE FROM migration_history WHERE id = 4",
  "DELETE FROM migration_history WHERE id = 2",
  "DELETE FROM migration_history",
  "TRUNCATE migration_history",
];

/** All that these changes come to. */
const OUTCOMES = ["history-damaged", "missing", "modified", "out-of-order", "renamed", "steps:0", "steps:1"];

forEachServer(
  "an up that looks for migrations applied whole finds what one that reads the whole history finds",
  async (_, server) => {
    await withTestDatabase(server, ({ url }) =>
      withMigrations(FILES, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await applyAll(settings);
        const found = new Set<string>();
        await withSession(settings.database, async (session) => {
          await session.run("CREATE TABLE kept AS SELECT * FROM migration_history");
          for (const change of CHANGES) {
            if (!(await takes(session, change))) continue;
            const quick = await outcome(settings, null);
            // A target is planned from the whole history, always.
            assert.equal(quick, await outcome(settings, "head"), change);
            found.add(quick.split(" ")[0] ?? "");
            await session.run("DELETE FROM migration_history");
            await session.run("INSERT INTO migration_history SELECT * FROM kept");
          }
        });
        assert.deepEqual([...found].sort(), OUTCOMES);
      }),
    );
  },
);

forEachServer("lines of migrations applied whole", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await applyAll(settings);
      const { migrations } = readMigrations(dir);
      await withSession(settings.database, async (session) => {
        const lines = await readAppliedLines(session, settings.table);
        assert.deepEqual(planNothing(migrations, lines), {
          direction: "up",
          from: 4,
          to: 4,
          steps: [],
          warnings: [],
        });
        assert.equal(planNothing(migrations, lines.slice(0, 3)), null);
        assert.equal(planNothing(migrations.slice(0, 3), lines), null);
        assert.equal(planNothing(migrations, [...lines.slice(0, 3), null]), null);
        assert.equal(planNothing([], []), null);
        for (const what of [
          "error = 'it failed once'",
          "session = '{}'",
          "duration_ms = NULL",
          "reason = 'because'",
        ]) {
          await session.run(`UPDATE migration_history SET ${what}`);
          assert.deepEqual(await readAppliedLines(session, settings.table), lines, what);
        }
      });
    }),
  );
});

async function applyAll(settings: Settings): Promise<void> {
  await migrate(settings, "up", { to: "3" });
  await recordVersions(settings, { to: "4", from: null, reason: "it was there", dryRun: false });
}

/** Whether the columns and the key take the change: what they do not is no damage that could be there. */
async function takes(session: Session, change: string): Promise<boolean> {
  try {
    await session.run(change);
    return true;
  } catch (error) {
    if (serverErrno(error) === null) throw error;
    return false;
  }
}

/** What would be done, or why nothing is. */
async function outcome(settings: Settings, to: "head" | null): Promise<string> {
  try {
    const result = await migrate(settings, "up", to === null ? null : { to }, { dryRun: true });
    const steps = result.steps.length + (result.planned?.length ?? 0);
    return `steps:${steps} ${JSON.stringify(result)}`;
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error;
    return `${error.code} ${error.message}`;
  }
}
