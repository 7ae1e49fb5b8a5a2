import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { createConnection } from "mysql2/promise";

/** A server the tests run on; `npm test` starts both and says where they are. */
export interface TestServer {
  readonly family: "mysql" | "mariadb";
  /** `mysql://root@127.0.0.1:port`, without a database. */
  readonly url: string;
  readonly socket: string;
  readonly host: string;
  readonly port: number;
}

/** What this run tests: both families, or the one that `npm test -- --server=…` named. */
export const FAMILIES: readonly TestServer["family"][] = (["mysql", "mariadb"] as const).filter(
  (family) => (process.env.TEST_FAMILY ?? family) === family,
);

/** The servers of this run. @throws one line that says what to do when one is not given */
export function testServers(): readonly TestServer[] {
  return FAMILIES.map(testServer);
}

/** Whether this run takes every row of every table on every server: with `--every-row`, and in the whole sweep. */
export function takesEveryRow(): boolean {
  return process.env.TEST_EVERY_ROW === "1";
}

/**
 * The rows of a long table whose turn it is on this server: with `npm test` on its own, each row runs on one of the two
 * servers, which keeps it short, and with `--every-row` on both.
 */
export function inTurn<T>(server: Pick<TestServer, "family">, rows: readonly T[]): readonly T[] {
  if (takesEveryRow() || FAMILIES.length === 1) return rows;
  const turn = FAMILIES.indexOf(server.family);
  return rows.filter((_, index) => index % FAMILIES.length === turn);
}

/** The same for rows of which some are for one family only. */
export function rowsFor<T extends { readonly on?: TestServer["family"] }>(
  server: Pick<TestServer, "family">,
  rows: readonly T[],
): readonly T[] {
  const own = rows.filter(({ on }) => on === server.family);
  return [
    ...own,
    ...inTurn(
      server,
      rows.filter(({ on }) => on === undefined),
    ),
  ];
}

/** Registers one test per server of this run, named `name [mysql]` and `name [mariadb]`. */
export function forEachServer(
  name: string,
  body: (t: TestContext, server: TestServer) => Promise<void>,
): void {
  for (const family of FAMILIES) {
    // Looked up inside the test, so that a missing server fails it rather than the whole file.
    test(`${name} [${family}]`, async (t) => body(t, testServer(family)));
  }
}

/** Gives the body a new, empty database; afterwards ends the sessions still in it and drops it. */
export async function withTestDatabase<T>(
  server: TestServer,
  body: (db: { name: string; url: string }) => Promise<T>,
): Promise<T> {
  const name = `t_${randomBytes(6).toString("hex")}`;
  await runAsRoot(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  let result: T;
  try {
    result = await body({ name, url: `${server.url}/${name}` });
  } catch (error) {
    await dropDatabase(server, name).catch(() => {}); // the first error is the one that matters
    throw error;
  }
  await dropDatabase(server, name);
  return result;
}

function testServer(family: TestServer["family"]): TestServer {
  const variable = `TEST_${family.toUpperCase()}_URL`;
  const given = process.env[variable];
  if (!given)
    throw new Error(`${variable} is not set: run the tests with \`npm test\`, which starts both servers`);
  const url = new URL(given);
  const port = Number(url.port || 3306);
  const user = url.password === "" ? url.username : `${url.username}:${url.password}`;
  return {
    family,
    url: `mysql://${user}@${url.hostname}:${port}`,
    host: url.hostname,
    port,
    // Asked for only by the tests that need it.
    get socket() {
      return process.env[`TEST_${family.toUpperCase()}_SOCKET`] ?? askForSocket(this);
    },
  };
}

/** For servers given by hand with a URL only: any client program on the PATH can ask. */
function askForSocket(server: TestServer): string {
  const { username, password } = new URL(server.url);
  const asked = execFileSync(
    process.env[`TEST_${server.family.toUpperCase()}_CLIENT`] ?? "mysql",
    [
      "-h",
      server.host,
      "-P",
      String(server.port),
      "-u",
      decodeURIComponent(username),
      "-NBe",
      "SELECT @@socket",
    ],
    { encoding: "utf8", env: { ...process.env, MYSQL_PWD: decodeURIComponent(password) } },
  ).trim();
  assert.notEqual(asked, "", `the ${server.family} server has no socket`);
  return asked;
}

/**
 * A session that a test left behind can hold a metadata lock that makes DROP DATABASE wait for a year, so those
 * are killed first.
 */
async function dropDatabase(server: TestServer, name: string): Promise<void> {
  const connection = await createConnection(server.url);
  try {
    // Not strict: MySQL's processlist is utf8mb3, and fails on any session's statement with an emoji in it.
    await connection.query("SET SESSION lock_wait_timeout = 30, SESSION sql_mode = ''");
    // Not information_schema.processlist: MySQL fails on it while any session's statement has 4-byte characters.
    const [rows] = await connection.query("SHOW PROCESSLIST");
    for (const { Id, db } of rows as { Id: number; db: string | null }[]) {
      if (db === name) await connection.query(`KILL ${Id}`).catch(() => {});
    }
    await connection.query(`DROP DATABASE IF EXISTS ${name}`);
  } finally {
    await connection.end();
  }
}

async function runAsRoot(server: TestServer, sql: string): Promise<void> {
  const connection = await createConnection(server.url);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
