import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { main } from "../../src/cli/main";
import { createMigrator } from "../../src/index";
import { forEachServer, withTestDatabase } from "../support/servers";
import { temporaryFolder } from "../support/temporary-folder";
import { withTestSession } from "../support/test-session";

const PACKED = readFileSync(join(__dirname, "../../.env.example"), "utf8");
const SET = { DATABASE_URL: "mysql://root@127.0.0.1:1/blog" };

/** What is in the folder, what is set, and what `.env` is afterwards; null: there is none. */
const rows: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  dotenv: string | null,
])[] = [
  ["nothing is there: the package's example", {}, {}, PACKED],
  ["the project has an example", { ".env.example": "# ours\n" }, {}, "# ours\n"],
  ["the project has an example, and settings", { ".env.example": "# ours\n" }, SET, "# ours\n"],
  ["the settings come from elsewhere", {}, SET, null],
  ["a .env is there", { ".env": "# mine\n" }, {}, "# mine\n"],
  ["a .env is there, and an example", { ".env": "# mine\n", ".env.example": "# ours\n" }, {}, "# mine\n"],
];

for (const [name, files, env, dotenv] of rows) {
  test(`init and .env: ${name}`, async (t) => {
    const folder = temporaryFolder(t, files);
    const output = { write: () => true };
    const dir = join(folder, "migrations");
    await main(["init", "--dir", dir], env, { stdout: output, stderr: output, cwd: () => folder });
    const path = join(folder, ".env");
    assert.equal(existsSync(path) ? readFileSync(path, "utf8") : null, dotenv);
  });
}

/** What is in the database and in the folder, and whether an example is made. */
const places: readonly (readonly [name: string, sql: string | null, file: string | null, made: boolean])[] = [
  ["nothing anywhere", null, null, true],
  ["a table", "CREATE TABLE users (id INT)", null, false],
  ["a view", "CREATE VIEW one AS SELECT 1 AS id", null, false],
  ["a table that is ignored", "CREATE TABLE jobs_1 (id INT)", null, true],
  ["a migration", null, "0001_a.up.sql", false],
  ["a note", null, "README.md", false],
  ["a hidden file", null, ".gitkeep", true],
];

for (const [name, sql, file, made] of places) {
  forEachServer(`init and its example: ${name}`, async (t, server) => {
    await withTestDatabase(server, async ({ name: database, url }) => {
      if (sql !== null) await withTestSession(server, database, (session) => session.run(sql));
      const dir = temporaryFolder(t, file === null ? {} : { [file]: "SELECT 1;" });
      const { steps, existing } = await createMigrator({ databaseUrl: url, dir, ignore: "jobs_*" }).init();
      assert.equal(
        steps.some(({ what }) => what === "example"),
        made,
      );
      assert.equal(existing.length > 0, sql !== null && !made);
    });
  });
}
