import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { main } from "../../src/cli/main";
import { createMigrator, type LintOptions, type LintResult } from "../../src/index";
import { RULES } from "../../src/schema/risks";
import type { Layout } from "../../src/verbs/layout";
import { lint } from "../../src/verbs/lint";
import { withMigrations } from "../support/migrations";
import { forEachServer, inTurn, type TestServer, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";

const BEFORE = `
CREATE TABLE parent (id INT PRIMARY KEY) ENGINE=InnoDB CHARSET=utf8mb4;
CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(20) NOT NULL DEFAULT '', c VARCHAR(300), KEY ka (a))
  ENGINE=InnoDB CHARSET=utf8mb4;
`;
const ROWS = ["INSERT INTO t (a, b, c) VALUES (NULL, 'x', 'long enough'), (1, 'x', NULL), (2, 'y', NULL)"];

const PLAIN: Layout = { width: null, paint: (_style, text) => text };

interface Row {
  readonly sql: string;
  /** The rules that it breaks on a target with the rows, `!` behind an error. */
  readonly found: readonly string[];
  /** Without a target; left out: the same. */
  readonly offline?: readonly string[];
}

const TABLE: readonly Row[] = [
  { sql: "CREATE TABLE n (id INT PRIMARY KEY)", found: [] },
  { sql: "CREATE TABLE n (id INT)", found: ["no-primary-key"] },
  { sql: "CREATE TABLE n (id INT PRIMARY KEY) ENGINE=MyISAM", found: ["differs-from-rest"] },
  { sql: "CREATE TABLE n (id INT PRIMARY KEY) CHARSET=latin1", found: ["differs-from-rest"] },
  { sql: "CREATE TABLE n (id INT PRIMARY KEY, a INT, KEY x (a), KEY y (a, id))", found: ["redundant-index"] },
  { sql: "CREATE TABLE n (id INT PRIMARY KEY, a INT, KEY x (a), UNIQUE y (a))", found: ["redundant-index"] },
  { sql: "CREATE TABLE n (id INT PRIMARY KEY, a INT, UNIQUE x (a), UNIQUE y (a, id))", found: [] },
  { sql: "DROP TABLE t", found: ["loses-data!", "breaks-running-code"] },
  { sql: "TRUNCATE t", found: ["loses-data!"] },
  { sql: "RENAME TABLE t TO tt", found: ["breaks-running-code"] },
  { sql: "ALTER TABLE t RENAME TO tt", found: ["breaks-running-code"] },
  { sql: "ALTER TABLE t ADD COLUMN z INT", found: [] },
  { sql: "ALTER TABLE t ADD COLUMN z INT NOT NULL DEFAULT 1", found: [] },
  { sql: "ALTER TABLE t ADD COLUMN z INT NOT NULL", found: ["breaks-running-code"] },
  { sql: "ALTER TABLE t DROP COLUMN a", found: ["loses-data!", "breaks-running-code"] },
  { sql: "ALTER TABLE t RENAME COLUMN a TO z", found: ["breaks-running-code"] },
  { sql: "ALTER TABLE t CHANGE a z INT", found: ["breaks-running-code"] },
  { sql: "ALTER TABLE t ADD KEY x (a)", found: ["redundant-index"] },
  { sql: "CREATE INDEX x ON t (b)", found: [] },
  { sql: "CREATE UNIQUE INDEX x ON t (a)", found: [], offline: ["may-fail"] },
  { sql: "CREATE UNIQUE INDEX x ON t (id, a)", found: [], offline: ["may-fail"] },
  {
    sql: "ALTER TABLE t ADD CONSTRAINT x CHECK (a < 5)",
    found: ["blocks-writes"],
    offline: ["may-fail", "blocks-writes"],
  },
  { sql: "ALTER TABLE t ADD CONSTRAINT x CHECK (a < 2)", found: ["may-fail!", "blocks-writes"] },
  {
    sql: "ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES parent (id)",
    found: ["may-fail!", "blocks-writes"],
  },
  {
    sql: "ALTER TABLE t MODIFY b VARCHAR(10) NOT NULL DEFAULT ''",
    found: ["loses-data!", "breaks-running-code", "blocks-writes"],
    offline: ["loses-data!", "may-fail", "breaks-running-code", "blocks-writes"],
  },
  {
    sql: "-- migrate: online\nALTER TABLE t ADD CONSTRAINT x CHECK (a < 5)",
    found: ["blocks-writes allowed"],
    offline: ["may-fail", "blocks-writes allowed"],
  },
  { sql: "ALTER TABLE t COMMENT 'x'", found: [] },
  { sql: "CREATE VIEW v AS SELECT id FROM t", found: [] },
  { sql: "INSERT INTO t (a) VALUES (7)", found: [] },
  { sql: "CREATE TABLE n (id INT PRIMARY KEY); ALTER TABLE n ADD CHECK (id > 0)", found: [] },
];

/** What would fail on the rows is only offered to the server without them. */
const ON_ROWS: readonly Row[] = [
  { sql: "CREATE UNIQUE INDEX x ON t (b)", found: ["may-fail!"], offline: ["may-fail"] },
  {
    sql: "ALTER TABLE t MODIFY c VARCHAR(300) NOT NULL",
    found: ["may-fail!", "breaks-running-code"],
    offline: ["may-fail", "breaks-running-code"],
  },
];

async function withLint(
  server: TestServer,
  sql: string,
  body: (lint: (options?: LintOptions) => Promise<LintResult>, dir: string, url: string) => Promise<void>,
): Promise<void> {
  const files = {
    "0001_base.up.sql": BEFORE,
    "0001_base.down.sql": "DROP TABLE t; DROP TABLE parent;",
    "0002_next.up.sql": `${sql}\n`,
    "0002_next.down.sql": "-- migrate: irreversible\n",
  };
  await withTestDatabase(server, ({ name, url }) =>
    withMigrations(files, async (dir) => {
      const migrator = createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl: server.url });
      await migrator.up({ to: 1 });
      await withTestSession(server, name, async (session) => {
        await runAll(session, ROWS);
        // The servers only estimate rows, and look again when they are asked to.
        await session.query("ANALYZE TABLE t");
        if (server.family === "mysql") await session.run("SET SESSION information_schema_stats_expiry = 0");
        await session.query(
          "SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
        );
      });
      await body((options) => migrator.lint(options), dir, url);
    }),
  );
}

function told({ statements }: LintResult): readonly string[] {
  return statements.flatMap(({ findings }) =>
    findings.map(
      ({ rule, level, allowed }) =>
        `${rule}${level === "error" ? "!" : ""}${allowed === null ? "" : " allowed"}`,
    ),
  );
}

forEachServer(
  "each rule finds what it is about, and asks the rows where they can tell",
  async (t, server) => {
    for (const { sql, found, offline = found } of inTurn(server, [...TABLE, ...ON_ROWS])) {
      await t.test(sql, () =>
        withLint(server, sql, async (run) => {
          const blocks = (rules: readonly string[]): readonly string[] =>
            rules.filter((rule) => rule !== "blocks-writes");
          const known = told(await run());
          // How a server alters this is alter-cost's matter.
          const expected = ON_ROWS.some((row) => row.sql === sql)
            ? blocks
            : (rules: readonly string[]) => rules;
          assert.deepEqual([...expected(known)].sort(), [...expected(found)].sort());
          const unknown = told(await run({ offline: true, from: 2 })).map((rule) =>
            rule.replace("may-fail!", "may-fail"),
          );
          const wanted = offline.map((rule) => rule.replace("may-fail!", "may-fail"));
          assert.deepEqual([...expected(unknown)].sort(), [...expected(wanted)].sort(), "offline");
        }),
      );
    }
  },
);

forEachServer("a comment allows a rule with a reason, and nothing else", async (_t, server) => {
  const sql = [
    "-- migrate: allow loses-data it was copied | to <b>",
    "-- another comment",
    "ALTER TABLE t DROP COLUMN a;",
    "-- migrate: allow loses-data",
    "ALTER TABLE t DROP COLUMN b;",
    "-- migrate: allow lose-data typo",
    "ALTER TABLE t DROP COLUMN c;",
  ].join("\n");
  await withLint(server, sql, async (run, dir) => {
    const result = await run();
    assert.deepEqual(told(result), [
      ...["loses-data! allowed", "breaks-running-code"],
      ...["loses-data!", "breaks-running-code"],
      ...["unknown-rule!", "loses-data!", "breaks-running-code"],
    ]);
    assert.deepEqual([result.errors, result.warnings], [3, 3]);
    const [first, second] = result.statements;
    assert.equal(first?.findings[0]?.allowed, "it was copied | to <b>");
    assert.match(second?.findings[0]?.instead ?? "", /Say why/);
    assert.equal(first?.line, 3);
    const lines = (format: LintResult["format"]): string =>
      lint.render({ ...result, format }, PLAIN).join("\n");
    assert.match(
      lines("text"),
      /0002_next\.up\.sql:3:1 {2}ALTER TABLE t DROP COLUMN a\n {4}(?:INPLACE, writes the table anew|NOCOPY); nobody waits\. t: about \d+ rows/,
    );
    assert.match(lines("text"), /3 statements: 3 errors, 3 warnings\.$/);
    assert.equal(lines("github").match(/^::(error|warning) file=/gm)?.length, 6);
    assert.ok(
      lines("github").includes(
        `file=${dir.replaceAll(":", "%3A")}/0002_next.up.sql,line=5,col=1,title=loses-data::`,
      ),
    );
    assert.match(lines("markdown"), /Why: it was copied &#124; to &#60;b&#62;/);
  });
});

forEachServer("it only looks at the target, also with an account that may only read", async (_t, server) => {
  await withLint(server, "ALTER TABLE t DROP COLUMN a;", async (run, dir, url) => {
    const user = `r_${url.slice(-10)}`;
    const name = new URL(url).pathname.slice(1);
    const before = await createMigrator({ databaseUrl: url, dir }).dump();
    await withTestSession(server, name, (root) =>
      runAll(root, [`CREATE USER '${user}'@'%'`, `GRANT SELECT ON ${name}.* TO '${user}'@'%'`]),
    );
    try {
      const databaseUrl = `mysql://${user}@${server.host}:${server.port}/${name}`;
      const reading = createMigrator({ databaseUrl, dir, scratchDatabaseUrl: server.url });
      assert.deepEqual(told(await reading.lint()), ["loses-data!", "breaks-running-code"]);
    } finally {
      await withTestSession(server, name, (root) => root.run(`DROP USER '${user}'@'%'`));
    }
    assert.deepEqual(told(await run()), ["loses-data!", "breaks-running-code"]);
    assert.deepEqual((await createMigrator({ databaseUrl: url, dir }).dump()).sql, before.sql);
  });
});

forEachServer(
  "the exit code says whether there are errors, or more warnings than allowed",
  async (t, server) => {
    const out = mkdtempSync(join(tmpdir(), "mysql-updown-lint-"));
    t.after(() => rmSync(out, { recursive: true }));
    for (const [sql, words, code] of [
      ["ALTER TABLE t ADD COLUMN z INT;", "", 0],
      ["ALTER TABLE t ADD COLUMN z INT NOT NULL;", "", 0],
      ["ALTER TABLE t ADD COLUMN z INT NOT NULL;", " --max-warnings 0", 1],
      ["ALTER TABLE t DROP COLUMN a;", "", 1],
      ["ALTER TABLE t DROP COLUMN nope;", "", 2],
    ] as const) {
      await withLint(server, sql, async (_run, dir, url) => {
        const printed: string[] = [];
        const stream = { isTTY: false, columns: 80, write: (text: string) => void printed.push(text) };
        const env = { DATABASE_URL: url, SCRATCH_DATABASE_URL: server.url };
        const io = { stdout: stream, stderr: stream, cwd: () => out };
        const ended = await main(`lint --dir ${dir}${words}`.split(" "), env, io);
        assert.equal(ended, code, printed.join(""));
      });
    }
  },
);

forEachServer("up makes nobody wait for a table that is larger than the limit", async (t, server) => {
  const blocks = "ALTER TABLE t ADD CONSTRAINT x CHECK (a < 5);";
  for (const [sql, limit, refused] of [
    [blocks, "2", true],
    [blocks, "1KB", true],
    [blocks, "3", false],
    [blocks, "1M", false],
    [blocks, "2GB", false],
    // Nobody has to wait for it, so the limit has nothing against it. What does is that there is no tool here.
    [`-- migrate: online\n${blocks}`, "2", "cannot be changed online"],
    [`-- migrate: allow blocks-writes it is small\n${blocks}`, "2", false],
    ["ALTER TABLE t ADD COLUMN z INT;", "2", false],
  ] as const) {
    await t.test(`${limit}: ${sql}`, () =>
      withLint(server, sql, async (_run, dir, url) => {
        const printed: string[] = [];
        const stream = { isTTY: false, columns: 80, write: (text: string) => void printed.push(text) };
        const env = {
          DATABASE_URL: url,
          SCRATCH_DATABASE_URL: server.url,
          MIGRATE_BLOCKING_LIMIT: limit,
          PATH: "/nowhere",
        };
        const ended = await main(["up", "--dir", dir], env, {
          stdout: stream,
          stderr: stream,
          cwd: () => dir,
        });
        assert.equal(ended, refused === false ? 0 : 2, printed.join(""));
        const { current } = await createMigrator({ databaseUrl: url, dir }).status();
        assert.equal(current, refused === false ? 2 : 1);
        if (typeof refused === "string") assert.ok(printed.join("").includes(refused));
        if (refused === true)
          assert.match(printed.join(""), /writes to t wait .* about 3 rows.*MIGRATE_BLOCKING_LIMIT is/);
      }),
    );
  }
});

test("the document names every rule with its level", () => {
  const document = readFileSync(join(__dirname, "../../docs/lint.md"), "utf8");
  for (const [rule, { level, about }] of Object.entries(RULES)) {
    assert.ok(document.includes(`| \`${rule}\` | ${level} | ${about} |\n`), rule);
  }
});
