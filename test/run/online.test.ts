import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import type { MigrateError, RefusedError, RunEvent } from "../../src/index";
import type { RunProgress } from "../../src/run/events";
import { migrate } from "../../src/run/migrate";
import type { RunOptions } from "../../src/run/runner";
import { readOnlineSettings } from "../../src/settings/online";
import { settingsFromOptions } from "../../src/settings/settings";
import { untilRunning } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { ask } from "../support/online-kill";
import { type WatchedTool, withWatchedTool } from "../support/online-tool";
import { forEachServer, inTurn, rowsFor, type TestServer, withTestDatabase } from "../support/servers";
import { temporaryFolder } from "../support/temporary-folder";

/** A migration whose one statement is marked, and another that nothing stops. */
function marked(statement: string): Readonly<Record<string, string>> {
  return {
    "0001_a.up.sql": `-- migrate: online\n${statement};\nCREATE TABLE behind (id INT PRIMARY KEY);\n`,
    "0001_a.down.sql": "DROP TABLE behind;\n",
  };
}

interface Run extends RunOptions {
  readonly url: string;
  readonly dir: string;
  readonly tool: WatchedTool;
  /** Environment variables beside the PATH. */
  readonly given?: Readonly<Record<string, string>>;
}

/** Why a test is left out on a server; with --every-row none is. */
const OTHER = "its turn is on the other server";

function up({ url, dir, tool, given = {}, ...options }: Run): ReturnType<typeof migrate> {
  const online = readOnlineSettings({ PATH: tool.path, ...given }, []);
  const settings = { ...settingsFromOptions({ databaseUrl: url, dir }), allowExisting: true, online };
  return migrate(settings, "up", null, options);
}

async function objectsIn(url: string): Promise<readonly string[]> {
  const tables = await ask(url, "SHOW TABLES");
  const triggers = await ask(url, "SHOW TRIGGERS");
  return [...tables.map((row) => String(Object.values(row)[0])), ...triggers.map(({ Trigger }) => Trigger)];
}

async function definitionOf(url: string, table: string): Promise<string> {
  const [row] = await ask(url, `SHOW CREATE TABLE ${table}`);
  return String(row?.["Create Table"]).replace(/`(t|twin)`/g, "`it`");
}

const T = `CREATE TABLE t (
  id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(20) NOT NULL DEFAULT 'x', c VARCHAR(300),
  e ENUM('x','y'), f DATETIME(3), g DECIMAL(8,3), h BLOB, j JSON, KEY (a)
) CHARSET=utf8mb4`;
const ROWS = `INSERT INTO t (a, b, c, f, g, h, j) VALUES (1, 'ä😀', NULL, '2026-01-02 03:04:05.678', 1.5, 0x00FF, '{"k": 1}'),
  (-5, '', 'plain', NULL, NULL, NULL, NULL), (NULL, 'x', REPEAT('c', 300), NOW(), -0.001, '', '[]')`;

interface Row {
  readonly statement: string;
  readonly by: "the server" | "the tool";
  readonly on?: TestServer["family"];
}

const CARRIED_OUT: readonly Row[] = [
  { statement: "ALTER TABLE t ADD COLUMN d INT", by: "the server" },
  { statement: "ALTER TABLE t ADD INDEX kc (c)", by: "the server" },
  { statement: "ALTER TABLE t MODIFY a BIGINT", by: "the tool" },
  { statement: "ALTER TABLE t CONVERT TO CHARACTER SET utf16", by: "the tool" },
  { statement: "ALTER TABLE t FORCE", by: "the server" },
  { statement: "ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 3", by: "the tool" },
  {
    statement:
      "ALTER TABLE t ADD COLUMN n INT NOT NULL DEFAULT 3 FIRST, DROP COLUMN j, MODIFY a BIGINT, ADD KEY (id, a)",
    by: "the tool",
  },
  {
    statement:
      "ALTER TABLE t MODIFY b VARCHAR(300) NOT NULL DEFAULT 'y' COMMENT 'it''s ä 😀', MODIFY g DECIMAL(9,4)",
    by: "the tool",
  },
];

forEachServer("an ALTER TABLE that is marked comes to what a plain one does", async (t, server) => {
  await withWatchedTool("percona-toolkit-3.2", async (tool) => {
    for (const { statement, by } of rowsFor(server, CARRIED_OUT)) {
      await t.test(`${statement}: ${by}`, async () => {
        await withTestDatabase(server, async ({ url }) => {
          await ask(url, T, ROWS, "CREATE TABLE twin LIKE t", "INSERT INTO twin SELECT * FROM t");
          await ask(url, statement.replace("TABLE t", "TABLE twin"));
          const before = tool.calls().length;
          await withMigrations(marked(statement), (dir) => up({ url, dir, tool }));
          assert.equal(tool.calls().length - before, by === "the tool" ? 1 : 0);
          const plain = (text: string): string => text.replace(/ AUTO_INCREMENT=\d+/, "");
          assert.equal(plain(await definitionOf(url, "t")), plain(await definitionOf(url, "twin")));
          assert.deepEqual(
            await ask(url, "SELECT * FROM t ORDER BY id"),
            await ask(url, "SELECT * FROM twin ORDER BY id"),
          );
          assert.deepEqual(await objectsIn(url), ["behind", "migration_history", "t", "twin"]);
        });
      });
    }
  });
});

interface Refused {
  readonly on?: TestServer["family"];
  readonly before: readonly string[];
  readonly statement: string;
  readonly says: RegExp;
  readonly code?: string;
}

const COPIES = "ALTER TABLE t MODIFY a BIGINT";

const REFUSED: readonly Refused[] = [
  {
    before: [
      "CREATE TABLE child (id INT PRIMARY KEY, t_id INT, CONSTRAINT up FOREIGN KEY (t_id) REFERENCES t (id))",
    ],
    statement: COPIES,
    says: /2:1: .*foreign keys lead from it or to it \(child\.up\)/,
  },
  {
    before: ["CREATE TRIGGER own BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1"],
    statement: COPIES,
    says: /it has triggers \(own\)/,
  },
  { before: ["CREATE TABLE _t_new (id INT)"], statement: COPIES, says: /_t_new is there, which no run .*/ },
  { before: ["ALTER TABLE t MODIFY id INT, DROP PRIMARY KEY"], statement: COPIES, says: /no primary key/ },
  {
    before: ["ALTER TABLE t ADD CONSTRAINT positive CHECK (a > -9)"],
    statement: COPIES,
    says: /CHECK constraints with names \(positive\)/,
  },
  {
    before: [],
    statement: "ALTER TABLE t MODIFY c VARCHAR(10)",
    says: /error 1265|Data truncated|do not fit/,
    code: "tool-failed",
  },
  { before: [], statement: "ALTER TABLE t MODIFY nowhere INT", says: /nowhere/, code: "statement-failed" },
  { before: [], statement: "CREATE INDEX x ON t (a)", says: /2:1: this statement is no ALTER TABLE/ },
  {
    before: [],
    statement: "ALTER TABLE t ADD d INT, ALGORITHM=COPY",
    says: /says itself how it is to be done/,
  },
];

forEachServer("what cannot be done online is refused, and the database is as it was", async (t, server) => {
  await withWatchedTool("percona-toolkit-3.2", async (tool) => {
    for (const { before, statement, says, code = "cannot-online" } of rowsFor(server, REFUSED)) {
      await t.test(`${statement} behind ${before.join("; ")}`, async () => {
        await withTestDatabase(server, async ({ url }) => {
          await ask(url, T, ROWS, ...before);
          const was = [await definitionOf(url, "t"), ...(await objectsIn(url))];
          await withMigrations(marked(statement), (dir) =>
            assert.rejects(up({ url, dir, tool }), (error: MigrateError) => {
              assert.equal(error.code, code);
              assert.match(error.message, says);
              assert.notEqual(error.hint, null);
              return true;
            }),
          );
          const is = [await definitionOf(url, "t"), ...(await objectsIn(url))];
          assert.deepEqual(
            is.filter((name) => name !== "migration_history"),
            was,
          );
        });
      });
    }
  });
});

forEachServer(
  "what no tool can do is refused before anything runs, where it can be foreseen",
  async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      await ask(url, T, ROWS, "CREATE TRIGGER own BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1");
      const files = {
        "0001_a.up.sql": "-- nothing is altered before\nINSERT INTO t (b) VALUES ('too early');\n",
        "0001_a.down.sql": "DELETE FROM t WHERE b = 'too early';\n",
        "0002_b.up.sql": `-- migrate: online\nALTER TABLE t ADD COLUMN d INT;\n-- migrate: online\n${COPIES};\n`,
        "0002_b.down.sql": "ALTER TABLE t DROP COLUMN d;\n",
      };
      await withMigrations(files, (dir) =>
        assert.rejects(up({ url, dir, tool: NO_TOOL }), (error: RefusedError) => {
          const [problem, another] = error.problems;
          assert.equal(another, undefined);
          assert.match(
            problem?.message ?? "",
            /^0002_b\.up\.sql:4:1: t cannot be changed online: .*triggers \(own\)/,
          );
          return true;
        }),
      );
      assert.deepEqual(await ask(url, "SELECT id FROM t WHERE b = 'too early'"), []);
      assert.deepEqual(await objectsIn(url), ["t", "own"]);
      // What an earlier statement alters is looked at when its turn comes.
      const freed = {
        "0001_a.up.sql": `DROP TRIGGER own;\n-- migrate: online\n${COPIES};\n`,
        "0001_a.down.sql": "SELECT 1;\n",
      };
      await withMigrations(freed, (dir) =>
        assert.rejects(up({ url, dir, tool: NO_TOOL }), { message: /1 of 2 statements/ }),
      );
    });
  },
);

forEachServer("who holds the table is named, and the table is as it was", async (t, server) => {
  if (!inTurn(server, [0, 1]).includes(0)) return t.skip(OTHER);
  await withWatchedTool("percona-toolkit-3.2", (tool) =>
    withTestDatabase(server, async ({ url }) => {
      await ask(url, T, ROWS);
      const was = await definitionOf(url, "t");
      const holder = await createConnection({ uri: url });
      try {
        await holder.query("START TRANSACTION");
        await holder.query("SELECT * FROM t");
        await withMigrations(marked("ALTER TABLE t PARTITION BY HASH (id)"), (dir) =>
          assert.rejects(up({ url, dir, tool }), (error: MigrateError) => {
            assert.equal(error.code, "blocked");
            assert.match(error.message, new RegExp(`Held by:\\n *connection ${holder.threadId}, `));
            return true;
          }),
        );
        assert.equal(await definitionOf(url, "t"), was);
        assert.deepEqual(await objectsIn(url), ["migration_history", "t"]);
      } finally {
        holder.destroy();
      }
    }),
  );
});

forEachServer("a request to stop ends the tool, and the table is as it was", async (t, server) => {
  if (!inTurn(server, [0, 1]).includes(1)) return t.skip(OTHER);
  await withWatchedTool("percona-toolkit-3.2", (tool) =>
    withTestDatabase(server, async ({ url }) => {
      await ask(url, T, ROWS);
      const was = await definitionOf(url, "t");
      const stop = new AbortController();
      // The tool waits for its triggers, as long as somebody reads.
      const holder = await createConnection({ uri: url });
      await withMigrations(marked(COPIES), async (dir) => {
        await holder.query("START TRANSACTION");
        await holder.query("SELECT * FROM t");
        const run = up({ url, dir, tool, signal: stop.signal, lockWaitMs: 60_000 });
        await Promise.all([
          assert.rejects(run, (error: MigrateError) => {
            assert.equal(error.code, "interrupted");
            assert.match(error.message, /stopped on request while t was copied, which is as it was/);
            assert.match(error.hint ?? "", /To go on, run it again/);
            return true;
          }),
          untilRunning(url, "CREATE TRIGGER").then(() => {
            stop.abort();
            holder.destroy();
          }),
        ]);
        assert.equal(await definitionOf(url, "t"), was);
        assert.deepEqual(await objectsIn(url), ["migration_history", "t"]);
        await up({ url, dir, tool });
        assert.match(await definitionOf(url, "t"), /`a` bigint/);
      });
    }),
  );
});

forEachServer("another tool is run by a command line, and swaps the tables itself", async (t, server) => {
  if (!inTurn(server, [0, 1]).includes(0)) return t.skip(OTHER);
  await withWatchedTool("percona-toolkit-3.2", (tool) =>
    withTestDatabase(server, async ({ url, name }) => {
      await ask(url, T, ROWS, "CREATE TABLE twin LIKE t");
      await ask(url, COPIES.replace("TABLE t", "TABLE twin"));
      const command = [
        "pt-online-schema-change --execute --no-version-check --recursion-method none --alter={alter}",
        "F={config},h={host},P={port},D={database},t={table}",
      ].join(" ");
      const given = { MIGRATE_ONLINE_COMMAND: command };
      // A table of the user's own that is called as the tool would call its copy stays: it takes another name.
      await ask(url, "CREATE TABLE _t_gho (id INT)");
      await withMigrations(marked(COPIES), (dir) => up({ url, dir, tool, given }));
      assert.match(tool.calls().at(-1) ?? "", new RegExp(`h=127\\.0\\.0\\.1,P=\\d+,D=${name},t=t`));
      const plain = (text: string): string => text.replace(/ AUTO_INCREMENT=\d+/, "");
      assert.equal(plain(await definitionOf(url, "t")), plain(await definitionOf(url, "twin")));
      assert.equal((await ask(url, "SELECT * FROM t")).length, 3);
      assert.deepEqual(await objectsIn(url), ["_t_gho", "behind", "migration_history", "t", "twin"]);
    }),
  );
});

forEachServer("what a tool says of its progress is told, and how it failed", async (t, server) => {
  if (!inTurn(server, [0, 1]).includes(1)) return t.skip(OTHER);
  const seen = join(temporaryFolder(t), "seen");
  const command = `echo 'Copying \`d\`.\`t\`:  45% 00:23 remain'; until [ -e ${seen} ]; do sleep 0.05; done; echo 'no more'; exit 3`;
  await withTestDatabase(server, async ({ url }) => {
    await ask(url, T, ROWS);
    const told: RunProgress[] = [];
    const emit = (event: RunEvent): void => {
      if (event.event !== "progress" || event.server?.stage !== "copying rows") return;
      told.push(event);
      writeFileSync(seen, "");
    };
    const given = { MIGRATE_ONLINE_COMMAND: command, PATH: process.env.PATH ?? "" };
    await withMigrations(marked(COPIES), (dir) =>
      assert.rejects(up({ url, dir, tool: NO_TOOL, given, emit, progressMs: 20 }), (error: MigrateError) => {
        assert.equal(error.code, "tool-failed");
        assert.match(error.message, /ended with exit code 3:\n {2}Copying .*\n {2}no more\n/);
        assert.match(error.hint ?? "", /To go on, run it again/);
        return true;
      }),
    );
    const [{ server: progress, remainingMs } = { server: null, remainingMs: null }] = told;
    assert.deepEqual([progress?.percent, remainingMs], [45, 23_000]);
  });
});

forEachServer("without a tool on the PATH it is refused, and says what to install", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await ask(url, T, ROWS);
    await withMigrations(marked(COPIES), (dir) =>
      assert.rejects(up({ url, dir, tool: { ...NO_TOOL } }), {
        code: "cannot-online",
        message: /pt-online-schema-change is not on the PATH/,
      }),
    );
    // What the server does by itself needs none.
    await withMigrations(marked("ALTER TABLE t ADD COLUMN d INT"), (dir) => up({ url, dir, tool: NO_TOOL }));
  });
});

const NO_TOOL: WatchedTool = { path: "/nowhere", calls: () => [], environment: () => "", pid: () => null };

forEachServer("a password reaches the tool, and nobody else", async (_t, server) => {
  const password = `p "q\\' #;`;
  await withTestDatabase(server, async ({ url, name }) => {
    const user = `${name}_user`;
    await ask(
      url,
      T,
      ROWS,
      `CREATE USER ${user} IDENTIFIED BY ${quote(password)}`,
      `GRANT ALL ON *.* TO ${user}`,
    );
    try {
      const target = new URL(url);
      target.username = user;
      target.password = encodeURIComponent(password);
      const events: RunEvent[] = [];
      await withWatchedTool("percona-toolkit-3.2", async (tool) => {
        const emit = (event: RunEvent): void => void events.push(event);
        const given = { DATABASE_URL: target.href, MYSQL_PASSWORD: password };
        await withMigrations(marked(COPIES), (dir) => up({ url: target.href, dir, tool, given, emit }));
        assert.equal(tool.calls().length, 1);
        const seen = [...tool.calls(), tool.environment(), JSON.stringify(events)].join("\n");
        for (const secret of [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1)])
          assert.ok(!seen.includes(secret));
      });
    } finally {
      await ask(url, `DROP USER ${user}`);
    }
  });
});

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
