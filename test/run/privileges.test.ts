import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import { migrate } from "../../src/run/migrate";
import { openSession } from "../../src/server/connection";
import { acquireLock } from "../../src/server/lock";
import { settingsFromOptions } from "../../src/settings/settings";
import { prepareDatabase } from "../../src/verbs/init";
import { readStatus } from "../../src/verbs/status";
import { interruptAt } from "../support/interrupted";
import { withMigrations } from "../support/migrations";
import { assertFails, assertRefused } from "../support/refused";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT PRIMARY KEY);\nINSERT INTO a VALUES (1);",
  "0001_a.down.sql": "DROP TABLE a;",
  "0002_b.up.sql": "UPDATE a SET id = 2;",
  "0002_b.down.sql": "UPDATE a SET id = 1;",
};

interface User {
  /** Of the test's database, as this user. */
  readonly url: string;
  readonly name: string;
  /** Statements as root; :user and :db stand for this user and the database. */
  readonly asRoot: (...statements: readonly string[]) => Promise<void>;
}

const PASSWORD = "s3cret-of-the-test";

/** A user with these privileges on a new database, and nothing else. */
async function withUser(
  server: TestServer,
  privileges: string,
  body: (user: User, db: { name: string; url: string }) => Promise<void>,
): Promise<void> {
  await withTestDatabase(server, async (db) => {
    const name = `u_${randomBytes(5).toString("hex")}`;
    const account = `'${name}'@'%'`;
    const asRoot: User["asRoot"] = async (...statements) => {
      const connection = await mysql.createConnection({ uri: server.url });
      try {
        for (const each of statements) {
          await connection.query(each.replaceAll(":user", account).replaceAll(":db", db.name));
        }
      } finally {
        await connection.end();
      }
    };
    const url = new URL(db.url);
    url.username = name;
    url.password = PASSWORD;
    await asRoot(`CREATE USER :user IDENTIFIED BY '${PASSWORD}'`, `GRANT ${privileges} ON :db.* TO :user`);
    try {
      await body({ url: url.href, name, asRoot }, db);
    } finally {
      await asRoot("DROP USER :user");
    }
  });
}

forEachServer(
  "a user without CREATE is refused when the history is missing, and nothing is made",
  async (_, server) => {
    await withUser(server, "SELECT, INSERT, UPDATE, DELETE", (user, db) =>
      withMigrations(FILES, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: user.url, dir });
        const words = [/CREATE command denied to user/, /Give the user CREATE/];
        for (const work of [() => migrate(settings, "up", null), () => prepareDatabase(settings)]) {
          const error = await assertRefused(db.url, work, "access-denied", ...words);
          assert.ok(!`${error.message}${error.hint}${error.stack}`.includes(PASSWORD));
        }
        // It was made by somebody else; what this user lacks for the migration itself is that statement's failure.
        await prepareDatabase(settingsFromOptions({ databaseUrl: db.url, dir }));
        await assertFails(
          migrate(settings, "up", null),
          "statement-failed",
          /0001_a\.up\.sql:1:1: .*CREATE command denied/,
        );
        await user.asRoot("GRANT CREATE ON :db.* TO :user");
        await migrate(settings, "up", null);
        assert.equal((await readStatus(settings)).current, 2);
      }),
    );
  },
);

forEachServer("a user who may only read sees the status and changes nothing", async (_, server) => {
  await withUser(server, "SELECT", (user, db) =>
    withMigrations(FILES, async (dir) => {
      await migrate(settingsFromOptions({ databaseUrl: db.url, dir }), "up", { to: "1" });
      const settings = settingsFromOptions({ databaseUrl: user.url, dir });
      assert.equal((await readStatus(settings)).current, 1);
      assert.equal((await migrate(settings, "up", null, { dryRun: true })).planned?.length, 1);
      const error = await assertRefused(
        db.url,
        () => migrate(settings, "up", null),
        "statement-failed",
        /0002_b\.up\.sql:1:1: .*UPDATE command denied/,
        /Grant the user what it lacks; or correct the file, then run it again/,
      );
      assert.ok(!`${error.message}${error.hint}`.includes(PASSWORD));
    }),
  );
});

forEachServer("a user who may not see the history at all is refused", async (_, server) => {
  await withUser(server, "CREATE, DROP, ALTER", (user, db) =>
    withMigrations(FILES, async (dir) => {
      await migrate(settingsFromOptions({ databaseUrl: db.url, dir }), "up", { to: "1" });
      const settings = settingsFromOptions({ databaseUrl: user.url, dir });
      for (const work of [() => migrate(settings, "up", null), () => readStatus(settings)]) {
        await assertRefused(db.url, work, "access-denied", /denied to user/, /Give the user CREATE, SELECT/);
      }
    }),
  );
});

forEachServer("a user of another database is turned away", async (_, server) => {
  await withTestDatabase(server, (other) =>
    withUser(server, "ALL PRIVILEGES", (user) =>
      withMigrations(FILES, async (dir) => {
        const url = new URL(user.url);
        url.pathname = `/${other.name}`;
        const settings = settingsFromOptions({ databaseUrl: url.href, dir });
        const words = [new RegExp(`refused user ${user.name}`), /SHOW GRANTS/];
        const error = await assertRefused(
          other.url,
          () => migrate(settings, "up", null),
          "access-denied",
          ...words,
        );
        assert.ok(!`${error.message}${error.hint}`.includes(PASSWORD));
      }),
    ),
  );
});

forEachServer(
  "who may not see other users' sessions still learns which one holds the lock",
  async (_, server) => {
    await withUser(server, "ALL PRIVILEGES", (user, db) =>
      withMigrations(FILES, async (dir) => {
        const root = await openSession(settingsFromOptions({ databaseUrl: db.url, dir }).database);
        try {
          await acquireLock(root, "migration_history", { timeoutMs: 0 });
          const settings = settingsFromOptions({ databaseUrl: user.url, dir });
          const words = [
            new RegExp(`migration_history: connection ${root.connectionId}\\. Waited 0 s; nothing was run`),
          ];
          const run = () => migrate(settings, "up", null, { lockTimeoutMs: 0 });
          await assertRefused(db.url, run, "lock-timeout", ...words);
        } finally {
          await root.close();
        }
      }),
    );
  },
);

/** A run that dies before or after a statement, of a user who may make no database to work out there what it makes. */
const CRASHES: readonly (readonly [sql: string, setUp: readonly string[], between?: string])[] = [
  ["CREATE TABLE t (id INT PRIMARY KEY, n INT CHECK (n > 0)) COMMENT 'x'", []],
  ["CREATE TABLE t (id INT PRIMARY KEY)", [], "ALTER TABLE t ADD COLUMN other INT"],
  [
    "ALTER TABLE t ADD COLUMN b INT DEFAULT 5 AFTER id",
    ["CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, n INT)"],
  ],
  [
    "ALTER TABLE t ADD COLUMN b INT",
    ["CREATE TABLE t (id INT PRIMARY KEY)"],
    "CREATE INDEX hotfix ON t (id)",
  ],
  [
    "ALTER TABLE t ADD KEY pair (id, n)",
    [
      "CREATE TABLE parent (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, n INT, CHECK (id > 0), FOREIGN KEY (n) REFERENCES parent (id) ON DELETE CASCADE)",
    ],
  ],
  ["ALTER TABLE t RENAME COLUMN n TO m", ["CREATE TABLE t (id INT PRIMARY KEY, n INT)"]],
  ["CREATE INDEX by_n ON t (n)", ["CREATE TABLE t (id INT PRIMARY KEY, n INT)"]],
  ["DROP INDEX by_n ON t", ["CREATE TABLE t (id INT PRIMARY KEY, n INT, KEY by_n (n))"]],
];

forEachServer(
  "a user of one database alone is asked only where somebody else came in between",
  async (t, server) => {
    for (const [sql, setUp, between] of CRASHES) {
      for (const moment of ["before", "after"] as const) {
        // What was not there yet cannot be changed by others.
        if (moment === "before" && between !== undefined && setUp.length === 0) continue;
        await t.test(`${moment} ${sql}${between === undefined ? "" : `, then ${between}`}`, () =>
          withUser(server, "ALL", async ({ url }, db) => {
            const asRoot = async (...statements: readonly string[]): Promise<string> => {
              const connection = await mysql.createConnection({ uri: db.url });
              try {
                for (const statement of statements) await connection.query(statement);
                const [rows] = await connection.query("SHOW CREATE TABLE t");
                return JSON.stringify(rows);
              } finally {
                await connection.end();
              }
            };
            if (setUp.length > 0) await asRoot(...setUp);
            const files = { "0001_a.up.sql": `${sql};\nSELECT 1;`, "0001_a.down.sql": "SELECT 1;" };
            await withMigrations(files, async (dir) => {
              const settings = settingsFromOptions({ databaseUrl: url, dir });
              await interruptAt(server, { url, dir }, sql, moment);
              const now = between === undefined ? null : await asRoot(between);
              if (now !== null) {
                await assertFails(migrate(settings, "up", null), "in-doubt", /resolve -- 0001 --applied/);
                assert.equal(await asRoot(), now);
                return;
              }
              await migrate(settings, "up", null);
              const made = await asRoot();
              const plain = setUp.some((each) => each.includes("parent"))
                ? ["DROP TABLE t", "DROP TABLE parent"]
                : ["DROP TABLE t"];
              assert.equal(made, await asRoot(...plain, ...setUp, sql));
            });
          }),
        );
      }
    }
  },
);

/** What root makes (`:o` is a database that the user cannot see), a statement of the user's, and whether it is asked about after a crash. */
const OUT_OF_SIGHT: readonly (readonly [
  what: string,
  setUp: readonly string[],
  sql: string,
  asked: boolean,
])[] = [
  [
    "a trigger that writes there",
    ["CREATE TRIGGER :db.g AFTER INSERT ON :db.t FOR EACH ROW INSERT INTO :o.m VALUES (NEW.id)"],
    "INSERT INTO t VALUES (7)",
    true,
  ],
  [
    "a trigger that calls a procedure there",
    [
      "CREATE PROCEDURE :o.p(i INT) INSERT INTO :o.m VALUES (i)",
      "CREATE TRIGGER :db.g AFTER INSERT ON :db.t FOR EACH ROW CALL :o.p(NEW.id)",
    ],
    "INSERT INTO t VALUES (7)",
    true,
  ],
  ["a view of a table there", ["CREATE VIEW :db.v AS SELECT id FROM :o.m"], "INSERT INTO v VALUES (7)", true],
  [
    "a function whose text cannot be read",
    [
      "CREATE FUNCTION :db.f() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO :o.m VALUES (7); RETURN 7; END",
    ],
    "INSERT INTO t VALUES (f())",
    true,
  ],
  [
    "a trigger that stays in sight",
    [
      "CREATE TABLE :db.log (id INT)",
      "CREATE TRIGGER :db.g AFTER INSERT ON :db.t FOR EACH ROW INSERT INTO :db.log SELECT EXTRACT(DAY FROM t.d) FROM (SELECT NOW() AS d) t",
    ],
    "INSERT INTO t VALUES (7)",
    false,
  ],
  ["nothing but the table", [], "INSERT INTO t VALUES (7)", false],
];

forEachServer(
  "what a user cannot see is asked about after a crash, and nothing else is",
  async (t, server) => {
    for (const [what, setUp, sql, asked] of OUT_OF_SIGHT) {
      await t.test(what, () =>
        withTestDatabase(server, (other) =>
          withUser(server, "ALL", async ({ url, asRoot }) => {
            const made = [
              "CREATE TABLE :o.m (id INT) ENGINE=MyISAM",
              "CREATE TABLE :db.t (id INT)",
              ...setUp,
            ];
            await asRoot(...made.map((each) => each.replaceAll(":o", other.name)));
            const files = { "0001_a.up.sql": `${sql};\nDO 0;`, "0001_a.down.sql": "SELECT 1;" };
            await withMigrations(files, async (dir) => {
              const settings = settingsFromOptions({ databaseUrl: url, dir });
              await interruptAt(server, { url, dir }, sql, "after");
              if (asked)
                await assertFails(
                  migrate(settings, "up", null, { allowExisting: true }),
                  "in-doubt",
                  /resolve -- 0001 --applied/,
                );
              else await migrate(settings, "up", null, { allowExisting: true });
              const session = await openSession(settings.database);
              const [row] = await session.query("SELECT COUNT(*) AS n FROM t");
              await session.close();
              // Those that are asked about run alone, and without a cut after their end they are there.
              assert.equal(Number(row?.n), what.includes("view") ? 0 : 1);
            });
          }),
        ),
      );
    }
  },
);
