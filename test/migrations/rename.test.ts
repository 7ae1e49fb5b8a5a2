import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readBranchedMigrations, readMigrations } from "../../src/migrations/read-migrations";
import { renameFiles, renamesFor } from "../../src/migrations/rename";
import { temporaryFolder } from "../support/temporary-folder";

const PAIR = { "0003_x.up.sql": "SELECT 1;", "0003_x.down.sql": "SELECT 2;" };

test("renamesFor: both files, as wide as asked", (t) => {
  const dir = temporaryFolder(t, PAIR);
  const [migration] = readMigrations(dir).migrations;
  assert.ok(migration !== undefined);
  assert.deepEqual(renamesFor(migration, "00012"), [
    { from: "0003_x.up.sql", to: "00012_x.up.sql" },
    { from: "0003_x.down.sql", to: "00012_x.down.sql" },
  ]);
});

test("renameFiles: outside of git", (t) => {
  const dir = temporaryFolder(t, PAIR);
  const renames = [{ from: "0003_x.up.sql", to: "0004_x.up.sql" }];
  assert.deepEqual(renameFiles(dir, renames), { git: false });
  assert.deepEqual(readdirSync(dir).sort(), ["0003_x.down.sql", "0004_x.up.sql"]);
});

test("renameFiles: git is told of what it knows, also when it changed since", (t) => {
  const dir = temporaryFolder(t, PAIR);
  git(dir, "init", "--quiet");
  git(dir, "add", "0003_x.up.sql");
  writeFileSync(join(dir, "0003_x.up.sql"), "SELECT 3;");
  const renames = [
    { from: "0003_x.up.sql", to: "0004_x.up.sql" },
    { from: "0003_x.down.sql", to: "0004_x.down.sql" },
  ];
  assert.deepEqual(renameFiles(dir, renames), { git: true });
  assert.equal(git(dir, "ls-files"), "0004_x.up.sql\n");
  assert.equal(readFileSync(join(dir, "0004_x.up.sql"), "utf8"), "SELECT 3;");
  assert.ok(readdirSync(dir).includes("0004_x.down.sql"));
});

test("renameFiles: when one cannot be renamed, all have the names that they had", (t) => {
  const dir = temporaryFolder(t, { ...PAIR, "0004_x.down.sql": "in the way" });
  const renames = [
    { from: "0003_x.up.sql", to: "0004_x.up.sql" },
    { from: "0003_x.down.sql", to: "0004_x.down.sql" },
  ];
  assert.throws(() => renameFiles(dir, renames), { code: "duplicate-version" });
  assert.deepEqual(readdirSync(dir).sort(), ["0003_x.down.sql", "0003_x.up.sql", "0004_x.down.sql"]);
  assert.equal(readFileSync(join(dir, "0004_x.down.sql"), "utf8"), "in the way");
  assert.throws(() => renameFiles(dir, [...renames.slice(0, 1), { from: "none.sql", to: "other.sql" }]), {
    code: "unwritable",
    message: "none.sql cannot be renamed to other.sql: no such file or directory.",
  });
  assert.ok(readdirSync(dir).includes("0003_x.up.sql"));
});

const BRANCHED = {
  ...PAIR,
  "0003_a.up.sql": "SELECT 1;",
  "0003_a.down.sql": "SELECT 2;",
  "00003_z.up.sql": "-- migrate: irreversible",
  "0001_first.up.sql": "SELECT 1;",
  "0001_first.down.sql": "SELECT 2;",
};

test("readBranchedMigrations: several pairs with one version, by version and name", (t) => {
  const dir = temporaryFolder(t, BRANCHED);
  assert.throws(() => readMigrations(dir), { code: "duplicate-version" });
  const { migrations } = readBranchedMigrations(dir);
  assert.deepEqual(
    migrations.map(({ up, down }) => [up.fileName, down?.fileName ?? null]),
    [
      ["0001_first.up.sql", "0001_first.down.sql"],
      ["00003_z.up.sql", null],
      ["0003_a.up.sql", "0003_a.down.sql"],
      ["0003_x.up.sql", "0003_x.down.sql"],
    ],
  );
});

test("readBranchedMigrations refuses everything else that is wrong", (t) => {
  const dir = temporaryFolder(t, { ...BRANCHED, "0003_b.up.sql": "SELECT 1;", "0004_x.sql": "SELECT 1;" });
  assert.throws(() => readBranchedMigrations(dir), /0003_b\.up\.sql has no 0003_b\.down\.sql beside it/);
  assert.throws(() => readBranchedMigrations(dir), /0004_x\.sql is not named like a migration/);
});

function git(dir: string, ...words: readonly string[]): string {
  return execFileSync("git", words, { cwd: dir, encoding: "utf8" });
}
