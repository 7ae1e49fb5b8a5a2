import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createMigrator, MigrateError, RefusedError } from "../../src/index";
import { readMigrations } from "../../src/migrations/read-migrations";
import { downTemplate, isTemplate, upTemplate } from "../../src/migrations/template";
import { createPair } from "../../src/migrations/write";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";
import { temporaryFolder } from "../support/temporary-folder";

const UP = upTemplate("0002_b");
const DOWN = downTemplate("0002_b");
const LONG = `${"9".repeat(15)}_${"x".repeat(200)}`;

const TEXTS: readonly (readonly [name: string, text: string, isTemplate: boolean])[] = [
  ["an up file's", UP, true],
  ["a down file's", DOWN, true],
  ["one without its last line end", UP.trimEnd(), true],
  ["one with a line more", `${DOWN}\n\n`, true],
  ["the longest name's", upTemplate(LONG), true],
  ["the longest name's down file", downTemplate(LONG), true],
  ["one that was filled in below", `${UP}SELECT 1;\n`, false],
  ["one with a comment below", `${UP}-- nothing to do\n`, false],
  ["one with words of one's own", UP.replace("say here what it does and why", "adds email"), false],
  ["a comment", "-- nothing to do\n", false],
  ["another comment about a file", "-- Takes back what 0002_b.up.sql does\n", false],
  ["a statement", "SELECT 1;\n", false],
  ["nothing", "", false],
];

for (const [name, text, expected] of TEXTS) {
  test(`a template is told from what was written: ${name}`, () => {
    assert.equal(isTemplate(Buffer.from(text)), expected);
  });
}

test("what create writes is a template, also with other line ends and under another number", (t) => {
  const dir = temporaryFolder(t);
  const { upPath, downPath } = createPair(dir, "add email");
  const read = (): unknown => {
    const [pair] = readMigrations(dir).migrations;
    return [pair?.up.template, pair?.down?.template];
  };
  assert.deepEqual(read(), [true, true]);
  writeFileSync(upPath, `\uFEFF${readFileSync(upPath, "utf8").replaceAll("\n", "\r\n")}`);
  for (const path of [upPath, downPath]) renameSync(path, path.replace("0001", "0007"));
  assert.deepEqual(read(), [true, true]);
});

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": UP,
  "0002_b.down.sql": DOWN,
};

forEachServer("a template is not applied, nor taken for a migration where it would be", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const migrator = createMigrator({ databaseUrl: url, dir });
      const refuses = async (run: Promise<unknown>, files: readonly string[]): Promise<void> => {
        await assert.rejects(run, (error) => {
          assert.ok(error instanceof RefusedError);
          assert.deepEqual(
            error.problems.map(({ code, message }) => `${code}: ${message}`),
            files.map((file) => `untouched-template: ${file} is still the template.`),
          );
          assert.match(String(error.hint), /a comment that says so, in its place, is enough/);
          return true;
        });
      };
      const both = ["0002_b.up.sql", "0002_b.down.sql"];
      await refuses(migrator.up(), both);
      await refuses(migrator.up({ dryRun: true }), both);
      await refuses(migrator.verify(), both);
      await refuses(migrator.check(), both);
      assert.equal((await migrator.status()).initialized, false);
      // What stops short of it is none of its business.
      assert.equal((await migrator.up({ to: 1 })).to, 1);
      assert.equal((await migrator.redo()).to, 1);
      assert.equal((await migrator.verify({ to: 1 })).proven, true);
      await refuses(migrator.up(), both);
      // One half is not enough: the down file could not be filled in later, either.
      writeFileSync(join(dir, "0002_b.up.sql"), `${UP}CREATE TABLE b (id INT);\n`);
      await refuses(migrator.up(), ["0002_b.down.sql"]);
      rmSync(join(dir, "0002_b.down.sql"));
      writeFileSync(join(dir, "0002_b.up.sql"), "-- migrate: irreversible\n-- nothing to do here any more\n");
      assert.equal((await migrator.up()).to, 2);
    }),
  );
});

forEachServer("one that was applied before anybody looked is left alone", async (_, server) => {
  await withTestDatabase(server, ({ url }) =>
    withMigrations(FILES, async (dir) => {
      const migrator = createMigrator({ databaseUrl: url, dir });
      await migrator.up({ to: 1 });
      await migrator.stamp({ target: 2 });
      assert.equal((await migrator.up()).steps.length, 0);
      const error = await migrator.check().then(
        () => null,
        (reason: unknown) => reason,
      );
      assert.ok(!(error instanceof MigrateError && error.code === "untouched-template"), String(error));
    }),
  );
});
