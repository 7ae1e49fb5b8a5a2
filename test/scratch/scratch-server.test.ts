import assert from "node:assert/strict";
import { withScratchDatabase } from "../../src/scratch/scratch-database";
import { type ScratchServerOptions, withScratchServer } from "../../src/scratch/scratch-server";
import { withSession } from "../../src/server/connection";
import type { Session } from "../../src/server/session";
import { clearLeftovers } from "../../src/server/throwaway";
import type { Settings } from "../../src/settings/settings";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

function settingsFor(server: TestServer, database: string): Settings {
  const url = new URL(server.url);
  return {
    database: {
      host: server.host,
      port: server.port,
      socket: null,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database,
      ssl: { mode: "disabled", ca: null, cert: null, key: null },
    },
    dir: "unused",
    table: "migration_history",
    waitMs: 0,
  };
}

/** As on a machine without any server program. */
function without(
  settings: Settings,
  more: Partial<ScratchServerOptions["scratch"]> = {},
): ScratchServerOptions {
  return {
    settings,
    scratch: { server: null, production: false, environment: {}, ...more },
    systemFolders: [],
    findReaching: async () => [],
  };
}

async function databases(session: Session): Promise<readonly string[]> {
  return (await session.query("SHOW DATABASES")).map((row) => String(Object.values(row)[0]));
}

forEachServer("a scratch database is like the target, beside it, and gone afterwards", async (_, server) => {
  await withTestDatabase(server, async ({ name }) => {
    const settings = settingsFor(server, name);
    await withTestSession(server, name, (session) =>
      session.run(`ALTER DATABASE ${name} CHARACTER SET latin1 COLLATE latin1_german1_ci`),
    );
    let made = "";
    await withScratchServer(without(settings), async (scratch) => {
      assert.equal(scratch.kind, "target");
      assert.deepEqual(scratch.remarks, []);
      await withScratchDatabase(scratch, async ({ database }) => {
        made = database;
        assert.match(database, /^mysql_updown_scratch_\d{10}_[0-9a-f]{8}$/);
        await withTestSession(server, database, async (session) => {
          const [row] = await session.query("SELECT @@collation_database AS collation");
          assert.equal(row?.collation, "latin1_german1_ci");
        });
      });
      await assert.rejects(
        withScratchDatabase(scratch, async () => {
          throw new Error("within");
        }),
        /within/,
      );
    });
    const left = await withTestSession(server, name, databases);
    assert.equal(left.includes(made), false);
  });
});

forEachServer(
  "the target's own server is refused in production, and for what reaches beyond",
  async (_, server) => {
    await withTestDatabase(server, async ({ name }) => {
      const settings = settingsFor(server, name);
      const program = server.family === "mysql" ? "mysqld" : "mariadbd";
      await assert.rejects(
        withScratchServer(without(settings, { production: true }), async () => {}),
        {
          code: "no-scratch",
          message: `There is no server for throwaway databases: no ${program} is on this machine, and the target is a production server.`,
        },
      );
      const reaching = {
        ...without(settings),
        findReaching: async () => [
          {
            code: "no-scratch" as const,
            file: "0001_x.up.sql",
            message: "0001_x.up.sql:3:1: it names shop.",
            hint: null,
          },
        ],
      };
      await assert.rejects(
        withScratchServer(reaching, async () => {}),
        {
          code: "no-scratch",
          message: `There is no server for throwaway databases: no ${program} is on this machine, and the target's own cannot be used: 0001_x.up.sql:3:1: it names shop.`,
        },
      );
      const elsewhere = { ...settings.database, database: "" };
      const given = without(settings, { production: true, server: elsewhere });
      await withScratchServer(given, async ({ kind }) => assert.equal(kind, "given"));
    });
  },
);

forEachServer("a server program on this machine is started with the target's settings", async (_, server) => {
  await withTestDatabase(server, async ({ name }) => {
    const options = {
      ...without(settingsFor(server, name)),
      scratch: { server: null, production: true, environment: process.env },
    };
    const { systemFolders: _, ...anywhere } = options;
    const mode = (session: Session): Promise<readonly unknown[]> =>
      session.query(
        "SELECT @@GLOBAL.sql_mode AS mode, @@collation_server AS collation, @@event_scheduler AS events",
      );
    await withScratchServer(anywhere, async (scratch) => {
      assert.equal(scratch.kind, "private");
      assert.equal(scratch.server.family, server.family);
      const [target] = await withTestSession(server, name, mode);
      const [own] = await withSession(scratch.settings, mode);
      assert.equal((own as { mode: string }).mode, (target as { mode: string }).mode);
      assert.equal((own as { collation: string }).collation, scratch.collation);
      assert.equal((own as { events: string }).events, "OFF");
      // As `lint` needs two: the migrations' and one for copies of tables.
      await withScratchDatabase(scratch, (first) =>
        withScratchDatabase(scratch, async (second) => {
          assert.equal(first.database, name);
          assert.match(second.database, /^mysql_updown_scratch_/);
        }),
      );
    });
  });
});

forEachServer(
  "what a killed run left is dropped when it is old and nobody is at work on it",
  async (_, server) => {
    await withTestDatabase(server, async ({ name }) => {
      const old = Math.floor(Date.now() / 1000) - 3600;
      const suffix = name.slice(-6);
      const dead = `mysql_updown_scratch_${old}_00${suffix}`;
      const alive = `mysql_updown_scratch_${old}_01${suffix}`;
      const young = `mysql_updown_scratch_${old + 3590}_02${suffix}`;
      const foreign = `mysql_updown_scratch_${suffix}`;
      await withTestSession(server, name, async (session) => {
        // Other tests clear as well, at any time: they may be the ones that drop it.
        await session.query("SELECT GET_LOCK(?, 0)", [alive]);
        for (const each of [dead, alive, young, foreign]) await session.execute(`CREATE DATABASE ${each}`);
        try {
          await withTestSession(server, name, clearLeftovers);
          const left = await databases(session);
          assert.deepEqual(
            [dead, alive, young, foreign].map((each) => left.includes(each)),
            [false, true, true, true],
          );
        } finally {
          for (const each of [alive, young, foreign])
            await session.execute(`DROP DATABASE IF EXISTS ${each}`);
        }
      });
    });
  },
);
