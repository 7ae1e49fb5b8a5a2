import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMigrator, type Migrator } from "../../src/index";
import { withMigrations } from "../support/migrations";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";

const FILES = {
  "0001_users.up.sql": "CREATE TABLE users (id INT PRIMARY KEY COMMENT '<b>') ENGINE=InnoDB;",
  "0001_users.down.sql": "DROP TABLE users;",
  "0002_posts.up.sql":
    "CREATE TABLE posts (id INT PRIMARY KEY, user_id INT NOT NULL, title VARCHAR(50), CONSTRAINT posts_user FOREIGN KEY (user_id) REFERENCES users (id)) ENGINE=InnoDB;\nCREATE VIEW titles AS SELECT title FROM posts;",
  "0002_posts.down.sql": "DROP VIEW titles;\nDROP TABLE posts;",
  "0003_wider.up.sql":
    "ALTER TABLE posts MODIFY title VARCHAR(20), ADD COLUMN body TEXT;\nCREATE TABLE tags (id INT PRIMARY KEY) ENGINE=InnoDB;",
  "0003_wider.down.sql": "DROP TABLE tags;\nALTER TABLE posts DROP COLUMN body;",
};

interface Place {
  readonly migrator: Migrator;
  readonly out: string;
  readonly name: string;
  report(): Promise<string>;
}

async function withPlace(server: TestServer, body: (place: Place) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "updown-report-"));
  try {
    await withMigrations(FILES, (dir) =>
      withTestDatabase(server, async ({ name, url }) => {
        const migrator = createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl: server.url });
        const out = join(folder, "report.html");
        const report = async (): Promise<string> => {
          await migrator.report({ out });
          return readFileSync(out, "utf8");
        };
        await body({ migrator, out, name, report });
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without tags, entities and superfluous white space. */
function words(html: string): string {
  return html
    .replace(/<(script|style)>[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/`|&quot;/g, "'")
    .replace(/\s+/g, " ");
}

forEachServer(
  "report: schema, history, what is pending and what differs, in one file",
  async (_t, server) => {
    await withPlace(server, async ({ migrator, out, name }) => {
      await migrator.up({ to: 2 });
      await migrator.down({ to: 1 });
      await migrator.up({ to: 2 });
      await withTestSession(server, name, (session) =>
        runAll(session, ["ALTER TABLE users ADD COLUMN hotfix INT"]),
      );
      const result = await migrator.report({ out });
      assert.deepEqual([result.path, result.tables, result.remarks], [out, 3, []]);
      const html = readFileSync(out, "utf8");
      assert.equal(result.bytes, Buffer.byteLength(html));
      const said = words(html);
      for (const each of [
        `${name} at version 2`,
        // The page of a table, both ways.
        "user_id → users id",
        "id ← posts user_id",
        "<b>",
        // What was done.
        /applied ↑ up 0002_posts .* reverted ↓ down 0002_posts/,
        // What is pending: in words, and what lint says.
        /~ changed table posts ~ changed title varchar\(20\) \(was varchar\(50\)\) \+ added body text/,
        "+ added table tags",
        "loses-data",
        "0003_wider pending",
        // Drift.
        /The database is not what its migrations build.*ALTER TABLE 'users' DROP COLUMN 'hotfix'/,
      ]) {
        assert.ok(typeof each === "string" ? said.includes(each) : each.test(said), `${each} in\n${said}`);
      }
    });
  },
);

forEachServer("report: an account that may only read is enough", async (_t, server) => {
  await withPlace(server, async ({ migrator, out, name }) => {
    await migrator.up({ to: 2 });
    const user = `r_${name.slice(2, 10)}`;
    await withTestSession(server, name, async (session) => {
      await runAll(session, [
        `CREATE USER ${user}@'%' IDENTIFIED BY 'x'`,
        `GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON ${name}.* TO ${user}@'%'`,
      ]);
      try {
        const url = new URL(server.url);
        const databaseUrl = `mysql://${user}:x@${url.host}/${name}`;
        await withMigrations(FILES, async (dir) => {
          const reader = createMigrator({ databaseUrl, dir, scratchDatabaseUrl: server.url });
          const { tables } = await reader.report({ out });
          assert.equal(tables, 3);
        });
      } finally {
        await session.execute(`DROP USER ${user}@'%'`);
      }
    });
  });
});

forEachServer("report: what cannot be found out is left out, and the report says why", async (_t, server) => {
  await withPlace(server, async ({ migrator, out, name }) => {
    await migrator.up({ to: 2 });
    const failing = { ...FILES, "0003_wider.up.sql": "ALTER TABLE nowhere ADD COLUMN x INT;" };
    await withMigrations(failing, async (dir) => {
      const other = createMigrator({
        databaseUrl: `${server.url}/${name}`,
        dir,
        scratchDatabaseUrl: server.url,
      });
      const { remarks } = await other.report({ out });
      assert.match(remarks.join("\n"), /^What is pending and what differs is not known: 0003_wider\.up\.sql/);
    });
  });
});

forEachServer("report: a database without tables and without history", async (_t, server) => {
  await withPlace(server, async ({ out, report }) => {
    const said = words(await report());
    assert.ok(existsSync(out));
    for (const each of ["no migration applied", "There are no tables.", "+ added table users"]) {
      assert.ok(said.includes(each), each);
    }
  });
});

forEachServer("report: from the folder alone, as it was, and what changed in between", async (_t, server) => {
  await withMigrations(FILES, async (dir) => {
    const databaseUrl = "mysql://nobody@127.0.0.1:1/none";
    const migrator = createMigrator({ databaseUrl, dir, scratchDatabaseUrl: server.url });
    const text = async (options: Parameters<Migrator["report"]>[0]): Promise<string> =>
      (await migrator.report(options)).text ?? "";
    const names = async (options: object): Promise<readonly string[]> => {
      const { tables } = JSON.parse(await text({ ...options, format: "json" })) as {
        tables: { name: string }[];
      };
      return tables.map((each) => each.name);
    };
    assert.deepEqual(await names({ offline: true }), ["posts", "tags", "titles", "users"]);
    assert.deepEqual(await names({ at: 1 }), ["users"]);
    assert.deepEqual(await names({ offline: true, around: "users", tables: "p*" }), ["posts"]);
    const between = await text({ from: 2, to: 3, format: "markdown" });
    assert.match(
      between,
      /\*\*changed\*\* posts\n.*\*\*changed\*\* title varchar\(20\) \(was varchar\(50\)\)/,
    );
    assert.match(between, /\*\*added\*\* tags/);
    assert.match(await text({ from: 0, to: 1, format: "svg" }), /added/);
    for (const [options, code] of [
      [{ at: 9 }, "unknown-version"],
      [{ from: 3, to: 1 }, "unknown-version"],
      [{ at: 1, from: 1 }, "usage"],
      [{ to: 1 }, "usage"],
      [{ depth: 2 }, "usage"],
      [{ offline: true, around: "nowhere", format: "dot" }, "usage"],
    ] as const) {
      await assert.rejects(migrator.report(options), { code });
    }
  });
});
