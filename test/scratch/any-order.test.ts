import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMigrator, type Migrator } from "../../src/index";
import { introspect } from "../../src/schema/introspect";
import { renderSchema } from "../../src/schema/render";
import { load } from "../schema/pair";
import { schemaOf, withSchemaSession } from "../schema/schemas";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

async function withSchemaFile(
  server: TestServer,
  schema: string,
  body: (migrator: Migrator, up: () => string) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "mysql-updown-order-"));
  const dir = join(root, "migrations");
  try {
    mkdirSync(dir);
    writeFileSync(join(root, "schema.sql"), schema);
    await withTestDatabase(server, async ({ url }) => {
      const migrator = createMigrator({ databaseUrl: url, dir, scratchDatabaseUrl: `${server.url}/scratch` });
      const up = (): string =>
        readdirSync(dir)
          .filter((name) => name.endsWith(".up.sql"))
          .map((name) => readFileSync(join(dir, name), "utf8"))
          .join("");
      await body(migrator, up);
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Declared schemas in an order in which no empty database would take them. */
const FILES: readonly (readonly [name: string, sql: string])[] = [
  [
    "a child before its parent",
    "CREATE TABLE c (id INT PRIMARY KEY, p INT, CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id)); CREATE TABLE p (id INT PRIMARY KEY);",
  ],
  [
    "two that refer to each other",
    "CREATE TABLE a (id INT PRIMARY KEY, b INT, CONSTRAINT fa FOREIGN KEY (b) REFERENCES b (id)); CREATE TABLE b (id INT PRIMARY KEY, a INT, CONSTRAINT fb FOREIGN KEY (a) REFERENCES a (id));",
  ],
  [
    "views before what they show",
    "CREATE VIEW w AS SELECT id FROM v; CREATE VIEW v AS SELECT id FROM t; CREATE TABLE t (id INT PRIMARY KEY);",
  ],
  [
    "a trigger before its table, in its own mode",
    "SET sql_mode = 'ANSI_QUOTES'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.id = 1; SET sql_mode = ''; CREATE TABLE t (id INT PRIMARY KEY);",
  ],
  [
    "a view before the function that it calls",
    "CREATE VIEW v AS SELECT f() AS x; CREATE FUNCTION f() RETURNS INT NO SQL RETURN 1;",
  ],
  [
    "zero dates",
    "SET sql_mode = ''; CREATE TABLE t (id INT PRIMARY KEY, d DATE NOT NULL DEFAULT '0000-00-00');",
  ],
];

for (const [name, sql] of FILES) {
  forEachServer(`schema.sql in any order: ${name}`, async (_, server) => {
    await withSchemaFile(server, sql, async (migrator) => {
      await migrator.diff({ name: "first" });
      await migrator.up();
      const report = await migrator.check();
      assert.ok(report.clean, JSON.stringify(report));
      assert.equal((await migrator.diff({ name: "again" })).changes, 0);
      await migrator.down({ to: "base" });
    });
  });
}

forEachServer("schema.sql: a table that is nowhere is named with its line", async (_, server) => {
  const sql = "CREATE TABLE t (id INT);\nCREATE VIEW v AS SELECT id FROM nowhere;";
  await withSchemaFile(server, sql, async (migrator) => {
    await assert.rejects(migrator.diff({ name: "first" }), (error: Error) => {
      assert.match(error.message, /schema\.sql:2:1: .*nowhere/);
      return true;
    });
  });
});

forEachServer(
  "dump: foreign keys to another database or to nowhere are not looked for",
  async (_, server) => {
    await withTestDatabase(server, async (other) =>
      withTestDatabase(server, async ({ name }) =>
        withSchemaSession(server, name, async (session) => {
          await session.execute(`CREATE TABLE ${other.name}.p (id INT PRIMARY KEY)`);
          const schema = await schemaOf(
            session,
            `SET foreign_key_checks = 0;
           CREATE TABLE c (id INT PRIMARY KEY, n INT, o INT,
             CONSTRAINT nowhere FOREIGN KEY (n) REFERENCES nowhere (id),
             CONSTRAINT outside FOREIGN KEY (o) REFERENCES ${other.name}.p (id));
           SET foreign_key_checks = 1;`,
          );
          const dump = renderSchema(schema, session.server);
          await load(session, dump);
          const [row] = await session.query("SELECT @@SESSION.foreign_key_checks AS checks");
          assert.equal(Number(row?.checks), 1, "put back at the end");
          assert.equal(renderSchema(await introspect(session, session.database), session.server), dump);
        }),
      ),
    );
  },
);
