import assert from "node:assert/strict";
import { test } from "node:test";
import mysql from "mysql2/promise";
import { migrate } from "../../src/run/migrate";
import { type PrivateServer, withPrivateServer } from "../../src/scratch/private-server";
import { settingsFromOptions } from "../../src/settings/settings";
import { prepareDatabase } from "../../src/verbs/init";
import { withMigrations } from "../support/migrations";
import { assertRefused } from "../support/refused";
import { FAMILIES } from "../support/servers";

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT PRIMARY KEY);\nINSERT INTO a VALUES (1);",
  "0001_a.down.sql": "DROP TABLE a;",
};

/** How a server is told to follow another one, to stop, and what only it says of itself. */
const WORDS = {
  mysql: {
    follow: (port: number) =>
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=${port}, SOURCE_USER='r', SOURCE_PASSWORD='r', GET_SOURCE_PUBLIC_KEY=1`,
    start: "START REPLICA",
    stop: "STOP REPLICA",
  },
  mariadb: {
    follow: (port: number) =>
      `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${port}, MASTER_USER='r', MASTER_PASSWORD='r'`,
    start: "START SLAVE",
    stop: "STOP SLAVE",
  },
} as const;

for (const family of FAMILIES) {
  test(`a replica is refused with its source's address, whatever the account may do [${family}]`, (t) =>
    withSourceAndReplica(family, async (source, replica) => {
      const { follow, start, stop } = WORDS[family];
      const root = await mysql.createConnection({ uri: replica.url });
      t.after(() => root.destroy());
      await root.query("CREATE DATABASE app");
      await root.query(follow(source.port));
      await root.query(start);
      await withMigrations(FILES, async (dir) => {
        const url = `${replica.url}/app`;
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        const words = [
          new RegExp(`This server is a replica of 127\\.0\\.0\\.1:${source.port}`),
          /--allow-replica/,
        ];
        for (const readOnly of [0, 1]) {
          await root.query(`SET GLOBAL read_only = ${readOnly}`);
          await assertRefused(url, () => migrate(settings, "up", null), "read-only-server", ...words);
          await assertRefused(url, () => prepareDatabase(settings), "read-only-server", ...words);
        }
        await root.query("SET GLOBAL read_only = 0");
        assert.equal((await migrate(settings, "up", null, { allowReplica: true })).to, 1);
        assert.equal((await migrate({ ...settings, allowReplica: true }, "down", { to: "0" })).to, null);
        // A replica that was made a primary.
        await root.query(stop);
        assert.equal((await migrate(settings, "up", null)).to, 1);
        // Of several servers the one that may write is taken.
        await root.query("SET GLOBAL read_only = 1");
        await onServer(source.url, "CREATE DATABASE app");
        const both = `mysql://root@127.0.0.1:1,127.0.0.1:${replica.port},127.0.0.1:${source.port}/app`;
        const list = settingsFromOptions({ databaseUrl: both, dir });
        assert.equal((await migrate(list, "up", null)).steps.length, 1);
      });
    }));
}

async function withSourceAndReplica(
  family: PrivateServer["family"],
  body: (source: PrivateServer, replica: PrivateServer) => Promise<void>,
): Promise<void> {
  const options = (id: number) => ({
    family,
    environment: process.env,
    binaryLog: true,
    serverArguments: [`--server-id=${id}`],
  });
  await withPrivateServer(options(1), (source) =>
    withPrivateServer(options(2), async (replica) => {
      await onServer(source.url, "CREATE USER r@'%' IDENTIFIED BY 'r'");
      await onServer(source.url, "GRANT REPLICATION SLAVE ON *.* TO r@'%'");
      await body(source, replica);
    }),
  );
}

async function onServer(url: string, sql: string): Promise<void> {
  const root = await mysql.createConnection({ uri: url });
  await root.query(sql);
  await root.end();
}
