import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { MigrateError } from "../../src/errors";
import { believedOf, type Line } from "../../src/history/believed";
import type { Intent } from "../../src/history/lines";
import { addLines, type Entry, finishLines, removeLines } from "../../src/history/several-lines";
import { createHistoryTable } from "../../src/history/table";
import { type Progress, packTexts, type Unfinished } from "../../src/history/writer";
import { acquireLock, type Lock } from "../../src/server/lock";
import type { Session } from "../../src/server/session";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

const TABLE = "migration_history";

function intent(id: number): Intent {
  return {
    statement: 1,
    hash: String(id).padStart(64, "b"),
    connection: 7,
    how: "create",
    objects: [{ type: "table", database: "x", name: `t${id}` }],
    before: { objects: [{ object: `table x.t${id}`, state: "?", id: null }] },
  };
}

function begun(id: number): Progress {
  const nothing = { done: 0, doneHash: null, saved: null, error: null, finished: false };
  return { ...nothing, intent: intent(id), durationMs: id };
}

/** Texts that are larger than any type which a server might give them, and those of a pair that has no down file. */
const TEXTS = [randomBytes(100_000).toString("latin1"), "CREATE TABLE a (id INT); -- 'é😀'\\", "-- ?"];

interface Ready {
  readonly session: Session;
  line(id: number): Line;
  entry(id: number): Entry;
  /** A line as it was added, with all of its statements run. */
  ran(id: number): Unfinished;
}

function withHistory(server: TestServer, body: (ready: Ready, lock: Lock) => Promise<void>): Promise<void> {
  return withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      await createHistoryTable(session, TABLE);
      const lock = await acquireLock(session, TABLE, { timeoutMs: 0 });
      const line = (id: number): Line => ({ table: TABLE, lock, id });
      const entry = (id: number): Entry => ({
        line: line(id),
        row: {
          version: 20_261_122_120_000 + id,
          name: `n${id}`,
          action: "up",
          upChecksum: String(id).padStart(64, "a"),
          downChecksum: id % 2 === 0 ? null : "d".repeat(64),
          total: id,
          osUser: "somebody",
          host: "somewhere",
          toolVersion: "0.0.0",
          reason: null,
          ...packTexts({ up: TEXTS[id % 3] ?? "", down: id % 2 === 0 ? null : "DROP TABLE a" }),
        },
        progress: begun(id),
      });
      const ran = (id: number): Unfinished => ({
        line: line(id),
        believed: believedOf(begun(id)),
        progress: {
          ...begun(id),
          done: id,
          doneHash: String(id).padStart(64, "c"),
          intent: null,
          finished: true,
          durationMs: 100 + id,
        },
      });
      await body({ session, line, entry, ran }, lock);
    }),
  );
}

async function read(session: Session): Promise<readonly unknown[]> {
  const rows = await session.query(
    `SELECT id, version, name, up_checksum, down_checksum, statements, statements_done AS done, done_hash, intent, duration_ms AS ms,
            finished_at IS NOT NULL AS finished, UNCOMPRESS(up_text) AS up, UNCOMPRESS(down_text) AS down,
            started_at <= UTC_TIMESTAMP(3) AS begun FROM ${TABLE} ORDER BY id`,
  );
  return rows.map(({ up, down, ...row }) => ({
    ...row,
    intent: row.intent === null ? null : JSON.parse(String(row.intent)),
    up: String(up),
    down: down === null ? null : String(down),
  }));
}

/** What the history says of a line that was added so, and finished or not. */
function told(id: number, finished: boolean): unknown {
  const found = intent(id);
  const objects = [{ object: `table x.t${id}`, state: "absent", id: null }];
  return {
    id,
    version: 20_261_122_120_000 + id,
    name: `n${id}`,
    up_checksum: String(id).padStart(64, "a"),
    down_checksum: id % 2 === 0 ? null : "d".repeat(64),
    statements: id,
    done: finished ? id : 0,
    done_hash: finished ? String(id).padStart(64, "c") : null,
    intent: finished ? null : { ...found, before: { objects } },
    ms: finished ? 100 + id : id,
    finished: finished ? 1 : 0,
    begun: 1,
    up: TEXTS[id % 3],
    down: id % 2 === 0 ? null : "DROP TABLE a",
  };
}

function fails(code: string, line?: number): (error: unknown) => boolean {
  return (error) =>
    error instanceof MigrateError &&
    error.code === code &&
    (line === undefined || error.message.startsWith(`Line ${line} `));
}

/** Lines that are there, and those that come behind them. */
const SIZES: readonly (readonly [before: number, added: number])[] = [
  [0, 1],
  [0, 5],
  [1, 1],
  [1, 4],
  [3, 1],
  [4, 6],
];

forEachServer("lines are added, and those before them finished", async (_t, server) => {
  for (const [before, added] of SIZES) {
    await withHistory(server, async ({ session, entry, ran }) => {
      const ids = Array.from({ length: before + added }, (_, n) => n + 1);
      const [old, fresh] = [ids.slice(0, before), ids.slice(before)];
      if (before > 0) await addLines(session, [], old.map(entry));
      assert.deepEqual(
        await read(session),
        old.map((id) => told(id, false)),
      );
      await addLines(session, old.map(ran), fresh.map(entry));
      assert.deepEqual(
        await read(session),
        ids.map((id) => told(id, id <= before)),
      );
      await finishLines(session, fresh.map(ran));
      assert.deepEqual(
        await read(session),
        ids.map((id) => told(id, true)),
      );
    });
  }
});

forEachServer("lines that do not follow each other are finished, too", async (_t, server) => {
  await withHistory(server, async ({ session, entry, ran }) => {
    await addLines(session, [], [1, 2, 3].map(entry));
    await addLines(session, [1, 3].map(ran), [4, 5].map(entry));
    await finishLines(session, [2, 4, 5].map(ran));
    assert.deepEqual(
      await read(session),
      [1, 2, 3, 4, 5].map((id) => told(id, true)),
    );
  });
});

forEachServer("without the lock nothing is written", async (_t, server) => {
  await withHistory(server, async ({ session, entry, ran, line }, lock) => {
    await addLines(session, [], [1, 2, 3].map(entry));
    await lock.release();
    const before = await read(session);
    await assert.rejects(addLines(session, [1, 2, 3].map(ran), [4, 5].map(entry)), fails("lock-lost"));
    await assert.rejects(addLines(session, [], [4, 5].map(entry)), fails("lock-lost"));
    await assert.rejects(finishLines(session, [1, 2, 3].map(ran)), fails("lock-lost"));
    await assert.rejects(removeLines(session, line(2), 2, [believedOf(begun(2))]), fails("lock-lost"));
    assert.deepEqual(await read(session), before);
  });
});

forEachServer("where one line is not as this run left it, none is written", async (_t, server) => {
  await withHistory(server, async ({ session, entry, ran, line }) => {
    await addLines(session, [], [1, 2, 3].map(entry));
    await session.execute(
      `UPDATE ${TABLE} SET statements_done = 1, done_hash = REPEAT('f', 64) WHERE id = 2`,
    );
    const before = await read(session);
    await assert.rejects(addLines(session, [1, 2, 3].map(ran), [4, 5].map(entry)), fails("history-moved", 2));
    await assert.rejects(removeLines(session, line(2), 2, [believedOf(begun(2))]), fails("history-moved", 2));
    await assert.rejects(finishLines(session, [1, 2, 3].map(ran)), fails("history-moved", 2));
    assert.deepEqual(await read(session), before);
    await session.execute(`DELETE FROM ${TABLE} WHERE id = 2`);
    await assert.rejects(
      addLines(session, [1, 2, 3].map(ran), [4, 5].map(entry)),
      fails("history-damaged", 2),
    );
    assert.equal((await read(session)).length, 2);
  });
});

forEachServer("a line that is there already stays as it is", async (_t, server) => {
  await withHistory(server, async ({ session, entry, ran }) => {
    await addLines(session, [], [1, 2, 3].map(entry));
    const before = await read(session);
    await assert.rejects(addLines(session, [1, 2].map(ran), [3, 4].map(entry)), fails("history-moved", 3));
    await assert.rejects(addLines(session, [], [3, 4].map(entry)), fails("history-moved", 3));
    assert.deepEqual(await read(session), before);
  });
});

forEachServer("only the newest lines are taken back", async (_t, server) => {
  await withHistory(server, async ({ session, entry, line }) => {
    await addLines(session, [], [1, 2, 3, 4].map(entry));
    const believed = [believedOf(begun(1))];
    await assert.rejects(removeLines(session, line(2), 2, believed), fails("history-moved"));
    assert.equal((await read(session)).length, 4);
    await removeLines(session, line(2), 3, believed);
    assert.deepEqual(await read(session), [told(1, false)]);
  });
});
