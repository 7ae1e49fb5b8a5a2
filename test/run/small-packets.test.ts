import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsFromOptions } from "../../src/config";
import { migrate } from "../../src/run/migrate";
import { ask } from "../bench/database";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { FAMILIES, withServer } from "../support/server-with-options";

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
