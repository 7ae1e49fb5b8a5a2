import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { withPrivateServer } from "../../src/scratch/private-server";
import { type BuiltRunner, buildRunner } from "../support/child";
import { FAMILIES, forEachServer, withTestDatabase } from "../support/servers";

const ENTRYPOINT = join(__dirname, "../../scripts/entrypoint.sh");

let runner: BuiltRunner | null = null;
/** Holds `mysql-updown`, as the image's /usr/local/bin does. */
let bin = "";

before(async () => {
  runner = await buildRunner();
  await chmod(runner.bin, 0o755);
  bin = mkdtempSync(join(tmpdir(), "updown-bin-"));
  symlinkSync(runner.bin, join(bin, "mysql-updown"));
});

after(async () => {
  rmSync(bin, { recursive: true, force: true });
  await runner?.remove();
});

/** The command that follows: says which process it is, and what it was given. */
const SERVICE = ["sh", "-c", 'echo "service $$ $1"', "sh", "two words"];

const TABLE = { "0001_a.up.sql": "CREATE TABLE a (id INT);", "0001_a.down.sql": "DROP TABLE a;" };
const SECOND = { "0002_b.up.sql": "CREATE TABLE b (id INT);", "0002_b.down.sql": "DROP TABLE b;" };
const SLOW = {
  "0001_a.up.sql": "CREATE TABLE a (id INT) SELECT SLEEP(3) AS id;\nCREATE TABLE b (id INT);",
  "0001_a.down.sql": "DROP TABLE b;\nDROP TABLE a;",
};

forEachServer("the entry point migrates, then becomes the command", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await withProject(TABLE, async (folder) => {
      const started = startEntrypoint(folder, url, SERVICE);
      const { code, stdout, stderr } = await started.ended;
      assert.equal(code, 0, stderr);
      assert.deepEqual(await tablesOf(url), ["a", "migration_history"]);
      // The same process: signals of the container reach the service.
      assert.match(stdout, new RegExp(`^service ${started.process.pid} two words$`, "m"));
    });
  });
});

forEachServer("the entry point alone migrates and ends", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await withProject(TABLE, async (folder) => {
      assert.equal((await startEntrypoint(folder, url, []).ended).code, 0);
      assert.deepEqual(await tablesOf(url), ["a", "migration_history"]);
    });
  });
});

forEachServer(
  "a migration that fails ends the entry point with 2, without the command",
  async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      await withProject({ ...TABLE, "0001_a.up.sql": "CREATE TABEL a;" }, async (folder) => {
        const { code, stdout, stderr } = await startEntrypoint(folder, url, SERVICE).ended;
        assert.equal(code, 2);
        assert.equal(stdout, "");
        assert.match(stderr, /^0001_a\.up\.sql:1:1: statement 1 of 1: /m);
      });
    });
  },
);

forEachServer("SIGTERM lets the statement under way end and be recorded", async (_t, server) => {
  await withTestDatabase(server, async ({ url, name }) => {
    await withProject(SLOW, async (folder) => {
      const started = startEntrypoint(folder, url, SERVICE);
      await untilRunning(server.url, name, "CREATE TABLE a");
      started.process.kill("SIGTERM");
      const { code, stdout, stderr } = await started.ended;
      assert.equal(code, 2, stderr);
      assert.doesNotMatch(stdout, /service/);
      assert.match(stderr, /^Stopping after the current statement/m);
      assert.deepEqual(await tablesOf(url), ["a", "migration_history"]);

      const next = await startEntrypoint(folder, url, SERVICE).ended;
      assert.equal(next.code, 0, next.stderr);
      assert.match(next.stdout, /^service/m);
      assert.deepEqual(await tablesOf(url), ["a", "b", "migration_history"]);
    });
  });
});

forEachServer("an older image meets a newer database, and its command starts", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await withProject({ ...TABLE, ...SECOND }, async (folder) => {
      assert.equal((await startEntrypoint(folder, url, []).ended).code, 0);
      for (const name of Object.keys(SECOND)) rmSync(join(folder, "sql/migrations", name));
      const { code, stdout, stderr } = await startEntrypoint(folder, url, SERVICE).ended;
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^service/m);
      assert.match(stderr, /^Warning: .*0002/m);
    });
  });
});

for (const family of FAMILIES) {
  test(`the entry point waits for a database that is still starting [${family}]`, async () => {
    await withPrivateServer({ family, environment: process.env }, async (server) => {
      const root = await createConnection(server.url);
      await root.query("CREATE DATABASE later");
      await root.end();
      await server.kill("SIGKILL");
      await withProject(TABLE, async (folder) => {
        const started = startEntrypoint(folder, `${server.url}/later`, SERVICE);
        await said(started, "Waiting for the database: ");
        await server.restart();
        const { code, stdout, stderr } = await started.ended;
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^service/m);
        assert.deepEqual(await tablesOf(`${server.url}/later`), ["a", "migration_history"]);
      });
    });
  });
}

test("the image's entry point is this script", () => {
  const dockerfile = readFileSync(join(__dirname, "../../Dockerfile"), "utf8");
  const path = /^COPY scripts\/entrypoint\.sh (\S+)$/m.exec(dockerfile)?.[1] ?? "";
  const [entry = ""] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? "[]") as string[];
  assert.equal(path, `/usr/local/bin/${entry}`);
});

interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  stderr(): string;
}

function startEntrypoint(folder: string, url: string, command: readonly string[]): Started {
  const child = spawn(ENTRYPOINT, command, {
    cwd: folder,
    env: { PATH: [bin, process.env.PATH].join(delimiter), DATABASE_URL: url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (chunk: Buffer) => {
      written[stream] += chunk;
    });
  }
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...written }));
  return { process: child, ended, stderr: () => written.stderr };
}

async function said({ process: child, stderr }: Started, words: string): Promise<void> {
  while (!stderr().includes(words)) {
    assert.equal(child.exitCode, null, `it ended without saying "${words}": ${stderr()}`);
    await delay(20);
  }
}

/** Until a session in the database is running a statement that begins like this. */
async function untilRunning(serverUrl: string, database: string, beginning: string): Promise<void> {
  const connection = await createConnection(serverUrl);
  for (;;) {
    const [rows] = await connection.query<RowDataPacket[]>("SHOW FULL PROCESSLIST");
    if (rows.some(({ db, Info }) => db === database && String(Info).startsWith(beginning))) break;
    await delay(20);
  }
  await connection.end();
}

async function tablesOf(url: string): Promise<readonly string[]> {
  const connection = await createConnection({ uri: url, rowsAsArray: true });
  const [rows] = await connection.query("SHOW TABLES");
  await connection.end();
  return (rows as string[][]).flat().sort();
}

async function withProject(
  migrations: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "updown-project-"));
  try {
    mkdirSync(join(folder, "sql/migrations"), { recursive: true });
    for (const [name, text] of Object.entries(migrations)) {
      writeFileSync(join(folder, "sql/migrations", name), text);
    }
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
