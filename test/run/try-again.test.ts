import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { MigrateError, type RunEvent } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import { whyNotAgainAlone, whyNotAgainInTransaction } from "../../src/run/retry";
import { openSession } from "../../src/server/connection";
import type { Row, Session } from "../../src/server/session";
import { settingsFromOptions } from "../../src/settings/settings";
import { classify } from "../../src/syntax/classify";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

/** What commits by itself, and whether it is tried again after 1205 or 1213. */
const ALONE: readonly (readonly [
  how: Parameters<typeof whyNotAgainAlone>[0],
  text: string,
  again: boolean,
])[] = [
  ["create", "CREATE TABLE t (id INT PRIMARY KEY)", true],
  ["create", "CREATE TABLE t LIKE u", true],
  ["create", "CREATE VIEW v AS SELECT * FROM t", true],
  ["create", "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW INSERT INTO u SELECT 1 FROM t", true],
  ["create", "CREATE TABLE t ENGINE=MyISAM AS SELECT * FROM u", false],
  ["create", "CREATE TABLE t (id INT) SELECT id FROM u FOR UPDATE", false],
  ["create", "CREATE TABLE t TABLE u", false],
  ["alter", "ALTER TABLE t ADD COLUMN b INT", true],
  ["alter", "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", true],
  ["drop", "DROP TABLE t", true],
  ["drop", "DROP TABLE t, u", true],
  ["rename", "RENAME TABLE t TO u, u TO t", true],
  ["repeatable", "TRUNCATE TABLE t", true],
  ["repeatable", "OPTIMIZE TABLE t", true],
  ["repeatable", "DROP TABLE IF EXISTS t", true],
  ["repeatable", "CREATE OR REPLACE TABLE t SELECT * FROM u", false],
  ["repeatable", "CREATE TABLE IF NOT EXISTS t SELECT @n := @n + 1 AS n FROM u", false],
  ["schema", "CALL adds_a_column()", false],
  ["ask", "CALL writes_and_alters()", false],
  ["ask", "INSERT INTO my_isam SELECT * FROM t", false],
  ["ask", "INSTALL PLUGIN p SONAME 'p.so'", false],
];

test("what commits by itself is tried again only where the server undid it", () => {
  for (const [how, text, again] of ALONE) {
    const why = whyNotAgainAlone(how, text, classify(text).userVariables);
    assert.equal(why === null, again, `${how}: ${text}: ${why}`);
  }
});

const IN_TRANSACTION: readonly (readonly [text: string, first: boolean, later: boolean])[] = [
  ["INSERT INTO t VALUES (1)", true, true],
  ["UPDATE t SET pos = (@n := @n + 1)", true, true],
  ["INSERT INTO t SELECT LAST_INSERT_ID(), v FROM u", true, true],
  ["INSERT INTO t VALUES (ROW_COUNT())", false, true],
  ["SET @n := 0", true, true],
  ["CALL writes_rows()", true, true],
  ["CREATE TEMPORARY TABLE t (id INT)", false, false],
  ["EXECUTE s", false, false],
  ["SET sql_mode = ''", false, false],
  ["USE other", false, false],
];

test("what is in a transaction is run again with it where the rollback and the session allow it", () => {
  for (const [text, first, later] of IN_TRANSACTION) {
    const classified = classify(text);
    assert.equal(whyNotAgainInTransaction(classified, true) === null, first, `first: ${text}`);
    assert.equal(whyNotAgainInTransaction(classified, false) === null, later, `later: ${text}`);
  }
});

interface Blocked {
  readonly name: string;
  readonly before: readonly string[];
  readonly file: string;
  /** What another session does in a transaction before; it commits when the runner says that it waits. */
  readonly locks: string;
  /** `applied`, or what the error has to say. */
  readonly ends: "applied" | RegExp;
  readonly query: string;
  readonly rows: readonly unknown[];
}

/** Otherwise a row lock is waited for as long as the server says, which is 50 s. */
const SOON = "SET innodb_lock_wait_timeout = 1;\n";

const SRC = [
  "CREATE TABLE src (id INT PRIMARY KEY, v INT)",
  "INSERT INTO src VALUES (1, 0), (2, 0), (3, 0), (4, 0)",
];

const BLOCKED: readonly Blocked[] = [
  {
    name: "a procedure that writes rows and alters a table",
    before: [
      ...SRC,
      "CREATE TABLE acct (n INT)",
      "INSERT INTO acct VALUES (0)",
      "CREATE PROCEDURE p() BEGIN UPDATE acct SET n = n + 1; ALTER TABLE src ADD COLUMN c INT; END",
    ],
    file: "CALL p();",
    locks: "SELECT * FROM src",
    ends: /not tried again, because what it did before that may have stayed/,
    query: "SELECT n FROM acct",
    rows: [1],
  },
  {
    name: "rows of a table without transactions",
    before: [...SRC, "CREATE TABLE m (id INT) ENGINE=MyISAM"],
    file: "INSERT INTO m SELECT id FROM src ORDER BY id FOR UPDATE;",
    locks: "SELECT * FROM src WHERE id = 3 FOR UPDATE",
    ends: /not tried again/,
    query: "SELECT COUNT(*) - COUNT(DISTINCT id) AS doubled FROM m",
    rows: [0],
  },
  {
    name: "the same from a prepared text",
    before: [...SRC, "CREATE TABLE m (id INT) ENGINE=MyISAM"],
    file: "PREPARE s FROM 'INSERT INTO m SELECT id FROM src ORDER BY id FOR UPDATE';\nEXECUTE s;",
    locks: "SELECT * FROM src WHERE id = 3 FOR UPDATE",
    ends: /not tried again/,
    query: "SELECT COUNT(*) - COUNT(DISTINCT id) AS doubled FROM m",
    rows: [0],
  },
  {
    name: "rows of such a table through a trigger",
    before: [
      ...SRC,
      "CREATE TABLE audit (id INT) ENGINE=MyISAM",
      "CREATE TRIGGER a AFTER UPDATE ON src FOR EACH ROW INSERT INTO audit VALUES (NEW.id)",
    ],
    file: "UPDATE src SET v = 1 ORDER BY id;",
    locks: "SELECT * FROM src WHERE id = 3 FOR UPDATE",
    ends: /not tried again/,
    query: "SELECT COUNT(*) - COUNT(DISTINCT id) AS doubled FROM audit",
    rows: [0],
  },
  {
    name: "a user variable that counts rows",
    before: SRC,
    file: "SET @n := 0;\nUPDATE src SET v = (@n := @n + 1) ORDER BY id;",
    locks: "SELECT * FROM src WHERE id = 4 FOR UPDATE",
    ends: "applied",
    query: "SELECT v FROM src ORDER BY id",
    rows: [1, 2, 3, 4],
  },
  {
    name: "a user variable that is set in the very transaction",
    before: SRC,
    file: "START TRANSACTION;\nSET @n := 5;\nUPDATE src SET v = (@n := @n + 1) ORDER BY id;\nCOMMIT;",
    locks: "SELECT * FROM src WHERE id = 4 FOR UPDATE",
    ends: "applied",
    query: "SELECT v FROM src ORDER BY id",
    rows: [6, 7, 8, 9],
  },
  {
    name: "LAST_INSERT_ID() of the statement before",
    before: [
      ...SRC,
      "CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 500",
      "CREATE TABLE child (id INT AUTO_INCREMENT PRIMARY KEY, parent_id INT)",
    ],
    file:
      "INSERT INTO parent VALUES (NULL);\nALTER TABLE child ADD COLUMN v INT;\n" +
      "INSERT INTO child (parent_id, v) SELECT LAST_INSERT_ID(), v FROM src ORDER BY id FOR UPDATE;",
    locks: "SELECT * FROM src WHERE id = 3 FOR UPDATE",
    ends: "applied",
    query: "SELECT parent_id FROM child ORDER BY id",
    rows: [500, 500, 500, 500],
  },
  {
    name: "a user variable that only a trigger knows",
    before: [
      ...SRC,
      "CREATE TRIGGER a BEFORE UPDATE ON src FOR EACH ROW SET @hidden = IFNULL(@hidden, 0) + 1, NEW.v = @hidden",
    ],
    file: "UPDATE src SET v = 1 ORDER BY id;",
    locks: "SELECT * FROM src WHERE id = 3 FOR UPDATE",
    ends: /not tried again, because a routine or trigger that it uses may have changed/,
    query: "SELECT SUM(v) AS total FROM src",
    rows: [0],
  },
  {
    name: "in the file's transaction, a procedure that might have committed it and did not",
    before: [
      ...SRC,
      "CREATE TABLE acct (n INT)",
      "INSERT INTO acct VALUES (0)",
      `CREATE PROCEDURE p(alters INT) BEGIN UPDATE acct SET n = n + 1; UPDATE src SET v = 9 WHERE id = 3;
        IF alters THEN ALTER TABLE src ADD COLUMN c INT; END IF; END`,
    ],
    file: "START TRANSACTION;\nUPDATE acct SET n = n + 10;\nCALL p(0);\nCOMMIT;",
    locks: "SELECT * FROM src WHERE id = 3 FOR UPDATE",
    ends: "applied",
    query: "SELECT n FROM acct",
    rows: [11],
  },
  {
    name: "in the file's transaction, a procedure that had committed it",
    before: [
      ...SRC,
      "CREATE TABLE acct (n INT)",
      "INSERT INTO acct VALUES (0)",
      `CREATE PROCEDURE p() BEGIN UPDATE acct SET n = n + 1; ALTER TABLE acct ADD COLUMN c INT;
        UPDATE src SET v = 9 WHERE id = 3; END`,
    ],
    file: "START TRANSACTION;\nUPDATE acct SET n = n + 10;\nCALL p();\nCOMMIT;",
    locks: "SELECT * FROM src WHERE id = 3 FOR UPDATE",
    ends: /not tried again, because it had committed its transaction by then/,
    query: "SELECT n FROM acct",
    rows: [11],
  },
  {
    name: "in the file's transaction, a procedure that writes to a table without transactions",
    before: [
      ...SRC,
      "CREATE TABLE m (id INT) ENGINE=MyISAM",
      `CREATE PROCEDURE p(alters INT) BEGIN INSERT INTO m VALUES (1); UPDATE src SET v = 9 WHERE id = 3;
        IF alters THEN ALTER TABLE src ADD COLUMN c INT; END IF; END`,
    ],
    file: "START TRANSACTION;\nCALL p(0);\nCOMMIT;",
    locks: "SELECT * FROM src WHERE id = 3 FOR UPDATE",
    ends: /not tried again, because what it wrote to a table without transactions stays/,
    query: "SELECT COUNT(*) AS n FROM m",
    rows: [1],
  },
  {
    name: "a plain ALTER",
    before: SRC,
    file: "ALTER TABLE src ADD COLUMN c INT DEFAULT 7;",
    locks: "SELECT * FROM src",
    ends: "applied",
    query: "SELECT c FROM src",
    rows: [7, 7, 7, 7],
  },
  {
    name: "a table that is created with a key to one that is locked",
    before: SRC,
    file: "CREATE TABLE child (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES src (id));",
    locks: "SELECT * FROM src FOR UPDATE",
    ends: "applied",
    query: "SELECT COUNT(*) AS n FROM child",
    rows: [0],
  },
  {
    name: "TRUNCATE",
    before: SRC,
    file: "TRUNCATE TABLE src;",
    locks: "SELECT * FROM src",
    ends: "applied",
    query: "SELECT COUNT(*) AS n FROM src",
    rows: [0],
  },
];

for (const row of BLOCKED) {
  forEachServer(`blocked by another session: ${row.name}`, async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      await withMigrations(
        { "0001_a.up.sql": `${SOON}${row.file}`, "0001_a.down.sql": "SELECT 1;" },
        async (dir) => {
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          const other = await openSession(settings.database);
          for (const text of row.before) await other.run(text);
          await other.run("START TRANSACTION");
          await other.run(row.locks);
          const emit = (event: RunEvent): void => {
            if (event.event === "blocked") void other.run("COMMIT");
          };
          const run = migrate(settings, "up", null, { allowExisting: true, emit, lockWaitMs: 1_000 });
          if (row.ends === "applied") await run;
          else await assert.rejects(run, blockedWith(row.ends));
          await other.run("COMMIT");
          assert.deepEqual(values(await other.query(row.query)), row.rows.map(String));
          await other.close();
        },
      );
    });
  });
}

interface Deadlocked {
  readonly name: string;
  readonly before?: readonly string[];
  /** It locks row 1 of src and then row 4. */
  readonly file: string;
  readonly query: string;
  readonly rows: readonly unknown[];
}

/** The other session comes the other way round, and is the heavier one: the server undoes the file's transaction. */
const HEAVY = [
  "CREATE TABLE heavy (id INT AUTO_INCREMENT PRIMARY KEY)",
  "INSERT INTO heavy SELECT NULL FROM src a JOIN src b JOIN src c JOIN src d JOIN src e",
];

const MARK = "UPDATE src SET v = v + 1 WHERE id = 1";
const MEET = "UPDATE src SET v = v + 1 WHERE id = 4";

const DEADLOCKED: readonly Deadlocked[] = [
  {
    name: "the runner's transaction",
    file: `${MARK};\n${MEET};`,
    query: "SELECT v FROM src ORDER BY id",
    rows: [101, 0, 0, 101],
  },
  {
    name: "the file's transaction",
    file: `START TRANSACTION;\n${MARK};\n${MEET};\nCOMMIT;`,
    query: "SELECT v FROM src ORDER BY id",
    rows: [101, 0, 0, 101],
  },
  {
    name: "a user variable that counts rows",
    file: "SET @n := 0;\nUPDATE src SET v = (@n := @n + 1) ORDER BY id;",
    query: "SELECT v FROM src ORDER BY id",
    rows: [1, 2, 3, 4],
  },
  {
    name: "LAST_INSERT_ID() and the ids",
    before: ["CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY, v INT) AUTO_INCREMENT = 500"],
    file: `INSERT INTO parent VALUES (NULL, 0);\n${MARK};\nINSERT INTO parent VALUES (NULL, LAST_INSERT_ID());\n${MEET};`,
    query: "SELECT CONCAT(id, ' ', v) AS row_of FROM parent ORDER BY id",
    rows: ["500 0", "501 500"],
  },
  {
    name: "a procedure in the file's transaction that might have committed it",
    before: [
      `CREATE PROCEDURE p(alters INT) BEGIN ${MARK}; ${MEET};
        IF alters THEN ALTER TABLE src ADD COLUMN c INT; END IF; END`,
    ],
    file: "START TRANSACTION;\nUPDATE src SET v = v + 1 WHERE id = 2;\nCALL p(0);\nCOMMIT;",
    query: "SELECT v FROM src ORDER BY id",
    rows: [101, 1, 0, 101],
  },
];

for (const row of DEADLOCKED) {
  forEachServer(`a deadlock with another session: ${row.name}`, async (_t, server) => {
    await withTestDatabase(server, async ({ url, name }) => {
      await withMigrations({ "0001_a.up.sql": row.file, "0001_a.down.sql": "SELECT 1;" }, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        const patient = { idleSeconds: 600 };
        const other = await openSession(settings.database, patient);
        for (const text of [...SRC, ...HEAVY, ...(row.before ?? [])]) await other.run(text);
        await other.run("START TRANSACTION");
        await other.run("UPDATE heavy SET id = id + 10000 ORDER BY id DESC");
        await other.run("UPDATE src SET v = v + 100 WHERE id = 4");
        const told: string[] = [];
        const emit = (event: RunEvent): void => {
          if (event.event === "blocked") told.push(event.reason);
        };
        let over = false;
        const run = migrate(settings, "up", null, { allowExisting: true, emit }).finally(() => {
          over = true;
        });
        const ended = run.then(
          () => null,
          (error: unknown) => error,
        );
        const watcher = await openSession(settings.database, patient);
        // More often, and the server shows what it showed before.
        while (!over && !(await waitsForLock(watcher, name))) await pause(250);
        await other.run("UPDATE src SET v = v + 100 WHERE id = 1");
        await other.run("COMMIT");
        const error = await ended;
        assert.equal(error, null);
        assert.ok(told.includes("deadlock"), told.join());
        assert.deepEqual(values(await other.query(row.query)), row.rows.map(String));
        await watcher.close();
        await other.close();
      });
    });
  });
}

const ER_CANNOT_CONVERT_STRING = 3854;

async function waitsForLock(session: Session, database: string): Promise<boolean> {
  const transactions =
    "SELECT trx_mysql_thread_id AS id FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'";
  const waiting = await session.query(transactions).catch((error: { errno?: number }): Row[] => {
    // For the same reason as below; the next look is at other statements.
    if (error.errno === ER_CANNOT_CONVERT_STRING) return [];
    throw error;
  });
  // Not information_schema.PROCESSLIST: MySQL fails on it while any session's statement has 4-byte characters.
  const sessions = await session.query("SHOW PROCESSLIST");
  return sessions.some(
    ({ Id, db }) => db === database && waiting.some(({ id }) => Number(id) === Number(Id)),
  );
}

function blockedWith(words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MigrateError);
    assert.equal(error.code, "blocked");
    assert.match(error.message, words);
    return true;
  };
}

function values(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => String(Object.values(row)[0]));
}
