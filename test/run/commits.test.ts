import { createMigrator } from "../../src/index";
import { assertAsClient, assertCutsAsClient, type ClientCase } from "../support/as-client";
import { withMigrations } from "../support/migrations";
import { assertRefused } from "../support/refused";
import { forEachServer, rowsFor, withTestDatabase } from "../support/servers";

const GIVEN = `
CREATE TABLE t (id INT PRIMARY KEY, n INT) ENGINE=InnoDB;
CREATE TABLE other (id INT PRIMARY KEY, n INT) ENGINE=InnoDB;
CREATE TABLE keyed (id INT PRIMARY KEY, n INT, KEY n (n)) ENGINE=MyISAM;
INSERT INTO other VALUES (1, 1);
CREATE PROCEDURE rows_only() UPDATE other SET n = n + 1;
CREATE PROCEDURE branch(k INT) BEGIN UPDATE other SET n = n + 1; IF k = 1 THEN ALTER TABLE other ADD COLUMN c INT; END IF; END;
CREATE PROCEDURE ddl_branch(k INT) IF k = 1 THEN ALTER TABLE other ADD COLUMN c INT; END IF;
CREATE PROCEDURE commits() BEGIN UPDATE other SET n = n + 1; COMMIT; END;
CREATE PROCEDURE begins() BEGIN COMMIT; START TRANSACTION; UPDATE other SET n = n + 1; END;
CREATE PROCEDURE dynamic(k INT) BEGIN SET @text = IF(k = 1, 'ALTER TABLE other ADD COLUMN c INT', 'UPDATE other SET n = n + 1'); PREPARE d FROM @text; EXECUTE d; DEALLOCATE PREPARE d; END;
CREATE PROCEDURE sets_global() BEGIN UPDATE other SET n = n + 1; SET GLOBAL long_query_time = @@GLOBAL.long_query_time; END;
CREATE PROCEDURE temporary() BEGIN CREATE TEMPORARY TABLE draft (n INT); INSERT INTO draft VALUES (1); END;
`;

/** What runs in the middle of a transaction of the file's, by its name in the test. */
const STATEMENTS: Readonly<Record<string, string | { sql: string; on: "mysql" | "mariadb" }>> = {
  "SET GLOBAL": "SET GLOBAL long_query_time = @@GLOBAL.long_query_time",
  "SET PERSIST": { sql: "SET PERSIST long_query_time = 10", on: "mysql" },
  "RESET PERSIST": { sql: "RESET PERSIST IF EXISTS long_query_time", on: "mysql" },
  "SET GLOBAL TRANSACTION": "SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ",
  "SET SESSION": "SET SESSION sql_mode = ''",
  "SET a variable": "SET @a = (SELECT MAX(n) FROM other)",
  "SET autocommit, which is on": "SET autocommit = 1",
  "SET ROLE": "SET ROLE NONE",
  "UNLOCK TABLES without locks": "UNLOCK TABLES",
  "LOCK TABLES": "LOCK TABLES t WRITE, other WRITE; UNLOCK TABLES",
  "PURGE BINARY LOGS": "PURGE BINARY LOGS BEFORE '2000-01-01 00:00:00'",
  "CACHE INDEX": "CACHE INDEX keyed IN DEFAULT",
  "LOAD INDEX": "LOAD INDEX INTO CACHE keyed",
  "FLUSH STATUS": "FLUSH STATUS",
  "ANALYZE TABLE": "ANALYZE TABLE other",
  "CHECK TABLE": "CHECK TABLE other",
  TRUNCATE: "TRUNCATE TABLE other",
  "CREATE TABLE": "CREATE TABLE made (id INT)",
  "DROP TABLE IF EXISTS": "DROP TABLE IF EXISTS nowhere",
  "RENAME TABLE": "RENAME TABLE other TO another",
  "CREATE TEMPORARY TABLE": "CREATE TEMPORARY TABLE draft (n INT)",
  "CREATE TEMPORARY TABLE from a query": "CREATE TEMPORARY TABLE draft AS SELECT * FROM t",
  "DROP TEMPORARY TABLE": "CREATE TEMPORARY TABLE draft (n INT); DROP TEMPORARY TABLE draft",
  "DROP TABLE of a temporary table": "CREATE TEMPORARY TABLE draft (n INT); DROP TABLE draft",
  "ALTER TABLE of a temporary table":
    "CREATE TEMPORARY TABLE draft (n INT); ALTER TABLE draft ADD COLUMN m INT",
  "TRUNCATE of a temporary table": "CREATE TEMPORARY TABLE draft (n INT); TRUNCATE TABLE draft",
  "INSERT into a temporary table": "CREATE TEMPORARY TABLE draft (n INT); INSERT INTO draft VALUES (1)",
  "CREATE TEMPORARY SEQUENCE": { sql: "CREATE TEMPORARY SEQUENCE numbers", on: "mariadb" },
  USE: "USE {db}",
  DO: "DO SLEEP(0)",
  SHOW: "SHOW TABLES",
  SIGNAL: "SIGNAL SQLSTATE '01000'",
  SAVEPOINT: "SAVEPOINT here; UPDATE other SET n = 7; ROLLBACK TO SAVEPOINT here",
  "a second BEGIN": "BEGIN",
  "CALL of rows only": "CALL rows_only()",
  "CALL with a branch that is not taken": "CALL branch(0)",
  "CALL with a branch that is taken": "CALL branch(1)",
  "CALL with DDL in a branch that is not taken": "CALL ddl_branch(0)",
  "CALL with DDL in a branch that is taken": "CALL ddl_branch(1)",
  "CALL that commits": "CALL commits()",
  "CALL that begins anew": "CALL begins()",
  "CALL of made-up text that writes": "CALL dynamic(0)",
  "CALL of made-up text that commits": "CALL dynamic(1)",
  "CALL with SET GLOBAL": "CALL sets_global()",
  "CALL with a temporary table": "CALL temporary()",
  "EXECUTE of rows": "PREPARE p FROM 'UPDATE other SET n = n + 1'; EXECUTE p",
  "EXECUTE of CREATE TEMPORARY TABLE":
    "PREPARE p FROM 'CREATE TEMPORARY TABLE draft (n INT)'; EXECUTE p; INSERT INTO draft VALUES (1)",
  "EXECUTE of SET GLOBAL":
    "PREPARE p FROM 'SET GLOBAL long_query_time = @@GLOBAL.long_query_time'; EXECUTE p",
  "EXECUTE of DDL": "PREPARE p FROM 'ALTER TABLE other ADD COLUMN c INT'; EXECUTE p",
  "EXECUTE of a CALL": "PREPARE p FROM 'CALL branch(0)'; EXECUTE p",
  "EXECUTE of a COMMIT": "PREPARE p FROM 'COMMIT'; EXECUTE p",
  "EXECUTE of a text in a variable":
    "SET @sql = 'UPDATE other SET n = n + 1'; PREPARE p FROM @sql; EXECUTE p",
  "EXECUTE IMMEDIATE": { sql: "EXECUTE IMMEDIATE 'CREATE TEMPORARY TABLE draft (n INT)'", on: "mariadb" },
  "a compound statement": {
    sql: "BEGIN NOT ATOMIC UPDATE other SET n = n + 1; IF 1 = 0 THEN TRUNCATE TABLE other; END IF; END",
    on: "mariadb",
  },
};

type Ends = "ROLLBACK" | "COMMIT";

function cases(begin: string, end: Ends, names: readonly string[]): readonly ClientCase[] {
  const chosen = Object.entries(STATEMENTS).filter(([name]) => names.includes(name));
  return chosen.map(([name, statement]) => ({
    name: `${name}, ${end}`,
    given: GIVEN,
    up: `${begin}; INSERT INTO t VALUES (1, 1); ${typeof statement === "string" ? statement : statement.sql};\nINSERT INTO t VALUES (2, 2); ${end};`,
    ...(typeof statement === "string" ? {} : { on: statement.on }),
  }));
}

/** Whether they commit, only the server can tell. */
const UNCERTAIN = Object.keys(STATEMENTS).filter((name) => /^(CALL|EXECUTE|a compound|CACHE)/.test(name));

for (const [begin, end, names] of [
  ["START TRANSACTION", "ROLLBACK", Object.keys(STATEMENTS)],
  ["START TRANSACTION", "COMMIT", UNCERTAIN],
  ["SET autocommit = 0", "ROLLBACK", UNCERTAIN],
] as const) {
  forEachServer(
    `a transaction is ended only by what ends it in the client (${begin} … ${end})`,
    async (t, server) => {
      for (const row of rowsFor(server, cases(begin, end, names)))
        await t.test(row.name, () => assertAsClient(server, row));
    },
  );
}

/** Those that are judged or asked about when they may have committed. */
const CUT = [
  "CALL with a branch that is not taken",
  "CALL with a branch that is taken",
  "CALL with DDL in a branch that is taken",
  "CACHE INDEX",
];

forEachServer(
  "a transaction that a statement may commit is cut anywhere, and nothing is doubled",
  async (t, server) => {
    for (const row of rowsFor(server, cases("START TRANSACTION", "COMMIT", CUT)))
      await t.test(row.name, async () => void (await assertCutsAsClient(server, row, ["in-doubt"])));
  },
);

const ONCE_ONLY: readonly { readonly sql: string; readonly on?: "mysql" }[] = [
  { sql: "SELECT 1 INTO OUTFILE '/nowhere/x'" },
  { sql: "RESET PERSIST long_query_time", on: "mysql" },
];

forEachServer(
  "what no rollback undoes and nothing can repeat is refused inside a transaction",
  async (t, server) => {
    for (const { sql, on } of ONCE_ONLY) {
      if (on !== undefined && on !== server.family) continue;
      await t.test(sql, () =>
        withTestDatabase(server, ({ url }) =>
          withMigrations(
            {
              "0001_a.up.sql": `CREATE TABLE t (id INT);\nSTART TRANSACTION;\n${sql};\nROLLBACK;\n`,
              "0001_a.down.sql": "DROP TABLE t",
            },
            async (dir) => {
              const up = (): Promise<unknown> => createMigrator({ databaseUrl: url, dir }).up();
              await assertRefused(url, up, "unsupported-statement", /0001_a\.up\.sql:3:1/, /Move it out/);
            },
          ),
        ),
      );
    }
  },
);
