import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatementError } from "../../src/errors";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { forEachServer, withTestDatabase } from "../support/servers";

interface Case {
  readonly name: string;
  /** Statements after the first two, of which one is BAD. */
  readonly statements: readonly string[];
  /** How many statements stay applied, the first two included. */
  readonly done: number;
  /** Rows in the end. */
  readonly rows: number;
}

const BAD = "INSERT INTO notes (id, nothing) VALUES (9, 9)";
const FIXED = "INSERT INTO notes (id) VALUES (9)";
const ADD = "ALTER TABLE notes ADD COLUMN a INT";

/** A statement that commits by itself cannot be taken back, so whatever fails behind it, its record must stay. */
const cases: readonly Case[] = [
  { name: "right after DDL", statements: [ADD, BAD], done: 3, rows: 2 },
  {
    name: "in a group after DDL",
    statements: [ADD, "INSERT INTO notes (id) VALUES (2)", BAD],
    done: 3,
    rows: 3,
  },
  {
    name: "in the file's transaction after DDL",
    statements: [ADD, "START TRANSACTION", BAD, "COMMIT"],
    done: 3,
    rows: 2,
  },
  {
    name: "without autocommit after DDL",
    statements: [ADD, "SET autocommit = 0", BAD, "COMMIT"],
    done: 4,
    rows: 2,
  },
  { name: "after DDL and SET", statements: [ADD, "SET @two = 2", BAD], done: 4, rows: 2 },
  { name: "after what is repeatable", statements: ["TRUNCATE TABLE notes", BAD], done: 3, rows: 1 },
  { name: "DDL after DDL", statements: [ADD, "ALTER TABLE notes ADD COLUMN a INT", FIXED], done: 3, rows: 2 },
];

forEachServer("a repaired file goes on at the statement that failed", async (t, server) => {
  for (const { name, statements, done, rows } of cases) {
    await t.test(name, () =>
      withTestDatabase(server, async ({ url }) => {
        const dir = mkdtempSync(join(tmpdir(), "updown-failed-"));
        try {
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          const whole = [
            "CREATE TABLE notes (id INT PRIMARY KEY)",
            "INSERT INTO notes VALUES (1)",
            ...statements,
          ];
          writeFileSync(join(dir, "0001_notes.down.sql"), "DROP TABLE notes");
          writeFileSync(join(dir, "0001_notes.up.sql"), whole.join(";\n"));
          await assert.rejects(migrate(settings, "up", null), (error) => {
            assert.ok(error instanceof StatementError);
            assert.equal(error.failure.done, done);
            return true;
          });
          const repaired = whole.map((statement, index) => (index >= done ? repair(statement) : statement));
          writeFileSync(join(dir, "0001_notes.up.sql"), repaired.join(";\n"));
          await migrate(settings, "up", null);
          const [counted] = await withSession(settings.database, (session) =>
            session.query("SELECT COUNT(*) AS count FROM notes"),
          );
          assert.equal(Number(counted?.count), rows);
        } finally {
          rmSync(dir, { recursive: true });
        }
      }),
    );
  }
});

function repair(statement: string): string {
  if (statement === BAD) return FIXED;
  return statement.replace("ADD COLUMN a ", "ADD COLUMN b ");
}
