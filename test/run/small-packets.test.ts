import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readTexts } from "../../src/history/lines";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { ask } from "../bench/database";
import { interruptAt } from "../support/interrupted";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { assertFails } from "../support/refused";
import { withServer } from "../support/server-with-options";
import { FAMILIES } from "../support/servers";

const PACKET = 4096;

/** Statements of all lengths up to the longest that fits, in characters of one to four bytes. */
function statements(): readonly string[] {
  const found: string[] = [];
  for (const character of ["x", "é", "€", "𝒳"]) {
    for (let bytes = 1; bytes < PACKET - 60; bytes = Math.ceil(bytes * 1.15)) {
      const text = character.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(character))));
      // Short ones before and behind it, for it to be sent with.
      for (const value of ["a", "b", "c", text, "d"]) found.push(`INSERT INTO t (s) VALUES ('${value}')`);
    }
    const rest = PACKET - 1 - Buffer.byteLength("INSERT INTO t (s) VALUES ('')");
    const longest = character.repeat(Math.floor((rest - 1) / Buffer.byteLength(character)));
    found.push(`INSERT INTO t (s) VALUES ('${longest}')`);
  }
  return found;
}

for (const family of FAMILIES) {
  test(`what is sent together fits into the server's packets [${family}]`, () =>
    withServer(family, [`--max-allowed-packet=${PACKET}`], async (server) => {
      await ask(server.url, "CREATE DATABASE app CHARACTER SET utf8mb4");
      const url = `${server.url}/app`;
      const rows = statements();
      const up = `CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s TEXT NOT NULL);\n${rows.join(";\n")};\n`;
      await withMigrations({ "0001_a.up.sql": up, "0001_a.down.sql": "DROP TABLE t" }, (dir) =>
        withProxy(server, {}, async (proxy) => {
          await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null);
          const inserts = proxy.commands.filter(({ text }) => text.startsWith("INSERT INTO t "));
          assert.ok(inserts.length < rows.length / 2, `${inserts.length} commands`);
          const most = Math.max(...inserts.map(({ text }) => text.split("\n;\n").length));
          assert.ok(most >= 4, "nothing was sent together");
        }),
      );
      assert.equal(Number(await ask(url, "SELECT COUNT(*) FROM t")), rows.length);
    }));
}

/** Bytes of a user variable, whether it comes through a crash, and the statement that needs it. */
const VARIABLES: readonly (readonly [bytes: number, kept: boolean])[] = [
  [20_000, true],
  [40_000, false],
];

for (const family of FAMILIES) {
  test(`a user variable that fits into no packet twice is named when it is lost [${family}]`, () =>
    withServer(family, ["--max-allowed-packet=65536"], async (server) => {
      for (const [bytes, kept] of VARIABLES) {
        const name = `app_${bytes}`;
        await ask(server.url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
        const url = `${server.url}/${name}`;
        const before = `CREATE TABLE t (s MEDIUMTEXT);\nSET @v := REPEAT('x', ${bytes});\nALTER TABLE t ADD COLUMN n INT;\n`;
        const last = "INSERT INTO t (s) SELECT @v;\n";
        const files = { "0001_a.up.sql": `${before}${last}`, "0001_a.down.sql": "DROP TABLE t" };
        await withMigrations(files, async (dir) => {
          const settings = settingsFromOptions({ databaseUrl: url, dir });
          await interruptAt(server, { url, dir }, "ALTER TABLE t ADD COLUMN n INT", "after");
          if (!kept) {
            await assertFails(
              migrate(settings, "up", null),
              "session-lost",
              /0001_a\.up\.sql:4:1: statement 4 needs the user variable @v/,
            );
            await writeFile(join(dir, "0001_a.up.sql"), `${before}SET @v := REPEAT('x', ${bytes});\n${last}`);
          }
          await migrate(settings, "up", null);
        });
        assert.equal(Number(await ask(url, "SELECT SUM(LENGTH(s)) FROM t")), bytes);
      }
    }));
}

/** Hardly compressible: statements of a kilobyte, all of them together so long. */
function textOf(statements: number): string {
  const hex = (seed: string): string =>
    createHash("sha512").update(seed).digest("base64").replace(/\W/g, "x");
  return Array.from({ length: statements }, (_, n) => {
    const value = Array.from({ length: 11 }, (_, part) => hex(`${n} ${part}`)).join("");
    return `INSERT INTO t (s) VALUES ('${value}');\n`;
  }).join("");
}

for (const family of FAMILIES) {
  test(`a file that is larger than a packet runs, and its text is kept where a column can hold it [${family}]`, () =>
    withServer(family, [`--max-allowed-packet=${16 * 1024}`], async (server) => {
      await ask(server.url, "CREATE DATABASE app CHARACTER SET utf8mb4");
      const url = `${server.url}/app`;
      const files = {
        "0001_t.up.sql": "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s TEXT NOT NULL);\n",
        "0001_t.down.sql": "DROP TABLE t;\n",
        // Packed, it fits into a packet; as a literal it does not.
        "0002_pieces.up.sql": textOf(15),
        "0002_pieces.down.sql": `${textOf(14)}DELETE FROM t;\n`,
        "0003_large.up.sql": textOf(60),
        "0003_large.down.sql": "DELETE FROM t;\n",
      };
      await withMigrations(files, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await migrate(settings, "up", null);
        assert.equal(Number(await ask(url, "SELECT COUNT(*) FROM t")), 75);
        const kept = async (version: number): Promise<readonly (string | null)[]> => {
          const texts = await withSession(settings.database, (session) =>
            readTexts(session, "migration_history", [version]),
          );
          const { up = null, down = null } = texts.get(version) ?? {};
          return [up, down];
        };
        assert.deepEqual(await kept(2), [files["0002_pieces.up.sql"], files["0002_pieces.down.sql"]]);
        assert.deepEqual(await kept(3), [null, files["0003_large.down.sql"]]);
        await migrate(settings, "down", { to: "0" });
      });
    }));
}
