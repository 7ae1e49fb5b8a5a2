import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { diffSchemas } from "../../src/schema/diff";
import { lossesOf } from "../../src/schema/losses";
import { NO_RENAMES } from "../../src/schema/renames";
import { renderChanges } from "../../src/schema/render";
import { withRoutineGrants } from "../../src/scratch/routine-grants";
import type { Session } from "../../src/server/session";
import type { DatabaseSettings } from "../../src/settings/database";
import { apply } from "../schema/pair";
import { schemaOf, withSchemaSession } from "../schema/schemas";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

/** A change of a procedure, and what becomes of a privilege on it. */
const CASES = [
  { name: "its comment", to: "CREATE PROCEDURE p(a int) COMMENT 'it''s' SELECT a;", lost: false },
  {
    name: "its data access and security",
    to: "CREATE PROCEDURE p(a int) COMMENT 'one' READS SQL DATA SQL SECURITY INVOKER SELECT a;",
    lost: false,
  },
  // ALTER leaves a comment as it is when it is told to make it empty.
  { name: "that its comment is gone", to: "CREATE PROCEDURE p(a int) SELECT a;", lost: true },
  { name: "its body", to: "CREATE PROCEDURE p(a int) SELECT a + 1;", lost: true },
  { name: "its parameters", to: "CREATE PROCEDURE p(a bigint) SELECT a;", lost: true },
] as const;
const FROM = "CREATE PROCEDURE p(a int) COMMENT 'one' SELECT a;";

async function withAccount<T>(session: Session, body: (account: string) => Promise<T>): Promise<T> {
  const account = `u_${randomBytes(5).toString("hex")}`;
  await session.query(`CREATE USER '${account}'@'localhost'`);
  try {
    return await body(account);
  } finally {
    await session.query(`DROP USER '${account}'@'localhost'`);
  }
}

function settingsOf(server: TestServer, database: string): DatabaseSettings {
  const ssl = { mode: "disabled", ca: null, cert: null, key: null } as const;
  return { host: server.host, port: server.port, socket: null, user: "root", password: "", database, ssl };
}

async function privileges(session: Session, account: string): Promise<readonly unknown[]> {
  return await session.query("SELECT proc_priv FROM mysql.procs_priv WHERE user = ?", [account]);
}

for (const { name, to, lost } of CASES) {
  forEachServer(`a privilege on a procedure when this changes: ${name}`, async (_t, server) => {
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) =>
        withAccount(session, async (account) => {
          const wanted = await schemaOf(session, to);
          const from = await schemaOf(session, FROM);
          await session.query(`GRANT EXECUTE ON PROCEDURE ${database.name}.p TO '${account}'@'localhost'`);
          const options = { server: session.server, renames: NO_RENAMES };
          const changes = await withRoutineGrants(
            diffSchemas(from, wanted, options),
            settingsOf(server, database.name),
          );
          const isLost = lost && server.family === "mysql";
          assert.deepEqual(
            changes.flatMap(lossesOf),
            isLost
              ? [
                  `drops procedure p to make it again: lost is GRANT EXECUTE ON PROCEDURE \`p\` TO \`${account}\`@\`localhost\``,
                ]
              : [],
          );
          await apply(session, renderChanges(changes, session.server));
          assert.equal((await privileges(session, account)).length, isLost ? 0 : 1);
        }),
      ),
    );
  });
}

forEachServer(
  "a procedure that is made again loses nothing where nothing was granted on it",
  async (_t, server) => {
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) => {
        const wanted = await schemaOf(session, "CREATE PROCEDURE p(a int) SELECT a + 1;");
        const from = await schemaOf(session, FROM);
        const changes = diffSchemas(from, wanted, { server: session.server, renames: NO_RENAMES });
        const known = await withRoutineGrants(changes, settingsOf(server, database.name));
        assert.deepEqual(known.flatMap(lossesOf), []);
        const unknown = await withRoutineGrants(changes, {
          ...settingsOf(server, database.name),
          user: "nobody_here",
        });
        assert.equal(unknown.flatMap(lossesOf).length, server.family === "mysql" ? 1 : 0);
      }),
    );
  },
);
