import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { settingsFromOptions } from "../../src/settings/settings";
import { ask } from "../bench/database";
import { feedClient } from "../support/feed-client";
import { withMigrations } from "../support/migrations";
import { type ClientCommand, withProxy } from "../support/proxy";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { dumpState, type State } from "../support/state";

interface Case {
  readonly name: string;
  readonly up: string;
  /** Run before it, by somebody else. */
  readonly before?: readonly string[];
  /** Whether some of its statements must have been sent together, or none may be. */
  readonly together: boolean;
  readonly only?: TestServer["family"];
  /** Statements that contain this must have been sent alone. */
  readonly alone?: string;
}

const TABLES = `CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT, s VARCHAR(80));
CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(40), n BIGINT);
`;

/** Small statements in a row: more than are needed to be sent together. */
function rows(from: number, count = 8): string {
  return Array.from(
    { length: count },
    (_, i) => `INSERT INTO t (n, s) VALUES (${from + i}, 'row ''${i}''; -- no');\n`,
  ).join("");
}

const cases: readonly Case[] = [
  {
    name: "rows, changes and deletions",
    together: true,
    up: `${TABLES}${rows(0)}UPDATE t SET n = n * 2 + 1;\nREPLACE INTO t VALUES (3, 33, 'three');\nDELETE FROM t ORDER BY id LIMIT 1;
UPDATE t SET s = CONCAT(s, n) WHERE n > 3;\n${rows(20)}INSERT INTO t (n) SELECT n FROM t WHERE n > 20;
INSERT INTO t VALUES (1, 1, 'x') ON DUPLICATE KEY UPDATE n = n + 1;\nINSERT INTO t SET n = 5;\n`,
  },
  {
    name: "comments behind statements",
    together: true,
    up: `${TABLES}${rows(0)}INSERT INTO t (n) VALUES (1) -- one; and
;
INSERT INTO t (n) VALUES (2) # two; and
;
UPDATE t SET n = n + 1 --
;
DELETE FROM t WHERE n = 3 /* three; and */;
INSERT INTO t (n) VALUES (4) /*!80000 , (44) */;
INSERT INTO t (n) VALUES (5) #;
;
INSERT INTO t (n) VALUES (6)`,
  },
  {
    name: "ROW_COUNT()",
    together: false,
    up: `${TABLES}${rows(0)}INSERT INTO t (n) VALUES (1), (2), (3);\nINSERT INTO log (n) VALUES (ROW_COUNT());\n${rows(9)}UPDATE t SET n = 7;
INSERT INTO log (n) SELECT ROW_COUNT();\nINSERT INTO log (n) SELECT ROW_COUNT();\n`,
  },
  {
    name: "GET DIAGNOSTICS",
    together: false,
    up: `${TABLES}${rows(0)}INSERT IGNORE INTO t VALUES (1, 1, 'a'), (2, 2, 'b');\nGET DIAGNOSTICS @found = NUMBER, @changed = ROW_COUNT;
INSERT INTO log (n) VALUES (@found), (@changed);\n`,
  },
  {
    name: "SHOW WARNINGS and @@warning_count",
    together: false,
    up: `${TABLES}${rows(0)}INSERT IGNORE INTO t VALUES (1, 1, 'a'), (2, 2, 'b');\nINSERT INTO log (n) SELECT @@warning_count;
${rows(9)}INSERT IGNORE INTO t VALUES (1, 1, 'a');\nSHOW WARNINGS;\n`,
  },
  {
    name: "FOUND_ROWS()",
    together: false,
    up: `${TABLES}${rows(0)}SELECT SQL_CALC_FOUND_ROWS n FROM t LIMIT 1;\nINSERT INTO log (n) SELECT FOUND_ROWS();\n`,
  },
  {
    name: "LAST_INSERT_ID()",
    together: true,
    up: `${TABLES}${rows(0)}INSERT INTO log (n) VALUES (LAST_INSERT_ID());\nINSERT INTO t (n) VALUES (1), (2), (3);
INSERT INTO log (n) VALUES (LAST_INSERT_ID());\nINSERT INTO log (n) VALUES (LAST_INSERT_ID());
UPDATE t SET n = LAST_INSERT_ID(id + 100) WHERE n = 3 LIMIT 1;\nINSERT INTO log (n) SELECT @@identity;
${rows(9)}SET @last = LAST_INSERT_ID();\nINSERT INTO log (n) VALUES (@last);\n`,
  },
  {
    name: "user variables",
    together: true,
    up: `${TABLES}SET @n = 5, @s = 'a;b';\nINSERT INTO t (n, s) VALUES (@n, @s);\nINSERT INTO t (n) SELECT @n := @n + 1;
INSERT INTO t (n) SELECT @n := @n + 1;\nUPDATE t SET n = (@n := @n + 1) ORDER BY id;\nINSERT INTO t (n, s) VALUES (@n, @never);
${rows(9)}SELECT @n := @n * 2;\n${rows(19)}INSERT INTO log (n) VALUES (@n);\n`,
  },
  {
    name: "triggers",
    together: true,
    up: `${TABLES}CREATE TRIGGER counted AFTER INSERT ON t FOR EACH ROW SET @seen = COALESCE(@seen, 0) + 1;
DELIMITER //
CREATE TRIGGER logged AFTER DELETE ON t FOR EACH ROW
BEGIN
  INSERT INTO log (what, n) VALUES ('gone;', OLD.n);
  UPDATE log SET what = CONCAT(what, '!') WHERE n = OLD.n;
END //
DELIMITER ;
${rows(0)}DELETE FROM t WHERE n = 3;\nDELETE FROM t WHERE n = 4;\nINSERT INTO log (what, n) VALUES ('last', LAST_INSERT_ID());
INSERT INTO log (what, n) VALUES ('seen', @seen);\nDROP TRIGGER counted;\nDROP TRIGGER logged;\n${rows(30)}`,
  },
  {
    name: "SET autocommit = 0",
    together: true,
    up: `${TABLES}${rows(0)}SET autocommit = 0;\n${rows(10)}ROLLBACK;\n${rows(20)}COMMIT;\n${rows(30)}SET autocommit = 1;\n${rows(40)}`,
  },
  {
    name: "transactions of its own",
    together: true,
    up: `${TABLES}${rows(0)}START TRANSACTION;\n${rows(10)}COMMIT;\nBEGIN;\n${rows(20)}ROLLBACK;\n${rows(30)}START TRANSACTION;\n${rows(40)}COMMIT AND CHAIN;\n${rows(50)}ROLLBACK;\n${rows(60)}`,
  },
  {
    name: "savepoints",
    together: true,
    up: `${TABLES}START TRANSACTION;\n${rows(0)}SAVEPOINT a;\n${rows(10)}SAVEPOINT b;\n${rows(20)}ROLLBACK TO SAVEPOINT a;\n${rows(30)}RELEASE SAVEPOINT a;\n${rows(40)}COMMIT;\n${rows(50)}`,
  },
  {
    name: "LOCK TABLES",
    together: true,
    up: `${TABLES}${rows(0)}LOCK TABLES t WRITE, log WRITE;\n${rows(10)}INSERT INTO log (n) SELECT COUNT(*) FROM t;\n${rows(20)}UNLOCK TABLES;\n${rows(30)}`,
  },
  {
    name: "a table without transactions",
    together: true,
    alone: "INTO old_style",
    up: `${TABLES}${rows(0)}CREATE TABLE old_style (n INT) ENGINE=MyISAM;\n${rows(10)}INSERT INTO old_style VALUES (1);\nUPDATE t SET n = n + 1;
INSERT INTO old_style SELECT COUNT(*) FROM t;\nINSERT INTO old_style VALUES (3);\nINSERT INTO old_style VALUES (4);\n${rows(20)}`,
  },
  {
    name: "sql_mode",
    together: true,
    up: `${TABLES}SET sql_mode = 'NO_BACKSLASH_ESCAPES';\nINSERT INTO t (s) VALUES ('a\\');\nINSERT INTO t (s) VALUES ('b\\');
INSERT INTO t (s) VALUES ('c\\'';');\nINSERT INTO t (s) VALUES ('d\\');\nSET sql_mode = 'ANSI_QUOTES';\nINSERT INTO t ("s") VALUES ('e\\'f');
INSERT INTO t ("s") SELECT "s" FROM t LIMIT 1;\nINSERT INTO t (s) VALUES ('g\\';');\nINSERT INTO t (s) VALUES ('h\\\\');\nSET sql_mode = DEFAULT;
INSERT INTO t (s) VALUES ("i\\";");\nINSERT INTO t (s) VALUES ('j');\nINSERT INTO t (s) VALUES ('k\\\\');\nINSERT INTO t (s) VALUES ('l');\n`,
  },
  {
    name: "another delimiter",
    together: true,
    up: `${TABLES}DELIMITER //\n${rows(0).replaceAll(";\n", "//\n")}UPDATE t SET n = 1//\nDELETE FROM t WHERE id = 1//\nINSERT INTO t (s) VALUES ('a;b')//\nDELIMITER ;\n${rows(10)}`,
  },
  {
    name: "a prepared statement that reads ROW_COUNT()",
    together: false,
    up: `${TABLES}PREPARE counted FROM 'INSERT INTO log (n) SELECT ROW_COUNT()';\n${rows(0)}UPDATE t SET n = 7;\nEXECUTE counted;\n`,
  },
  {
    name: "functions whose names begin like literals, and which write where nothing is rolled back",
    // MySQL with GTIDs lets no statement write to both kinds of tables.
    only: "mariadb",
    together: false,
    before: [
      "CREATE TABLE old_style (x INT) ENGINE=MyISAM",
      "CREATE FUNCTION n(x INT) RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO old_style VALUES (x); RETURN x; END",
      "CREATE FUNCTION _f(x INT) RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO old_style VALUES (x); RETURN x; END",
    ],
    up: `${TABLES}INSERT INTO t (s) VALUES (n(1));\nINSERT INTO t (s) VALUES (_f(2));\nINSERT INTO t (s) VALUES (n (3));\nINSERT INTO t (s) VALUES (_f (4));\n`,
  },
  {
    name: "INSERT … RETURNING",
    only: "mariadb",
    together: true,
    alone: "RETURNING",
    up: `${TABLES}${rows(0)}INSERT INTO t (n) VALUES (1) RETURNING id;\nINSERT INTO t (n) VALUES (2) RETURNING id;\nREPLACE INTO t VALUES (1, 1, 'x') returning *;
DELETE FROM t WHERE n = 2 RETURNING n;\nINSERT INTO t (n) VALUES (3) /*M! RETURNING id */;\nINSERT INTO t (n) VALUES (4) /*! RETURNING id */;\n${rows(10)}`,
  },
];

forEachServer("a file gives the same as in the server's own client", async (t, server) => {
  // How many go together follows from how long the first ones took. With a clock that stands still every server is quick.
  t.mock.method(performance, "now", () => 0);
  for (const { name, up, before = [], together, only, alone } of cases) {
    if (only !== undefined && only !== server.family) continue;
    await t.test(name, async () => {
      const expected = await throughClient(server, before, up);
      const { state, commands } = await throughUp(server, before, up);
      assert.deepEqual(state, expected);
      const most = Math.max(...commands.map(countStatements));
      if (together) assert.ok(most > 1, "nothing was sent together");
      else assert.equal(most, 1, "some were sent together");
      if (alone === undefined) return;
      const found = commands.filter(({ text }) => text.includes(alone));
      assert.ok(found.length > 0);
      assert.deepEqual(found.map(countStatements), new Array(found.length).fill(1));
    });
  }
});

/** Of a file's own data changes in one command. */
function countStatements({ text }: ClientCommand): number {
  return text.split("\n;\n").filter((part) => /^(?:INSERT|REPLACE|UPDATE|DELETE)\b/.test(part)).length;
}

async function throughClient(server: TestServer, before: readonly string[], sql: string): Promise<State> {
  return await withTestDatabase(server, async ({ url }) => {
    for (const statement of before) await ask(url, statement);
    await feedClient(server, url, sql);
    return await stateOf(url);
  });
}

async function throughUp(
  server: TestServer,
  before: readonly string[],
  up: string,
): Promise<{ state: State; commands: readonly ClientCommand[] }> {
  return await withTestDatabase(server, async ({ url }) => {
    for (const statement of before) await ask(url, statement);
    return await withMigrations({ "0001_a.up.sql": up, "0001_a.down.sql": "DROP TABLE t" }, (dir) =>
      withProxy(server, {}, async (proxy) => {
        await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null, {
          allowExisting: true,
        });
        return { state: await stateOf(url), commands: proxy.commands };
      }),
    );
  });
}

async function stateOf(url: string): Promise<State> {
  const state = await dumpState(url, { historyTable: "migration_history" });
  return state.filter((line) => !line.startsWith("history: "));
}
