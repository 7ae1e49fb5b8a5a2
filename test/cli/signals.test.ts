import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forEachServer, withTestDatabase } from "../support/servers";

const ROOT = join(__dirname, "../..");

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  forEachServer(`${signal} ends a run after the current statement`, async (_, server) => {
    await withTestDatabase(server, async ({ url }) => {
      const dir = mkdtempSync(join(tmpdir(), "mysql-updown-signal-"));
      try {
        writeFileSync(
          join(dir, "0001_x.up.sql"),
          "CREATE TABLE a (id INT) SELECT SLEEP(1) AS id;\nCREATE TABLE b (id INT);",
        );
        writeFileSync(join(dir, "0001_x.down.sql"), "DROP TABLE b;\nDROP TABLE a;");
        const stopped = await migrate(url, dir, signal);
        assert.equal(stopped.code, 2);
        assert.match(stopped.stderr, /^Stopping after the current statement; once more to stop at once\.$/m);
        const { error } = JSON.parse(stopped.stdout) as { error: { code: string } };
        assert.equal(error.code, "interrupted");
        assert.match(stopped.stderr, /"event":"statement-done",.*"statement":1,/);

        const finished = await migrate(url, dir, null);
        assert.equal(finished.code, 0);
        assert.match(finished.stderr, /"event":"step-started",.*"resumedAt":1/);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });
  });
}

/** Runs `up --json`, and sends the signal as soon as the first migration has begun. */
async function migrate(
  url: string,
  dir: string,
  signal: NodeJS.Signals | null,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(
    process.execPath,
    ["--require", "tsx/cjs", "scripts/migrate.ts", "up", "--json", "--dir", dir],
    { cwd: ROOT, env: { PATH: process.env.PATH, DATABASE_URL: url } },
  );
  let stdout = "";
  let stderr = "";
  let sent = false;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
    if (signal === null || sent || !stderr.includes('"event":"step-started"')) return;
    sent = true;
    child.kill(signal);
  });
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}
