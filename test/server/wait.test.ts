import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { createConnection } from "mysql2/promise";
import { MigrateError, type RunEvent } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import { withPrivateServer } from "../../src/scratch/private-server";
import { openSession } from "../../src/server/connection";
import { openWhenReady } from "../../src/server/wait";
import { settingsFromOptions } from "../../src/settings/settings";
import { withMigrations } from "../support/migrations";
import { FAMILIES, forEachServer, type TestServer, withTestDatabase } from "../support/servers";

const LONG_MS = 600_000;

const FILES = { "0001_a.up.sql": "CREATE TABLE a (id INT);", "0001_a.down.sql": "DROP TABLE a;" };

for (const family of FAMILIES) {
  test(`a server that starts later is waited for [${family}]`, async () => {
    await withPrivateServer({ family, environment: process.env }, async (server) => {
      await onServer(server.url, "CREATE DATABASE later");
      await server.kill("SIGKILL");
      await withMigrations(FILES, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: `${server.url}/later`, dir });
        const reasons: string[] = [];
        let started: Promise<void> | null = null;
        const emit = (event: RunEvent): void => {
          if (event.event !== "waiting-for-server") return;
          reasons.push(event.reason);
          started ??= server.restart();
        };
        const result = await migrate(settings, "up", null, { emit, waitMs: LONG_MS });
        await started;
        assert.equal(result.to, 1);
        assert.match(reasons[0] ?? "", /^Cannot connect to 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
      });
    });
  });
}

forEachServer("a database that is created later is waited for", async (_t, server) => {
  await withAbsentDatabase(server, async (name, url) => {
    const reasons: string[] = [];
    let created: Promise<void> | null = null;
    const session = await openWhenReady(settingsFor(url), {
      waitMs: LONG_MS,
      onWait: (reason) => {
        reasons.push(reason);
        created ??= onServer(server.url, `CREATE DATABASE ${name}`);
      },
    });
    await session.close();
    await created;
    assert.equal(session.database, name);
    assert.deepEqual(reasons.slice(0, 1), [
      `Database ${name} does not exist at ${server.host}:${server.port}.`,
    ]);
  });
});

forEachServer("what waiting does not mend fails at once", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const refused: [url: string, code: string][] = [
      [url.replace(/\/\/[^@]*@/, "//nobody_here:wrong@"), "access-denied"],
      [`${url}?ssl-ca=/no/such/ca.pem`, "bad-setting"],
    ];
    for (const [bad, code] of refused) {
      await assert.rejects(
        openWhenReady(settingsFor(bad), {
          waitMs: LONG_MS,
          onWait: () => assert.fail("it waited"),
        }),
        (error) => error instanceof MigrateError && error.code === code,
      );
    }
  });
});

forEachServer("without --wait a database that is not there is tried once", async (_t, server) => {
  await withAbsentDatabase(server, async (_name, url) => {
    await assert.rejects(
      openWhenReady(settingsFor(url), { onWait: () => assert.fail("it waited") }),
      (error) => error instanceof MigrateError && error.code === "unknown-database",
    );
  });
});

test("a port that accepts and never answers is given up when the time is over", async () => {
  await withSilentPort(async (url) => {
    await assert.rejects(openWhenReady(settingsFor(url), { waitMs: 1 }), (error) => {
      assert.ok(error instanceof MigrateError);
      assert.equal(error.code, "cannot-connect");
      assert.match(error.message, /ETIMEDOUT/);
      return true;
    });
  });
});

test("a signal ends an attempt that nobody answers", async () => {
  const stop = new AbortController();
  await withSilentPort(
    async (url) => {
      await assert.rejects(
        openWhenReady(settingsFor(url), { waitMs: LONG_MS, signal: stop.signal }),
        isInterrupted,
      );
    },
    () => stop.abort(),
  );
});

forEachServer("a signal ends the pause between two attempts", async (_t, server) => {
  await withAbsentDatabase(server, async (_name, url) => {
    const stop = new AbortController();
    const onWait = (): void => stop.abort();
    await assert.rejects(
      openWhenReady(settingsFor(url), { waitMs: LONG_MS, signal: stop.signal, onWait }),
      isInterrupted,
    );
  });
});

forEachServer("a signal ends the wait for another runner's lock", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await withMigrations(FILES, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      const holder = await holdLock(settings);
      const stop = new AbortController();
      const seen: RunEvent["event"][] = [];
      const emit = (event: RunEvent): void => {
        seen.push(event.event);
        if (event.event === "waiting-for-lock") stop.abort();
      };
      await assert.rejects(
        migrate(settings, "up", null, { emit, signal: stop.signal, lockTimeoutMs: LONG_MS }),
        isInterrupted,
      );
      assert.deepEqual(seen, ["waiting-for-lock", "stopping"]);
      await holder.release();
      assert.equal((await migrate(settings, "up", null)).to, 1);
    });
  });
});

test("who waits for a server says so again and again", async () => {
  const stop = new AbortController();
  const reasons: string[] = [];
  await assert.rejects(
    openWhenReady(settingsFor("mysql://root@127.0.0.1:1/x"), {
      waitMs: LONG_MS,
      signal: stop.signal,
      onWait: (reason) => {
        reasons.push(reason);
        if (reasons.length === 2) stop.abort();
      },
    }),
    isInterrupted,
  );
  for (const reason of reasons) assert.match(reason, /ECONNREFUSED/);
});

forEachServer("who waits for another runner says so again and again", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    await withMigrations(FILES, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      const holder = await holdLock(settings);
      const stop = new AbortController();
      const holders: string[] = [];
      const emit = (event: RunEvent): void => {
        if (event.event !== "waiting-for-lock") return;
        holders.push(event.holder);
        if (holders.length === 2) stop.abort();
      };
      await assert.rejects(
        migrate(settings, "up", null, { emit, signal: stop.signal, lockTimeoutMs: LONG_MS }),
        isInterrupted,
      );
      assert.equal(holders.length, 2);
      for (const each of holders) assert.match(each, /^connection \d+, root from /);
      await holder.release();
    });
  });
});

/** A run that stays in its first migration, and so holds the lock, until it is released. */
async function holdLock(
  settings: ReturnType<typeof settingsFromOptions>,
): Promise<{ release: () => Promise<void> }> {
  const gate = await openSession(settings.database);
  await gate.query("SELECT GET_LOCK('gate of wait.test', 10)");
  const files = {
    "0001_wait.up.sql": "DO GET_LOCK('gate of wait.test', 600);",
    "0001_wait.down.sql": "DO 1;",
  };
  let running: Promise<unknown> | null = null;
  await new Promise<void>((resolve, reject) => {
    running = withMigrations(files, (dir) =>
      migrate({ ...settings, dir }, "up", null, {
        emit: ({ event }) => {
          if (event === "step-started") resolve();
        },
      }),
    ).catch(reject);
  });
  return {
    release: async () => {
      await gate.close();
      await running;
      const session = await openSession(settings.database);
      await session.query(`DROP TABLE ${settings.table}`);
      await session.close();
    },
  };
}

function isInterrupted(error: unknown): boolean {
  assert.ok(error instanceof MigrateError);
  assert.equal(error.code, "interrupted", error.message);
  return true;
}

function settingsFor(databaseUrl: string): ReturnType<typeof settingsFromOptions>["database"] {
  return settingsFromOptions({ databaseUrl }).database;
}

/** The name of a database that is not there; it is dropped if it is there in the end. */
async function withAbsentDatabase(
  server: TestServer,
  body: (name: string, url: string) => Promise<void>,
): Promise<void> {
  await withTestDatabase(server, async ({ name, url }) => {
    try {
      await body(`${name}_later`, `${url}_later`);
    } finally {
      await onServer(server.url, `DROP DATABASE IF EXISTS ${name}_later`);
    }
  });
}

async function withSilentPort(
  body: (url: string) => Promise<void>,
  onAccept: () => void = () => {},
): Promise<void> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    onAccept();
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  try {
    await body(`mysql://root@127.0.0.1:${(listener.address() as AddressInfo).port}/x`);
  } finally {
    for (const socket of sockets) socket.destroy();
    listener.close();
  }
}

async function onServer(url: string, sql: string): Promise<void> {
  const connection = await createConnection(url);
  await connection.query(sql);
  await connection.end();
}
