import assert from "node:assert/strict";
import { findForeignHistories } from "../../src/history/other-tools";
import { forEachServer, withTestDatabase } from "../support/servers";
import { runAll, withTestSession } from "../support/test-session";

interface Case {
  readonly name: string;
  /** As the tool itself makes its table, and what it may hold. */
  readonly statements: readonly string[];
  /** `tool: entries; dirty`, an entry as `label (version name)`, with ! when it covers what is before it. */
  readonly expected: readonly string[];
}

const cases: readonly Case[] = [
  { name: "no table", statements: [], expected: [] },
  {
    name: "golang-migrate",
    statements: [
      "CREATE TABLE `schema_migrations` (version bigint not null primary key, dirty boolean not null)",
      "INSERT INTO schema_migrations VALUES (20240102030405, 0)",
    ],
    expected: ["golang-migrate: 20240102030405 (20240102030405 null)!; null"],
  },
  {
    name: "golang-migrate, dirty",
    statements: [
      "CREATE TABLE `schema_migrations` (version bigint not null primary key, dirty boolean not null)",
      "INSERT INTO schema_migrations VALUES (3, 1)",
    ],
    expected: ["golang-migrate: 3 (3 null)!; version 3 is dirty: it stopped half-way"],
  },
  {
    name: "dbmate",
    statements: [
      "create table schema_migrations (version varchar(128) primary key) character set latin1 collate latin1_bin",
      "INSERT INTO schema_migrations VALUES ('20240102030405'), ('20230102030405')",
    ],
    expected: ["dbmate: 20230102030405 (20230102030405 null), 20240102030405 (20240102030405 null); null"],
  },
  {
    name: "flyway",
    statements: [
      `CREATE TABLE flyway_schema_history (
         installed_rank INT NOT NULL, version VARCHAR(50), description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL,
         script VARCHAR(1000) NOT NULL, checksum INT, installed_by VARCHAR(100) NOT NULL,
         installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, execution_time INT NOT NULL, success BOOL NOT NULL,
         CONSTRAINT flyway_schema_history_pk PRIMARY KEY (installed_rank)) ENGINE=InnoDB`,
      `INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success)
       VALUES (1, '1', '<< Flyway Baseline >>', 'BASELINE', '', 'x', 0, 1), (2, '2', 'add email', 'SQL', 'V2', 'x', 0, 1),
              (3, NULL, 'views', 'SQL', 'R', 'x', 0, 1), (4, '2.1', 'posts', 'SQL', 'V2.1', 'x', 0, 1),
              (5, '2.1', 'posts', 'UNDO_SQL', 'U2.1', 'x', 0, 1)`,
    ],
    expected: ["flyway: 1 (1 << Flyway Baseline >>)!, 2 (2 add email); null"],
  },
  {
    name: "flyway, failed",
    statements: [
      `CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50),
         description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, success BOOL NOT NULL)`,
      "INSERT INTO flyway_schema_history VALUES (1, '1', 'users', 'SQL', 1), (2, '2', 'email', 'SQL', 0)",
    ],
    expected: ["flyway: 1 (1 users); 2 failed"],
  },
  {
    name: "alembic",
    statements: [
      "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
      "INSERT INTO alembic_version VALUES ('1975ea83b712')",
    ],
    expected: ["alembic: 1975ea83b712 (null null)!; null"],
  },
  {
    name: "alembic with two heads",
    statements: [
      "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
      "INSERT INTO alembic_version VALUES ('1111'), ('2222')",
    ],
    expected: [
      "alembic: 1111 (null null)!, 2222 (null null)!; it has 2 heads; merge them with Alembic first",
    ],
  },
  {
    name: "knex",
    statements: [
      `create table knex_migrations (id int unsigned not null auto_increment primary key, name varchar(255),
         batch int, migration_time timestamp)`,
      "INSERT INTO knex_migrations (name, batch) VALUES ('20240102030405_create_users.js', 1), ('20240102030406_email.ts', 2)",
    ],
    expected: [
      "knex: 20240102030405_create_users.js (20240102030405 create_users), 20240102030406_email.ts (20240102030406 email); null",
    ],
  },
  {
    name: "db-migrate",
    statements: [
      "CREATE TABLE migrations (id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL, run_on DATETIME NOT NULL)",
      "INSERT INTO migrations (name, run_on) VALUES ('/20240102030405-create-users', NOW())",
    ],
    expected: ["db-migrate: /20240102030405-create-users (20240102030405 create-users); null"],
  },
  {
    name: "tables of those names that are something else",
    statements: [
      "CREATE TABLE migrations (id INT PRIMARY KEY, migration VARCHAR(255), batch INT)",
      "CREATE TABLE alembic_version (id INT)",
    ],
    expected: [],
  },
  {
    name: "two tools in one database",
    statements: [
      "CREATE TABLE schema_migrations (version VARCHAR(128) PRIMARY KEY)",
      "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
    ],
    expected: ["dbmate: ; null", "alembic: ; null"],
  },
];

for (const { name, statements, expected } of cases) {
  forEachServer(`findForeignHistories: ${name}`, async (_, server) => {
    await withTestDatabase(server, async (database) => {
      await withTestSession(server, database.name, async (session) => {
        await runAll(session, statements);
        const found = await findForeignHistories(session);
        const shown = found.map(({ tool, entries, dirty }) => {
          const list = entries.map(
            (entry) => `${entry.label} (${entry.version} ${entry.name})${entry.coversEarlier ? "!" : ""}`,
          );
          return `${tool}: ${list.join(", ")}; ${dirty}`;
        });
        assert.deepEqual(shown, expected);
      });
    });
  });
}
