import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createMigrator, type Migrator, StatementError } from "../../src/index";
import { settingsFromOptions } from "../../src/settings/settings";
import { checkDatabase } from "../../src/verbs/check";
import { withServer } from "../support/server-with-options";
import { FAMILIES, forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

type Files = Readonly<Record<string, string>>;

interface Project {
  readonly migrator: Migrator;
  readonly url: string;
  readonly dir: string;
  write(files: Files): void;
}

async function withProject(
  server: TestServer,
  files: Files,
  body: (project: Project) => Promise<void>,
  more: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "mysql-updown-verify-"));
  const dir = join(root, "migrations");
  const write = (texts: Files): void => {
    for (const [name, text] of Object.entries(texts)) {
      writeFileSync(name === "schema.sql" ? join(root, name) : join(dir, name), text);
    }
  };
  try {
    mkdirSync(dir);
    write(files);
    await withTestDatabase(server, async ({ url }) => {
      const migrator = createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl: server.url, ...more });
      await body({ migrator, url, dir, write });
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function pairs(list: readonly (readonly [up: string, down: string])[]): Files {
  return Object.fromEntries(
    list.flatMap(([up, down], index) => {
      const version = String(index + 1).padStart(4, "0");
      return [
        [`${version}_m.up.sql`, up],
        [`${version}_m.down.sql`, down],
      ];
    }),
  );
}

/** What may be wrong with a down file, and what the next pairs then find. */
const WRONG: Readonly<Record<string, readonly (readonly [up: string, down: string, verdict: string])[]>> = {
  "leaves a table": [["CREATE TABLE a (i INT)", "SELECT 1", "not-inverse"]],
  "drops another's column": [
    ["ALTER TABLE base ADD x INT", "ALTER TABLE base DROP x, DROP note", "not-inverse"],
    ["UPDATE base SET note = 'y' WHERE id = 1", "UPDATE base SET note = NULL", "proven"],
  ],
  "drops another's table, whose rows the next one needs": [
    ["ALTER TABLE kind ADD x INT", "DROP TABLE item; DROP TABLE kind", "not-inverse"],
    ["INSERT INTO item VALUES (2, 1)", "DELETE FROM item WHERE id = 2", "proven"],
    ["CREATE TABLE last (i INT)", "DROP TABLE last", "proven"],
  ],
  "leaves rows, so that it fails when applied again": [
    ["INSERT INTO kind VALUES (7)", "SELECT 1", "failing"],
    ["CREATE TABLE last (i INT)", "DROP TABLE last", "proven"],
  ],
  "fails half-way": [
    [
      "CREATE TABLE a (i INT); CREATE TABLE b (i INT)",
      "DROP TABLE a; DROP TABLE nonesuch; DROP TABLE b",
      "failing",
    ],
    ["ALTER TABLE a ADD x INT", "ALTER TABLE a DROP x", "proven"],
  ],
  "leaves a view, a trigger and a routine": [
    ["CREATE VIEW v AS SELECT id FROM base", "DO 1", "not-inverse"],
    ["CREATE TRIGGER g BEFORE INSERT ON base FOR EACH ROW SET NEW.note = 'x'", "DO 1", "not-inverse"],
    ["CREATE PROCEDURE p() SELECT 1", "DO 1", "not-inverse"],
    ["DROP VIEW v; DROP TRIGGER g; DROP PROCEDURE p", "SELECT 1", "not-inverse"],
    ["CREATE VIEW v AS SELECT note FROM base", "DROP VIEW v", "proven"],
  ],
  "renames a parent, which its child's key follows": [
    ["RENAME TABLE kind TO sort", "RENAME TABLE sort TO kinds", "not-inverse"],
    ["ALTER TABLE item ADD x INT", "ALTER TABLE item DROP x", "proven"],
  ],
  "changes what only the server knows": [
    [
      "CREATE PROCEDURE make() CREATE TABLE made (i INT); CALL make(); SET @s = 1",
      "DROP PROCEDURE make",
      "not-inverse",
    ],
    ["ALTER TABLE made ADD x INT", "ALTER TABLE made DROP x", "proven"],
  ],
};

const BASE: readonly (readonly [string, string])[] = [
  ["CREATE TABLE base (id INT PRIMARY KEY, note VARCHAR(9))", "DROP TABLE base"],
  ["INSERT INTO base VALUES (1, 'x')", "DELETE FROM base"],
  [
    "CREATE TABLE kind (id INT PRIMARY KEY); CREATE TABLE item (id INT PRIMARY KEY, kind INT, FOREIGN KEY (kind) REFERENCES kind (id)); INSERT INTO kind VALUES (1), (2); INSERT INTO item VALUES (1, 1)",
    "DROP TABLE item; DROP TABLE kind",
  ],
];

forEachServer(
  "verify: after a wrong down file the next pairs are tried as if it were right",
  async (_, server) => {
    for (const [wrong, list] of Object.entries(WRONG)) {
      const files = pairs([...BASE, ...list.map(([up, down]) => [up, down] as const)]);
      await withProject(server, files, async ({ migrator }) => {
        const report = await migrator.verify();
        assert.deepEqual(
          report.migrations.map(({ verdict }) => verdict),
          [...BASE.map(() => "proven"), ...list.map(([, , verdict]) => verdict)],
          wrong,
        );
        assert.equal(report.stopped, false);
      });
    }
  },
);

forEachServer("verify: nothing of one file's session is there in the next", async (_, server) => {
  const list: readonly (readonly [string, string])[] = [
    [
      "SET @a = 5, SESSION sql_mode = 'ANSI_QUOTES'; CREATE TEMPORARY TABLE tmp (i INT); CREATE TABLE t (\"i\" INT)",
      "DROP TABLE t",
    ],
    [
      'CREATE TABLE u (i INT DEFAULT 1, s VARCHAR(9) DEFAULT "x"); INSERT INTO u (i) SELECT COALESCE(@a, 1)',
      "DROP TABLE u",
    ],
    [
      "LOCK TABLES u WRITE; INSERT INTO u (i) VALUES (1); INSERT INTO u (i) VALUES (2); ALTER TABLE u ADD x INT; UNLOCK TABLES",
      "ALTER TABLE u DROP x",
    ],
    ["START TRANSACTION; INSERT INTO u (i) VALUES (1); ROLLBACK; CREATE TABLE tmp (i INT)", "DROP TABLE tmp"],
    [
      "INSERT INTO u (i) VALUES (3); INSERT INTO tmp SELECT ROW_COUNT(); ALTER TABLE tmp ADD CHECK (i = 1)",
      "DELETE FROM tmp; DELETE FROM u WHERE i = 3; ALTER TABLE tmp DROP CONSTRAINT tmp_chk_1",
    ],
  ];
  const named = list.map(
    ([up, down]) => [up.replace("ADD CHECK", "ADD CONSTRAINT tmp_chk_1 CHECK"), down] as const,
  );
  await withProject(server, pairs(named), async ({ migrator }) => {
    const report = await migrator.verify();
    assert.deepEqual(
      report.migrations.map(({ verdict, error }) => [verdict, error]),
      named.map(() => ["proven", null]),
    );
  });
});

forEachServer("verify: a request to stop ends it with the verdicts that there are", async (_, server) => {
  const stop = new AbortController();
  stop.abort();
  const body = async ({ migrator }: Project): Promise<void> => {
    const report = await migrator.verify();
    assert.deepEqual(
      report.migrations.map(({ verdict }) => verdict),
      ["not-reached"],
    );
    assert.deepEqual([report.stopped, report.proven], [true, false]);
  };
  await withProject(server, pairs([["CREATE TABLE a (i INT)", "DROP TABLE a"]]), body, {
    signal: stop.signal,
  });
});

forEachServer("a failure on the throwaway database is told as such", async (_, server) => {
  const files = pairs([
    ["CREATE TABLE a (i INT)", "DROP TABLE a"],
    ["CREATE TABLE b (i INT);\nALTER TABLE b ADD nonsense;", "DROP TABLE b"],
  ]);
  const verbs: Readonly<Record<string, (migrator: Migrator) => Promise<unknown>>> = {
    check: (migrator) => migrator.check(),
    diff: (migrator) => migrator.diff({ name: "x" }),
    "diff --check": (migrator) => migrator.diff({ check: true }),
  };
  const isTold = (error: unknown): true => {
    assert.ok(error instanceof StatementError, String(error));
    const told = `${error.message}\n${error.hint}`;
    assert.match(told, /^0002_m\.up\.sql:2:1: statement 2 of 2: /);
    assert.match(told, /It happened on a throwaway database; the real one was not touched\./);
    assert.match(told, /Edit 0002_m\.up\.sql, then try it again:\n {2}npm run migrate:verify$/);
    assert.doesNotMatch(told, /applied|recorded|resolve|migrate:up/);
    return true;
  };
  await withProject(
    server,
    { ...files, "schema.sql": "CREATE TABLE a (i INT);" },
    async ({ migrator, write }) => {
      for (const run of Object.values(verbs)) await assert.rejects(run(migrator), isTold);
      const [, failed] = (await migrator.verify()).migrations;
      assert.match(failed?.error ?? "", /^0002_m\.up\.sql:2:1: statement 2 of 2: /);
      assert.doesNotMatch(failed?.error ?? "", /applied|recorded|resolve|migrate:up/);
      write({ ...files, "0002_m.up.sql": "DO 1;", "schema.sql": "CREATE TABLE a (i INT);\nNONSENSE;" });
      await assert.rejects(migrator.diff({ name: "x" }), {
        hint: /It happened on a throwaway database; the real one was not touched\. Edit .*schema\.sql/,
      });
    },
  );
});

/** Globals that would cut the work short, or have it see half of a schema: a millisecond, one row, only reading. */
const LIMITS = {
  mysql: ["max_execution_time = 1", "sql_select_limit = 1", "transaction_read_only = 1"],
  mariadb: ["max_statement_time = 0.001", "sql_select_limit = 1", "tx_read_only = 1"],
} as const;

/** Takes far longer than the limit. */
const LONG =
  "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT COUNT(*) FROM n, n AS m";

async function setLimits(server: TestServer, values: readonly string[]): Promise<void> {
  await withTestSession(server, "mysql", async (session) => {
    for (const each of values) await session.execute(`SET GLOBAL ${each}`);
  });
}

for (const family of FAMILIES) {
  for (const mode of ["ANSI", family === "mariadb" ? "ORACLE" : "ANSI,NO_BACKSLASH_ESCAPES"]) {
    test(`a server with limits is looked at whole: ${mode} [${family}]`, async () => {
      await withServer(family, ["--autocommit=OFF", `--sql-mode=${mode}`], async (server) => {
        const tables = "CREATE TABLE a (i INT);\nCREATE TABLE b (i INT, j INT);\nCREATE TABLE c (i INT);";
        const files = pairs([[`${tables}\n${LONG};`, `${LONG};\nDROP TABLE a, b, c;`]]);
        await withProject(server, { ...files, "schema.sql": tables }, async ({ dir, url }) => {
          const given = createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl: server.url });
          await given.up();
          const whole = (await given.dump()).sql;
          await setLimits(server, LIMITS[family]);
          try {
            const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
            const own = { server: null, production: true, environment };
            assert.equal((await given.dump()).sql, whole);
            assert.ok((await given.verify()).proven);
            assert.equal((await given.diff({ check: true })).changes, 0);
            assert.ok((await given.check()).clean);
            const settings = settingsFromOptions({ databaseUrl: url, dir });
            const declared = { path: "schema.sql", sql: tables };
            const { drift, undeclared, problems } = await checkDatabase(settings, own, declared);
            assert.deepEqual([drift, undeclared, problems], ["", "", []]);
          } finally {
            await setLimits(server, NO_LIMITS[family]);
          }
        });
      });
    });
  }
}

const NO_LIMITS = {
  mysql: ["max_execution_time = 0", "sql_select_limit = DEFAULT", "transaction_read_only = 0"],
  mariadb: ["max_statement_time = 0", "sql_select_limit = DEFAULT", "tx_read_only = 0"],
} as const;

forEachServer("a leftover that cannot be dropped is a warning", async (_, server) => {
  await withProject(server, pairs([["CREATE TABLE a (i INT)", "DROP TABLE a"]]), async ({ url, dir }) => {
    const name = new URL(url).pathname.slice(1);
    const user = `${name}_s`;
    const leftover = `mysql_updown_scratch_1000000000_${name.slice(-8)}`;
    await withTestSession(server, name, async (session) => {
      await session.execute(`CREATE DATABASE ${leftover}`);
      await session.execute(`CREATE TABLE ${leftover}.t (i INT)`);
      await session.execute(`CREATE USER '${user}'@'%'`);
      await session.execute(
        `GRANT ALL ON \`mysql\\_updown\\_scratch\\_1${String(Date.now())[1]}%\`.* TO '${user}'@'%'`,
      );
      await session.execute(`GRANT SELECT ON ${leftover}.t TO '${user}'@'%'`);
      try {
        const scratchDatabaseUrl = `mysql://${user}@${server.host}:${server.port}`;
        const report = await createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl }).verify();
        assert.ok(report.proven);
        assert.match(
          report.remarks.join("\n"),
          new RegExp(`The throwaway database ${leftover} cannot be dropped: `),
        );
      } finally {
        await session.execute(`DROP USER '${user}'@'%'`);
        await session.execute(`DROP DATABASE IF EXISTS ${leftover}`);
      }
    });
  });
});
