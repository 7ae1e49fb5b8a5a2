import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { StatementError } from "../../src/errors";
import type { RunEvent } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import type { RunOptions } from "../../src/run/runner";
import { withSession } from "../../src/server/connection";
import type { Session } from "../../src/server/session";
import { settingsFromOptions } from "../../src/settings/settings";
import { readStatus } from "../../src/verbs/status";
import { fillBigTable, LONG_UPDATE, untilRunning } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

/** A database and a folder with one migration. */
interface Subject {
  readonly server: TestServer;
  readonly url: string;
  up(options?: RunOptions, through?: string): Promise<unknown>;
  /** Runs it to the error that it must end with. */
  fails(options?: RunOptions): Promise<StatementError>;
  rewrite(text: string): Promise<void>;
  ask(sql: string): Promise<readonly number[]>;
  /** Such as `partial-up 3/5`. */
  state(): Promise<string>;
  beside<T>(body: (other: Session) => Promise<T>): Promise<T>;
}

function forEachSubject(name: string, up: string, body: (subject: Subject) => Promise<void>): void {
  forEachServer(name, (_t, server) =>
    withTestDatabase(server, ({ url }) =>
      withMigrations({ "0001_a.up.sql": up, "0001_a.down.sql": "DROP TABLE t" }, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        const run = (options: RunOptions = {}, through = url): Promise<unknown> =>
          migrate(settingsFromOptions({ databaseUrl: through, dir }), "up", null, {
            ...options,
            allowExisting: true,
          });
        await body({
          server,
          url,
          up: run,
          async fails(options) {
            const error: unknown = await run(options).then(
              () => assert.fail("it ended well"),
              (reason: unknown) => reason,
            );
            assert.ok(error instanceof StatementError, String(error));
            return error;
          },
          rewrite: (text) => writeFile(join(dir, "0001_a.up.sql"), text),
          ask: (sql) =>
            withSession(settings.database, async (session) =>
              (await session.query(sql)).map((row) => Number(Object.values(row)[0])),
            ),
          async state() {
            const [entry] = (await readStatus(settings)).entries;
            return `${entry?.state} ${entry?.done}/${entry?.total}`;
          },
          beside: (other) => withSession(settings.database, other),
        });
      }),
    ),
  );
}

const TABLE = "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL DEFAULT 0);\n";

/** Single rows with these ids. */
function rows(from: number, to: number): string {
  let text = "";
  for (let id = from; id <= to; id++) text += `INSERT INTO t (id) VALUES (${id});\n`;
  return text;
}

const MANY = 5_000;
const BAD = 3_217;
const doubled = `${TABLE}${rows(1, BAD - 1)}\n\nINSERT INTO t (id)\n  VALUES (17);\n${rows(BAD + 1, MANY)}`;

forEachSubject(
  "a statement that fails among thousands is named, and the repaired file goes on from what is recorded",
  doubled,
  async ({ fails, ask, state, rewrite, up }) => {
    const { message, failure } = await fails();
    // The table is the first statement, and two lines are empty.
    assert.equal(failure.statement, BAD + 1);
    assert.equal(failure.line, BAD + 3);
    assert.equal(failure.total, MANY + 1);
    assert.equal(failure.errno, 1062);
    assert.match(
      message,
      new RegExp(
        `^0001_a\\.up\\.sql:${BAD + 3}:1: statement ${BAD + 1} of ${MANY + 1}: Duplicate entry '17'`,
      ),
    );
    assert.ok(failure.done > 0 && failure.done <= BAD, String(failure.done));
    assert.match(
      message,
      new RegExp(`\\n${failure.done} of ${MANY + 1} statements are applied and recorded\\.$`),
    );
    assert.equal(await state(), `partial-up ${failure.done}/${MANY + 1}`);
    assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [failure.done - 1]);

    await rewrite(doubled.replace("  VALUES (17)", `  VALUES (${BAD})`));
    await up();
    assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [MANY]);
    assert.deepEqual(await ask("SELECT SUM(id) FROM t"), [(MANY * (MANY + 1)) / 2]);
    assert.match(await state(), /^applied/);
  },
);

forEachSubject(
  "thousands of small statements take few round trips",
  `${TABLE}${rows(1, MANY)}`,
  async ({ server, url, up, ask }) => {
    const commands = await withProxy(server, {}, async (proxy) => {
      await up({}, proxy.through(url));
      return proxy.commands.length;
    });
    assert.ok(commands < MANY / 20, `${commands} commands`);
    assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [MANY]);
  },
);

const TWO = "INSERT INTO t (id) VALUES (101); INSERT INTO t (id) VALUES (102)";

for (const [where, from, to] of [
  ["behind", 9, 1],
  ["among", 9, 20],
  ["before", 1, 9],
] as const) {
  forEachSubject(
    `two statements in one are refused by the server, ${where} others that are sent together`,
    `${TABLE}${rows(1, from)}DELIMITER //\n${TWO}//\nDELIMITER ;\n${rows(from + 1, to)}`,
    async ({ fails, ask }) => {
      const { failure } = await fails();
      assert.equal(failure.errno, 1064);
      assert.equal(failure.statement, from + 2);
      assert.deepEqual(await ask("SELECT COUNT(*) FROM t WHERE id > 100"), [0]);
      assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [failure.done - 1]);
    },
  );
}

forEachSubject(
  "what the server says of a statement that it cannot read is about that statement alone",
  `${TABLE}${rows(1, 5)}INSERT INTO t (id) VALUES (6) NONSENSE;\n${rows(7, 30)}`,
  async ({ fails }) => {
    const { message } = await fails();
    assert.match(message, /near 'NONSENSE' at line \d+ \(error 1064\)\n/);
  },
);

const ONE = "UPDATE t SET n = n + 1 WHERE id = 1;\n";
const SECOND = "UPDATE t SET n = n + 1 WHERE id = 2;\n";

/** Makes the table with rows 1 and 2, and holds the second in a transaction with `weight` rows of its own. */
async function holdRowTwo(other: Session, weight = 0): Promise<void> {
  await other.run("CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL DEFAULT 0)");
  await other.run("INSERT INTO t (id) VALUES (1), (2)");
  await other.run("START TRANSACTION");
  await other.run("UPDATE t SET n = n + 10 WHERE id = 2");
  for (let id = 1; id <= weight; id++) await other.run(`INSERT INTO t (id) VALUES (${1_000 + id})`);
}

for (const before of [5, 300]) {
  forEachSubject(
    `a lock wait behind ${before} others of its transaction is met by running all of them again`,
    `SET innodb_lock_wait_timeout = 1;\n${ONE.repeat(before)}${SECOND}${rows(10, 40)}`,
    ({ up, ask, beside }) =>
      beside(async (other) => {
        await holdRowTwo(other);
        const events: RunEvent[] = [];
        let released: Promise<void> | null = null;
        await up({
          emit(event) {
            events.push(event);
            if (event.event === "blocked") released ??= other.run("COMMIT");
          },
        });
        await released;
        assert.deepEqual(reasons(events), ["lock-wait"]);
        assert.deepEqual(await ask("SELECT n FROM t WHERE id < 10 ORDER BY id"), [before, 11]);
        assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [33]);
        assert.deepEqual(
          done(events),
          Array.from({ length: before + 33 }, (_, index) => index + 1),
        );
      }),
  );
}

forEachSubject(
  "a deadlock among statements that are sent together is met by running the whole transaction again",
  `${ONE.repeat(20)}UPDATE t SET n = n + 1 WHERE id = 2 AND 'the one that waits' <> '';\n${rows(10, 40)}`,
  ({ up, ask, beside, url }) =>
    beside(async (other) => {
      // The heavier transaction survives.
      await holdRowTwo(other, 60);
      const events: RunEvent[] = [];
      const crossed = untilWaiting(url, "the one that waits").then(async () => {
        await other.run("UPDATE t SET n = n + 10 WHERE id = 1");
        await other.run("COMMIT");
      });
      await Promise.all([up({ emit: (event) => void events.push(event) }), crossed]);
      assert.deepEqual(reasons(events), ["deadlock"]);
      assert.deepEqual(await ask("SELECT n FROM t WHERE id < 10 ORDER BY id"), [30, 11]);
      assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [2 + 31 + 60]);
    }),
);

forEachSubject(
  "a signal ends thousands of small statements between two batches, and the next run goes on",
  `${TABLE}${rows(1, MANY)}`,
  async ({ server, url, up, ask, state }) => {
    const stop = new AbortController();
    await withProxy(server, {}, async (proxy) => {
      let sent = 0;
      const emit = (event: RunEvent): void => {
        if (event.event !== "statement-done" || event.statement < 100 || stop.signal.aborted) return;
        sent = proxy.commands.length;
        stop.abort();
      };
      await assert.rejects(up({ signal: stop.signal, emit }, proxy.through(url)), { code: "interrupted" });
      const later = proxy.commands.slice(sent).map(({ text }) => text);
      assert.deepEqual(
        later.filter((text) => text.startsWith("INSERT INTO t")),
        [],
      );
    });
    const [count = 0] = await ask("SELECT COUNT(*) FROM t");
    assert.ok(count >= 99 && count < MANY, String(count));
    assert.equal(await state(), `partial-up ${count + 1}/${MANY + 1}`);
    await up();
    assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [MANY]);
    assert.deepEqual(await ask("SELECT SUM(id) FROM t"), [(MANY * (MANY + 1)) / 2]);
  },
);

const SLOW = "UPDATE t SET n = n + 1 WHERE SLEEP(0.5) = 0";

for (const [where, quick] of [
  ["", 0],
  [" behind quick ones", 300],
] as const) {
  forEachSubject(
    `a signal does not wait for many slow statements${where}`,
    `${TABLE}INSERT INTO t (id) VALUES (1);\nCREATE TABLE u (id INT);\n${"INSERT INTO u VALUES (1);\n".repeat(quick)}${`${SLOW};\n`.repeat(12)}`,
    async ({ up, url, ask, state }) => {
      const stop = new AbortController();
      const stopping = untilRunning(url, SLOW).then(() => stop.abort());
      await assert.rejects(up({ signal: stop.signal }), { code: "interrupted" });
      await stopping;
      const [n = 0] = await ask("SELECT n FROM t WHERE id = 1");
      assert.ok(n >= 1 && n <= 4, `${n} of 12`);
      await up();
      assert.deepEqual(await ask("SELECT n FROM t WHERE id = 1"), [12]);
      assert.match(await state(), /^applied/);
    },
  );
}

forEachSubject(
  "a kill ends a long statement among others that are sent together, and takes their group back",
  `${TABLE}${rows(1, 300)}${ONE.repeat(50)}${LONG_UPDATE};\n${rows(301, 310)}`,
  async ({ fails, up, url, ask, state }) => {
    await fillBigTable(url, 10);
    const stop = new AbortController();
    const kill = new AbortController();
    const killing = untilRunning(url, "UPDATE big").then(() => {
      stop.abort();
      kill.abort();
    });
    const error = await fails({ signal: stop.signal, killSignal: kill.signal });
    await killing;
    assert.equal(error.code, "interrupted");
    assert.equal(error.failure.statement, 352);
    assert.equal(error.failure.errno, 1317);
    assert.equal(await state(), `partial-up ${error.failure.done}/362`);
    assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [Math.min(300, error.failure.done - 1)]);
    assert.deepEqual(await ask("SELECT COUNT(*) FROM big WHERE pad >= 1000000"), [0]);
    await ask("DELETE FROM big WHERE id > 10");
    await up();
    assert.deepEqual(await ask("SELECT COUNT(*) FROM t"), [310]);
    assert.deepEqual(await ask("SELECT n FROM t WHERE id = 1"), [50]);
  },
);

function reasons(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => (event.event === "blocked" ? [event.reason] : []));
}

/** Numbers of the statements that are told as done. */
function done(events: readonly RunEvent[]): readonly number[] {
  return events.flatMap((event) => (event.event === "statement-done" ? [event.statement] : []));
}

/** Resolves when a transaction waits for a row in a statement that contains this. */
async function untilWaiting(url: string, part: string): Promise<void> {
  await withSession(settingsFromOptions({ databaseUrl: url }).database, async (session) => {
    for (;;) {
      const waiting = await session.query(
        `SELECT trx_query AS query FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'`,
      );
      if (waiting.some(({ query }) => String(query).includes(part))) return;
      // The server gives the same rows again to who asks within a tenth of a second.
      await delay(250);
    }
  });
}
