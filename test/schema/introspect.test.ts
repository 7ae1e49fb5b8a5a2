import assert from "node:assert/strict";
import { introspect } from "../../src/schema/introspect";
import type { Session } from "../../src/server/session";
import { forEachServer, withTestDatabase } from "../support/servers";
import { load } from "./pair";
import { schemaOf, withSchemaSession } from "./schemas";

forEachServer("however many tables there are, they are read in as many round trips", async (_, server) => {
  await withTestDatabase(server, async ({ name }) =>
    withSchemaSession(server, name, async (session) => {
      const tripsFor = async (tables: number): Promise<number> => {
        const numbers = Array.from({ length: tables }, (_, n) => n);
        await load(session, numbers.map((n) => `CREATE TABLE t${n} (a INT CHECK (a > 0));`).join("\n"));
        return await tripsOf(session, tables);
      };
      const few = await tripsFor(10);
      assert.equal(await tripsFor(250), few);
      assert.ok(few <= 18, `${few} round trips`);
    }),
  );
});

/** How often the server was asked, for so many tables. */
async function tripsOf(session: Session, tables: number): Promise<number> {
  let trips = 0;
  const counting =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      trips++;
      return call(...args);
    };
  const counted: Session = {
    ...session,
    query: counting(session.query),
    execute: counting(session.execute),
    queryMany: counting(session.queryMany),
  };
  const schema = await introspect(counted, session.database);
  assert.equal(schema.tables.length, tables);
  return trips;
}

forEachServer("the session is left as it was", async (_, server) => {
  await withTestDatabase(server, async ({ name }) =>
    withTestDatabase(server, async (other) =>
      withSchemaSession(server, name, async (session) => {
        await session.execute("SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_TRANS_TABLES'");
        const state = "SELECT DATABASE() AS current, @@sql_mode AS mode, @@sql_quote_show_create AS quote";
        const before = await session.query(state);
        await introspect(session, other.name);
        assert.deepEqual(await session.query(state), before);
      }),
    ),
  );
});

forEachServer("what cannot be read is listed, and the rest is read", async (_, server) => {
  await withTestDatabase(server, async ({ name }) =>
    withSchemaSession(server, name, async (session) => {
      const schema = await schemaOf(
        session,
        `CREATE TABLE a (id INT);
         CREATE TABLE history (id INT);
         CREATE TRIGGER h BEFORE INSERT ON history FOR EACH ROW SET NEW.id = 1;
         CREATE FUNCTION f() RETURNS INT NO SQL RETURN 1;
         CREATE VIEW v AS SELECT f() AS x;
         CREATE VIEW w AS SELECT id FROM a;
         DROP TABLE a;
         CREATE TABLE b (id INT);`,
      );
      assert.deepEqual(
        schema.tables.map((table) => table.name),
        ["b", "history"],
      );
      // A view whose table is gone still says what it is.
      assert.deepEqual(
        schema.views.map((view) => view.name),
        ["v", "w"],
      );
      assert.deepEqual(schema.notCompared, []);
      const without = await introspect(session, name, { except: ["history"] });
      assert.deepEqual([without.tables.map((table) => table.name), without.triggers], [["b"], []]);
    }),
  );
});
