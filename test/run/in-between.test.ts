import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { settingsFromOptions } from "../../src/settings/settings";
import { interruptAt } from "../support/interrupted";
import { withMigrations } from "../support/migrations";
import type { CutMoment } from "../support/proxy";
import { assertFails } from "../support/refused";
import { forEachServer, rowsFor, type TestServer, withTestDatabase } from "../support/servers";
import { readLeftBehind, runAll, withTestSession } from "../support/test-session";

/** A run dies before or after a statement, somebody else does something, and the same command runs again. */
interface Case {
  readonly sql: string;
  readonly on?: TestServer["family"];
  /** What is there beforehand. `{o}` stands for another database. */
  readonly setUp?: readonly string[];
  readonly moment: CutMoment;
  readonly between?: readonly string[];
  /** `asks`: in doubt, with these words. Otherwise it goes on, and this is what the query then gives. */
  readonly after: { readonly asks: readonly RegExp[] } | { readonly query: string; readonly gives: unknown };
}

const TABLE = [
  "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)",
  "INSERT INTO t (a) VALUES (1), (2)",
];
const COLUMNS =
  "SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) AS x FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't'";
const COUNT = "SELECT COUNT(*) AS x FROM t";
const TABLES =
  "SELECT GROUP_CONCAT(TABLE_NAME ORDER BY TABLE_NAME) AS x FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT IN ('marker', 'migration_history')";

/** The plain crash, which never asks. */
function crashed(
  sql: string,
  setUp: readonly string[],
  query: string,
  gives: unknown,
  on?: TestServer["family"],
): Case[] {
  const moments: readonly CutMoment[] = ["before", "after"];
  return moments.map((moment) => ({
    sql,
    setUp,
    moment,
    after: { query, gives },
    ...(on === undefined ? {} : { on }),
  }));
}

/** Somebody did something in between, whether or not the statement took effect. */
function asks(
  sql: string,
  setUp: readonly string[],
  between: readonly string[],
  words: readonly RegExp[] = [],
  on?: TestServer["family"],
): Case[] {
  const moments: readonly CutMoment[] = ["before", "after"];
  return moments.map((moment) => ({
    sql,
    setUp,
    moment,
    between,
    after: { asks: words },
    ...(on === undefined ? {} : { on }),
  }));
}

const PARENT = "CREATE TABLE parent (id INT PRIMARY KEY)";
const PARTED =
  "CREATE TABLE t (id INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))";

const ALTERS: readonly Case[] = [
  ...crashed("ALTER TABLE t ADD COLUMN b INT", TABLE, COLUMNS, "id,a,b"),
  ...crashed("ALTER TABLE t ADD COLUMN b INT FIRST, DROP COLUMN a", TABLE, COLUMNS, "b,id"),
  ...crashed(
    "ALTER TABLE t ADD CHECK (a > 0), ADD FOREIGN KEY (a) REFERENCES parent (id)",
    [PARENT, TABLE[0] ?? ""],
    COLUMNS,
    "id,a",
  ),
  ...crashed("ALTER TABLE {d}.t ADD COLUMN b INT", TABLE, COLUMNS, "id,a,b"),
  ...crashed(
    "ALTER TABLE {o}.t ADD COLUMN b INT",
    ["CREATE TABLE {o}.t (id INT)"],
    COLUMNS.replace("DATABASE()", "'{o}'"),
    "id,b",
  ),
  ...crashed(
    "ALTER TABLE t ADD COLUMN b INT",
    [
      "CREATE TABLE {o}.parent (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT, FOREIGN KEY (id) REFERENCES {o}.parent (id))",
    ],
    COLUMNS,
    "id,b",
  ),
  ...crashed(
    "CREATE INDEX i ON t (a)",
    TABLE,
    "SELECT COUNT(*) AS x FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME LIKE 'i%'",
    1,
  ),
  ...crashed("ALTER TABLE t RENAME TO u", TABLE, TABLES, "u"),
  ...crashed("ALTER TABLE t COMMENT = ''", TABLE, COUNT, 2),
  ...crashed("ALTER TABLE t ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))", [PARTED], COUNT, 0),
  ...crashed(
    "ALTER TABLE t REORGANIZE PARTITION p0, p1 INTO (PARTITION p VALUES LESS THAN (20))",
    [PARTED],
    COUNT,
    0,
  ),
  ...asks(
    "ALTER TABLE t ADD COLUMN b INT",
    TABLE,
    ["CREATE INDEX hotfix ON t (a)"],
    [/\+ {2}KEY `hotfix`/, /\+ {2}`b` int/],
  ),
  ...asks("CREATE INDEX i ON t (a)", TABLE, ["ALTER TABLE t ADD COLUMN hotfix INT"], [/`hotfix`/]),
  ...asks("ALTER TABLE t ADD COLUMN b INT", TABLE, ["DROP TABLE t"]),
  {
    sql: "ALTER TABLE t ADD COLUMN b INT",
    setUp: TABLE,
    moment: "before",
    between: ["ALTER TABLE t ADD COLUMN b BIGINT"],
    after: { asks: [/bigint/] },
  },
  // The same hotfix as the migration: there is nothing left to do.
  {
    sql: "ALTER TABLE t ADD COLUMN b INT",
    setUp: TABLE,
    moment: "before",
    between: ["ALTER TABLE t ADD COLUMN b INT"],
    after: { query: COLUMNS, gives: "id,a,b" },
  },
  // The definition comes back to what it was; the values do not.
  ...asks("ALTER TABLE t DROP COLUMN a, ADD COLUMN a INT", TABLE, ["UPDATE t SET a = 7"]),
  ...crashed("ALTER TABLE t DROP COLUMN a, ADD COLUMN a BIGINT", TABLE, COLUMNS, "id,a"),
];

const CREATES: readonly Case[] = [
  ...crashed("CREATE TABLE t (id INT PRIMARY KEY)", [], COLUMNS, "id"),
  ...crashed(
    "CREATE TABLE t (id INT, FOREIGN KEY (id) REFERENCES parent (id), CHECK (id > 0))",
    [PARENT],
    COLUMNS,
    "id",
  ),
  ...crashed("CREATE TABLE t LIKE u", ["CREATE TABLE u (a INT, KEY (a))"], COLUMNS, "a"),
  ...crashed(
    "CREATE TABLE t AS SELECT a, v.b FROM u, v",
    ["CREATE TABLE u (a INT)", "INSERT INTO u VALUES (1), (2)", "CREATE VIEW v AS SELECT a + 1 AS b FROM u"],
    COUNT,
    4,
  ),
  ...crashed(
    "CREATE TABLE t AS SELECT * FROM {o}.u",
    ["CREATE TABLE {o}.u (a INT)", "INSERT INTO {o}.u VALUES (1)"],
    COUNT,
    1,
  ),
  ...crashed("CREATE TABLE t (a INT) PARTITION BY HASH (a) PARTITIONS 3", [], COUNT, 0),
  ...crashed("CREATE TABLE t (a INT) ENGINE=MyISAM", [], COUNT, 0),
  ...crashed("CREATE VIEW v AS SELECT a, id FROM t", TABLE, "SELECT COUNT(*) AS x FROM v", 2),
  ...crashed("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; END", TABLE, COUNT, 2),
  ...crashed("CREATE PROCEDURE p(IN x INT) COMMENT 'c' BEGIN SELECT 'ü'; /* why */ END", TABLE, COUNT, 2),
  ...crashed("CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN x + 1", TABLE, COUNT, 2),
  ...crashed("CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SET @nothing = 1", TABLE, COUNT, 2),
  ...crashed(
    "ALTER EVENT e RENAME TO f",
    [...TABLE, "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SET @nothing = 1"],
    COUNT,
    2,
  ),
  ...crashed("CREATE DATABASE {o}_x CHARACTER SET latin1", TABLE, COUNT, 2),
  ...crashed("CREATE USER `{o}`@localhost IDENTIFIED BY 'Secret-1'", TABLE, COUNT, 2),
  ...crashed("CREATE ROLE `{o}_r`", TABLE, COUNT, 2),
  ...crashed("CREATE SEQUENCE s START WITH 5", TABLE, COUNT, 2, "mariadb"),
  {
    sql: "CREATE TABLE t (id INT)",
    moment: "before",
    between: ["CREATE TABLE t (id INT, other INT)"],
    after: { asks: [/`other`/] },
  },
  {
    sql: "CREATE VIEW v AS SELECT a FROM t",
    setUp: TABLE,
    moment: "before",
    between: ["CREATE VIEW v AS SELECT id FROM t"],
    after: { asks: [] },
  },
  {
    sql: "CREATE PROCEDURE p() SELECT 1",
    moment: "before",
    between: ["CREATE PROCEDURE p() SELECT 2"],
    after: { asks: [] },
  },
  {
    sql: "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
    setUp: TABLE,
    moment: "before",
    between: ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2"],
    after: { asks: [] },
  },
  {
    sql: "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1",
    moment: "before",
    between: ["CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 2"],
    after: { asks: [] },
  },
  {
    sql: "CREATE DATABASE {o}_x CHARACTER SET latin1",
    moment: "before",
    between: ["CREATE DATABASE {o}_x CHARACTER SET utf8mb4"],
    after: { asks: [] },
  },
  {
    sql: "CREATE USER `{o}`@localhost",
    moment: "before",
    between: ["CREATE USER `{o}`@localhost", "GRANT SELECT ON {d}.* TO `{o}`@localhost"],
    after: { asks: [] },
  },
  // The table is there, but how many of the rows?
  {
    sql: "CREATE TABLE t ENGINE=MyISAM AS SELECT * FROM u",
    setUp: ["CREATE TABLE u (a INT)", "INSERT INTO u VALUES (1), (2)"],
    moment: "after",
    after: { asks: [] },
  },
  {
    sql: "CREATE TABLE t ENGINE=MEMORY AS SELECT * FROM u",
    setUp: ["CREATE TABLE u (a INT)"],
    moment: "after",
    after: { asks: [] },
  },
  {
    sql: "CREATE TABLE IF NOT EXISTS t ENGINE=MyISAM AS SELECT * FROM u",
    setUp: ["CREATE TABLE u (a INT)"],
    moment: "after",
    after: { asks: [] },
  },
];

const DROPS: readonly Case[] = ["", "IF EXISTS "].flatMap((guard) => [
  ...crashed(`DROP TABLE ${guard}t`, TABLE, TABLES, null),
  ...crashed(`DROP TABLE ${guard}t, u`, [...TABLE, "CREATE TABLE u (a INT)"], TABLES, null),
  ...crashed(`DROP VIEW ${guard}v`, [...TABLE, "CREATE VIEW v AS SELECT a FROM t"], TABLES, "t"),
  ...crashed(`DROP PROCEDURE ${guard}p`, [...TABLE, "CREATE PROCEDURE p() SELECT 1"], COUNT, 2),
  {
    sql: `DROP TABLE ${guard}t`,
    setUp: TABLE,
    moment: "after" as const,
    between: ["CREATE TABLE t (id INT, other INT)"],
    after: { asks: [/`other`/] },
  },
  {
    sql: `DROP TABLE ${guard}t`,
    setUp: TABLE,
    moment: "after" as const,
    between: TABLE,
    after: { asks: [] },
  },
  {
    sql: `DROP VIEW ${guard}v`,
    setUp: [...TABLE, "CREATE VIEW v AS SELECT a FROM t"],
    moment: "after" as const,
    between: ["CREATE VIEW v AS SELECT id FROM t"],
    after: { asks: [] },
  },
  {
    sql: `DROP PROCEDURE ${guard}p`,
    setUp: ["CREATE PROCEDURE p() SELECT 1"],
    moment: "after" as const,
    between: ["CREATE PROCEDURE p() SELECT 2"],
    after: { asks: [] },
  },
]);

const REPEATED: readonly Case[] = [
  ...crashed("TRUNCATE t", TABLE, COUNT, 0),
  ...crashed("TRUNCATE TABLE t", ["CREATE TABLE t (a INT) ENGINE=MyISAM"], COUNT, 0),
  {
    sql: "TRUNCATE t",
    setUp: TABLE,
    moment: "after",
    between: ["INSERT INTO t (a) VALUES (7)"],
    after: { query: COUNT, gives: 1 },
  },
  {
    sql: "TRUNCATE t",
    setUp: TABLE,
    moment: "before",
    between: ["INSERT INTO t (a) VALUES (7)"],
    after: { query: COUNT, gives: 0 },
  },
  {
    sql: "TRUNCATE t",
    setUp: TABLE,
    moment: "before",
    between: ["CREATE INDEX hotfix ON t (a)"],
    after: { asks: [/hotfix/] },
  },
  {
    sql: "ALTER TABLE t TRUNCATE PARTITION p0",
    setUp: [PARTED],
    moment: "after",
    between: ["INSERT INTO t VALUES (1)"],
    after: { query: COUNT, gives: 1 },
  },
  {
    sql: "ALTER TABLE t TRUNCATE PARTITION p0",
    setUp: [PARTED, "INSERT INTO t VALUES (1)"],
    moment: "before",
    after: { query: COUNT, gives: 0 },
  },
  ...crashed(
    "ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE u",
    [PARTED, "CREATE TABLE u (id INT)", "INSERT INTO u VALUES (1), (2)"],
    COUNT,
    2,
  ),
  { sql: "DROP TABLE IF EXISTS t", moment: "before", between: TABLE, after: { asks: [] } },
  ...crashed("DROP TABLE IF EXISTS t", [], TABLES, null),
  {
    sql: "CREATE OR REPLACE TABLE t (b INT)",
    on: "mariadb",
    setUp: TABLE,
    moment: "after",
    between: ["INSERT INTO t VALUES (7)"],
    after: { query: COUNT, gives: 1 },
  },
  ...crashed("CREATE OR REPLACE TABLE t (b INT)", TABLE, COLUMNS, "b", "mariadb"),
  {
    sql: "CREATE OR REPLACE SEQUENCE s",
    on: "mariadb",
    setUp: ["CREATE SEQUENCE s"],
    moment: "after",
    between: ["SELECT NEXTVAL(s)"],
    after: { query: "SELECT NEXTVAL(s) > 1 AS x", gives: 1 },
  },
  {
    sql: "ALTER SEQUENCE s RESTART",
    on: "mariadb",
    setUp: ["CREATE SEQUENCE s"],
    moment: "after",
    after: { asks: [] },
  },
  {
    sql: "ALTER TABLE t DROP COLUMN IF EXISTS a",
    on: "mariadb",
    setUp: TABLE,
    moment: "after",
    between: ["ALTER TABLE t ADD COLUMN a BIGINT"],
    after: { asks: [] },
  },
  ...crashed("ALTER TABLE t DROP COLUMN IF EXISTS a", TABLE, COLUMNS, "id", "mariadb"),
  ...crashed("RENAME TABLE t TO u", TABLE, TABLES, "u"),
  ...crashed("RENAME TABLE t TO {o}.u", TABLE, TABLES, null),
  {
    sql: "RENAME TABLE t TO u",
    setUp: TABLE,
    moment: "after",
    between: ["CREATE INDEX hotfix ON u (a)"],
    after: { query: TABLES, gives: "u" },
  },
  {
    sql: "RENAME TABLE t TO u",
    setUp: TABLE,
    moment: "before",
    between: ["DROP TABLE t", "CREATE TABLE u (other INT)"],
    after: { asks: [] },
  },
  ...crashed(
    "REVOKE SELECT ON {d}.* FROM `{o}`@localhost",
    [...TABLE, "CREATE USER `{o}`@localhost", "GRANT SELECT, INSERT ON {d}.* TO `{o}`@localhost"],
    COUNT,
    2,
  ),
  {
    sql: "REVOKE ALL PRIVILEGES, GRANT OPTION FROM `{o}`@localhost",
    setUp: ["CREATE USER `{o}`@localhost", "GRANT SELECT ON {d}.* TO `{o}`@localhost"],
    moment: "after",
    between: ["GRANT INSERT ON {d}.* TO `{o}`@localhost"],
    after: { asks: [] },
  },
  ...crashed("SET GLOBAL long_query_time = 10", TABLE, COUNT, 2),
  { sql: "SET GLOBAL long_query_time = @@GLOBAL.long_query_time * 1", moment: "after", after: { asks: [] } },
  ...crashed("ANALYZE TABLE t", TABLE, COUNT, 2),
  ...crashed("ALTER TABLE t AUTO_INCREMENT = 100", TABLE, COUNT, 2),
  ...crashed("ALTER TABLE t FORCE", TABLE, COUNT, 2),
];

const GROW = "CREATE PROCEDURE {o}.grow() BEGIN ALTER TABLE t ADD COLUMN b INT; END";
const CALLS: readonly Case[] = [
  ...crashed("CALL grow()", [...TABLE, GROW.replace("{o}.", "")], COLUMNS, "id,a,b"),
  ...crashed(
    "CALL {o}.grow()",
    ["CREATE TABLE {o}.t (id INT)", GROW],
    COLUMNS.replace("DATABASE()", "'{o}'"),
    "id,b",
  ),
  ...crashed(
    "CALL outer_one()",
    [...TABLE, GROW.replace("{o}.", ""), "CREATE PROCEDURE outer_one() CALL grow()"],
    COLUMNS,
    "id,a,b",
  ),
  ...asks("CALL grow()", [...TABLE, GROW.replace("{o}.", "")], ["CREATE INDEX hotfix ON t (a)"], [/hotfix/]),
  ...asks(
    "CALL {o}.grow()",
    ["CREATE TABLE {o}.t (id INT)", GROW],
    ["CREATE INDEX hotfix ON {o}.t (id)"],
    [/hotfix/],
  ),
  {
    sql: "CALL grow()",
    setUp: [...TABLE, GROW.replace("{o}.", "")],
    moment: "before",
    between: ["CREATE TABLE elsewhere (a INT)"],
    after: { query: COLUMNS, gives: "id,a,b" },
  },
  {
    sql: "CALL clear_it()",
    setUp: [...TABLE, "CREATE PROCEDURE clear_it() TRUNCATE t"],
    moment: "after",
    between: ["INSERT INTO t (a) VALUES (7)"],
    after: { query: COUNT, gives: 1 },
  },
];

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  "an ALTER that was under way": ALTERS,
  "a CREATE that was under way": CREATES,
  "a DROP that was under way": DROPS,
  "what could be run twice": REPEATED,
  "a CALL that was under way": CALLS,
};

for (const [name, cases] of Object.entries(GROUPS)) {
  forEachServer(`${name} is judged by what it would make`, async (t, server) => {
    for (const row of rowsFor(server, cases)) {
      const between = row.between === undefined ? "" : `, then ${row.between.join("; ")}`;
      await t.test(`${row.moment} ${row.sql}${between}`, () => check(server, row));
    }
  });
}

async function check(server: TestServer, row: Case): Promise<void> {
  const begun = Date.now();
  await withTestDatabase(server, ({ name, url }) =>
    withTestDatabase(server, async ({ name: other }) => {
      const put = (text: string): string => text.replaceAll("{o}", other).replaceAll("{d}", name);
      const sql = put(row.sql);
      const files = {
        "0001_a.up.sql": `DELIMITER //\n${sql}\n//\nINSERT INTO marker VALUES (1)//\n`,
        "0001_a.down.sql": "SELECT 1;",
      };
      const byOthers = (statements: readonly string[]): Promise<void> =>
        withTestSession(server, name, (session) => runAll(session, statements.map(put)));
      try {
        await byOthers(["CREATE TABLE marker (a INT)", ...(row.setUp ?? [])]);
        await withMigrations(files, async (dir) => {
          await interruptAt(server, { url, dir }, sql, row.moment);
          await byOthers(row.between ?? []);
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          if ("asks" in row.after) {
            const asked = [/resolve -- 0001 --applied/, /resolve -- 0001 --not-applied/, ...row.after.asks];
            await assertFails(migrate(settings, "up", null, { allowExisting: true }), "in-doubt", ...asked);
            return;
          }
          await migrate(settings, "up", null, { allowExisting: true });
          const { query, gives } = row.after;
          await withTestSession(server, name, async (session) => {
            const [found] = await session.query(put(query));
            assert.equal(typeof gives === "number" ? Number(found?.x) : (found?.x ?? null), gives);
            const [marker] = await session.query("SELECT COUNT(*) AS n FROM marker");
            assert.equal(Number(marker?.n), 1);
            assert.deepEqual(await readLeftBehind(session, begun), [], "nothing is left behind");
          });
        });
      } finally {
        await byOthers([
          "DROP TABLE IF EXISTS t",
          "DROP USER IF EXISTS `{o}`@localhost",
          "DROP ROLE IF EXISTS `{o}_r`",
          "DROP DATABASE IF EXISTS {o}_x",
        ]);
      }
    }),
  );
}
