import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { createMigrator, type Migrator } from "../../src/index";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

forEachServer("many that stamp at once record each version once", async (_, server) => {
  await withProject(server, async (migrator) => {
    await Promise.all(Array.from({ length: 6 }, () => migrator.stamp({ target: "head" })));
    const { lines } = await migrator.history();
    assert.deepEqual(
      lines.map(({ id, version, action }) => [id, version, action]),
      [
        [1, 1, "stamp"],
        [2, 2, "stamp"],
        [3, 3, "stamp"],
      ],
    );
  });
});

forEachServer("a stamp that fails half-way records nothing", async (_, server) => {
  await withProject(server, async (migrator, url) => {
    await migrator.stamp({ target: "1" });
    await refuseVersion(url, 3);
    await assert.rejects(migrator.stamp({ target: "head" }), { code: "server-error" });
    assert.deepEqual(
      (await migrator.history()).lines.map(({ version }) => version),
      [1],
    );
  });
});

forEachServer(
  "a repair that fails half-way records nothing, and the version stays where it was",
  async (_, server) => {
    await withProject(server, async (migrator, url, dir) => {
      await migrator.up();
      for (const half of ["up", "down"]) {
        renameSync(join(dir, `0003_t3.${half}.sql`), join(dir, `0007_t3.${half}.sql`));
      }
      await refuseVersion(url, 7);
      await assert.rejects(migrator.repair({ versions: [3], reason: "renumbered" }), {
        code: "server-error",
      });
      assert.equal((await migrator.history()).lines.length, 3);
      assert.equal((await migrator.current()).current?.version, 3);
    });
  },
);

/** Has the server refuse every line about a version. */
async function refuseVersion(url: string, version: number): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON migration_history FOR EACH ROW
       IF NEW.version = ${version} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one'; END IF`,
    );
  } finally {
    await connection.end();
  }
}

/** Gives the body a migrator for a new database and a folder of three migrations. */
async function withProject(
  server: TestServer,
  body: (migrator: Migrator, url: string, dir: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mysql-updown-record-"));
  try {
    const dir = join(folder, "migrations");
    mkdirSync(dir);
    for (const n of [1, 2, 3]) {
      writeFileSync(join(dir, `000${n}_t${n}.up.sql`), `CREATE TABLE t${n} (id INT);`);
      writeFileSync(join(dir, `000${n}_t${n}.down.sql`), `DROP TABLE t${n};`);
    }
    await withTestDatabase(server, async ({ url }) => {
      await body(createMigrator({ databaseUrl: url, dir }), url, dir);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
