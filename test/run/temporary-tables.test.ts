import assert from "node:assert/strict";
import { restoreSession, saveSession } from "../../src/run/saved-session";
import { createSessionMemory, noteStatement } from "../../src/run/session-memory";
import { classify } from "../../src/syntax/classify";
import { splitText } from "../../src/syntax/splitter";
import { assertAsClient, assertCutsAsClient, type ClientCase } from "../support/as-client";
import { forEachServer, rowsFor, withTestDatabase } from "../support/servers";
import { isWhole } from "../support/sweep-plan";
import { withTestSession } from "../support/test-session";

const GIVEN = `
CREATE TABLE t (id INT PRIMARY KEY, n INT);
CREATE TABLE numbers (n INT);
INSERT INTO numbers VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
CREATE PROCEDURE makes() BEGIN CREATE TEMPORARY TABLE draft (n INT); INSERT INTO draft VALUES (7); END;
CREATE PROCEDURE makes_by_text() BEGIN SET @sql = 'CREATE TEMPORARY TABLE draft (n INT)'; PREPARE d FROM @sql; EXECUTE d; INSERT INTO draft VALUES (7); END;
CREATE PROCEDURE drops() DROP TEMPORARY TABLE draft;
`;

const DRAFT = "CREATE TEMPORARY TABLE draft (n INT); INSERT INTO draft VALUES (7);";
const LARGE =
  "CREATE TEMPORARY TABLE draft AS SELECT REPEAT('x', 9000) AS v, a.n FROM numbers a, numbers b, numbers c;";
/** A DDL, at which the progress is recorded, and a look at the table behind it. */
const ALTER = "ALTER TABLE t ADD COLUMN c INT;";
const READ = "INSERT INTO t (id, n) SELECT COUNT(*), MAX(n) FROM draft;";

const ROWS: readonly ClientCase[] = [
  { name: "9 MB of rows before a DDL", up: `${LARGE} ${ALTER} ${READ}` },
  { name: "USE of another database behind it", up: `${DRAFT} USE mysql; USE {db}; ${ALTER} ${READ}` },
  {
    name: "a DDL while another database is the current one",
    up: `${DRAFT} USE mysql; ALTER TABLE {db}.t ADD COLUMN c INT; INSERT INTO {db}.t (id, n) SELECT COUNT(*), MAX(n) FROM {db}.draft;`,
  },
  { name: "a CALL that makes one", up: `CALL makes(); ${ALTER} ${READ}` },
  { name: "a CALL that makes one by a text", up: `CALL makes_by_text(); ${ALTER} ${READ}` },
  { name: "a CALL that drops one", up: `${DRAFT} ${READ} CALL drops(); ${ALTER}` },
  {
    name: "an EXECUTE that makes one",
    up: `PREPARE p FROM 'CREATE TEMPORARY TABLE draft (n INT)'; EXECUTE p; INSERT INTO draft VALUES (7); ${ALTER} ${READ}`,
  },
  {
    name: "an EXECUTE that drops one",
    up: `${DRAFT} ${READ} PREPARE p FROM 'DROP TEMPORARY TABLE draft'; EXECUTE p; ${ALTER}`,
  },
  {
    name: "one that hides a table of the same name, made and dropped by procedures",
    given: "CREATE TABLE draft (n INT, m INT);",
    up: `CALL makes(); CALL drops(); ALTER TABLE draft ADD COLUMN c INT; ${ALTER} INSERT INTO draft (n) VALUES (1);`,
  },
  {
    name: "one that ALTER TABLE renames",
    up: `${DRAFT} ALTER TABLE draft RENAME TO draft2; ALTER TABLE draft2 RENAME TO draft; ${ALTER} ${READ}`,
  },
  {
    name: "one that RENAME TABLE renames",
    on: "mariadb",
    up: `${DRAFT} RENAME TABLE draft TO draft2; ${ALTER} INSERT INTO t (id, n) SELECT COUNT(*), MAX(n) FROM draft2;`,
  },
  {
    name: "one in a compound statement",
    on: "mariadb",
    up: `BEGIN NOT ATOMIC CREATE TEMPORARY TABLE draft (n INT); INSERT INTO draft VALUES (7); END; ${ALTER} ${READ}`,
  },
  {
    name: "a temporary sequence",
    on: "mariadb",
    up: `CREATE TEMPORARY SEQUENCE s START WITH 5; INSERT INTO t (id, n) VALUES (1, NEXTVAL(s)); ${ALTER} INSERT INTO t (id, n) VALUES (2, NEXTVAL(s));`,
  },
];

const rows = ROWS.map((row) => ({ ...row, given: `${GIVEN}${row.given ?? ""}` }));

forEachServer("a file with temporary tables does what it does in the client", async (t, server) => {
  for (const row of rowsFor(server, rows)) await t.test(row.name, () => assertAsClient(server, row));
});

/** @returns how many of the runs stopped because the table was lost */
async function cut(
  t: { test(name: string, body: () => Promise<void>): Promise<void> },
  server: Parameters<typeof assertCutsAsClient>[0],
  name: string,
  mayStop: readonly string[],
): Promise<number> {
  let stops = 0;
  const row = rows.find((candidate) => candidate.name === name);
  assert.ok(row !== undefined);
  await t.test(name, async () => {
    stops = await assertCutsAsClient(server, row, mayStop);
  });
  return stops;
}

forEachServer(
  "a temporary table outlives a lost connection, wherever it is and whoever made it",
  async (t, server) => {
    await cut(t, server, "a DDL while another database is the current one", []);
    await cut(t, server, "a CALL that makes one by a text", ["in-doubt"]);
    const stops = await cut(t, server, "9 MB of rows before a DDL", ["session-lost"]);
    assert.ok(stops > 0 || !isWhole());
  },
);

forEachServer("temporary tables that an earlier version saved are made again", async (_, server) => {
  await withTestDatabase(server, async ({ name }) => {
    const uses = { usesLastInsertId: false, userVariables: [] };
    const saved = await withTestSession(server, name, async (session) => {
      const memory = createSessionMemory(name, uses);
      for (const statement of splitText(
        "CREATE TEMPORARY TABLE draft (n INT); INSERT INTO draft VALUES (7)",
      )) {
        await session.run(statement.text);
        noteStatement(memory, statement, classify(statement.text));
      }
      return JSON.parse((await saveSession(session, memory)) ?? "{}");
    });
    const tables = saved.temporaries.kept.map(({ table: _, ...rest }: object & { table: unknown }) => ({
      name: "draft",
      ...rest,
    }));
    const earlier = JSON.stringify({ ...saved, temporaries: tables });
    await withTestSession(server, name, async (session) => {
      await restoreSession(session, createSessionMemory(name, uses), earlier, (text) => text);
      assert.deepEqual(
        (await session.query("SELECT n FROM draft")).map(({ n }) => Number(n)),
        [7],
      );
    });
  });
});
