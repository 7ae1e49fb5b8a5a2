import assert from "node:assert/strict";
import { IDENTITY } from "../../src/run/judge-intent";
import { serverErrno } from "../../src/server/error-numbers";
import { type Fingerprint, readFingerprint } from "../../src/server/fingerprint";
import { judge } from "../../src/server/judge";
import { readSchemaFingerprint } from "../../src/server/schema-fingerprint";
import type { Session } from "../../src/server/session";
import { classify, type StatementKind } from "../../src/syntax/classify";
import { remainingStatement } from "../../src/syntax/remaining";
import { forEachServer, rowsFor, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";
import { fixtures, type StatementCase, statementCases } from "../syntax/statements";

/** Whether a statement ends an open transaction, where a case does not say it; null: its kind does not tell. */
function commitsByKind(statement: StatementKind): boolean | null {
  switch (statement.kind) {
    case "self-committing":
      return true;
    case "temporary":
      return statement.commits;
    case "repeatable":
    case "unjudgeable":
      return statement.commits === "perhaps" ? null : statement.commits === "always";
    default:
      return false;
  }
}

/** What the kind says of these, no case may contradict. */
const SAYS_IT: readonly StatementKind["kind"][] = [
  "self-committing",
  "temporary",
  "repeatable",
  "unjudgeable",
];

forEachServer("what a statement is agrees with what the server does", async (t, server) => {
  await withTestDatabase(server, async ({ name: home }) => {
    const database = `${home}_w`;
    await withTestSession(server, home, (session) =>
      session.run("CREATE TABLE marker (id INT PRIMARY KEY AUTO_INCREMENT)"),
    );
    for (const row of rowsFor(server, statementCases)) {
      if (row.notRun !== undefined) continue;
      const prepared = fill(row, database);
      if (classify(prepared.sql).statement.kind === "refused") continue;
      await t.test(row.sql, () =>
        withTestSession(server, home, (session) => observe(session, home, database, prepared)),
      );
    }
  });
});

function fill(row: StatementCase, database: string): StatementCase & { readonly setUp: readonly string[] } {
  const put = (text: string): string => text.replaceAll("{w}", database).replaceAll("{u}", database);
  const setUp = (row.needs ?? []).flatMap((name) => fixtures[name]).map(put);
  return { ...row, sql: put(row.sql), setUp };
}

/** Runs one case in a database of its own, inside a transaction that is rolled back, and looks at all that it left. */
async function observe(
  session: Session,
  home: string,
  database: string,
  { sql, setUp, commits }: ReturnType<typeof fill>,
): Promise<void> {
  try {
    await runAll(session, [
      `CREATE DATABASE ${database} CHARACTER SET utf8mb4`,
      `USE ${database}`,
      "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(20))",
      "INSERT INTO t (a, b) VALUES (1, 'one'), (2, 'two')",
      ...setUp,
    ]);
    const { statement } = classify(sql);
    const before = await lookAt(session, statement, database);
    const survived = await survivesRollback(session, home, sql);
    const expected = commitsByKind(statement);
    assert.equal(survived, commits ?? expected, "whether it committed");
    if (expected !== null && SAYS_IT.includes(statement.kind))
      assert.equal(survived, expected, "whether its kind says so");
    if (statement.kind === "self-committing" && before !== null) {
      await checkJudgement(session, sql, statement, before, database);
    }
    if (statement.kind === "repeatable") await checkRepeat(session, sql, database);
  } finally {
    await cleanUp(session, database);
  }
}

async function lookAt(
  session: Session,
  statement: StatementKind,
  database: string,
): Promise<Fingerprint | null> {
  if (statement.kind !== "self-committing") return null;
  const before = await readFingerprint(session, statement.objects, database, IDENTITY[statement.verb]);
  const unchanged = await readFingerprint(session, statement.objects, database, before);
  assert.equal(judge(statement.verb, before, unchanged, null), "not-applied", "before it ran");
  return before;
}

async function survivesRollback(session: Session, home: string, sql: string): Promise<boolean> {
  await runAll(session, ["START TRANSACTION", `INSERT INTO ${home}.marker () VALUES ()`, sql]);
  await runAll(session, ["ROLLBACK", "UNLOCK TABLES", "SET autocommit = 1"]);
  const [row] = await session.query(`SELECT COUNT(*) AS n FROM ${home}.marker`);
  await session.execute(`DELETE FROM ${home}.marker`);
  return Number(row?.n) === 1;
}

async function checkJudgement(
  session: Session,
  sql: string,
  statement: Extract<StatementKind, { kind: "self-committing" }>,
  before: Fingerprint,
  database: string,
): Promise<void> {
  const after = await readFingerprint(session, statement.objects, database, before);
  const verdict = judge(statement.verb, before, after, after);
  const unchanged = before.objects.every(({ state }, index) => state === after.objects[index]?.state);
  // Where it changed nothing that shows, or there was only one of two to drop, it can be run again.
  const expected =
    verdict === "partly" ? remainingStatement(sql) === sql : verdict === "applied" || unchanged;
  assert.ok(expected, `${verdict} after it ran`);
  // Most cannot run twice; what the server refuses must leave the fingerprint as it was.
  try {
    await session.run(sql);
  } catch (error) {
    assert.notEqual(serverErrno(error), null);
    const refused = await readFingerprint(session, statement.objects, database, before);
    assert.deepEqual(refused, after, "after the server refused it");
    assert.equal(judge(statement.verb, after, refused, null), "not-applied", "after the server refused it");
  }
}

async function checkRepeat(session: Session, sql: string, database: string): Promise<void> {
  const { statement } = classify(sql);
  const objects = statement.kind === "repeatable" ? statement.objects : [];
  const visible = objects.filter(({ type }) => type !== "account"); // a password is salted anew
  const once = [
    await readSchemaFingerprint(session, database),
    await readFingerprint(session, visible, database),
  ];
  await session.run(sql);
  const twice = [
    await readSchemaFingerprint(session, database),
    await readFingerprint(session, visible, database),
  ];
  assert.deepEqual(twice, once, "after it ran twice");
}

async function cleanUp(session: Session, database: string): Promise<void> {
  await runAll(session, [
    "ROLLBACK",
    "UNLOCK TABLES",
    `DROP DATABASE IF EXISTS ${database}`,
    `DROP DATABASE IF EXISTS ${database}_o`,
    `DROP USER IF EXISTS ${database}@localhost, ${database}@'%', ${database}_2@localhost, ${database}_2@'%'`,
    `DROP ROLE IF EXISTS ${database}_r`,
    `DROP SERVER IF EXISTS ${database}`,
  ]);
}
