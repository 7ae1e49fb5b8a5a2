import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { createMigrator, type Migrator, RefusedError } from "../../src/index";
import { readMigrations } from "../../src/migrations/read-migrations";
import { readUnfinishedSquash, type SquashOrder, squashSteps } from "../../src/migrations/squash-files";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

type Files = Readonly<Record<string, string>>;

const FIRST: Files = {
  "0001_users.up.sql": `CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, friend INT,
  loud VARCHAR(50) AS (UPPER(name)) STORED, FOREIGN KEY (friend) REFERENCES users (id));
INSERT INTO users (name) VALUES ('Ann'), ('O''Hara\\\\\\n'), ('Zoë 🙂');`,
  "0001_users.down.sql": "DROP TABLE users;",
  "0002_log.up.sql": `CREATE TABLE log (what VARCHAR(50));
CREATE TRIGGER seen AFTER INSERT ON users FOR EACH ROW INSERT INTO log (what) VALUES (NEW.name);
INSERT INTO users (id, name, friend) VALUES (7, 'Bob', 1);
DELETE FROM users WHERE id = 7;`,
  "0002_log.down.sql": "DROP TRIGGER seen;\nDROP TABLE log;",
  "0003_kinds.up.sql": `SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
SET SESSION time_zone = '+00:00';
CREATE TABLE kinds (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n DECIMAL(30, 10), f FLOAT, d DOUBLE, b BIT(12), y YEAR,
  bin VARBINARY(20), bl BLOB, t TEXT CHARACTER SET latin1, j JSON, dt DATETIME(3), ts TIMESTAMP NULL, tm TIME(2), da DATE, e ENUM('a', 'b,c'), s SET('x', 'y'), g POINT);
INSERT INTO kinds (id, n, f, d, b, y, bin, bl, t, j, dt, ts, tm, da, e, s, g) VALUES
  (0, 12345678901234567890.0123456789, 0.1, 1e300, b'101010101010', 2026, X'00FF27', X'', 'caf\u00e9', '{"a": [1, "x\\\\"y"]}', '2026-01-02 03:04:05.678', '2026-01-02 03:04:05', '-12:34:56.78', '0000-00-00', 'b,c', 'x,y', ST_GeomFromText('POINT(1 2)')),
  (18446744073709551614, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);`,
  "0003_kinds.down.sql": "DROP TABLE kinds;",
  "0004_more.up.sql": `CREATE TABLE empty_one (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 100;
CREATE VIEW names AS SELECT name FROM users;
CREATE PROCEDURE hello() BEGIN SELECT 1; SELECT 2; END;
CREATE TABLE gone (id INT);
INSERT INTO gone VALUES (1);
DROP TABLE gone;`,
  "0004_more.down.sql": "DROP PROCEDURE hello;\nDROP VIEW names;\nDROP TABLE empty_one;",
};
const NEXT: Files = {
  "0005_next.up.sql": "ALTER TABLE log ADD at INT;\nINSERT INTO users (name) VALUES ('Eve');",
  "0005_next.down.sql": "DELETE FROM users WHERE name = 'Eve';\nALTER TABLE log DROP at;",
};
const ALL: Files = { ...FIRST, ...NEXT };

async function withFolder(files: Files, body: (dir: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "updown-sq-"));
  try {
    const dir = join(folder, "sql/migrations");
    mkdirSync(dir, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    await body(dir);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything in a database but the history. */
async function contents(url: string): Promise<unknown> {
  const connection = await createConnection({
    uri: url,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  try {
    const found: Record<string, unknown> = {};
    const [tables] = await connection.query("SHOW FULL TABLES");
    for (const [name] of (tables as Record<string, string>[]).map((row) => Object.values(row))) {
      if (name === "migration_history") continue;
      const [definition] = await connection.query(`SHOW CREATE TABLE \`${name}\``);
      const [rows] = await connection.query(`SELECT * FROM \`${name}\``);
      found[String(name)] = [definition, rows];
    }
    const [programs] = await connection.query(
      "SELECT ROUTINE_NAME, ROUTINE_DEFINITION FROM information_schema.routines WHERE ROUTINE_SCHEMA = DATABASE() UNION ALL SELECT TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.triggers WHERE TRIGGER_SCHEMA = DATABASE()",
    );
    return { found, programs };
  } finally {
    await connection.end();
  }
}

interface Place {
  readonly url: string;
  readonly migrator: Migrator;
}

/** So many databases, each with a migrator for the folder. */
async function withDatabases(
  server: TestServer,
  dir: string,
  count: number,
  body: (places: readonly Place[]) => Promise<void>,
  places: readonly Place[] = [],
): Promise<void> {
  if (count === 0) return await body(places);
  await withTestDatabase(server, async ({ url }) => {
    const migrator = createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl: server.url });
    await withDatabases(server, dir, count - 1, body, [...places, { url, migrator }]);
  });
}

function place(places: readonly Place[], at: number): Place {
  const found = places[at];
  assert.ok(found);
  return found;
}

forEachServer(
  "squash: the same schema and rows, both ways; databases are recognised or shown the way",
  async (_, server) => {
    await withFolder(ALL, async (dir) => {
      await withDatabases(server, dir, 5, async (places) => {
        const [old, beyond, middle, fresh, exact] = [0, 1, 2, 3, 4].map((at) => place(places, at));
        assert.ok(old && beyond && middle && fresh && exact);
        await old.migrator.up({ to: 4 });
        await beyond.migrator.up();
        await middle.migrator.up({ to: 2 });
        await exact.migrator.up({ to: 4 });
        const before = await contents(old.url);
        const later = await contents(beyond.url);

        const tried = await beyond.migrator.squash({ to: 4, dryRun: true });
        assert.equal(tried.written, false);
        assert.equal(readdirSync(dir).length, Object.keys(ALL).length);
        const made = await beyond.migrator.squash({ to: 4 });
        assert.deepEqual([made.up, made.frozen], [tried.up, []]);
        assert.deepEqual(readdirSync(dir).sort(), [
          "0004_squashed.down.sql",
          "0004_squashed.up.sql",
          "0005_next.down.sql",
          "0005_next.up.sql",
        ]);
        assert.equal(made.archive, join(dir, "../archive/0004_squashed"));
        assert.deepEqual(readdirSync(made.archive).sort(), Object.keys(FIRST).sort());

        // A new database.
        await fresh.migrator.up({ to: 4 });
        assert.deepEqual(await contents(fresh.url), before);
        await fresh.migrator.up();
        assert.deepEqual(await contents(fresh.url), later);
        await fresh.migrator.down({ to: "base" });
        assert.deepEqual(await contents(fresh.url), { found: {}, programs: [] });
        await fresh.migrator.up();
        assert.equal((await fresh.migrator.status()).clean, true);

        // One that is beyond it, and one that is at it.
        const status = await beyond.migrator.status();
        assert.deepEqual([status.clean, status.current, status.entries.length], [true, 5, 2]);
        assert.deepEqual((await beyond.migrator.up()).steps, []);
        assert.deepEqual(
          (await exact.migrator.up()).steps.map(({ version }) => version),
          [5],
        );
        await exact.migrator.down({ to: "base" });
        assert.deepEqual(await contents(exact.url), { found: {}, programs: [] });
        assert.equal((await exact.migrator.current()).current, null);
        await exact.migrator.up();
        assert.deepEqual(await contents(exact.url), later);
        assert.equal((await exact.migrator.status()).clean, true);

        // One in the middle, and its way out.
        await assert.rejects(middle.migrator.up(), (error) => {
          assert.ok(error instanceof RefusedError);
          assert.deepEqual(
            error.problems.map(({ code }) => code),
            ["squashed"],
          );
          assert.match(
            error.message,
            /^0002_log was applied on \d{4}-\d\d-\d\d, but 4 migrations were squashed into 0004_squashed, and this database has 2 of them\.$/,
          );
          assert.match(
            error.hint ?? "",
            /npm run migrate:up -- --to 0004 --dir sql\/archive\/0004_squashed$/,
          );
          return true;
        });
        await assert.rejects(middle.migrator.down({ to: "base" }), { code: "squashed" });
        const archived = createMigrator({ databaseUrl: middle.url, dir: made.archive });
        await archived.up({ to: 4 });
        await middle.migrator.up();
        assert.deepEqual(await contents(middle.url), later);

        // And once more, over the first one.
        const again = await beyond.migrator.squash({ name: "all", to: 5, delete: true });
        assert.equal(again.archive, null);
        assert.deepEqual(readdirSync(dir).sort(), ["0005_all.down.sql", "0005_all.up.sql"]);
        for (const each of [beyond, fresh, exact, middle]) {
          assert.equal((await each.migrator.status()).clean, true);
          assert.deepEqual((await each.migrator.up()).steps, []);
        }
        await assert.rejects(old.migrator.up(), { code: "squashed" });
      });
    });
  },
);

const REFUSALS: readonly (readonly [name: string, files: Files, at: number, input: object, code: string])[] =
  [
    ["no such version", ALL, 0, { to: 9 }, "unknown-version"],
    ["one migration only", ALL, 0, { to: 1 }, "nothing-to-do"],
    ["the name of the last one", ALL, 0, { to: 2, name: "log" }, "usage"],
    ["a database in the middle", ALL, 1, { to: 2 }, "squashed"],
    [
      "an account is made",
      {
        ...FIRST,
        "0002_log.up.sql": "CREATE USER somebody;\nDROP USER somebody;",
        "0002_log.down.sql": "-- Nothing.",
      },
      0,
      { to: 2 },
      "unsupported-statement",
    ],
  ];

forEachServer("squash: what it cannot do changes nothing", async (t, server) => {
  for (const [name, files, at, input, code] of REFUSALS) {
    await t.test(name, () =>
      withFolder(files, (dir) =>
        withDatabases(server, dir, 1, async (places) => {
          const { migrator } = place(places, 0);
          if (at > 0) await migrator.up({ to: at });
          const before = readdirSync(dir);
          await assert.rejects(migrator.squash(input as { to: number }), { code });
          assert.deepEqual(readdirSync(dir), before);
          assert.ok(!existsSync(join(dir, "../archive")));
        }),
      ),
    );
  }
});

forEachServer("squash: rows that come out differently each time are named", async (_, server) => {
  const files = {
    "0001_a.up.sql":
      "CREATE TABLE a (id INT PRIMARY KEY, at DATETIME DEFAULT CURRENT_TIMESTAMP);\nINSERT INTO a (id) VALUES (1);",
    "0001_a.down.sql": "DROP TABLE a;",
    "0002_b.up.sql": "CREATE TABLE b (id INT PRIMARY KEY);\nINSERT INTO b VALUES (1);",
    "0002_b.down.sql": "DROP TABLE b;",
  };
  await withFolder(files, (dir) =>
    withDatabases(server, dir, 1, async (places) => {
      assert.deepEqual((await place(places, 0).migrator.squash({ to: 2 })).frozen, ["a"]);
    }),
  );
});

forEachServer(
  "squash: killed at any moment, the folder is refused or whole, and the same command goes on",
  async (_, server) => {
    await withFolder(FIRST, (dir) =>
      withDatabases(server, dir, 1, async (places) => {
        const { migrator } = place(places, 0);
        await migrator.up();
        const { up, down } = await migrator.squash({ to: 4, dryRun: true });
        for (const archive of ["archive/0004_squashed", null]) {
          const order: SquashOrder = {
            to: 4,
            old: Object.keys(FIRST),
            archive,
            pair: [
              { fileName: "0004_squashed.up.sql", text: up },
              { fileName: "0004_squashed.down.sql", text: down },
            ],
          };
          for (let done = 0; done <= squashSteps(dir, order).length; done++) {
            await withFolder(FIRST, async (own) => {
              for (const step of squashSteps(own, order).slice(0, done)) step();
              const last = squashSteps(own, order).length;
              const here = createMigrator({
                databaseUrl: place(places, 0).url,
                dir: own,
                scratchDatabaseUrl: server.url,
              });
              if (done === 0) return assert.equal(readMigrations(own).migrations.length, 4);
              if (done < last) {
                assert.throws(() => readMigrations(own), { code: "unfinished-squash" });
                await assert.rejects(here.up(), { code: "unfinished-squash" });
                assert.equal((await here.squash({ to: 4 })).finished, true);
              }
              assert.equal(readUnfinishedSquash(own), null);
              assert.deepEqual(readdirSync(own).sort(), ["0004_squashed.down.sql", "0004_squashed.up.sql"]);
              assert.equal(readFileSync(join(own, "0004_squashed.up.sql"), "utf8"), up);
              if (archive !== null)
                assert.deepEqual(readdirSync(join(own, "..", archive)).sort(), Object.keys(FIRST).sort());
              assert.equal((await here.status()).clean, true);
            });
          }
        }
      }),
    );
  },
);
