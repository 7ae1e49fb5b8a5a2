import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MigrateError } from "../../src/errors";
import { proposeMigration } from "../../src/scratch/proposal";
import { withReplay } from "../../src/scratch/replay";
import { withScratchDatabase } from "../../src/scratch/scratch-database";
import { withScratchServer } from "../../src/scratch/scratch-server";
import { settingsFromOptions } from "../../src/settings/settings";
import { verifyMigrations } from "../../src/verbs/verify";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

/** Where another database is named, or nothing is there, and a server of our own can do it all the same. */
const PAIRS: readonly (readonly [what: string, up: string, down: string])[] = [
  [
    "a foreign key to another database",
    "CREATE TABLE a (id INT PRIMARY KEY, o INT, CONSTRAINT fa FOREIGN KEY (o) REFERENCES elsewhere.p (id));",
    "DROP TABLE a;",
  ],
  [
    "one that is added",
    "CREATE TABLE b (id INT PRIMARY KEY, o INT);\nALTER TABLE b ADD CONSTRAINT fb FOREIGN KEY (o) REFERENCES `elsewhere`.`p` (id);",
    "DROP TABLE b;",
  ],
  [
    "one to nowhere, unchecked",
    "SET foreign_key_checks = 0;\nCREATE TABLE c (id INT PRIMARY KEY, o INT, CONSTRAINT fc FOREIGN KEY (o) REFERENCES nowhere (id));",
    "DROP TABLE c;",
  ],
  ["a procedure", "CREATE PROCEDURE p() SELECT id FROM elsewhere.p;", "DROP PROCEDURE p;"],
  [
    "a database of the migrations' own",
    "CREATE DATABASE beside;\nCREATE TABLE beside.t (id INT PRIMARY KEY);\nCREATE VIEW v AS SELECT id FROM beside.t;",
    "DROP VIEW v;\nDROP DATABASE beside;",
  ],
  ["USE", "USE beside;\nINSERT INTO t VALUES (1);", "DELETE FROM beside.t;"],
];

/** What cannot be done without the other database. */
const REFUSED: readonly (readonly [what: string, sql: string, line: number])[] = [
  ["a view", "CREATE VIEW v AS SELECT id FROM elsewhere.p;", 1],
  ["rows", "CREATE TABLE a (id INT PRIMARY KEY);\nINSERT INTO a SELECT id FROM `elsewhere` . p;", 2],
  ["USE", "USE elsewhere;\nCREATE TABLE q (id INT);", 1],
  ["a table in it", "CREATE TABLE elsewhere.q (id INT);", 1],
];

async function withProject(
  server: TestServer,
  body: (project: {
    dir: string;
    settings: ReturnType<typeof settingsFromOptions>;
    own: string;
  }) => Promise<void>,
): Promise<void> {
  const dir = join(mkdtempSync(join(tmpdir(), "mysql-updown-elsewhere-")), "migrations");
  try {
    mkdirSync(dir);
    await withTestDatabase(server, async ({ name, url }) =>
      body({ dir, settings: settingsFromOptions({ databaseUrl: url, dir }), own: name }),
    );
  } finally {
    rmSync(join(dir, ".."), { recursive: true, force: true });
  }
}

const PRIVATE = { server: null, production: true, environment: process.env };

forEachServer("a private server replays what leads elsewhere where it can", async (_, server) => {
  await withProject(server, async ({ dir, settings }) => {
    for (const [index, [, up, down]] of PAIRS.entries()) {
      writeFileSync(join(dir, `000${index + 1}_m.up.sql`), `${up}\n`);
      writeFileSync(join(dir, `000${index + 1}_m.down.sql`), `${down}\n`);
    }
    const { migrations } = await verifyMigrations(settings, PRIVATE, { from: null, to: null });
    assert.deepEqual(
      migrations.map(({ verdict, error }, index) => [PAIRS[index]?.[0], verdict, error]),
      PAIRS.map(([what]) => [what, "proven", null]),
    );
    // And the difference to a schema.sql with such foreign keys is proven both ways.
    for (const version of [5, 6]) {
      for (const direction of ["up", "down"]) rmSync(join(dir, `000${version}_m.${direction}.sql`));
    }
    const sql = `CREATE DATABASE beside;\n${PAIRS.slice(0, 4)
      .map(([, sql]) => sql)
      .join("\n")}\nCREATE TABLE more (id INT);`;
    const { changes, up } = await proposeMigration(settings, PRIVATE, { path: "schema.sql", sql });
    assert.equal(changes, 1, up);
  });
});

forEachServer(
  "a private server names the database that a statement needs, and what helps",
  async (_, server) => {
    await withProject(server, async ({ settings, own }) => {
      const options = { settings, scratch: PRIVATE, findReaching: async () => [] };
      await withScratchServer(options, async (scratch) => {
        assert.equal(scratch.kind, "private");
        for (const [what, sql, line] of REFUSED) {
          const run = withScratchDatabase(scratch, async (database) =>
            withReplay(settings, database, {}, async (replay) => replay.runScript("0001_m.up.sql", sql)),
          );
          await assert.rejects(run, (error: unknown) => {
            assert.ok(error instanceof MigrateError, String(error));
            const [first, ...rest] = error.message.split("\n");
            assert.ok(
              first?.startsWith(`0001_m.up.sql:${line}:1: statement ${line} of `),
              `${what}: ${first}`,
            );
            assert.equal(
              rest.join("\n"),
              `It names the database elsewhere. A throwaway server has only what the migrations make: let one before it create what it
needs of elsewhere (CREATE DATABASE IF NOT EXISTS …; CREATE TABLE IF NOT EXISTS …), or keep the statement out of the migrations.`,
              what,
            );
            return true;
          });
        }
        // What is missing in its own database is the file's mistake, and is told as such.
        const missing = withScratchDatabase(scratch, async (database) =>
          withReplay(settings, database, {}, async (replay) =>
            replay.runScript("0001_m.up.sql", `CREATE VIEW v AS SELECT id FROM ${own}.nowhere;`),
          ),
        );
        await assert.rejects(missing, (error: Error) => !error.message.includes("It names"));
      });
    });
  },
);
