import assert from "node:assert/strict";
import { diffSchemas } from "../../src/schema/diff";
import { introspect } from "../../src/schema/introspect";
import { NO_RENAMES } from "../../src/schema/renames";
import { renderChanges, renderSchema } from "../../src/schema/render";
import type { Session } from "../../src/server/session";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { apply, difference, load } from "./pair";
import { schemaOf, withSchemaSession } from "./schemas";

/** Every place in which text may stand. `#` is where, in turn, characters go that a server may print as `?`. */
interface Place {
  readonly name: string;
  readonly only?: TestServer["family"];
  readonly sql: string;
  /** Without the characters that this place cannot hold. */
  readonly without?: readonly string[];
}

const NONE_OF_LATIN1 = ["😀", "漢"];

const PLACES: readonly Place[] = [
  { name: "plain default", sql: "CREATE TABLE t (a varchar(9) DEFAULT 'a#?')" },
  { name: "plain default, ENUM", sql: "CREATE TABLE t (a enum('x','#') DEFAULT '#')" },
  { name: "plain default, SET", sql: "CREATE TABLE t (a set('x','#','y') DEFAULT '#,y')" },
  { name: "plain default, utf16", sql: "CREATE TABLE t (a varchar(9) CHARACTER SET utf16 DEFAULT 'a#?')" },
  {
    name: "plain default, gb18030 or gbk",
    sql: "CREATE TABLE t (a varchar(9) CHARACTER SET gbk DEFAULT 'a#?')",
    without: ["😀", "é"],
  },
  {
    name: "plain default, latin1",
    sql: "CREATE TABLE t (a varchar(9) CHARACTER SET latin1 DEFAULT '#?')",
    without: NONE_OF_LATIN1,
  },
  { name: "plain default, TEXT", only: "mariadb", sql: "CREATE TABLE t (a text DEFAULT '#?')" },
  { name: "plain default, JSON", only: "mariadb", sql: `CREATE TABLE t (a json DEFAULT '["#?"]')` },
  { name: "plain default, VARBINARY", sql: "CREATE TABLE t (a varbinary(9) DEFAULT '#?')" },
  { name: "expression default", sql: "CREATE TABLE t (a varchar(9) DEFAULT (concat('#','?')))" },
  {
    name: "expression default beside latin1",
    sql: "CREATE TABLE t (l varchar(9) CHARACTER SET latin1, a varchar(9) DEFAULT (concat('?','#')))",
  },
  {
    name: "generated column",
    sql: "CREATE TABLE t (a varchar(9), g varchar(20) AS (concat(a,'#?','it''s \\\\ \\n')) STORED)",
  },
  {
    name: "generated column of latin1",
    sql: "CREATE TABLE t (a varchar(9) CHARACTER SET latin1, g varchar(20) AS (concat(a,'#?')))",
    without: NONE_OF_LATIN1,
  },
  { name: "generated column, not converted", sql: "CREATE TABLE t (a int, g int AS (length('#?')))" },
  {
    name: "check",
    sql: "CREATE TABLE t (a varchar(9), CONSTRAINT c CHECK (a <> '#?' AND a NOT LIKE '%?#'))",
  },
  {
    name: "check of latin1",
    sql: "CREATE TABLE t (a varchar(9) CHARACTER SET latin1, CONSTRAINT c CHECK (a <> '#?'))",
    without: NONE_OF_LATIN1,
  },
  {
    name: "check of gbk",
    sql: "CREATE TABLE t (a varchar(9) CHARACTER SET gbk, CONSTRAINT c CHECK (a <> '#?'))",
    without: ["😀", "é"],
  },
  {
    name: "check of utf16",
    sql: "CREATE TABLE t (a varchar(9) CHARACTER SET utf16, CONSTRAINT c CHECK (a <> '#?'))",
  },
  {
    name: "check of utf8mb3",
    sql: "CREATE TABLE t (a varchar(9) CHARACTER SET utf8mb3, CONSTRAINT c CHECK (a <> '#?'))",
    without: ["😀"],
  },
  { name: "check of bytes", sql: "CREATE TABLE t (a varbinary(9), CONSTRAINT c CHECK (a <> '#?'))" },
  { name: "check of a column", only: "mariadb", sql: "CREATE TABLE t (a varchar(9) CHECK (a <> '#?'))" },
  { name: "functional key", only: "mysql", sql: "CREATE TABLE t (a varchar(9), KEY k ((concat(a, '#?'))))" },
  {
    name: "functional key of latin1",
    only: "mysql",
    sql: "CREATE TABLE t (a varchar(9) CHARACTER SET latin1, KEY k ((concat(a, '#?'))))",
    without: NONE_OF_LATIN1,
  },
  {
    name: "ENUM and SET",
    sql: "CREATE TABLE t (a enum('?','#','it''s \\\\ x'), b set('#','?x','\n') NOT NULL)",
  },
  { name: "ENUM of utf16", sql: "CREATE TABLE t (a enum('?','#') CHARACTER SET utf16)" },
  { name: "ENUM of a generated column", sql: "CREATE TABLE t (a varchar(9), b enum('?','#') AS (a))" },
  {
    name: "partition values",
    sql: "CREATE TABLE t (a varchar(9)) PARTITION BY LIST COLUMNS (a) (PARTITION p VALUES IN ('?a','#'), PARTITION q VALUES IN ('y'))",
  },
  {
    name: "range of a partition",
    sql: "CREATE TABLE t (a varchar(9)) PARTITION BY RANGE COLUMNS (a) (PARTITION p VALUES LESS THAN ('#a'))",
  },
  { name: "view", sql: "CREATE VIEW v AS SELECT '#?' AS x" },
  { name: "procedure", sql: "CREATE PROCEDURE p() SELECT '#?'" },
  { name: "parameter of a procedure", sql: "CREATE PROCEDURE p(a enum('#','x')) SELECT 1" },
  {
    name: "trigger",
    sql: "CREATE TABLE t (a int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = '#?'",
  },
  {
    name: "event",
    sql: "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO SET @a = '#?'",
  },
];

const CHARACTERS = ["😀", "𠮷", "é", "漢", "????", "??", "?", "ð\u009f\u0098\u0080"];

async function changes(
  session: Session,
  from: Awaited<ReturnType<typeof schemaOf>>,
  to: typeof from,
): Promise<string> {
  return renderChanges(
    diffSchemas(from, to, { server: session.server, renames: NO_RENAMES }),
    session.server,
  );
}

for (const { name, sql, only, without = [] } of PLACES) {
  forEachServer(`is read, written and compared exactly: ${name}`, async (t, server) => {
    if (only !== undefined && only !== server.family) return t.skip(`${only} only`);
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) => {
        const isNarrow = without.length > 0;
        const characters = CHARACTERS.filter((character) => {
          if (
            without.includes(character) ||
            (isNarrow && /[\u{80}-\u{9f}\u{10000}-\u{10ffff}]/u.test(character))
          )
            return false;
          return !(/\bENUM|\bSET\(/i.test(name) && character === "?" && sql.includes("'?'"));
        });
        const first = await schemaOf(session, `${sql.replaceAll("#", "plain")};`);
        for (const character of characters) {
          const schema = await schemaOf(session, `${sql.replaceAll("#", character)};`);
          assert.deepEqual(schema.notCompared, []);
          const dump = renderSchema(schema, session.server);
          await load(session, dump);
          const again = await introspect(session, session.database);
          assert.equal(renderSchema(again, session.server), dump);
          assert.deepEqual(again.tables, schema.tables);
          // The dump says it in a way that a server understands: what it makes is what was meant.
          await load(session, renderSchema(first, session.server));
          const up = await changes(session, first, schema);
          assert.notEqual(up, "", `${character} is told from plain letters`);
          await apply(session, up);
          const changed = await introspect(session, session.database);
          assert.equal(difference(schema, changed, session), null, up);
        }
      }),
    );
  });
}

for (const { name, sql, only, without = [] } of PLACES) {
  forEachServer(`a four-byte character is told from question marks: ${name}`, async (t, server) => {
    if (only !== undefined && only !== server.family) return t.skip(`${only} only`);
    const character = without.includes("😀") ? (without.includes("é") ? "漢" : "é") : "😀";
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) => {
        for (const marks of ["??", "????"]) {
          const from = await schemaOf(session, `${sql.replaceAll("#", marks)};`);
          const to = await schemaOf(session, `${sql.replaceAll("#", character)};`);
          assert.notEqual(await changes(session, from, to), "");
          assert.notEqual(await changes(session, to, from), "");
        }
      }),
    );
  });
}
