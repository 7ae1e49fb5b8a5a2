import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { readMigrations } from "../../src/migrations/read-migrations";
import type { Step } from "../../src/plan/step";
import { comingFiles } from "../../src/run/step-files";
import { withMigrations } from "../support/migrations";

const FILES = { "0001_a.up.sql": "SELECT 1;", "0001_a.down.sql": "SELECT 2;" };

for (const { name, waits } of [
  { name: "as soon as there is time", waits: true },
  { name: "when their turn comes before there is time", waits: false },
]) {
  test(`the files of a coming step are read once: ${name}`, async () => {
    await withMigrations(FILES, async (dir) => {
      const [migration] = readMigrations(dir).migrations;
      assert.ok(migration !== undefined);
      const { version, name: called, up: file } = migration;
      const step: Step = { direction: "up", version, name: called, migration, file, resume: null };
      const coming = comingFiles(step, { noBackslashEscapes: false, onRead: () => {} });
      coming.readSoon();
      if (waits) await turn();
      const files = coming.take();
      await turn();
      assert.equal(coming.take(), files);
    });
  });
}
