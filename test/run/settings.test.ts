import assert from "node:assert/strict";
import { test } from "node:test";
import mysql from "mysql2/promise";
import { migrate } from "../../src/run/migrate";
import { settingsFromOptions } from "../../src/settings/settings";
import { readStatus } from "../../src/verbs/status";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { withServer } from "../support/server-with-options";
import { FAMILIES, rowsFor, type TestServer, withTestDatabase } from "../support/servers";
import { isWhole } from "../support/sweep-plan";

type Family = TestServer["family"];

/** What a server's globals, or a file's first statement, say: the runner's own work depends on none of it. */
interface Setting {
  /** Assignments, without SET and scope. */
  readonly set: readonly string[];
  /** Only one of the families knows it. */
  readonly on?: Family;
  /** A file may not set it, or it has no value for one session. */
  readonly globalOnly?: true;
}

const SETTINGS: readonly Setting[] = [
  { set: ["autocommit = 0"], globalOnly: true },
  { set: ["completion_type = 'CHAIN'"] },
  { set: ["completion_type = 'RELEASE'"], globalOnly: true },
  { set: ["sql_mode = 'ANSI'"] },
  { set: ["sql_mode = 'ORACLE'"], on: "mariadb" },
  { set: ["sql_mode = 'MSSQL,EMPTY_STRING_IS_NULL,SIMULTANEOUS_ASSIGNMENT'"], on: "mariadb" },
  { set: ["sql_mode = 'NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE,IGNORE_SPACE,PIPES_AS_CONCAT'"] },
  { set: ["sql_mode = 'PAD_CHAR_TO_FULL_LENGTH,NO_UNSIGNED_SUBTRACTION,REAL_AS_FLOAT'"] },
  { set: ["sql_mode = ''"] },
  { set: ["sql_select_limit = 1"] },
  { set: ["sql_select_limit = 0"] },
  { set: ["sql_safe_updates = 1", "max_join_size = 1", "sql_big_selects = 0"] },
  { set: ["max_prepared_stmt_count = 0"], globalOnly: true },
  { set: ["show_create_table_verbosity = 1"], on: "mysql" },
  { set: ["sql_quote_show_create = 0"] },
  { set: ["old_mode = ''"], on: "mariadb" },
  { set: ["default_storage_engine = 'MyISAM'", "default_tmp_storage_engine = 'MyISAM'"] },
  {
    set: [
      "character_set_client = 'latin1'",
      "character_set_results = 'latin1'",
      "character_set_connection = 'ascii'",
    ],
  },
  { set: ["character_set_results = 'ucs2'", "collation_connection = 'utf8mb4_unicode_ci'"] },
  {
    set: ["time_zone = '+05:30'", "lc_messages = 'de_DE'", "group_concat_max_len = 4", "max_sort_length = 4"],
  },
  {
    set: [
      "foreign_key_checks = 0",
      "unique_checks = 0",
      "sql_notes = 0",
      "sql_auto_is_null = 1",
      "big_tables = 1",
    ],
  },
  { set: ["sql_require_primary_key = 1", "sql_generate_invisible_primary_key = 1"], on: "mysql" },
  { set: ["low_priority_updates = 1", "div_precision_increment = 0", "innodb_strict_mode = 0"] },
  { set: ["transaction_isolation = 'READ-COMMITTED'"], on: "mysql" },
  { set: ["tx_isolation = 'SERIALIZABLE'"], on: "mariadb" },
];

/** A way to lose the connection right behind each of them. */
const STATEMENTS = [
  "CREATE TABLE a (id INT PRIMARY KEY, n INT NOT NULL, s VARCHAR(40)) ENGINE=InnoDB",
  "CREATE TABLE m (id INT PRIMARY KEY, n INT NOT NULL) ENGINE=MyISAM",
  "INSERT INTO a VALUES (1, 1, 'eins'), (2, 1, 'zwei')",
  "INSERT INTO m VALUES (1, 1), (2, 1)",
  "UPDATE m SET n = n + 1 WHERE id > 0",
  "UPDATE a SET n = n + 10 WHERE id > 0",
  "ALTER TABLE a ADD COLUMN t TIMESTAMP NULL DEFAULT '2026-01-01 00:00:00'",
  "START TRANSACTION",
  "UPDATE a SET n = n * 2 WHERE id = 1",
  "COMMIT",
  "CREATE TRIGGER g BEFORE UPDATE ON a FOR EACH ROW SET NEW.s = 'trigger'",
  "UPDATE a SET n = n + 100 WHERE id = 2",
  "DROP TRIGGER g",
  "CREATE INDEX i ON a (n)",
] as const;

/** After these a person is asked; the others are judged, or undone and done again. */
const ASKED = ["INSERT INTO m", "UPDATE m"];

const KILLED_AT = STATEMENTS.filter((text) => !/^CREATE (TABLE m|INDEX)|^START|^DROP/.test(text));

const ROWS = ["1 22 eins", "2 111 trigger"].join("\n");

function fileOf(first: string | null): Readonly<Record<string, string>> {
  return {
    "0001_all.up.sql": `${[...(first === null ? [] : [first]), ...STATEMENTS].join(";\n")};\n`,
    "0001_all.down.sql": "DROP TABLE m;\nDROP TABLE a;\n",
    "0002_next.up.sql": "CREATE TABLE b (id INT PRIMARY KEY);\nINSERT INTO b VALUES (1);\n",
    "0002_next.down.sql": "DROP TABLE b;\n",
  };
}

async function readRows(url: string): Promise<string> {
  const own = await mysql.createConnection({ uri: url });
  try {
    await own.query(PLAIN_SESSION);
    const [rows] = await own.query("SELECT id, n, s FROM a ORDER BY id");
    const [others] = await own.query("SELECT n FROM m ORDER BY id");
    assert.deepEqual(
      (others as { n: number }[]).map(({ n }) => n),
      [2, 2],
      "rows of the table without transactions",
    );
    return (rows as { id: number; n: number; s: string }[])
      .map(({ id, n, s }) => `${id} ${n} ${s}`)
      .join("\n");
  } finally {
    await own.end();
  }
}

/** For the test's own questions, which are not what is tested. */
const PLAIN_SESSION =
  "SET SESSION sql_mode = '', SESSION sql_select_limit = 18446744073709551615, SESSION sql_big_selects = 1, NAMES utf8mb4";

/** Applies both migrations, losing the connection for good behind a statement if one is given, and says what came of it. */
async function applyAll(server: TestServer, first: string | null, killedAt: string | null): Promise<string> {
  return await withTestDatabase(server, ({ url }) =>
    withMigrations(fileOf(first), async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      if (killedAt !== null) {
        const cut = {
          command: ({ text }: { text: string }) =>
            text.includes(killedAt) && !text.includes("migration_history"),
          moment: "after",
        } as const;
        await withProxy(server, { cut, refuseAfterCut: true }, async (proxy) => {
          const through = settingsFromOptions({ databaseUrl: proxy.through(url), dir });
          await assert.rejects(migrate(through, "up", null), { code: "connection-lost" });
        });
      }
      try {
        await migrate(settings, "up", null);
      } catch (error) {
        return `${(error as { code?: string }).code}`;
      }
      const status = await readStatus(settings);
      assert.equal(status.current, 2);
      assert.equal(await readRows(url), ROWS);
      await migrate(settings, "down", { to: "0" });
      assert.equal((await readStatus(settings)).current, null);
      return "done";
    }),
  );
}

/** `npm run test:sweep` takes more of them for each setting. */
const AT_A_TIME = isWhole() ? 3 : 1;

function inTurn(turn: number): readonly string[] {
  return Array.from(
    { length: AT_A_TIME },
    (_, n) => KILLED_AT[(turn * AT_A_TIME + n) % KILLED_AT.length] ?? "",
  );
}

for (const family of FAMILIES) {
  test(`the runner's own work depends on no setting [${family}]`, async (t) => {
    await withServer(family, ["--log-bin-trust-function-creators=1"], async (server) => {
      const root = await mysql.createConnection({ uri: server.url });
      t.after(() => root.destroy());
      const globals = async (assignments: readonly string[]): Promise<void> => {
        for (const one of assignments) await root.query(`SET GLOBAL ${one}`);
      };
      let turn = 0;
      for (const { set, globalOnly } of rowsFor({ family }, SETTINGS)) {
        const each = async (first: string | null): Promise<void> => {
          // Each is killed at some moments, and all together at all of them.
          for (const moment of [...(isWhole() ? [null] : []), ...inTurn(turn++)]) {
            const expected =
              moment !== null && ASKED.some((text) => moment.startsWith(text)) ? "in-doubt" : "done";
            assert.equal(await applyAll(server, first, moment), expected, `killed behind ${moment}`);
          }
        };
        await t.test(`global: ${set.join(", ")}`, async () => {
          await globals(set);
          try {
            await each(null);
          } finally {
            await globals(set.map((one) => one.replace(/ =.*/, " = DEFAULT")));
          }
        });
        if (globalOnly) continue;
        await t.test(`in the file: ${set.join(", ")}`, () =>
          each(`SET ${set.map((one) => `SESSION ${one}`).join(", ")}`),
        );
      }
    });
  });
}
