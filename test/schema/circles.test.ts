import assert from "node:assert/strict";
import { diffSchemas } from "../../src/schema/diff";
import { NO_RENAMES } from "../../src/schema/renames";
import { renderChanges } from "../../src/schema/render";
import { forEachServer, withTestDatabase } from "../support/servers";
import { schemaOf, withSchemaSession } from "./schemas";

const APART = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);";
const CIRCLE = `
  CREATE TABLE a (id int PRIMARY KEY, b_id int, KEY a_b (b_id));
  CREATE TABLE b (id int PRIMARY KEY, a_id int, KEY b_a (a_id), CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id));
  ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id);`;

forEachServer("foreign keys in a circle: one ALTER for each table, there and back", async (_t, server) => {
  await withTestDatabase(server, async (database) =>
    withSchemaSession(server, database.name, async (session) => {
      const circle = await schemaOf(session, CIRCLE);
      const apart = await schemaOf(session, APART);
      const altersBetween = (from: typeof apart, to: typeof apart): string[] => {
        const options = { server: session.server, renames: NO_RENAMES };
        const sql = renderChanges(diffSchemas(from, to, options), session.server);
        return [...(sql.match(/^ALTER TABLE `\w+`/gm) ?? [])].sort();
      };
      assert.deepEqual(altersBetween(apart, circle), ["ALTER TABLE `a`", "ALTER TABLE `b`"]);
      assert.deepEqual(altersBetween(circle, apart), ["ALTER TABLE `a`", "ALTER TABLE `b`"]);
    }),
  );
});

const FAMILY = `
  CREATE TABLE g (id int PRIMARY KEY);
  CREATE TABLE p (id int PRIMARY KEY, s int, CONSTRAINT p_s FOREIGN KEY (s) REFERENCES p (id));
  CREATE TABLE c (id int PRIMARY KEY, p_id int, g_id int, CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p (id), CONSTRAINT c_g FOREIGN KEY (g_id) REFERENCES g (id));`;

forEachServer("a parent that goes costs its child one ALTER", async (_t, server) => {
  await withTestDatabase(server, async (database) =>
    withSchemaSession(server, database.name, async (session) => {
      const family = await schemaOf(session, FAMILY);
      const child = await schemaOf(session, "CREATE TABLE c (id int PRIMARY KEY);");
      const options = { server: session.server, renames: NO_RENAMES };
      const statements = diffSchemas(family, child, options).map((change) =>
        "table" in change ? `${change.type} ${change.table.name}` : change.type,
      );
      assert.deepEqual(statements, ["alter-table c", "drop-table p", "drop-table g"]);
      const back = renderChanges(diffSchemas(child, family, options), session.server);
      assert.equal(back.match(/^ALTER TABLE/gm)?.length, 1, back);
    }),
  );
});
