import assert from "node:assert/strict";
import mysql from "mysql2/promise";
import { MigrateError } from "../../src/errors";
import { createMigrator } from "../../src/index";
import { splitText } from "../../src/syntax/splitter";
import { withMigrations } from "./migrations";
import { type CutMoment, type RunningProxy, withProxy } from "./proxy";
import { type TestServer, withTestDatabase } from "./servers";
import { dumpState, type State } from "./state";
import { isWhole } from "./sweep-plan";

/** A file, told in two parts: what is there before it, and what it does. */
export interface ClientCase {
  readonly name: string;
  /** Statements that both databases get first. `{db}` stands for the database, also in `up`. */
  readonly given?: string;
  readonly up: string;
  /** The only family that can run it. */
  readonly on?: TestServer["family"];
}

/** Runs a file's statements as the mysql client does: one by one on a plain connection, until one fails. */
async function feed(url: string, text: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: url, flags: ["-FOUND_ROWS", "-IGNORE_SPACE"] });
  try {
    for (const statement of splitText(text)) await connection.query(statement.text);
  } finally {
    await connection.end();
  }
}

async function inDatabase<T>(
  server: TestServer,
  { given = "" }: ClientCase,
  body: (url: string, fill: (text: string) => string) => Promise<T>,
): Promise<T> {
  return await withTestDatabase(server, async ({ name, url }) => {
    const fill = (text: string): string => text.replaceAll("{db}", name);
    await feed(url, fill(given));
    return await body(url, fill);
  });
}

/** What the database is like after the client ran the file. */
async function clientState(server: TestServer, row: ClientCase): Promise<State> {
  return await inDatabase(server, row, async (url, fill) => {
    await feed(url, fill(row.up));
    return await stateOf(url);
  });
}

async function stateOf(url: string): Promise<State> {
  const lines = await dumpState(url, { historyTable: "migration_history" });
  return lines
    .filter((line) => !line.startsWith("history"))
    .map((line) => line.replaceAll(/\bt_[0-9a-f]{12}\b/g, "{db}"));
}

/** @returns null, or the code and words of the failure */
async function runUp(url: string, up: string): Promise<{ code: string; words: string } | null> {
  const files = { "0001_file.up.sql": up, "0001_file.down.sql": "SELECT 1" };
  return await withMigrations(files, async (dir) => {
    try {
      await createMigrator({ databaseUrl: url, dir }).up({ allowExisting: true });
      return null;
    } catch (error) {
      if (!(error instanceof MigrateError)) throw error;
      return { code: error.code, words: `${error.message}\n${error.hint}` };
    }
  });
}

/** Runs a file both ways, and compares what they leave. */
export async function assertAsClient(server: TestServer, row: ClientCase): Promise<void> {
  const expected = await clientState(server, row);
  await inDatabase(server, row, async (url, fill) => {
    const failure = await runUp(url, fill(row.up));
    assert.equal(failure, null, failure?.words);
    assert.deepEqual(await stateOf(url), expected);
  });
}

/** `npm run test:sweep` cuts everywhere, `npm test` at every fifth point, and at the next ones for the next row. */
const CUT_EVERY = isWhole() ? 1 : 5;
let turn = 0;

/**
 * Cuts the connection before and after every command of a run, from the file's first statement on, runs it again, and
 * compares with what the client leaves.
 * @param mayStop codes with which the second run may stop instead, because nothing can tell what happened
 * @returns how many of the second runs stopped
 */
export async function assertCutsAsClient(
  server: TestServer,
  row: ClientCase,
  mayStop: readonly string[] = [],
): Promise<number> {
  const expected = await clientState(server, row);
  const [first, last] = await inDatabase(server, row, (url, fill) =>
    withProxy(server, {}, async (proxy) => {
      assert.equal((await runUp(proxy.through(url), fill(row.up)))?.words, undefined);
      const [begin] = splitText(fill(row.up));
      const found = proxy.commands.find(({ text }) => text === begin?.text);
      assert.ok(found !== undefined);
      return [found.number, proxy.commands.length] as const;
    }),
  );
  const points = Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((command) =>
    (["before", "after"] as const).map((moment) => ({ command, moment })),
  );
  turn++;
  let stops = 0;
  for (const [index, { command, moment }] of points.entries()) {
    if ((index + turn) % CUT_EVERY !== 0) continue;
    const failure = await cutAndRunAgain(server, row, command, moment, expected);
    if (failure === null) continue;
    assert.ok(mayStop.includes(failure.code), `${moment} command ${command}: ${failure.words}`);
    stops++;
  }
  return stops;
}

async function cutAndRunAgain(
  server: TestServer,
  row: ClientCase,
  command: number,
  moment: CutMoment,
  expected: State,
): Promise<{ code: string; words: string } | null> {
  return await inDatabase(server, row, async (url, fill) => {
    const cutAt = await withProxy(server, { cut: { command, moment } }, async (proxy: RunningProxy) => {
      await runUp(proxy.through(url), fill(row.up));
      return proxy.cutAt();
    });
    const failure = await runUp(url, fill(row.up));
    if (failure === null) {
      assert.deepEqual(await stateOf(url), expected, `cut ${moment} command ${command}: ${cutAt?.text}`);
    }
    return failure;
  });
}
