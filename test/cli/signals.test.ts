import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fillBigTable, LONG_ALTER, untilRunning } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

const ROOT = join(__dirname, "../..");

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  forEachServer(`${signal} ends a run after the current statement`, async (_, server) => {
    await withTestDatabase(server, async ({ url }) => {
      const files = {
        "0001_x.up.sql": "CREATE TABLE a (id INT) SELECT SLEEP(1) AS id;\nCREATE TABLE b (id INT);",
        "0001_x.down.sql": "DROP TABLE b;\nDROP TABLE a;",
      };
      await withMigrations(files, async (dir) => {
        const run = startRun(url, dir);
        await untilRunning(url, "CREATE TABLE a");
        run.kill(signal);
        const stopped = await run.ended;
        assert.equal(stopped.code, 2);
        assert.deepEqual(
          eventsOf(stopped.stderr).filter(({ event }) => event === "stopping"),
          [{ event: "stopping", kill: false }],
        );
        const { error } = JSON.parse(stopped.stdout) as { error: { code: string; message: string } };
        assert.equal(error.code, "interrupted");
        assert.match(error.message, /1 of 2 statements are applied and recorded\.$/);

        const finished = await startRun(url, dir).ended;
        assert.equal(finished.code, 0);
        assert.match(finished.stderr, /"event":"step-started",.*"resumedAt":1/);
      });
    });
  });
}

forEachServer("a second signal ends the statement on the server", async (_, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await fillBigTable(url, 10);
    const files = {
      "0001_x.up.sql": `CREATE TABLE a (id INT);\n${LONG_ALTER};`,
      "0001_x.down.sql": "ALTER TABLE big DROP COLUMN digest;\nDROP TABLE a;",
    };
    await withMigrations(files, async (dir) => {
      const run = startRun(url, dir);
      await untilRunning(url, "ALTER TABLE big");
      // npm sends each signal twice, so what comes within half a second counts once.
      while (!run.stderr().includes('"event":"stopping","kill":true')) {
        run.kill("SIGINT");
        await delay(100);
      }
      const stopped = await run.ended;
      assert.equal(stopped.code, 2);
      const { error } = JSON.parse(stopped.stdout) as {
        error: { code: string; failure: { statement: number; done: number; errno: number } };
      };
      assert.equal(error.code, "interrupted");
      assert.deepEqual([error.failure.statement, error.failure.done, error.failure.errno], [2, 1, 1317]);
    });
  });
});

interface Run {
  kill(signal: NodeJS.Signals): void;
  stderr(): string;
  readonly ended: Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Starts `up --json`. */
function startRun(url: string, dir: string): Run {
  const child = spawn(process.execPath, ["scripts/migrate.cjs", "up", "--json", "--dir", dir], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATABASE_URL: url },
  });
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (chunk: Buffer) => {
      written[stream] += chunk;
    });
  }
  return {
    kill: (signal) => void child.kill(signal),
    stderr: () => written.stderr,
    ended: once(child, "close").then(([code]) => ({ code: code as number, ...written })),
  };
}

function eventsOf(stderr: string): readonly { event: string }[] {
  return stderr
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
