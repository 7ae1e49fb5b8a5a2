import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { MigrateError } from "../../src/errors";
import { type PrivateServer, startPrivateServer, withPrivateServer } from "../../src/scratch/private-server";
import { findServerProgram } from "../../src/scratch/server-programs";
import { isRunning } from "../support/processes";
import { FAMILIES } from "../support/servers";

/** Runs one statement as root and returns its rows. */
async function ask(server: PrivateServer, sql: string, socket = false): Promise<RowDataPacket[]> {
  const address = socket ? { socketPath: server.socket } : { host: server.host, port: server.port };
  const connection = await createConnection({ ...address, user: "root" });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 50) {
    assert.ok(waited < 30_000, `after 30 s it still does not hold: ${what}`);
    await delay(50);
  }
}

for (const family of FAMILIES) {
  test(`private server: answers by TCP and by socket, and is gone afterwards [${family}]`, async () => {
    const seen = await withPrivateServer({ family, environment: process.env }, async (server) => {
      const [row] = await ask(server, "SELECT VERSION() AS version, @@datadir AS data");
      assert.equal(server.family, family);
      assert.equal(row?.version, server.version);
      assert.ok(String(row?.data).startsWith(server.folder));
      assert.equal((await ask(server, "SELECT 1 AS one", true))[0]?.one, 1);
      assert.equal(new URL(server.url).port, String(server.port));
      return { pid: server.pid(), folder: server.folder };
    });
    assert.equal(isRunning(seen.pid), false);
    assert.equal(existsSync(seen.folder), false);
  });

  test(`private server: comes back with its data and its port after SIGKILL [${family}]`, async () => {
    await withPrivateServer({ family, environment: process.env }, async (server) => {
      await ask(server, "CREATE DATABASE kept");
      await ask(server, "CREATE TABLE kept.rows_ (id INT PRIMARY KEY)");
      await ask(server, "INSERT INTO kept.rows_ VALUES (1), (2)");
      const { port } = server;
      const before = server.pid();
      await server.kill("SIGKILL");
      assert.equal(isRunning(before), false);
      await server.restart(); // after a kill
      assert.equal((await ask(server, "SELECT COUNT(*) AS n FROM kept.rows_"))[0]?.n, 2);
      await server.restart(); // in order
      assert.equal((await ask(server, "SELECT COUNT(*) AS n FROM kept.rows_"))[0]?.n, 2);
      assert.equal(server.port, port);
      assert.notEqual(server.pid(), before);
      await server.stop();
      await server.stop();
    });
  });

  for (const ending of ["SIGINT", "SIGTERM", "SIGKILL", "stopped-server", "throw", "exit", "forget"]) {
    test(`private server: does not outlive its owner: ${ending} [${family}]`, async () => {
      const owner = startOwner(ending, family);
      const exited = once(owner, "exit");
      const server = await told(owner);
      if (ending.startsWith("SIG")) owner.kill(ending as NodeJS.Signals);
      if (ending === "stopped-server") owner.kill("SIGKILL");
      await exited;
      await eventually("the server has ended", () => !isRunning(server.pid));
      await eventually("its folder is removed", () => !existsSync(server.folder));
    });
  }
}

/** A process that owns a server, in a process group of its own, since Ctrl-C goes to the whole group. */
function startOwner(ending: string, family: string): ChildProcess {
  const script = join(__dirname, "server-owner.ts");
  return spawn(process.execPath, ["--require", "tsx/cjs", script, ending, family], {
    stdio: ["ignore", "pipe", "ignore"],
  });
}

async function told(owner: ChildProcess): Promise<{ pid: number; folder: string; port: number }> {
  assert.ok(owner.stdout);
  let text = "";
  for await (const chunk of owner.stdout) {
    text += String(chunk);
    if (text.includes("\n")) return JSON.parse(text);
  }
  throw new Error("the owner ended before it told where its server is");
}

test("private server: initialising is interrupted by SIGKILL and leaves nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "updown-test-"));
  try {
    // A temporary folder of its own to watch, and an empty cache, so that it has to initialise.
    const found = await findServerProgram("mysql", process.env);
    assert.ok(found);
    const bin = join(folder, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "mysqld"), `#!/bin/sh\nexec ${found.path} "$@"\n`);
    await chmod(join(bin, "mysqld"), 0o755);
    const temporary = join(folder, "tmp");
    await mkdir(temporary);
    const owner = spawn(
      process.execPath,
      ["--require", "tsx/cjs", join(__dirname, "server-owner.ts"), "SIGKILL", "mysql"],
      {
        stdio: "ignore",
        env: {
          ...process.env,
          TMPDIR: temporary,
          XDG_CACHE_HOME: join(folder, "cache"),
          PATH: `${bin}:${process.env.PATH}`,
        },
      },
    );
    const exited = once(owner, "exit");
    // tsx keeps a folder of its own there too.
    const servers = () => readdirSync(temporary).filter((name) => name.startsWith("mysql-updown-"));
    const isInitialising = () =>
      servers().some((name) => existsSync(join(temporary, name, "data", "ibdata1")));
    await eventually("it initialises", isInitialising);
    owner.kill("SIGKILL");
    await exited;
    await eventually("nothing is left", () => servers().length === 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("private server: none found is refused, and install is tried once", async () => {
  const nowhere = await mkdtemp(join(tmpdir(), "updown-test-"));
  let installs = 0;
  try {
    const fake = join(nowhere, "mysqld");
    await writeFile(fake, "#!/bin/sh\necho 'mysqld  Ver 5.7.44 for Linux on x86_64'\n");
    await chmod(fake, 0o755);
    const starting = startPrivateServer({
      family: "mysql",
      environment: { PATH: nowhere, HOME: nowhere },
      systemFolders: [],
      install: async () => {
        installs += 1;
      },
    });
    await assert.rejects(starting, (error) => {
      assert.ok(error instanceof MigrateError);
      assert.equal(error.code, "no-local-server");
      assert.equal(error.message, "No MySQL (mysqld) was found on this machine.");
      return true;
    });
    assert.equal(installs, 1);
  } finally {
    await rm(nowhere, { recursive: true, force: true });
  }
});

test("private server: one that does not start shows the end of its log", async () => {
  const starting = startPrivateServer({
    family: null,
    environment: process.env,
    serverArguments: ["--no-such-option=1"],
  });
  await assert.rejects(starting, (error) => {
    assert.ok(error instanceof MigrateError);
    assert.equal(error.code, "no-local-server");
    assert.match(error.message, /ended \(exit code \d+\) before it answered/);
    assert.match(error.hint ?? "", /no-such-option/);
    return true;
  });
});

test("private server: a family is told by what the program prints, not by its name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "updown-test-"));
  try {
    const printed = "mysqld  Ver 10.11.18-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)";
    await writeFile(join(folder, "mysqld"), `#!/bin/sh\necho '${printed}'\n`);
    await chmod(join(folder, "mysqld"), 0o755);
    const program = await findServerProgram("mariadb", { PATH: folder });
    assert.deepEqual(program, {
      family: "mariadb",
      version: "10.11.18-MariaDB-0+deb12u1",
      path: join(folder, "mysqld"),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("private server: a TMPDIR too long for a socket is passed over", async () => {
  const long = join(tmpdir(), `updown-test-${"x".repeat(100)}`);
  const before = process.env.TMPDIR;
  await mkdir(long, { recursive: true });
  process.env.TMPDIR = long;
  try {
    await withPrivateServer({ family: null, environment: process.env }, async (server) => {
      assert.ok(server.socket.length <= 103);
      assert.equal((await ask(server, "SELECT 1 AS one", true))[0]?.one, 1);
    });
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    await rm(long, { recursive: true, force: true });
  }
});
