import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { MigrateError } from "../../src/errors";
import { believedOf } from "../../src/history/believed";
import { probedByRecord } from "../../src/history/intent-column";
import type { Intent } from "../../src/history/lines";
import { createHistoryTable } from "../../src/history/table";
import { addLine, addNextLine, type NewLine, type Progress, packTexts } from "../../src/history/writer";
import { acquireLock, type Lock } from "../../src/server/lock";
import type { Session } from "../../src/server/session";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

const TABLE = "migration_history";

const UP_TEXT = "CREATE TABLE a (id INT); -- 'é😀'\\";

const LINE: NewLine = {
  version: 20_261_122_120_000,
  name: "a",
  action: "up",
  upChecksum: "a".repeat(64),
  downChecksum: null,
  total: 1,
  osUser: "somebody",
  host: "somewhere",
  toolVersion: "0.0.0",
  reason: null,
  ...packTexts({ up: UP_TEXT, down: null }),
};

const INTENT: Intent = {
  statement: 1,
  hash: "b".repeat(64),
  connection: 1,
  how: "create",
  objects: [{ type: "table", database: "x", name: "y" }],
  before: { objects: [{ object: "table x.y", state: "absent", id: null }] },
};

const BEGUN: Progress = {
  done: 0,
  doneHash: null,
  intent: INTENT,
  saved: null,
  error: null,
  finished: false,
  durationMs: 1,
};

const DONE: Progress = {
  ...BEGUN,
  done: 1,
  doneHash: "c".repeat(64),
  intent: null,
  finished: true,
  durationMs: 7,
};

async function withFirstLine(
  server: TestServer,
  body: (session: Session, lock: Lock) => Promise<void>,
): Promise<void> {
  await withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      await createHistoryTable(session, TABLE);
      const lock = await acquireLock(session, TABLE, { timeoutMs: 0 });
      await addLine(session, { table: TABLE, lock, id: 1 }, LINE, BEGUN);
      await body(session, lock);
    }),
  );
}

function readLines(session: Session): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return session.query(
    `SELECT id, version, name, statements_done AS done, done_hash AS hash, intent, finished_at IS NOT NULL AS finished,
            duration_ms AS ms, UNCOMPRESS(up_text) AS up, down_text AS down, started_at <= UTC_TIMESTAMP(3) AS begun
       FROM ${TABLE} ORDER BY id`,
  );
}

const first = {
  id: 1,
  version: LINE.version,
  name: "a",
  done: 1,
  hash: DONE.doneHash,
  intent: null,
  finished: 1,
  ms: 7,
  up: Buffer.from(UP_TEXT),
  down: null,
  begun: 1,
};

forEachServer("the record looks up whether the table that is to be created is there", async (_t, server) => {
  await withFirstLine(server, async (session, lock) => {
    await session.run("CREATE TABLE there (id INT)");
    await session.run("CREATE VIEW seen AS SELECT 1");
    await session.run("CREATE TEMPORARY TABLE hidden (id INT)");
    const older = { ...session, server: { ...session.server, version: "8.0.20" } };
    let id = 1;
    for (const asked of [session, older]) {
      for (const [name, state] of Object.entries({
        there: "present",
        seen: "present",
        hidden: "absent",
        ther: "absent",
        "it's": "absent",
      })) {
        const objects = [{ type: "table", database: session.database, name }] as const;
        const intent = { ...INTENT, objects, before: probedByRecord("create", objects) };
        id += 1;
        await addLine(asked, { table: TABLE, lock, id }, { ...LINE, version: id }, { ...BEGUN, intent });
        const [row] = await session.query(`SELECT intent FROM ${TABLE} WHERE id = ?`, [id]);
        assert.equal(JSON.parse(String(row?.intent)).before.objects[0].state, state, name);
      }
    }
  });
});

forEachServer("one statement finishes a line and adds the next", async (_t, server) => {
  await withFirstLine(server, async (session, lock) => {
    // Larger than any type that a server might give a placeholder.
    const upText = randomBytes(200_000).toString("latin1");
    const objects = Array.from({ length: 2_000 }, (_, n) => ({
      type: "table" as const,
      database: `ü${"x".repeat(40)}`,
      name: `t${n}`,
    }));
    const next = {
      ...LINE,
      version: 2,
      name: "b",
      ...packTexts({ up: upText, down: "DROP TABLE b;" }),
    };
    const line = { table: TABLE, lock, id: 2 };
    const unfinished = { line: { table: TABLE, lock, id: 1 }, believed: believedOf(BEGUN), progress: DONE };
    await addNextLine(session, unfinished, line, next, { ...BEGUN, intent: { ...INTENT, objects } });
    const [one, two] = await readLines(session);
    assert.deepEqual({ ...one }, first);
    assert.deepEqual(
      { ...two, intent: JSON.parse(String(two?.intent)), down: two?.down !== null },
      {
        id: 2,
        version: 2,
        name: "b",
        done: 0,
        hash: null,
        intent: { ...INTENT, objects },
        finished: 0,
        ms: 1,
        up: Buffer.from(upText),
        down: true,
        begun: 1,
      },
    );
  });
});

forEachServer("without the lock neither line is written", async (_t, server) => {
  await withFirstLine(server, async (session, lock) => {
    await lock.release();
    const unfinished = { line: { table: TABLE, lock, id: 1 }, believed: believedOf(BEGUN), progress: DONE };
    await assert.rejects(
      addNextLine(session, unfinished, { table: TABLE, lock, id: 2 }, LINE, BEGUN),
      (error) => error instanceof MigrateError && error.code === "lock-lost",
    );
    const lines = await readLines(session);
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.finished, 0);
  });
});

forEachServer("a line that vanished, and one that is there already, are noticed", async (_t, server) => {
  await withFirstLine(server, async (session, lock) => {
    const unfinished = { line: { table: TABLE, lock, id: 1 }, believed: believedOf(BEGUN), progress: DONE };
    const fails = (code: string, line: number) => (error: unknown) =>
      error instanceof MigrateError && error.code === code && error.message.startsWith(`Line ${line} `);

    await addLine(session, { table: TABLE, lock, id: 2 }, { ...LINE, name: "theirs" }, BEGUN);
    const collides = addNextLine(session, unfinished, { table: TABLE, lock, id: 2 }, LINE, BEGUN);
    await assert.rejects(collides, fails("history-moved", 2));
    const [one, two] = await readLines(session);
    assert.equal(one?.finished, 0);
    assert.deepEqual([two?.name, two?.done, two?.finished], ["theirs", 0, 0]);

    await session.execute(`DELETE FROM ${TABLE} WHERE id = 1`);
    const after = addNextLine(session, unfinished, { table: TABLE, lock, id: 3 }, LINE, BEGUN);
    await assert.rejects(after, fails("history-damaged", 1));
    assert.deepEqual(
      (await readLines(session)).map(({ id }) => id),
      [2],
    );
  });
});
