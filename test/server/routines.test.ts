import assert from "node:assert/strict";
import { type RoutineEffect, readRoutineUse } from "../../src/server/routines";
import type { Session } from "../../src/server/session";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";

interface RoutineCase {
  readonly name: string;
  readonly body: string;
  readonly effect: RoutineEffect;
  readonly on?: TestServer["family"];
  /** It cannot be called as it is. */
  readonly notRun?: true;
}

const cases: readonly RoutineCase[] = [
  { name: "dml", body: "INSERT INTO t VALUES (1)", effect: "transactional" },
  { name: "block", body: "BEGIN INSERT INTO t VALUES (1); DELETE FROM t; END", effect: "transactional" },
  { name: "nothing", body: "BEGIN END", effect: "transactional" },
  {
    name: "flow",
    body: `main: BEGIN
      DECLARE n INT DEFAULT 0;
      DECLARE done INT DEFAULT FALSE;
      DECLARE c CURSOR FOR SELECT a FROM t;
      DECLARE CONTINUE HANDLER FOR NOT FOUND, SQLSTATE VALUE '02001', 1329 SET done = TRUE;
      DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN GET DIAGNOSTICS @n = NUMBER; RESIGNAL; END;
      -- COMMIT; a comment; END
      OPEN c;
      again: LOOP
        FETCH c INTO n;
        IF done THEN LEAVE again; END IF;
        CASE n WHEN 1 THEN UPDATE t SET a = CASE WHEN a = 1 THEN 2 ELSE 3 END; ELSE SET @x = 'COMMIT; END'; END CASE;
      END LOOP again;
      CLOSE c;
      WHILE n < 3 DO SET n = n + 1; END WHILE;
      REPEAT SET n = n - 1; UNTIL n <= 0 END REPEAT;
      CASE WHEN n > 5 THEN ITERATE_IT: BEGIN END; WHEN n < 5 THEN DO 0; ELSE BEGIN END; END CASE;
      IF (SELECT COUNT(*) FROM t) > 100 THEN DELETE FROM t; ELSEIF n THEN LEAVE main; ELSE INSERT INTO t VALUES (2); END IF;
    END main`,
    effect: "transactional",
  },
  {
    name: "functions_named_like_verbs",
    body: "BEGIN INSERT INTO t SELECT IF(a, TRUNCATE(a, 1), REPEAT('1', 1)) FROM t; INSERT INTO t SELECT CASE a WHEN 1 THEN 2 ELSE TRUNCATE(3.3, 0) END FROM t; END",
    effect: "transactional",
  },
  {
    name: "temporary",
    body: "BEGIN CREATE TEMPORARY TABLE x AS SELECT * FROM t; DROP TEMPORARY TABLE x; END",
    effect: "transactional",
  },
  {
    name: "savepoints",
    body: "BEGIN SAVEPOINT s; INSERT INTO t VALUES (1); ROLLBACK TO s; END",
    effect: "transactional",
  },
  { name: "calls_dml", body: "BEGIN CALL dml(); CALL block(); END", effect: "transactional" },

  { name: "ddl", body: "ALTER TABLE t ADD b INT", effect: "single-ddl" },
  {
    name: "guarded_ddl",
    body: `BEGIN
      IF NOT EXISTS (SELECT * FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND COLUMN_NAME = 'c') THEN
        ALTER TABLE t ADD COLUMN c INT;
      END IF;
    END`,
    effect: "single-ddl",
  },
  {
    name: "one_or_the_other",
    body: "IF 1 THEN CREATE TABLE y (a INT); ELSE CREATE TABLE z (a INT); END IF",
    effect: "single-ddl",
  },
  { name: "truncates", body: "TRUNCATE t", effect: "single-ddl" },
  { name: "calls_ddl", body: "BEGIN CALL truncates(); END", effect: "single-ddl" },

  { name: "ddl_and_dml", body: "BEGIN INSERT INTO t (a) VALUES (1); TRUNCATE t; END", effect: "mixed" },
  { name: "two_ddl", body: "BEGIN TRUNCATE t; TRUNCATE t; END", effect: "mixed" },
  {
    name: "ddl_in_a_loop",
    body: "BEGIN DECLARE n INT DEFAULT 0; WHILE n < 2 DO TRUNCATE t; SET n = n + 1; END WHILE; END",
    effect: "mixed",
  },
  {
    name: "ddl_in_a_handler",
    body: "BEGIN DECLARE CONTINUE HANDLER FOR SQLWARNING TRUNCATE t; END",
    effect: "mixed",
    notRun: true,
  },
  { name: "renames", body: "RENAME TABLE t TO t2, t2 TO t", effect: "mixed" },
  { name: "commits", body: "BEGIN INSERT INTO t (a) VALUES (1); COMMIT; END", effect: "mixed" },
  {
    name: "begins",
    body: "BEGIN START TRANSACTION; INSERT INTO t (a) VALUES (1); COMMIT; END",
    effect: "mixed",
  },
  {
    name: "rolls_back",
    body: "BEGIN INSERT INTO t (a) VALUES (1); ROLLBACK; END",
    effect: "mixed",
    notRun: true,
  },
  { name: "autocommits", body: "SET autocommit = 1", effect: "mixed", notRun: true },
  {
    name: "prepares",
    body: "BEGIN PREPARE s FROM 'TRUNCATE t'; EXECUTE s; DEALLOCATE PREPARE s; END",
    effect: "mixed",
  },
  { name: "immediate", body: "EXECUTE IMMEDIATE 'TRUNCATE t'", effect: "mixed", on: "mariadb" },
  { name: "calls_mixed", body: "BEGIN CALL commits(); END", effect: "mixed" },
  { name: "calls_two", body: "BEGIN CALL ddl(); CALL dml(); END", effect: "mixed", notRun: true },
  { name: "flushes", body: "BEGIN FLUSH STATUS; INSERT INTO t (a) VALUES (1); END", effect: "mixed" },

  { name: "calls_nobody", body: "CALL nobody()", effect: "unknown", notRun: true },
  { name: "calls_itself", body: "IF 0 THEN CALL calls_itself(); END IF", effect: "unknown" },
  {
    name: "counts",
    body: "FOR i IN 1..2 DO INSERT INTO t (a) VALUES (i); END FOR",
    effect: "transactional",
    on: "mariadb",
  },
];

forEachServer("what a procedure does", async (t, server) => {
  await withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      await session.run("CREATE TABLE t (a INT)");
      await session.run("CREATE TABLE marker (a INT)");
      const here = cases.filter(({ on }) => on === undefined || on === server.family);
      for (const { name: procedure, body } of here)
        await session.run(`CREATE PROCEDURE ${procedure}() ${body}`);
      for (const routine of here) {
        await t.test(routine.name, async () => {
          const ref = { type: "procedure", database: null, name: routine.name } as const;
          assert.equal((await readRoutineUse(session, ref, name)).effect, routine.effect);
          if (routine.notRun === undefined) await checkCommits(session, routine);
        });
      }
    }),
  );
});

/** What is called transactional must be rolled back; what commits must not be called so. */
async function checkCommits(session: Session, { name, effect }: RoutineCase): Promise<void> {
  await runAll(session, ["START TRANSACTION", "INSERT INTO marker VALUES (1)", `CALL ${name}()`, "ROLLBACK"]);
  const [row] = await session.query("SELECT COUNT(*) AS n FROM marker");
  await session.execute("DELETE FROM marker");
  if (effect !== "unknown")
    assert.equal(Number(row?.n) === 1, effect !== "transactional", "whether it committed");
}

forEachServer("a procedure that cannot be read", async (t, server) => {
  await withTestDatabase(server, async ({ name }) => {
    const user = `${name}_u`;
    await withTestSession(server, name, async (root) => {
      await runAll(root, [
        "CREATE TABLE t (a INT)",
        "CREATE PROCEDURE p() INSERT INTO t VALUES (1)",
        "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
        `CREATE USER ${user}@'%'`,
        `GRANT EXECUTE ON ${name}.* TO ${user}@'%'`,
      ]);
      const effectOf = async (
        session: Session,
        procedure: string,
        database: string | null = null,
      ): Promise<RoutineEffect> =>
        (await readRoutineUse(session, { type: "procedure", database, name: procedure }, name)).effect;
      try {
        await t.test("missing", async () => assert.equal(await effectOf(root, "missing"), "unknown"));
        await t.test("a function", async () => assert.equal(await effectOf(root, "f"), "unknown"));
        await t.test("in another database", async () => {
          assert.equal(await effectOf(root, "p", "mysql"), "unknown");
          assert.equal(await effectOf(root, "P", name), "transactional");
        });
        await t.test("somebody else's", () =>
          withTestSession(
            server,
            name,
            async (session) => assert.equal(await effectOf(session, "p"), "unknown"),
            user,
          ),
        );
        await t.test("in Oracle mode", async () => {
          if (server.family !== "mariadb") return;
          await runAll(root, ["SET sql_mode = 'ORACLE'", "CREATE PROCEDURE o AS BEGIN COMMIT; END"]);
          assert.equal(await effectOf(root, "o"), "unknown");
        });
        await t.test("with backslashes that are only characters", async () => {
          await runAll(root, [
            "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
            "CREATE PROCEDURE b() BEGIN SET @a = '\\'; COMMIT; SET @b = '\\'; END",
          ]);
          assert.equal(await effectOf(root, "b"), "mixed");
        });
      } finally {
        await root.run(`DROP USER ${user}@'%'`);
      }
    });
  });
});
