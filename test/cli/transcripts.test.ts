import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createConnection } from "mysql2/promise";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { dumpState } from "../support/state";
import { type Masks, readTranscript, replay } from "./transcript";

const FOLDER = join(__dirname, "transcripts");

/** UPDATE_TRANSCRIPTS=1 writes the transcripts as they come out; then read the difference. */
const UPDATE = (process.env.UPDATE_TRANSCRIPTS ?? "") !== "";

/** ONLY_TRANSCRIPTS=branches,merge runs those alone. */
const ONLY = (process.env.ONLY_TRANSCRIPTS ?? "").split(",").filter((name) => name !== "");

for (const name of namesIn(FOLDER)) {
  forEachServer(`transcript: ${name}`, async (_, server) => {
    await withTestDatabase(server, async (database) => {
      const { username, password } = new URL(server.url);
      const env = {
        DATABASE_URL: database.url,
        SERVER: `${server.host}:${server.port}`,
        LOGIN: password === "" ? username : `${username}:${password}`,
        LOGIN_NAME: decodeURIComponent(username),
        LOGIN_PASSWORD: decodeURIComponent(password),
        DATABASE: database.name,
      };
      const masks: Masks = [
        [`(${userInfo().username}@${hostname()})`, "(someone@here)"],
        [database.name, "blog"],
        [env.SERVER, "127.0.0.1:3306"],
        [new RegExp(`\\b${env.LOGIN_NAME}@[\\w.%]+`, "g"), "root@localhost"],
        [/'nobody'@'[^']+'/g, "'nobody'@'localhost'"],
      ];
      try {
        // Every table whole, the history's too.
        const readState = (): Promise<unknown> => dumpState(database.url, { historyTable: "" });
        await check(join(FOLDER, name), env, masks, readState);
      } finally {
        // `init` is the one verb that creates a database.
        await runOn(server, `DROP DATABASE IF EXISTS ${database.name}_new`);
      }
    });
  });
}

for (const name of namesIn(join(FOLDER, "offline"))) {
  test(`transcript: offline/${name}`, async () => {
    await withSilentServer(async (address) => {
      await check(join(FOLDER, "offline", name), { SILENT: address }, [[address, "127.0.0.1:3306"]]);
    });
  });
}

/** A port that accepts connections and never says a word. */
async function withSilentServer(body: (address: string) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    await body(`127.0.0.1:${port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function runOn(server: TestServer, sql: string): Promise<void> {
  const connection = await createConnection(server.url);
  await connection.query(sql);
  await connection.end();
}

async function check(
  path: string,
  env: Readonly<Record<string, string>>,
  masks: Masks,
  readState?: () => Promise<unknown>,
): Promise<void> {
  const expected = readTranscript(path);
  const actual = await replay(expected, env, masks, readState);
  if (UPDATE) writeFileSync(path, actual);
  else assert.equal(actual, expected);
}

function namesIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  return ONLY.length === 0 ? names : names.filter((name) => ONLY.includes(name.replace(/\.txt$/, "")));
}
