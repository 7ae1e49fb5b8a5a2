import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { introspect } from "../../src/schema/introspect";
import { renderSchema } from "../../src/schema/render";
import type { Session } from "../../src/server/session";
import { forEachServer, withTestDatabase } from "../support/servers";
import { load, StatementFailed } from "./pair";
import { makePair, recipe } from "./property";
import { withSchemaSession } from "./schemas";

/** How many random schemas, for each server, and the first one's seed; `ROUND_TRIPS=200` before a release. */
const COUNT = Number(process.env.ROUND_TRIPS ?? 10);
const FIRST_SEED = Number(process.env.SCHEMA_SEED ?? 1);

/** Loads a script, and what is dumped of it: the second dump is the first to the byte, the order of keys included. */
async function goRound(session: Session, script: string): Promise<void> {
  await load(session, script);
  const schema = await introspect(session, session.database);
  assert.deepEqual(schema.notCompared, []);
  const dump = renderSchema(schema, session.server);
  await load(session, dump);
  assert.equal(renderSchema(await introspect(session, session.database), session.server), dump);
}

forEachServer("dump, load and dump again: random schemas", async (t, server) => {
  await withTestDatabase(server, async ({ name }) =>
    withSchemaSession(server, name, async (session) => {
      let refused = 0;
      for (let seed = FIRST_SEED; seed < FIRST_SEED + COUNT; seed++) {
        const script = renderSchema(makePair(recipe(seed), session.server).a, session.server);
        try {
          await goRound(session, script);
        } catch (error) {
          if (!(error instanceof StatementFailed) || !script.includes(error.statement)) throw error;
          refused++;
        }
      }
      t.diagnostic(`${COUNT - refused} schemas, and ${refused} that the server does not take`);
      assert.ok(refused <= COUNT / 5, `${refused} of ${COUNT}`);
    }),
  );
});

forEachServer("dump, load and dump again: the example", async (_, server) => {
  const script = readFileSync(join(__dirname, "..", "..", "sql", "schema.sql"), "utf8");
  await withTestDatabase(server, async ({ name }) =>
    withSchemaSession(server, name, async (session) => goRound(session, script)),
  );
});

/** What both servers know. */
const KINDS = `
  CREATE TABLE p (id int NOT NULL AUTO_INCREMENT, code varchar(9) CHARACTER SET latin1 NOT NULL DEFAULT 'é?', PRIMARY KEY (id), UNIQUE z_code (code)) COMMENT 'it''s';
  CREATE TABLE k (b int, a int NOT NULL, c int NOT NULL, UNIQUE z_b (b), UNIQUE y_a (a), UNIQUE a_c (c));
  CREATE TABLE t (
    id int NOT NULL, p int, q int, e enum('?','😀') DEFAULT '😀', s set('x','𠮷'), d decimal(9,2) DEFAULT 1.5,
    j json, x text, g geometry NOT NULL, bits bit(3) DEFAULT b'101', bytes varbinary(9) DEFAULT 0xff00,
    v int AS (p + 1), w varchar(20) AS (concat(x, '😀')) STORED, m timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    ex varchar(20) DEFAULT (concat('😀', '?')), hidden int INVISIBLE,
    PRIMARY KEY (id), KEY pq (p, q DESC), FULLTEXT KEY f (x), SPATIAL KEY geo (g), KEY prefix (x(5)) COMMENT 'k',
    CONSTRAINT fp FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE, CONSTRAINT own FOREIGN KEY (q) REFERENCES t (id),
    CONSTRAINT c CHECK (x <> '😀?' AND p > 0));
  CREATE TABLE r (id int NOT NULL, y varchar(9) NOT NULL) PARTITION BY RANGE (id) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION a VALUES LESS THAN (10) COMMENT 'x', PARTITION b VALUES LESS THAN MAXVALUE);
  CREATE TABLE l (y varchar(9) NOT NULL) PARTITION BY LIST COLUMNS (y) (PARTITION a VALUES IN ('😀', '?'), PARTITION b VALUES IN ('x'));
  SET sql_mode = '';
  CREATE TABLE zero (d date NOT NULL DEFAULT '0000-00-00');
  CREATE PROCEDURE loose(a int) SELECT '😀';
  SET sql_mode = DEFAULT;
  CREATE FUNCTION f(a int) RETURNS int DETERMINISTIC RETURN a + 1;
  CREATE VIEW v AS SELECT id, f(p) AS fp, '😀' AS smile FROM t WHERE x <> '?';
  CREATE VIEW a_view AS SELECT id FROM v WITH CASCADED CHECK OPTION;
  CREATE TRIGGER z1 BEFORE INSERT ON t FOR EACH ROW SET NEW.p = 1;
  CREATE TRIGGER a1 BEFORE INSERT ON t FOR EACH ROW SET NEW.x = '😀';
  CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE COMMENT 'c' DO SET @a = '😀';
`;

const MORE = {
  mysql: `
    CREATE TABLE my (a varchar(9), g point NOT NULL SRID 4326, KEY fk ((concat(a, '😀'))), SPATIAL KEY k (g), FULLTEXT KEY n (a) WITH PARSER ngram, KEY h (a) INVISIBLE, CONSTRAINT off CHECK (a <> '') NOT ENFORCED);`,
  mariadb: `
    CREATE SEQUENCE s START WITH 5 INCREMENT BY 2;
    CREATE TABLE ma (id int NOT NULL DEFAULT nextval(s), u uuid, i inet6, s date, e date, PERIOD FOR app (s, e), UNIQUE k (id, app WITHOUT OVERLAPS), KEY ig (u) IGNORED) WITH SYSTEM VERSIONING;
    CREATE TABLE vers (a int CHECK (a > 0), rs timestamp(6) GENERATED ALWAYS AS ROW START, re timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (rs, re)) WITH SYSTEM VERSIONING;`,
};

forEachServer("dump, load and dump again: every kind of object", async (_, server) => {
  await withTestDatabase(server, async ({ name }) =>
    withSchemaSession(server, name, async (session) => goRound(session, KINDS + MORE[server.family])),
  );
});
