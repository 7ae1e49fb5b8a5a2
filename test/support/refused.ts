import assert from "node:assert/strict";
import { MigrateError } from "../../src/errors";
import { dumpState, type State } from "./state";

/** Every table with all of its rows, the history told like any other: nothing of it may change either. */
export async function dumpAll(url: string): Promise<State> {
  return await dumpState(url, { historyTable: "" });
}

/**
 * Runs what must be refused.
 * @param words what the message and the hint together must match
 * @returns the error, for more to be said about it
 */
export async function assertFails(
  work: Promise<unknown>,
  code: string,
  ...words: readonly RegExp[]
): Promise<MigrateError> {
  const error: unknown = await work.then(
    (result) => assert.fail(`not refused: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof MigrateError)) throw error;
  const text = `${error.message}\n${error.hint}`;
  assert.equal(error.code, code, text);
  for (const word of words) assert.match(text, word);
  return error;
}

/** As `assertFails`, and sees that database and history are as they were. */
export async function assertRefused(
  url: string,
  work: () => Promise<unknown>,
  code: string,
  ...words: readonly RegExp[]
): Promise<MigrateError> {
  const before = await dumpAll(url);
  const error = await assertFails(work(), code, ...words);
  assert.deepEqual(await dumpAll(url), before);
  return error;
}
