import assert from "node:assert/strict";
import { createMigrator } from "../../src/index";
import { assertAsClient, assertCutsAsClient, type ClientCase } from "../support/as-client";
import { withMigrations } from "../support/migrations";
import { assertRefused } from "../support/refused";
import { forEachServer, rowsFor, withTestDatabase } from "../support/servers";
import { isWhole } from "../support/sweep-plan";

const GIVEN = `
CREATE TABLE src (id INT PRIMARY KEY, n INT) ENGINE=InnoDB;
INSERT INTO src VALUES (1, 1), (2, 2), (3, 3);
CREATE TABLE old_style (id INT AUTO_INCREMENT PRIMARY KEY, n INT) ENGINE=MyISAM;
CREATE TABLE numbered (id INT AUTO_INCREMENT PRIMARY KEY, n INT) ENGINE=InnoDB AUTO_INCREMENT=500;
CREATE TABLE seen (what VARCHAR(20), n INT) ENGINE=InnoDB;
CREATE TABLE seen_old (what VARCHAR(20), n INT) ENGINE=MyISAM;
CREATE PROCEDURE rows_only() UPDATE src SET n = n + 1;
CREATE PROCEDURE branch(k INT) BEGIN UPDATE src SET n = n + 1; IF k = 1 THEN ALTER TABLE src ADD COLUMN c INT; END IF; UPDATE src SET n = n + 1 WHERE id > 1; END;
CREATE PROCEDURE remember(k INT) INSERT INTO seen VALUES ('called', k);
`;

/** What leaves something to read. */
const BEFORE: Readonly<Record<string, string>> = {
  INSERT: "INSERT INTO numbered (n) SELECT n FROM src",
  UPDATE: "UPDATE src SET n = n + 1",
  "a MyISAM INSERT": "INSERT INTO old_style (n) SELECT n FROM src",
  "CREATE … SELECT": "CREATE TABLE made AS SELECT * FROM src",
  "CREATE … SELECT into MyISAM": "CREATE TABLE made ENGINE=MyISAM AS SELECT * FROM src",
  "CREATE TEMPORARY … SELECT": "CREATE TEMPORARY TABLE made AS SELECT * FROM src",
  "ALTER TABLE": "ALTER TABLE src ADD COLUMN c INT, ALGORITHM=COPY",
  "DROP IF EXISTS with a warning": "DROP TABLE IF EXISTS nowhere",
  TRUNCATE: "TRUNCATE TABLE src",
  SELECT: "SELECT SQL_CALC_FOUND_ROWS * FROM src LIMIT 2",
  "SELECT INTO": "SELECT COUNT(*) INTO @c FROM src",
  "SET with a warning": "SET SESSION sort_buffer_size = 1",
  "SET of a variable": "SET @a = 1",
  "CALL of rows": "CALL rows_only()",
  "CALL that may commit": "CALL branch(0)",
  "CALL that commits": "CALL branch(1)",
  EXECUTE: "PREPARE p FROM 'UPDATE src SET n = n + 1'; EXECUTE p",
  "LAST_INSERT_ID(expr)": "UPDATE src SET n = LAST_INSERT_ID(n + 100) WHERE id = 2",
};

/** What reads it, and keeps it in a table. */
const READERS: Readonly<Record<string, string>> = {
  "ROW_COUNT()": "INSERT INTO seen SELECT 'rows', ROW_COUNT()",
  "ROW_COUNT() in a variable": "SET @n = ROW_COUNT(); INSERT INTO seen VALUES ('rows', @n)",
  "ROW_COUNT() into MyISAM": "INSERT INTO seen_old SELECT 'rows', ROW_COUNT()",
  "ROW_COUNT() in a CALL": "CALL remember(ROW_COUNT())",
  "FOUND_ROWS()": "INSERT INTO seen SELECT 'found', FOUND_ROWS()",
  "@@warning_count": "SET @n = @@warning_count; INSERT INTO seen VALUES ('warnings', @n)",
  "GET DIAGNOSTICS":
    "GET DIAGNOSTICS @n = NUMBER, @r = ROW_COUNT; INSERT INTO seen VALUES ('number', @n), ('rows', @r)",
  "SHOW WARNINGS": "SHOW WARNINGS; SHOW ERRORS; INSERT INTO seen SELECT 'rows', ROW_COUNT()",
  "LAST_INSERT_ID()":
    "INSERT INTO seen SELECT 'id', LAST_INSERT_ID(); INSERT INTO seen SELECT 'identity', @@identity",
  "a prepared ROW_COUNT()": "EXECUTE reader",
};

function cases(befores: readonly string[], readers: readonly string[], begin = ""): readonly ClientCase[] {
  return befores.flatMap((before) =>
    readers.map((reader) => ({
      name: `${reader} after ${before}${begin === "" ? "" : `, ${begin}`}`,
      given: GIVEN,
      up: `PREPARE reader FROM 'INSERT INTO seen SELECT ''rows'', ROW_COUNT()'; ${begin === "" ? "" : `${begin};`} ${BEFORE[before]}; ${READERS[reader]}; ${begin === "" ? "" : "COMMIT;"}`,
    })),
  );
}

const mixing = (row: ClientCase): boolean => /MyISAM/.test(row.name);

/** FOUND_ROWS() is of the last SELECT, wherever that was; the others are of the statement before. */
const ALL_READERS = Object.keys(READERS).filter((reader) => reader !== "FOUND_ROWS()");
const PLAIN = ["ROW_COUNT()", "GET DIAGNOSTICS"];
const FULL = ["UPDATE", "a MyISAM INSERT", "CREATE … SELECT", "CALL that may commit", "SET with a warning"];

const ROWS: readonly ClientCase[] = [
  ...cases(Object.keys(BEFORE), PLAIN),
  ...cases(
    FULL,
    ALL_READERS.filter((reader) => !PLAIN.includes(reader)),
  ),
  ...cases(["LAST_INSERT_ID(expr)", "INSERT"], ["LAST_INSERT_ID()"]),
  ...cases(["SELECT", "SELECT INTO"], ["FOUND_ROWS()"]),
];

forEachServer(
  "a statement reads what the one before it left, and nothing of the runner's",
  async (t, server) => {
    for (const row of rowsFor(server, ROWS)) await t.test(row.name, () => assertAsClient(server, row));
  },
);

forEachServer("so it does in a transaction of the file's", async (t, server) => {
  for (const row of rowsFor(server, cases(Object.keys(BEFORE), ["ROW_COUNT()"], "START TRANSACTION")))
    if (!mixing(row)) await t.test(row.name, () => assertAsClient(server, row));
});

forEachServer("cut anywhere, it is done once, or the run stops", async (t, server) => {
  const stops = ["session-lost", "in-doubt"];
  const none = cases(["UPDATE"], ["ROW_COUNT() in a variable"]);
  for (const row of none)
    await t.test(row.name, async () => assert.equal(await assertCutsAsClient(server, row), 0));
  for (const row of cases(["CREATE … SELECT", "a MyISAM INSERT"], ["ROW_COUNT()"]))
    await t.test(row.name, async () => {
      const stopped = await assertCutsAsClient(server, row, stops);
      assert.ok(stopped > 0 || !isWhole());
    });
});

forEachServer("a table that is made of ROW_COUNT() is refused before anything runs", async (_, server) =>
  withTestDatabase(server, ({ url }) =>
    withMigrations(
      {
        "0001_a.up.sql":
          "CREATE TABLE t (id INT);\nINSERT INTO t VALUES (1);\nCREATE TABLE n AS SELECT ROW_COUNT() AS n;\n",
        "0001_a.down.sql": "DROP TABLE t",
      },
      async (dir) => {
        const up = (): Promise<unknown> => createMigrator({ databaseUrl: url, dir }).up();
        await assertRefused(
          url,
          up,
          "unsupported-statement",
          /0001_a\.up\.sql:3:1/,
          /SET @n = ROW_COUNT\(\)/,
        );
      },
    ),
  ),
);
