import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { createMigrator, type Migrator } from "../../src/index";
import { type BuiltRunner, buildRunner } from "../support/child";
import { run } from "../support/secret-run";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

const OWN = "CREATE TABLE orders (id INT PRIMARY KEY, kind INT, KEY by_kind (kind));";
const PARTED = `CREATE TABLE log_a (d INT NOT NULL) PARTITION BY RANGE (d) (PARTITION p1 VALUES LESS THAN (1), PARTITION p2 VALUES LESS THAN (2));`;

/** What is in the database and in no migration. */
const OTHERS = [
  "CREATE TABLE knex_migrations (id INT UNSIGNED PRIMARY KEY, name VARCHAR(255), batch INT, migration_time TIMESTAMP NULL)",
  "CREATE TABLE knex_migrations_lock (`index` INT PRIMARY KEY, is_locked INT)",
  "CREATE TABLE _orders_gho (id INT PRIMARY KEY)",
  "CREATE TABLE legacy_kind (id INT PRIMARY KEY)",
  "CREATE TRIGGER legacy_t BEFORE INSERT ON legacy_kind FOR EACH ROW SET @a = 1",
  "CREATE VIEW legacy_v AS SELECT id FROM legacy_kind",
  "ALTER TABLE orders ADD CONSTRAINT to_legacy FOREIGN KEY (kind) REFERENCES legacy_kind (id)",
];

async function withProject(
  server: TestServer,
  body: (
    make: (more?: { ignore?: string; ignorePartitions?: string }) => Migrator,
    database: string,
    dir: string,
  ) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "mysql-updown-ignored-"));
  const dir = join(root, "migrations");
  try {
    mkdirSync(dir);
    writeFileSync(join(dir, "0001_orders.up.sql"), `${OWN}\n${PARTED}\n`);
    writeFileSync(join(dir, "0001_orders.down.sql"), "DROP TABLE orders, log_a;\n");
    writeFileSync(join(root, "schema.sql"), `${OWN}\n${PARTED}\nCREATE TABLE _x_old (id INT);\n`);
    await withTestDatabase(server, async ({ name, url }) => {
      const make = (more = {}): Migrator =>
        createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl: server.url, ...more });
      await make().up();
      await withTestSession(server, name, async (session) => {
        for (const sql of OTHERS) await session.run(sql);
      });
      await body(make, name, dir);
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const IGNORE = "_*_gho, LEGACY_*,_*_old";

forEachServer("what is ignored is left out of check, diff and dump", async (_, server) => {
  await withProject(server, async (make) => {
    const told = (await make().check()).drift;
    for (const name of ["_orders_gho", "legacy_kind", "to_legacy"]) assert.ok(told.includes(name), told);
    assert.equal(told.includes("knex"), false, told);
    for (const report of [await make().check({ ignore: IGNORE }), await make({ ignore: IGNORE }).check()]) {
      assert.equal(report.drift, "");
      assert.equal(report.undeclared, "");
      assert.equal(report.clean, true);
      assert.deepEqual(report.notCompared, [
        { object: "table knex_migrations", why: "knex keeps its history in it" },
        { object: "table knex_migrations_lock", why: "knex keeps its history in it" },
        { object: "foreign key to_legacy of table orders", why: "it leads to legacy_kind, which is ignored" },
      ]);
    }
    assert.equal((await make().diff({ check: true })).changes, 1);
    assert.equal((await make().diff({ check: true, ignore: "_x_*" })).changes, 0);
    const { sql } = await make().dump({ ignore: IGNORE });
    assert.match(sql, /CREATE TABLE `orders`/);
    // Comments name what was left out by itself.
    assert.doesNotMatch(sql.replace(/^--.*$/gm, ""), /knex|gho|legacy/);
  });
});

forEachServer("partitions that a cron rotates are not compared where that is said", async (_, server) => {
  await withProject(server, async (make, database) => {
    await withTestSession(server, database, async (session) => {
      await session.run("ALTER TABLE log_a DROP PARTITION p1");
      await session.run("ALTER TABLE log_a ADD PARTITION (PARTITION p3 VALUES LESS THAN (3))");
    });
    const drift = async (ignorePartitions?: string): Promise<string> =>
      (
        await make().check({
          ignore: IGNORE,
          ...(ignorePartitions === undefined ? {} : { ignorePartitions }),
        })
      ).drift;
    assert.match(await drift(), /log_a/);
    assert.match(await drift("other_*"), /log_a/);
    assert.equal(await drift("*"), "");
    assert.equal(await drift("x,log_?"), "");
  });
});

/** What has a name of its own, by kind; all are called other. */
const KINDS: Readonly<Record<string, { readonly only?: TestServer["family"]; readonly sql: string }>> = {
  table: { sql: "CREATE TABLE other_t (id INT PRIMARY KEY)" },
  view: { sql: "CREATE VIEW other_v AS SELECT 1 AS one" },
  trigger: { sql: "CREATE TRIGGER other_g BEFORE INSERT ON orders FOR EACH ROW SET @a = 1" },
  procedure: { sql: "CREATE PROCEDURE other_p() SELECT 1" },
  function: { sql: "CREATE FUNCTION other_f() RETURNS INT DETERMINISTIC RETURN 1" },
  event: { sql: "CREATE EVENT other_e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1" },
  sequence: { only: "mariadb", sql: "CREATE SEQUENCE other_s" },
  package: {
    only: "mariadb",
    sql: "CREATE PACKAGE other_k AS FUNCTION f RETURN INT; END",
  },
  "package body": {
    only: "mariadb",
    sql: "CREATE PACKAGE BODY other_k AS FUNCTION f RETURN INT AS BEGIN RETURN 1; END; END",
  },
};

forEachServer("a pattern reaches every kind of object that has a name of its own", async (_, server) => {
  await withProject(server, async (make, database) => {
    const ignore = `${IGNORE},other_*`;
    for (const [kind, { only, sql }] of Object.entries(KINDS)) {
      if (only !== undefined && only !== server.family) continue;
      await withTestSession(server, database, async (session) => {
        if (kind.startsWith("package")) await session.run("SET sql_mode = ORACLE");
        await session.run(sql);
      });
      const drop = new RegExp(`DROP ${kind === "package body" ? "PACKAGE" : kind} \\S*other_`, "i");
      assert.match((await make().check({ ignore: IGNORE })).drift, drop, kind);
      assert.equal((await make().check({ ignore })).drift, "", kind);
      const { sql: dumped } = await make().dump({ ignore });
      assert.doesNotMatch(dumped.replace(/^--.*$/gm, ""), /other_/, kind);
    }
  });
});

let runner: BuiltRunner;

before(async () => {
  runner = await buildRunner();
});

after(() => runner.remove());

/** How a setting is given, and what a verb prints where it is not heard. */
const WAYS = ["environment", ".env", "flag", "flag over environment"] as const;
const VERBS = [
  { words: ["check"], flags: ["ignore", "ignorePartitions"], unheard: /legacy_kind|log_a/ },
  { words: ["diff", "--check"], flags: ["ignore", "ignorePartitions"], unheard: /_x_old/ },
  { words: ["dump"], flags: ["ignore"], unheard: /legacy_kind/ },
] as const;

forEachServer(
  "--ignore and --ignore-partitions are heard as flags, in the environment and in .env",
  async (_, server) => {
    await withProject(server, async (_make, database, dir) => {
      await withTestSession(server, database, (session) =>
        session.run("ALTER TABLE log_a DROP PARTITION p1"),
      );
      const url = { DATABASE_URL: `${server.url}/${database}`, SCRATCH_DATABASE_URL: server.url };
      const given = { MIGRATIONS_IGNORE: IGNORE, MIGRATIONS_IGNORE_PARTITIONS: "log_*" };
      const nothing = { MIGRATIONS_IGNORE: "x", MIGRATIONS_IGNORE_PARTITIONS: "x" };
      const env = join(dir, ".env");
      for (const { words, flags, unheard } of VERBS) {
        const asFlags = flags.flatMap((flag) =>
          flag === "ignore" ? ["--ignore", IGNORE] : ["--ignore-partitions", "log_*"],
        );
        assert.match((await run(runner.bin, words, url, dir)).stdout, unheard, words.join(" "));
        for (const way of WAYS) {
          const isFlag = way.startsWith("flag");
          if (way === ".env") {
            const lines = Object.entries(given).map(([name, value]) => `${name}=${value}\n`);
            writeFileSync(env, lines.join(""));
          }
          const variables = way === "environment" ? given : way === "flag over environment" ? nothing : {};
          const ended = await run(
            runner.bin,
            [...words, ...(isFlag ? asFlags : [])],
            { ...url, ...variables },
            dir,
          );
          rmSync(env, { force: true });
          const said = ended.stdout.replace(/^(?:--|Not compared:).*$/gm, "");
          assert.equal(ended.code, 0, `${words.join(" ")} ${way}: ${ended.stdout}${ended.stderr}`);
          assert.doesNotMatch(said, unheard, `${words.join(" ")} ${way}`);
        }
      }
    });
  },
);
