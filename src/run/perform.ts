import { MigrateError } from "../errors";
import { readUserVariables } from "../server/user-variables";
import type { Action } from "./decide";
import { commit, type Execution, record } from "./execution";
import type { Work } from "./group";
import { announce, sendAnnounced, sendPerhapsEnding, sendRepeatable } from "./intent";
import { sendOnline } from "./run-online";
import { lockingHistoryToo, readAutocommit } from "./saved-session";
import { beganInFile, begin, cannotRepeat, keepIn, runInside } from "./transaction";

/** Carries out one action.  @throws MigrateError; the driver's error */
export async function perform(execution: Execution, work: Work, action: Action): Promise<void> {
  const { session, journal, memory, nonTransactional, counters } = execution;
  const { statement, classified } = work;
  switch (action.do) {
    case "refuse":
      throw new MigrateError("unsupported-statement", action.why, { hint: action.hint });
    case "commit":
      return commit(execution);
    case "commit-by-it":
      journal.advance(statement);
      return commit(execution, statement.text);
    case "go-on":
      return counters.goesOn();
    case "record":
      return record(execution, null);
    case "record-start": {
      // After a crash we must know where the counters stood, so that is committed before the transaction that moves
      // them.
      const moved = await counters.prepare(session);
      if (moved || execution.unrecorded) await record(execution, null);
      return;
    }
    case "begin":
      return begin(execution, action.implicit);
    case "began":
      return beganInFile(execution, statement.text, action.readOnly);
    case "chained":
      return beganInFile(execution, null, false);
    case "look":
      if (await session.transactionOpen()) return beganInFile(execution, null, false);
      execution.transaction = null;
      if (action.recordIfNone) await record(execution, null);
      return;
    case "cannot-repeat":
      return cannotRepeat(execution);
    case "next-cannot-repeat":
      execution.whyNextNotAgain = "it uses up what was set for it";
      return;
    case "announce":
      return announce(execution, statement, action.announcement);
    case "send":
      return send(execution, work, action.how);
    case "send-repeatable":
      return sendRepeatable(execution, statement, action.objects);
    case "send-perhaps-ending":
      return sendPerhapsEnding(execution, statement, action.announcement, action.held);
    case "borrow":
      if (classified.userVariables.length === 0) return;
      memory.borrowed[statement.number] = await readUserVariables(session, classified.userVariables);
      return;
    case "know-non-transactional":
      await nonTransactional.namesSeenFrom(session, memory.database);
      return;
    case "read-autocommit":
      return readAutocommit(session, memory);
    default:
      action satisfies never;
  }
}

async function send(
  execution: Execution,
  work: Work,
  how: Extract<Action, { readonly do: "send" }>["how"],
): Promise<void> {
  const { session, journal, retry, transaction } = execution;
  const { statement } = work;
  switch (how) {
    case "in-transaction":
      await runInside(execution, work);
      return journal.advance(statement);
    case "announced":
      return sendAnnounced(execution, statement);
    case "online":
      return sendOnline(execution, statement);
    case "in-session":
      return sendInSession(execution, statement, statement.text);
    case "variables":
      await session.run(statement.text);
      if (transaction !== null) keepIn(transaction, statement);
      return journal.advance(statement);
    case "lock": {
      const text = lockingHistoryToo(statement.text, session.database, journal.line.table);
      // It locks all of its tables or none: after a time-out it can ask again.
      let again = false;
      return retry.through(
        async () => {
          if (again) await journal.confirm(session);
          again = true;
          await sendInSession(execution, statement, text);
        },
        [],
        async () => null,
      );
    }
    default:
      how satisfies never;
  }
}

async function sendInSession(
  execution: Execution,
  statement: Work["statement"],
  text: string,
): Promise<void> {
  await execution.session.run(text);
  // Running it again would not restore what it changed.
  cannotRepeat(execution);
  execution.journal.advance(statement);
}
