import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readMigrations } from "../src/migrations/read-migrations";

const document = readFileSync(join(__dirname, "../docs/moving-from.md"), "utf8");

const cases: readonly (readonly [
  tool: string,
  before: Readonly<Record<string, string>>,
  after: readonly string[],
])[] = [
  [
    "golang-migrate",
    {
      "migrations/1_users.up.sql": "SELECT 1;",
      "migrations/1_users.down.sql": "SELECT 2;",
      "migrations/000010_add_email.up.sql": "SELECT 1;",
      "migrations/000010_add_email.down.sql": "SELECT 2;",
    },
    ["0001_users.down.sql", "0001_users.up.sql", "0010_add_email.down.sql", "0010_add_email.up.sql"],
  ],
  [
    "dbmate",
    {
      "db/migrations/20240102030405_users.sql":
        "-- migrate:up\nCREATE TABLE users (\n  id INT\n);\n\n-- migrate:down\nDROP TABLE users;\n",
    },
    ["20240102030405_users.down.sql", "20240102030405_users.up.sql"],
  ],
  [
    "Flyway",
    {
      "sql/V1__Users.sql": "SELECT 1;",
      "sql/U1__Users.sql": "SELECT 2;",
      "sql/V010__add_email.sql": "SELECT 1;",
      "sql/U010__add_email.sql": "SELECT 2;",
      "sql/R__views.sql": "SELECT 3;",
    },
    ["0001_Users.down.sql", "0001_Users.up.sql", "0010_add_email.down.sql", "0010_add_email.up.sql"],
  ],
  [
    "db-migrate",
    {
      "migrations/sqls/20240102030405-create-users-up.sql": "SELECT 1;",
      "migrations/sqls/20240102030405-create-users-down.sql": "SELECT 2;",
    },
    ["20240102030405_create-users.down.sql", "20240102030405_create-users.up.sql"],
  ],
];

const UP = /^(SELECT 1;|CREATE TABLE users \(\n {2}id INT\n\);\s*)$/;
const DOWN = /^(SELECT 2;|DROP TABLE users;\n)$/;

for (const [tool, before, after] of cases) {
  test(`moving from ${tool}: the commands make pairs that can be read`, () => {
    const folder = mkdtempSync(join(tmpdir(), "mysql-updown-moving-"));
    try {
      for (const [path, text] of Object.entries({ "sql/migrations/.keep": "", ...before })) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      execFileSync("bash", ["-ec", commandsOf(tool)], { cwd: folder });
      const migrations = join(folder, "sql/migrations");
      assert.deepEqual(
        readdirSync(migrations).filter((name) => name.endsWith(".sql")),
        after,
      );
      assert.equal(readMigrations(migrations).migrations.length, after.length / 2);
      for (const name of after) {
        const text = readFileSync(join(migrations, name), "utf8");
        assert.match(text, name.endsWith(".up.sql") ? UP : DOWN);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** The loop of a tool's section; what runs the program itself is left out. */
function commandsOf(tool: string): string {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${tool}\n`)) ?? "";
  const [, commands = ""] = /```sh\n(for [\s\S]*?\ndone\n)/.exec(section) ?? [];
  assert.notEqual(commands, "", `${tool} has no commands`);
  return commands;
}
