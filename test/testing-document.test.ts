import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { createSandbox, type RunEvent } from "../src/index";
import { buildRunner } from "./support/child";
import { forEachServer } from "./support/servers";

const ROOT = join(__dirname, "..");
const DOCUMENT = readFileSync(join(ROOT, "docs/testing.md"), "utf8");

const MIGRATIONS = {
  "sql/migrations/0001_users.up.sql":
    "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE);",
  "sql/migrations/0001_users.down.sql": "DROP TABLE users;",
};

/** What a test may leave of every kind. */
const MADE = [
  "CREATE TABLE more (id INT PRIMARY KEY, user INT, FOREIGN KEY (user) REFERENCES users (id))",
  "CREATE VIEW seen AS SELECT id FROM more",
  "CREATE TRIGGER t BEFORE INSERT ON more FOR EACH ROW SET NEW.user = 1",
  "CREATE PROCEDURE p() SELECT 1",
  "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
  "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO 1",
];

async function withFolder<T>(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "updown-td-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The file that a heading's block shows; its first line names it. */
function shown(heading: string): Readonly<Record<string, string>> {
  const [, text = ""] = DOCUMENT.split(`\n${heading}\n`);
  const [, name = "", code = ""] = /```js\n\/\/ (\S+)\n([\s\S]*?)```/.exec(text) ?? [];
  assert.notEqual(name, "", heading);
  return { [name]: code };
}

test("testing.md: the example for node:test passes inside a sandbox, two files side by side", async () => {
  const example = shown("### node:test");
  const [name = "", code = ""] = Object.entries(example)[0] ?? [];
  const files = {
    ...MIGRATIONS,
    ...shown("## From a program"),
    ...example,
    [name.replace("users", "again")]: code,
  };
  const built = await buildRunner();
  try {
    await withFolder(files, async (folder) => {
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(dirname(dirname(built.bin)), join(folder, "node_modules/mysql-updown"));
      symlinkSync(join(ROOT, "node_modules/mysql2"), join(folder, "node_modules/mysql2"));
      const temporary = join(folder, "tmp");
      mkdirSync(temporary);
      const { PATH, HOME } = process.env;
      const words = ["sandbox", "--quiet", "--", process.execPath, "--test", "test/"];
      const tests = Object.keys(files).filter((file) => file.startsWith("test/"));
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [built.bin, ...words.slice(0, -1), ...tests],
        {
          cwd: folder,
          env: { PATH, HOME, TMPDIR: temporary },
        },
      );
      assert.match(stdout, /^# pass 4$/m);
      assert.deepEqual(readdirSync(temporary), []);
    });
  } finally {
    await built.remove();
  }
});

forEachServer(
  "createSandbox: a database of its own, its rows brought back, and nothing left",
  async (_, server) => {
    const files = { ...MIGRATIONS, "seed.sql": "INSERT INTO users (name) VALUES ('Ann');" };
    await withFolder(files, async (folder) => {
      const events: RunEvent[] = [];
      const sandbox = await createSandbox({
        dir: join(folder, "sql/migrations"),
        seed: join(folder, "seed.sql"),
        server: server.family,
        onEvent: (event) => void events.push(event),
      });
      assert.equal(sandbox.server, server.family);
      assert.ok(events.some(({ event }) => event === "step-done"));
      const connection = await createConnection(sandbox.url);
      const names = async (): Promise<unknown> => (await connection.query("SELECT id, name FROM users"))[0];
      const fresh = [{ id: 1, name: "Ann" }];
      assert.deepEqual(await names(), fresh);
      const [before] = await connection.query("SHOW FULL TABLES");
      await connection.query("UPDATE users SET name = 'Bob'");
      await Promise.all([sandbox.reset(), sandbox.reset()]);
      assert.deepEqual(await names(), fresh);
      for (const made of MADE) await connection.query(made);
      await sandbox.reset();
      assert.deepEqual((await connection.query("SHOW FULL TABLES"))[0], before);
      assert.deepEqual(await names(), fresh);
      connection.destroy();
      await sandbox[Symbol.asyncDispose]();
      await sandbox.close();
      await assert.rejects(createConnection(sandbox.url), { code: "ECONNREFUSED" });
      await assert.rejects(sandbox.reset(), { code: "usage" });
    });
  },
);

const misuses: readonly (readonly [options: unknown, message: string])[] = [
  [{ sed: "x" }, 'createSandbox() has no option "sed". Did you mean "seed"?'],
  [{ server: "oracle" }, 'createSandbox(): server takes "mysql" or "mariadb", not a string.'],
  ["x", "createSandbox() takes an object with options, not a string."],
  [null, "createSandbox() takes an object with options, not null."],
];

test("createSandbox: what it cannot be is refused before a server is started", async () => {
  const create = createSandbox as (options: unknown) => Promise<unknown>;
  for (const [options, message] of misuses) {
    await assert.rejects(create(options), { name: "MigrateError", code: "usage", message });
  }
  await assert.rejects(createSandbox({ dir: "/none" }), { code: "folder-missing" });
  await withFolder(MIGRATIONS, (folder) =>
    assert.rejects(createSandbox({ dir: join(folder, "sql/migrations"), seed: join(folder, "none.sql") }), {
      code: "unreadable",
    }),
  );
});
