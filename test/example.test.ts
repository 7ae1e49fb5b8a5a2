import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { readMigrations } from "../src/migrations/read-migrations";
import { migrate } from "../src/run/migrate";
import { openSession } from "../src/server/connection";
import { type Settings, settingsFromOptions } from "../src/settings/settings";
import { splitText } from "../src/syntax/splitter";
import { forEachServer, withTestDatabase } from "./support/servers";
import { dumpState, type State } from "./support/state";

const SQL = join(__dirname, "..", "sql");
const TABLE = "migration_history";

/** Rows of a blog that is in use, for the later migrations to carry along. They fit version 4. */
const ROWS = [
  "INSERT INTO users (email, name) VALUES ('ann@blog.example', 'Ann'), ('bob@blog.example', 'Bob')",
  "INSERT INTO posts (user_id, title, body) SELECT id, 'Crème brûlée', 'Twice the same title.' FROM users",
  "INSERT INTO comments (post_id, author_name, author_email, body) SELECT id, 'Zoé', 'zoe@blog.example', '👍' FROM posts",
  "INSERT INTO comments (post_id, author_name, author_email, body) SELECT id, 'Z.', 'ZOE@blog.example', 'again' FROM posts",
  "INSERT INTO comments (post_id, author_name, author_email, body) SELECT id, 'Ann', 'ann@blog.example', 'mine' FROM posts",
  "INSERT INTO tags (name) VALUES ('food')",
  "INSERT INTO posts_tags (post_id, tag_id) SELECT posts.id, tags.id FROM posts, tags",
];

forEachServer("every down file of the example is the inverse of its up file", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const settings = settingsFor(url);
    const { migrations } = readMigrations(settings.dir);
    assert.ok(migrations.length >= 10);
    for (const { version, name } of migrations) {
      const before = await dump(url);
      await migrate(settings, "up", { steps: 1 });
      const after = await dump(url);
      assert.notDeepEqual(after, before, `${name} does something`);
      await migrate(settings, "down", { steps: 1 });
      // The history table itself came with the first migration and stays.
      if (version !== migrations[0]?.version) assert.deepEqual(await dump(url), before, name);
      await migrate(settings, "up", { steps: 1 });
      // Rows have new times and numbers by now.
      assert.deepEqual(definitions(await dump(url)), definitions(after), name);
      if (version === 4) await execute(url, ROWS);
    }
    await migrate(settings, "down", { to: "0" });
    assert.deepEqual(await dump(url), []);
  });
});

forEachServer("schema.sql says what the migrations add up to", async (_t, server) => {
  await withTestDatabase(server, async (migrated) => {
    await migrate(settingsFor(migrated.url), "up", null);
    await withTestDatabase(server, async (declared) => {
      const session = await openSession(settingsFor(declared.url).database);
      try {
        const text = readFileSync(join(SQL, "schema.sql"), "utf8");
        for (const statement of splitText(text)) await session.run(statement.text);
      } finally {
        await session.close();
      }
      assert.deepEqual(await dump(declared.url), definitions(await dump(migrated.url)));
    });
  });
});

forEachServer("the example's data and programs do what their comments say", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const settings = settingsFor(url);
    await migrate(settings, "up", { to: "4" });
    await execute(url, ROWS);
    await migrate(settings, "up", null);
    assert.deepEqual(await query(url, "SELECT name, role FROM users ORDER BY email"), [
      ["Ann", "writer"],
      ["Bob", "writer"],
      ["The editor", "writer"],
      ["A reader", "reader"],
      ["Z.", "reader"],
    ]);
    assert.deepEqual(
      await query(
        url,
        "SELECT REPLACE(slug, CONCAT('-', id), '-ID'), status, comment_count FROM posts ORDER BY id",
      ),
      [
        ["cr-me-br-l-e-ID", "published", 3],
        ["cr-me-br-l-e-ID", "published", 3],
        ["hello-world-ID", "published", 1],
      ],
    );
    await execute(url, ["DELETE FROM comments WHERE author_name = 'Z.'", "CALL merge_tags('food', 'café')"]);
    assert.deepEqual(await query(url, "SELECT SUM(comment_count) FROM posts"), [["5"]]);
    assert.deepEqual(
      await query(
        url,
        "SELECT name, COUNT(post_id) FROM tags LEFT JOIN taggings ON tag_id = id GROUP BY name ORDER BY name",
      ),
      [
        ["café", 2],
        ["news", 1],
      ],
    );
  });
});

function settingsFor(databaseUrl: string): Settings {
  return settingsFromOptions({ databaseUrl, dir: join(SQL, "migrations"), table: TABLE });
}

/** Without the history, which grows whatever is done. */
async function dump(url: string): Promise<State> {
  return (await dumpState(url, { historyTable: TABLE })).filter(
    (line) => !/^(?:history:|database )/.test(line),
  );
}

function definitions(state: State): State {
  return state.filter((line) => !line.startsWith("row of "));
}

async function execute(url: string, statements: readonly string[]): Promise<void> {
  const connection = await createConnection({ uri: url, charset: "utf8mb4" });
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

async function query(url: string, sql: string): Promise<unknown> {
  const connection = await createConnection({ uri: url, charset: "utf8mb4" });
  try {
    const [rows] = await connection.query({ sql, rowsAsArray: true });
    return rows;
  } finally {
    await connection.end();
  }
}
