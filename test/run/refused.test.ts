import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StatementError } from "../../src/errors";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { withMigrations } from "../support/migrations";
import { assertFails } from "../support/refused";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

interface Case {
  readonly bad: string;
  /** Statements before it. */
  readonly needs?: readonly string[];
  readonly on?: TestServer["family"];
}

/** What the server refuses before it does anything. The author corrects the file, and runs it again. */
const NOTHING_HAPPENED: readonly Case[] = [
  { bad: "CRAETE TABLE x (a INT)" },
  { bad: "ALTER TABEL a ADD x INT" },
  { bad: "INSRET INTO a VALUES (1)" },
  { bad: "<<<<<<< HEAD" },
  { bad: "CALL nope()" },
  { bad: "CALL nowhere.nope()" },
  { bad: "DROP INDEX x" },
  { bad: "DROP TABEL a" },
  { bad: "CREATE constructor" },
  { bad: "'x'" },
  { bad: "EXECUTE nope" },
  { bad: "PREPARE p FROM 'INSRET x'" },
  { bad: "EXECUTE p", needs: ["PREPARE p FROM 'ALTER TABLE nope ADD a INT'"], on: "mariadb" },
  { bad: "EXECUTE IMMEDIATE 'INSRET x'", on: "mariadb" },
  { bad: "CREATE FUNCTION nope RETURNS STRING SONAME 'nope.so'" },
  { bad: "DROP FUNCTION nope" },
  { bad: "INSTALL PLUGIN x SONAME 'nope.so'" },
  { bad: "INSTALL COMPONENT 'file://nope'", on: "mysql" },
  { bad: "UNINSTALL PLUGIN nope" },
  { bad: "CREATE TABLE nowhere.x (a INT)" },
  { bad: "CREATE TABLE a (a INT)" },
  { bad: "CREATE TABLE x (a INT, a INT)" },
  { bad: "CREATE TABLE x AS SELECT nope FROM a" },
  { bad: "ALTER TABLE nope ADD a INT" },
  { bad: "ALTER TABLE a ENGINE = Nope" },
  { bad: "ALTER TABLE a DISCARD TABLESPACE x" },
  { bad: "ALTER TABLE nope DISCARD TABLESPACE" },
  { bad: "ALTER TABLE a EXCHANGE PARTITION p WITH TABLE nope" },
  { bad: "CREATE RESOURCE GROUP x TYPE = USR" },
  { bad: "CREATE EVENT e ON SCHEDULE AT 'no time' DO SELECT 1" },
  { bad: "CREATE EVENT e ON SCHEDULE AT '2037-01-01' ENDS DO SELECT 1" },
  { bad: "DROP TRIGGER nope" },
  { bad: "RENAME TABLE nope TO x" },
  { bad: "RENAME nope TO x" },
  { bad: "TRUNCATE nope" },
  { bad: "GRANT FLY ON *.* TO root@localhost" },
  { bad: "SET GLOBAL nope = 1" },
  { bad: "BEGIN NOT ATOMIC INSRET; END", on: "mariadb" },
  { bad: "UPDAET old SET a = 1", needs: ["CREATE TABLE old (a INT) ENGINE=MyISAM"] },
  { bad: "UPDATE old STE a = 1", needs: ["CREATE TABLE old (a INT) ENGINE=MyISAM"] },
];

/** Where part of it may have taken effect before the server said no. */
const PERHAPS_SOMETHING: readonly Case[] = [
  {
    bad: "CALL half()",
    needs: ["CREATE PROCEDURE half() BEGIN UPDATE a SET id = 2; ALTER TABLE a ADD b INT; CALL nope(); END"],
  },
  {
    bad: "CALL half()",
    needs: [
      "CREATE PROCEDURE half() BEGIN UPDATE a SET id = 2; ALTER TABLE a ADD b INT; PREPARE p FROM 'INSRET'; END",
    ],
  },
  {
    bad: "UPDATE old SET b = 1",
    needs: [
      "CREATE TABLE old (b INT) ENGINE=MyISAM",
      "INSERT INTO old VALUES (0), (1)",
      "CREATE TRIGGER g AFTER UPDATE ON old FOR EACH ROW UPDATE a SET nope = 1",
    ],
  },
  {
    bad: "BEGIN NOT ATOMIC ALTER TABLE a ADD b INT; EXECUTE IMMEDIATE 'INSRET'; END",
    on: "mariadb",
  },
];

forEachServer("an error that proves that nothing happened asks nobody", async (t, server) => {
  for (const { bad, needs, on } of NOTHING_HAPPENED) {
    if (on !== undefined && on !== server.family) continue;
    await t.test(bad, () =>
      withFailed(server, bad, needs ?? [], async (settings, correct, error) => {
        assert.doesNotMatch(`${error.message}\n${error.hint}`, /in part|resolve/);
        await correct();
        await migrate(settings, "up", null);
        const rows = await withSession(settings.database, (session) => session.query("SELECT id FROM a"));
        assert.deepEqual(rows, [{ id: 1 }, { id: 3 }]);
      }),
    );
  }
});

forEachServer("an error that may have come from the middle of a statement asks", async (t, server) => {
  for (const { bad, needs, on } of PERHAPS_SOMETHING) {
    if (on !== undefined && on !== server.family) continue;
    await t.test(`${needs?.join("; ") ?? ""} ${bad}`, () =>
      withFailed(server, bad, needs ?? [], async (settings, correct, error) => {
        assert.match(error.message, /may have taken effect in part/);
        await correct();
        // It quotes what was under way, not what stands in its place now.
        const words = [bad, "The file has something else in its place now"];
        const asked = await assertFails(
          migrate(settings, "up", null),
          "in-doubt",
          /resolve -- 0001 --applied/,
        );
        for (const part of words) assert.ok(asked.message.includes(part), asked.message);
      }),
    );
  }
});

forEachServer("a statement in doubt is quoted although the file has become shorter", async (_, server) => {
  const bad = "UPDATE old SET n = 1";
  const pair = { "0001_a.up.sql": bad, "0001_a.down.sql": "DROP TABLE a" };
  await withTestDatabase(server, ({ url }) =>
    withMigrations(pair, async (dir) => {
      const settings = { ...settingsFromOptions({ databaseUrl: url, dir }), allowExisting: true };
      await withSession(settings.database, async (session) => {
        await session.run("CREATE TABLE old (n INT) ENGINE=MyISAM");
        await session.run("INSERT INTO old VALUES (0), (1)");
        await session.run("CREATE TRIGGER g AFTER UPDATE ON old FOR EACH ROW SIGNAL SQLSTATE '45000'");
      });
      await assertFails(migrate(settings, "up", null), "statement-failed");
      for (const text of ["-- nothing", "SELECT 1;\nSELECT 2;"]) {
        await writeFile(join(dir, "0001_a.up.sql"), text);
        await assertFails(
          migrate(settings, "up", null),
          "in-doubt",
          /^0001_a\.up\.sql: statement 1 of 1 was under way/,
          /UPDATE old SET n = 1\nThe file has something else in its place now\./,
        );
      }
    }),
  );
});

type Body = (
  settings: ReturnType<typeof settingsFromOptions>,
  correct: () => Promise<void>,
  error: StatementError,
) => Promise<void>;

/** Runs a file that fails, and gives the body what it needs to go on. */
async function withFailed(
  server: TestServer,
  bad: string,
  needs: readonly string[],
  body: Body,
): Promise<void> {
  const file = (statement: string): string =>
    ["CREATE TABLE a (id INT)", "INSERT INTO a VALUES (1)", ...needs, statement, "INSERT INTO a VALUES (3)"]
      .map((text) => `${text}\n//\n`)
      .join("");
  const pair = { "0001_a.up.sql": `DELIMITER //\n${file(bad)}`, "0001_a.down.sql": "DROP TABLE a" };
  await withTestDatabase(server, ({ url }) =>
    withMigrations(pair, async (dir) => {
      const settings = { ...settingsFromOptions({ databaseUrl: url, dir }), allowExisting: true };
      const error: unknown = await migrate(settings, "up", null).then(
        () => assert.fail("it did not fail"),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof StatementError, String(error));
      const correct = (): Promise<void> =>
        writeFile(join(dir, "0001_a.up.sql"), `DELIMITER //\n${file("SELECT 'corrected'")}`);
      await body(settings, correct, error);
    }),
  );
}
