import assert from "node:assert/strict";
import { IDENTITY } from "../../src/run/judge-intent";
import { serverErrno } from "../../src/server/error-numbers";
import { type Fingerprint, readFingerprint } from "../../src/server/fingerprint";
import { judge } from "../../src/server/judge";
import { readSchemaFingerprint } from "../../src/server/schema-fingerprint";
import type { Session } from "../../src/server/session";
import { classify, type ObjectRef } from "../../src/syntax/classify";
import { remainingStatement } from "../../src/syntax/remaining";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";

function table(name: string, database: string | null = null): ObjectRef {
  return { type: "table", database, name };
}

/** Opens a session on a new database. */
async function inDatabase(
  server: TestServer,
  body: (session: Session, database: string) => Promise<void>,
): Promise<void> {
  await withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, (session) => body(session, name)),
  );
}

/** Reads what a statement names, runs it (the server may refuse it) and judges it. */
async function runAndJudge(session: Session, sql: string): Promise<string> {
  const { statement } = classify(sql);
  assert.equal(statement.kind, "self-committing");
  if (statement.kind !== "self-committing") return "";
  const identity = IDENTITY[statement.verb];
  const before = await readFingerprint(session, statement.objects, session.database, identity);
  await session.run(sql).catch((error) => assert.notEqual(serverErrno(error), null, String(error)));
  const after = await readFingerprint(session, statement.objects, session.database, before);
  // Nobody else does anything here.
  return judge(statement.verb, before, after, after);
}

forEachServer("what changes a table by itself is not in its fingerprint", async (t, server) => {
  const rows = Array.from({ length: 200 }, (_, row) => `(${row % 7}, 'x')`).join();
  const changes: readonly (readonly [what: string, ...sql: string[]])[] = [
    ["rows, and with them AUTO_INCREMENT", `INSERT INTO t (a, b) VALUES ${rows}`],
    ["AUTO_INCREMENT alone", "ALTER TABLE t AUTO_INCREMENT = 5000"],
    ["statistics", "ANALYZE TABLE t"],
    ["a rebuild", "OPTIMIZE TABLE t", "ALTER TABLE t FORCE"],
    ["an empty table", "DELETE FROM t", "TRUNCATE t"],
    ["a table that was closed", "FLUSH TABLES t"],
    ["triggers on it", "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1"],
    ["keys that refer to it", "CREATE TABLE c (t INT, FOREIGN KEY (t) REFERENCES t (id))"],
  ];
  await inDatabase(server, async (session, database) => {
    await session.run(
      "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b TEXT, KEY (a)) COMMENT ') ENGINE=x AUTO_INCREMENT=7'",
    );
    const before = await readFingerprint(session, [table("t")], database);
    for (const [what, ...sql] of changes) {
      await t.test(what, async () => {
        await runAll(session, sql);
        assert.deepEqual(await readFingerprint(session, [table("t")], database), before);
      });
    }
    await t.test("but its comment is", async () => {
      await session.run("ALTER TABLE t COMMENT ') ENGINE=x AUTO_INCREMENT=8'");
      assert.notDeepEqual(await readFingerprint(session, [table("t")], database), before);
    });
  });
});

forEachServer("partitions that MariaDB adds by itself do not count", async (t, server) => {
  if (server.family !== "mariadb") return t.skip("MySQL has no PARTITION BY SYSTEM_TIME");
  await inDatabase(server, async (session, database) => {
    await session.run(
      "CREATE TABLE t (a INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 HOUR AUTO",
    );
    const before = await readFingerprint(session, [table("t")], database);
    await runAll(session, [
      "INSERT INTO t VALUES (1)",
      "SET timestamp = UNIX_TIMESTAMP() + 86400",
      "UPDATE t SET a = 2",
      "UPDATE t SET a = 3",
    ]);
    const [row] = await session.query("SHOW CREATE TABLE t");
    assert.match(String(row?.["Create Table"]), /PARTITIONS \d\d/);
    assert.deepEqual(await readFingerprint(session, [table("t")], database), before);
  });
});

forEachServer("temporary tables are no part of what lasts", async (_t, server) => {
  await inDatabase(server, async (session, database) => {
    await session.run("CREATE TABLE t (a INT)");
    await session.run("CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1");
    const before = await readSchemaFingerprint(session, database);
    const made = await readFingerprint(session, [table("t")], database, "any");
    await session.run("CREATE TEMPORARY TABLE t (b INT)");
    await session.run("CREATE TEMPORARY TABLE u (b INT)");
    if (server.family === "mariadb") await session.run("CREATE TEMPORARY SEQUENCE s");
    assert.deepEqual(await readSchemaFingerprint(session, database), before);
    const hiding = await readFingerprint(session, [table("t")], database, "any");
    assert.deepEqual(
      hiding.objects.map(({ id }) => id),
      made.objects.map(({ id }) => id),
    );
  });
});

forEachServer("a fingerprint is the same in any session", async (t, server) => {
  const settings: readonly (readonly string[])[] = [
    ["SET sql_mode = 'ANSI'"],
    ["SET sql_mode = 'NO_BACKSLASH_ESCAPES', sql_quote_show_create = 0"],
    ["SET time_zone = '+05:00'"],
    ["SET NAMES latin1"],
    ["SET NAMES binary"],
    ["USE mysql"],
    ["START TRANSACTION", "INSERT INTO t (b) VALUES ('x')"],
    ["LOCK TABLES t WRITE, v READ"],
    ...(server.family === "mariadb" ? [["SET old_mode = ''"]] : []),
  ];
  await withTestDatabase(server, async ({ name }) => {
    const objects: readonly ObjectRef[] = [
      table("t"),
      table("v"),
      { type: "procedure", database: null, name: "p" },
      { type: "event", database: null, name: "e" },
    ];
    const read = async (session: Session): Promise<Fingerprint[]> => [
      await readFingerprint(session, objects, name),
      await readSchemaFingerprint(session, name),
    ];
    const before = await withTestSession(server, name, async (session) => {
      await runAll(session, [
        `CREATE TABLE t (a TIMESTAMP NOT NULL DEFAULT '2020-01-01 00:00:00', b VARCHAR(9) CHARACTER SET utf8mb3 DEFAULT 'üb\\\\er') COMMENT '表'`,
        "CREATE VIEW v AS SELECT b AS `ä`, 'ü' AS c FROM t",
        "CREATE PROCEDURE p() SELECT 'ü' AS `表`",
        "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01 00:00:00' DO SELECT 'ü'",
      ]);
      return read(session);
    });
    assert.ok(
      before[0]?.objects.every(({ state }) => /^[0-9a-f]{16}$/.test(state)),
      JSON.stringify(before),
    );
    for (const setting of settings) {
      await t.test(setting.join("; "), () =>
        withTestSession(server, name, async (session) => {
          await runAll(session, setting);
          const own = await ownSettings(session);
          assert.deepEqual(await read(session), before);
          assert.deepEqual(await ownSettings(session), own, "and the session keeps what it had set");
        }),
      );
    }
  });
});

async function ownSettings(session: Session): Promise<unknown> {
  return session.queryTyped(
    `SELECT @@sql_mode, @@time_zone, @@sql_quote_show_create, @@character_set_results, @@character_set_client,
            @@collation_connection, DATABASE()`,
  );
}

forEachServer("renames", async (t, server) => {
  const cases: readonly (readonly [name: string, setUp: readonly string[], sql: string, expected: string])[] =
    [
      ["one", ["CREATE TABLE a (x INT)"], "RENAME TABLE a TO b", "applied"],
      ["refused", ["CREATE TABLE a (x INT)", "CREATE TABLE b (x INT)"], "RENAME TABLE a TO b", "not-applied"],
      ["nothing there", [], "RENAME TABLE a TO b", "not-applied"],
      [
        "two of which the second is refused",
        ["CREATE TABLE a (x INT)", "CREATE TABLE b (x INT)"],
        "RENAME TABLE a TO c, b TO c",
        "not-applied",
      ],
      [
        "swap of twins",
        ["CREATE TABLE a (x INT)", "CREATE TABLE b LIKE a"],
        "RENAME TABLE a TO t, b TO a, t TO b",
        "applied",
      ],
      [
        "swap of twins with names beyond letters, one of them partitioned",
        [
          "CREATE TABLE `a-1 %` (x INT) PARTITION BY HASH (x) PARTITIONS 2",
          "CREATE TABLE `B$.b` LIKE `a-1 %`",
        ],
        "RENAME TABLE `a-1 %` TO t, `B$.b` TO `a-1 %`, t TO `B$.b`",
        "applied",
      ],
      [
        "swap of twins with names beyond ASCII",
        ["CREATE TABLE ä (x INT)", "CREATE TABLE ö (x INT)"],
        "RENAME TABLE ä TO t, ö TO ä, t TO ö",
        "unknown",
      ],
      [
        "swap of tables that differ, with names beyond ASCII",
        ["CREATE TABLE ä (x INT)", "CREATE TABLE ö (y INT)"],
        "RENAME TABLE ä TO t, ö TO ä, t TO ö",
        "applied",
      ],
      [
        "swap of MyISAM twins",
        ["CREATE TABLE a (x INT) ENGINE=MyISAM", "CREATE TABLE b LIKE a"],
        "RENAME TABLE a TO t, b TO a, t TO b",
        "unknown",
      ],
      ["there and back again", ["CREATE TABLE a (x INT)"], "RENAME TABLE a TO b, b TO a", "unknown"],
      [
        "with keys and checks that carry the name",
        ["CREATE TABLE a (x INT PRIMARY KEY, y INT, CHECK (y > 0), FOREIGN KEY (y) REFERENCES a (x))"],
        "RENAME TABLE a TO b",
        "applied",
      ],
      ["a view", ["CREATE VIEW a AS SELECT 1"], "RENAME TABLE a TO b", "applied"],
    ];
  for (const [name, setUp, sql, expected] of cases) {
    await t.test(name, () =>
      inDatabase(server, async (session) => {
        await runAll(session, setUp);
        assert.equal(await runAndJudge(session, sql), expected);
      }),
    );
  }
});

forEachServer("a drop of several tables that the server does in part is finished", async (_, server) => {
  await inDatabase(server, async (session) => {
    await runAll(session, ["CREATE TABLE a (x INT)", "CREATE TABLE b (x INT)"]);
    const sql = "DROP TABLE a, missing, b";
    // MySQL drops all or none; MariaDB those that exist, and fails.
    assert.equal(await runAndJudge(session, sql), server.family === "mysql" ? "not-applied" : "partly");
    await session.run(remainingStatement(sql) ?? "");
    const left = await readFingerprint(session, [table("a"), table("b")], session.database);
    assert.deepEqual(
      left.objects.map(({ state }) => state),
      ["absent", "absent"],
    );
  });
});

forEachServer("what cannot be looked at is not absent", async (_, server) => {
  await withTestDatabase(server, async ({ name }) => {
    const user = `${name}_u`;
    await withTestSession(server, name, async (root) => {
      await runAll(root, [
        "CREATE TABLE t (a INT)",
        "CREATE TABLE hidden (a INT)",
        `CREATE DATABASE ${name}_x`,
        `CREATE USER ${user}@'%'`,
        `GRANT SELECT ON ${name}.t TO ${user}@'%'`,
        `GRANT EXECUTE ON ${name}.* TO ${user}@'%'`,
      ]);
      try {
        const objects: readonly ObjectRef[] = [
          table("t"),
          table("missing"),
          table("hidden"),
          table("t", `${name}_x`),
          { type: "database", database: null, name: `${name}_x` },
          { type: "account", database: null, name: "`root`@`localhost`" },
          { type: "account", database: null, name: "CURRENT_USER()" },
          { type: "server", database: null, name: "s" },
        ];
        const found = await withTestSession(
          server,
          name,
          (session) => readFingerprint(session, objects, name),
          user,
        );
        const states = found.objects.map(({ state }) => (/^[0-9a-f]{16}$/.test(state) ? "readable" : state));
        assert.deepEqual(states, [
          "readable",
          "unreadable",
          "unreadable",
          "unreadable",
          "unreadable",
          "unreadable",
          "readable",
          "unreadable",
        ]);
        assert.ok(
          found.objects.every(({ id }) => id === null),
          "table ids need PROCESS",
        );
      } finally {
        await runAll(root, [`DROP USER ${user}@'%'`, `DROP DATABASE ${name}_x`]);
      }
    });
  });
});

forEachServer("under LOCK TABLES other tables cannot be looked at", async (_, server) => {
  await inDatabase(server, async (session, database) => {
    await runAll(session, ["CREATE TABLE t (a INT)", "CREATE TABLE u (a INT)", "LOCK TABLES t WRITE"]);
    const { objects } = await readFingerprint(session, [table("u")], database);
    assert.equal(objects[0]?.state, "hidden");
  });
});

forEachServer("a view whose tables are gone is still there", async (_, server) => {
  await inDatabase(server, async (session) => {
    await runAll(session, ["CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT a FROM t", "DROP TABLE t"]);
    assert.equal(await runAndJudge(session, "DROP VIEW v"), "applied");
  });
});

forEachServer("a view that its maker may not show is judged by whether it is there", async (_, server) => {
  await withTestDatabase(server, async ({ name }) => {
    const user = `${name}_u`;
    await withTestSession(server, name, async (root) => {
      await runAll(root, [
        "CREATE TABLE t (a INT)",
        `CREATE USER ${user}@'%'`,
        `GRANT SELECT, DROP, CREATE VIEW ON ${name}.* TO ${user}@'%'`,
      ]);
      try {
        await withTestSession(
          server,
          name,
          async (session) => {
            // Nobody can say whose view it is that cannot be looked at.
            assert.equal(await runAndJudge(session, "CREATE VIEW v AS SELECT a FROM t"), "unknown");
            const { objects } = await readFingerprint(session, [table("v")], name);
            assert.equal(objects[0]?.state, "hidden");
            assert.equal(await runAndJudge(session, "CREATE VIEW v AS SELECT a FROM t"), "not-applied");
            assert.equal(await runAndJudge(session, "DROP VIEW v"), "applied");
          },
          user,
        );
      } finally {
        await root.run(`DROP USER ${user}@'%'`);
      }
    });
  });
});

forEachServer("each kind of change shows in the schema's fingerprint", async (t, server) => {
  const changes: readonly (readonly [sql: string, family?: TestServer["family"]])[] = [
    ["CREATE TABLE x (a INT)"],
    ["ALTER TABLE t ADD c INT"],
    ["ALTER TABLE t MODIFY a BIGINT COMMENT 'x'"],
    ["ALTER TABLE t ALTER COLUMN a SET DEFAULT 3"],
    ["ALTER TABLE t ADD d INT AS (a + 1)"],
    ["ALTER TABLE t ADD KEY k (a)"],
    ["ALTER TABLE t RENAME KEY k TO l"],
    ["ALTER TABLE t ALTER INDEX l INVISIBLE", "mysql"],
    ["ALTER TABLE t ALTER INDEX l IGNORED", "mariadb"],
    ["ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)"],
    ["ALTER TABLE t ALTER CHECK positive NOT ENFORCED", "mysql"],
    ["ALTER TABLE t DROP CONSTRAINT positive"],
    ["CREATE TABLE child (id INT, CONSTRAINT fk FOREIGN KEY (id) REFERENCES t (id))"],
    [
      "ALTER TABLE child DROP FOREIGN KEY fk, ADD CONSTRAINT fk2 FOREIGN KEY (id) REFERENCES t (id) ON DELETE CASCADE",
    ],
    ["ALTER TABLE x PARTITION BY HASH (a) PARTITIONS 3"],
    ["ALTER TABLE x COALESCE PARTITION 1"],
    ["ALTER TABLE t COMMENT 'x'"],
    ["CREATE VIEW v AS SELECT a FROM t"],
    ["CREATE OR REPLACE VIEW v AS SELECT id FROM t"],
    ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1"],
    ["CREATE PROCEDURE p(x INT) SELECT 1"],
    ["ALTER PROCEDURE p COMMENT 'x'"],
    ["CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1"],
    ["CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1"],
    ["CREATE SEQUENCE s", "mariadb"],
    ["DROP SEQUENCE s", "mariadb"],
    ["DROP EVENT e"],
    ["DROP TRIGGER g"],
    ["RENAME TABLE x TO y"],
  ];
  await inDatabase(server, async (session, database) => {
    await session.run("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    for (const [sql, family] of changes) {
      if (family !== undefined && family !== server.family) continue;
      await t.test(sql, async () => {
        const before = await readSchemaFingerprint(session, database);
        assert.deepEqual(await readSchemaFingerprint(session, database), before);
        await session.run(sql);
        assert.notDeepEqual(await readSchemaFingerprint(session, database), before);
      });
    }
    await t.test("but rows and statistics do not", async () => {
      const before = await readSchemaFingerprint(session, database);
      await runAll(session, ["INSERT INTO t (id) VALUES (1), (2)", "ANALYZE TABLE t", "FLUSH TABLES"]);
      assert.deepEqual(await readSchemaFingerprint(session, database), before);
    });
  });
});
