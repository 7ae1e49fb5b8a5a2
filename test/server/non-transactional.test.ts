import assert from "node:assert/strict";
import { readNonTransactionalNames } from "../../src/server/non-transactional";
import { mentionsAny } from "../../src/syntax/classify";
import { forEachServer, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";

forEachServer("what reaches a table without transactions", async (t, server) => {
  await withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      const other = `${name}_o`;
      await runAll(session, [
        `CREATE DATABASE ${other}`,
        "CREATE TABLE plain (a INT)",
        "CREATE TABLE log (a INT) ENGINE=MyISAM",
        "CREATE TABLE watched (a INT)",
        "CREATE TRIGGER g AFTER INSERT ON watched FOR EACH ROW INSERT INTO log VALUES (NEW.a)",
        "CREATE VIEW logview AS SELECT a FROM log",
        "CREATE VIEW viewview AS SELECT a FROM logview",
        "CREATE VIEW plainview AS SELECT a FROM plain",
        "CREATE FUNCTION logs() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO log VALUES (1); RETURN 1; END",
        "CREATE PROCEDURE deep() INSERT INTO watched VALUES (1)",
        "CREATE PROCEDURE harmless() INSERT INTO plain VALUES (1)",
        `CREATE TABLE ${other}.plain (a INT) ENGINE=MEMORY`,
        `CREATE PROCEDURE far() INSERT INTO ${other}.plain VALUES (1)`,
      ]);
      const cases: readonly (readonly [sql: string, expected: boolean])[] = [
        ["INSERT INTO plain VALUES (1)", false],
        ["INSERT INTO log VALUES (1)", true],
        [`INSERT INTO ${name}.LOG VALUES (1)`, true],
        ["INSERT INTO watched VALUES (1)", true],
        ["UPDATE logview SET a = 1", true],
        ["UPDATE viewview SET a = 1", true],
        ["UPDATE plainview SET a = 1", false],
        ["INSERT INTO plain SELECT logs()", true],
        ["CALL deep()", true],
        ["CALL harmless()", false],
        ["CALL far()", true],
        [`DELETE FROM ${other}.plain`, true],
        [`DELETE FROM ${name}.plain`, false],
        ["INSERT INTO mysql.general_log SELECT * FROM mysql.general_log", true],
        ["SELECT * FROM information_schema.TABLES", false],
      ];
      try {
        const names = await readNonTransactionalNames(session);
        for (const [sql, expected] of cases) {
          await t.test(sql, () => assert.equal(mentionsAny(sql, names), expected));
        }
        const fromOther = await readNonTransactionalNames(session, other);
        assert.equal(mentionsAny("DELETE FROM plain", fromOther), true);
        assert.equal(mentionsAny("DELETE FROM log", fromOther), false);
      } finally {
        await session.run(`DROP DATABASE ${other}`);
      }
    }),
  );
});

forEachServer("a row in a table without transactions stays after a rollback", async (_, server) => {
  await withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      await runAll(session, [
        "CREATE TABLE log (a INT) ENGINE=MyISAM",
        "CREATE TABLE watched (a INT)",
        "CREATE TRIGGER g AFTER INSERT ON watched FOR EACH ROW INSERT INTO log VALUES (NEW.a)",
        "SET sql_log_bin = 0", // with GTIDs MySQL refuses the mixture, but only because of the log
        "START TRANSACTION",
        "INSERT INTO watched VALUES (1)",
        "ROLLBACK",
      ]);
      const rows = await session.query(
        "SELECT (SELECT COUNT(*) FROM log) AS log, (SELECT COUNT(*) FROM watched) AS watched",
      );
      assert.deepEqual({ ...rows[0] }, { log: 1, watched: 0 });
    }),
  );
});
