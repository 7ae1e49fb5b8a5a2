import assert from "node:assert/strict";
import { type Beginning, createJournal } from "../../src/history/journal";
import { createHistoryTable } from "../../src/history/table";
import { createRetry } from "../../src/run/retry";
import { createCounters } from "../../src/run/same-ids";
import { createSessionMemory } from "../../src/run/session-memory";
import { begin, runTogether } from "../../src/run/transaction";
import { acquireLock } from "../../src/server/lock";
import { createClassifier } from "../../src/syntax/classify";
import { splitText } from "../../src/syntax/splitter";
import { forEachServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

const PARTIAL: Beginning = { line: "partial", believed: { done: 0, intent: null }, spentMs: 0 };

forEachServer(
  "in the second try of statements that are sent together, those of the second try are told",
  (_t, server) =>
    withTestDatabase(server, ({ name }) =>
      withTestSession(server, name, (other) =>
        withTestSession(server, name, async (session) => {
          await session.run("CREATE TABLE t (id INT PRIMARY KEY)");
          await session.run("SET innodb_lock_wait_timeout = 1");
          await other.run("START TRANSACTION");
          await other.run("INSERT INTO t VALUES (4)");
          let taken: Promise<void> | null = null;
          const retry = createRetry(session, undefined, () => {
            // It has this row when the first try is rolled back.
            taken = other.run("INSERT INTO t VALUES (1)").then(() => other.run("COMMIT"));
          });
          const memory = createSessionMemory(name, { usesLastInsertId: false, userVariables: [] });
          const counters = createCounters([], memory, async () => null);
          await createHistoryTable(session, "history");
          const lock = await acquireLock(session, "history", { timeoutMs: 0 });
          const journal = createJournal({ table: "history", lock, id: 1 }, 4, PARTIAL);
          journal.found(null);
          const run = { session, journal, memory, retry, counters, transaction: null, whyNextNotAgain: null };
          const classify = createClassifier();
          const batch = [1, 2, 3, 4]
            .flatMap((id) => splitText(`INSERT INTO t VALUES (${id})`))
            .map((statement) => ({ statement, classified: classify(statement) }));
          const told: number[] = [];
          await begin(run);
          await assert.rejects(
            runTogether(run, batch, (count) => void told.push(count)),
            { errno: 1062 },
          );
          await taken;
          assert.deepEqual(told, [0, 1, 2, 3, 0]);
        }),
      ),
    ),
);
