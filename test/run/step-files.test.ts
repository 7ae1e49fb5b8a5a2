import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Migration, readMigrations } from "../../src/migrations/read-migrations";
import type { Step } from "../../src/plan/planned";
import { createFileReader } from "../../src/run/step-files";
import { withMigrations } from "../support/migrations";

const FILES = {
  "0001_a.up.sql": "SELECT 1;",
  "0001_a.down.sql": "SELECT 2;",
  "0002_b.up.sql": "SELECT 3;",
  "0002_b.down.sql": "SELECT 4;",
};

function stepUp(migration: Migration): Step {
  const { version, name, up: file } = migration;
  return { direction: "up", version, name, migration, file, resume: null };
}

for (const { name, waits } of [
  { name: "as soon as there is time", waits: true },
  { name: "when their turn comes before there is time", waits: false },
]) {
  test(`the files of a coming step are read once: ${name}`, async () => {
    await withMigrations(FILES, async (dir) => {
      const [first, second] = readMigrations(dir).migrations.map(stepUp);
      assert.ok(first !== undefined && second !== undefined);
      const reader = createFileReader([first, second], { noBackslashEscapes: false, onRead: () => {} });
      reader.take(first);
      reader.readAhead(1);
      if (waits) await turn();
      const files = reader.take(second);
      await turn();
      assert.equal(reader.take(second), files);
    });
  });
}
