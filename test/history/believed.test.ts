import assert from "node:assert/strict";
import { MigrateError } from "../../src/errors";
import { type Believed, confirmLine, type Line } from "../../src/history/believed";
import { createJournal } from "../../src/history/journal";
import type { Intent } from "../../src/history/lines";
import { createHistoryTable } from "../../src/history/table";
import {
  addLine,
  addNextLine,
  type NewLine,
  type Progress,
  recordError,
  recordProgress,
  resumeLine,
} from "../../src/history/writer";
import { acquireLock } from "../../src/server/lock";
import type { Session } from "../../src/server/session";
import { splitText } from "../../src/syntax/splitter";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

// On one server GET_LOCK keeps two runs apart. Where it does not (a cluster), or where one run was frozen and does not know
// that it has lost its right, each write has to see by itself that the line is not as this run left it.

const ROW: NewLine = {
  version: 1,
  name: "a",
  action: "up",
  upChecksum: "a".repeat(64),
  downChecksum: null,
  total: 3,
  osUser: "somebody",
  host: "somewhere",
  toolVersion: "0.0.0",
  reason: null,
  upText: null,
  downText: null,
};

function intent(connection: number): Intent {
  return { statement: 2, hash: "b".repeat(64), connection, how: "ask", objects: [], before: null };
}

function progress(done: number, open: Intent | null = null): Progress {
  return { done, doneHash: null, intent: open, saved: null, error: null, finished: false, durationMs: 1 };
}

const BELIEVED: Believed = { done: 1, intent: null };

/** What another run left, where this one believes that one statement is done and nothing under way. */
const OTHERS: readonly (readonly [string, Progress])[] = [
  ["the next statement done", progress(2)],
  ["a statement under way", progress(1, intent(7))],
  ["less, since it was reverted", progress(0)],
];

const NEXT = { ...ROW, version: 2, name: "b" };

/** Every way to write to a line. */
const WRITES: readonly (readonly [string, (session: Session, line: Line) => Promise<unknown>])[] = [
  ["progress", (session, line) => recordProgress(session, line, [BELIEVED], progress(2))],
  ["the same progress", (session, line) => recordProgress(session, line, [BELIEVED], progress(1))],
  ["an error", (session, line) => recordError(session, line, [BELIEVED], "words", false)],
  [
    "a repaired file",
    (session, line) => resumeLine(session, line, BELIEVED, { ...ROW, upChecksum: "c".repeat(64) }),
  ],
  [
    "its end, with the next line",
    (session, line) => {
      const before = { line, believed: BELIEVED, progress: { ...progress(3), finished: true } };
      return addNextLine(session, before, { ...line, id: 2 }, NEXT, progress(0));
    },
  ],
  ["a line of the same number", (session, line) => addLine(session, line, ROW, progress(1))],
  ["nothing, but a look before a second try", (session, line) => confirmLine(session, line, [BELIEVED])],
];

for (const [found, theirs] of OTHERS) {
  forEachServer(`nothing is recorded over a line that another run left with ${found}`, (_t, server) =>
    withLine(server, theirs, async (session, line) => {
      const before = await readLines(session);
      for (const [what, write] of WRITES) {
        await assert.rejects(write(session, line), isMoved, what);
        assert.deepEqual(await readLines(session), before, what);
      }
    }),
  );
}

forEachServer("a line under way counts as this run's only with this run's connection", (_t, server) =>
  withLine(server, progress(1, intent(7)), async (session, line) => {
    await assert.rejects(recordProgress(session, line, [{ done: 1, intent: 8 }], progress(2)), isMoved);
    assert.equal(await recordProgress(session, line, [{ done: 1, intent: 7 }], progress(2)), true);
    assert.equal(await recordProgress(session, line, [{ done: 2, intent: null }], progress(2)), true);
  }),
);

forEachServer(
  "after a rollback the line must be as before, whoever recorded the same meanwhile",
  (_t, server) =>
    withLine(server, progress(1), async (session, line) => {
      const [first, second] = splitText("DO 1; DO 2; DO 3;");
      assert.ok(first !== undefined && second !== undefined);
      const journal = createJournal(line, 3, { line: "partial", believed: BELIEVED, spentMs: 0 });
      journal.advance(first);
      journal.advance(second);
      await session.run("START TRANSACTION");
      await journal.record(session, null, null);
      await session.run("ROLLBACK");
      journal.undone();
      await journal.confirm(session);
      // What this run had recorded, and what the winner of two certified transactions recorded, are alike.
      await session.execute("UPDATE history SET statements_done = 2");
      await assert.rejects(journal.confirm(session), isMoved);
      await assert.rejects(journal.record(session, null, null), isMoved);
    }),
);

function isMoved(error: unknown): boolean {
  return error instanceof MigrateError && error.code === "history-moved";
}

async function withLine(
  server: TestServer,
  now: Progress,
  body: (session: Session, line: Line) => Promise<void>,
): Promise<void> {
  await withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      await createHistoryTable(session, "history");
      const lock = await acquireLock(session, "history", { timeoutMs: 0 });
      const line = { table: "history", lock, id: 1 };
      await addLine(session, line, ROW, now);
      await body(session, line);
    }),
  );
}

function readLines(session: Session): Promise<readonly unknown[]> {
  return session.query("SELECT * FROM history ORDER BY id");
}
