import assert from "node:assert/strict";
import { diffSchemas } from "../../src/schema/diff";
import { introspect } from "../../src/schema/introspect";
import { NO_RENAMES } from "../../src/schema/renames";
import { renderChanges, renderSchema } from "../../src/schema/render";
import type { Session } from "../../src/server/session";
import { forEachServer, withTestDatabase } from "../support/servers";
import { apply, load } from "./pair";
import { schemaOf, withSchemaSession } from "./schemas";

const COLUMNS = "a int NOT NULL, b int NOT NULL, note varchar(10) NOT NULL";
const B_FIRST = `CREATE TABLE t (${COLUMNS}, UNIQUE z_b (b), UNIQUE a_a (a));`;
const A_FIRST = `CREATE TABLE t (${COLUMNS}, UNIQUE a_a (a), UNIQUE z_b (b));`;

/** Which of two rows that are both in the way an INSERT runs into, in a table with rows (1, 10) and (2, 20). */
async function hitBy(session: Session): Promise<string> {
  await session.query("DELETE FROM t");
  await session.query("INSERT INTO t VALUES (1, 10, ''), (2, 20, '')");
  await session.query("INSERT INTO t VALUES (1, 20, 'new') ON DUPLICATE KEY UPDATE note = 'hit'");
  const [row] = await session.query("SELECT a FROM t WHERE note = 'hit'");
  return row?.a === 1 ? "the key on a" : "the key on b";
}

forEachServer("ON DUPLICATE KEY UPDATE hits the same row after dump and load", async (_t, server) => {
  await withTestDatabase(server, async (database) =>
    withSchemaSession(server, database.name, async (session) => {
      for (const [sql, hit] of [
        [B_FIRST, "the key on b"],
        [A_FIRST, "the key on a"],
      ] as const) {
        const schema = await schemaOf(session, sql);
        assert.equal(await hitBy(session), hit);
        await load(session, renderSchema(schema, session.server));
        assert.equal(await hitBy(session), hit);
      }
    }),
  );
});

forEachServer(
  "ON DUPLICATE KEY UPDATE hits another row after the diff, and the first one again after the way back",
  async (_t, server) => {
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) => {
        const to = await schemaOf(session, A_FIRST);
        const from = await schemaOf(session, B_FIRST);
        const options = { server: session.server, renames: NO_RENAMES };
        await apply(session, renderChanges(diffSchemas(from, to, options), session.server));
        assert.equal(await hitBy(session), "the key on a");
        await apply(session, renderChanges(diffSchemas(to, from, options), session.server));
        assert.equal(await hitBy(session), "the key on b");
        assert.deepEqual(await introspect(session, session.database), from);
      }),
    );
  },
);
