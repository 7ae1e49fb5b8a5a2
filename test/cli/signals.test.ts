import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  fillBigTable,
  isRunningAnywhere,
  LONG_ALTER,
  untilRunning,
  untilRunningAnywhere,
} from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

const ROOT = join(__dirname, "../..");

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
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

/** How a `verify` is stopped: once, in a statement that ends by itself, or until it ends the statement, too. */
const STOPS = [
  { signal: "SIGTERM", seconds: 2, again: false },
  { signal: "SIGINT", seconds: 2, again: false },
  { signal: "SIGTERM", seconds: 600, again: true },
] as const;

for (const { signal, seconds, again } of STOPS) {
  const how = again ? "signals" : "a signal";
  forEachServer(
    `verify: ${how} (${signal}) in the middle: the verdicts that there are, and no advice`,
    async (_, server) => {
      await withTestDatabase(server, async ({ name, url }) => {
        const files = {
          "0001_a.up.sql": "CREATE TABLE a (id INT);",
          "0001_a.down.sql": "DROP TABLE a;",
          "0002_b.up.sql": "CREATE TABLE b (id INT);",
          "0002_b.down.sql": "SELECT 1;",
          "0003_c.up.sql": `DO SLEEP(${seconds}) /* ${name} */;\nCREATE TABLE c (id INT);`,
          "0003_c.down.sql": "DROP TABLE c;",
          "0004_d.up.sql": "CREATE TABLE d (id INT);",
          "0004_d.down.sql": "DROP TABLE d;",
        };
        await withMigrations(files, async (dir) => {
          const run = startRun(url, dir, ["verify"], { SCRATCH_DATABASE_URL: server.url });
          const sleeping = `DO SLEEP(${seconds}) /* ${name} */`;
          await untilRunningAnywhere(url, sleeping);
          run.kill(signal);
          // npm sends each signal twice, so what comes within half a second counts once.
          while (again && (await isRunningAnywhere(url, sleeping))) {
            run.kill(signal);
            await delay(100);
          }
          const { code, stdout, stderr } = await run.ended;
          assert.equal(
            stdout,
            `0001_a  proven
0002_b  its down file does not take it back; what is left over would need:
    -- DESTRUCTIVE: drops table b with its rows
    DROP TABLE \`b\`;
0003_c  not reached
0004_d  not reached
Stopped on request. 4 pairs: 1 proven, 1 not inverse, 2 not reached. Nothing but throwaway databases was touched.
`,
          );
          assert.equal(code, 1);
          assert.doesNotMatch(stdout + stderr, /migrate:up|resolve|recorded/);
        });
      });
    },
  );
}

interface Run {
  kill(signal: NodeJS.Signals): void;
  stderr(): string;
  readonly ended: Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Starts `up --json`, or other words. */
function startRun(
  url: string,
  dir: string,
  words: readonly string[] = ["up", "--json"],
  env: Readonly<Record<string, string>> = {},
): Run {
  const child = spawn(process.execPath, ["scripts/migrate.cjs", ...words, "--dir", dir], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATABASE_URL: url, MIGRATE_ALLOW_EXISTING: "1", ...env },
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
