import { inOne } from "../history/lines";
import { ER_PARSE_ERROR, serverErrno } from "../server/error-numbers";
import type { Session } from "../server/session";
import type { Statement } from "../syntax/statement";
import type { Work } from "./companions";
import { type Announcement, decide } from "./decide";
import { type Execution, ranForGood, record, stateOf } from "./execution";
import { didNothing, intentFor, tablesOf, whyNotAgain } from "./intent";
import { readBefore } from "./judge-intent";
import { perform } from "./perform";
import type { Retry } from "./retry";

/** Whether the session is plain enough to announce statements together: they will be judged in a plain one. */
export function mayAnnounceTogether({ memory, transaction }: Execution): boolean {
  return (
    memory.autocommit && !memory.tablesLocked && memory.temporaries.none && transaction?.owner !== "file"
  );
}

/**
 * Runs statements that commit by themselves (see companions.ts): one record announces all of them, and they go to the
 * server in one command. The server runs them one by one and stops at the first failure.
 * @param reached called with the number of statements that ran so far
 * @throws MigrateError; the driver's error, about the statement after those
 */
export async function runAnnounced(
  execution: Execution,
  works: readonly Work[],
  reached: (count: number) => void,
): Promise<void> {
  const { session, memory } = execution;
  const [first] = works;
  if (first === undefined) return;
  const announced = await announcementsOf(session, memory.database, works);
  const [announcement] = announced;
  if (announcement === undefined) return;
  for (const action of decide({ kind: "self-committing", announcement }, stateOf(execution, false))) {
    if (action.do === "announce") {
      const intents = works.map(({ statement }, at) => {
        const one = announced[at] ?? announcement;
        return intentFor(execution, statement, one);
      });
      await record(execution, inOne(intents));
    } else if (action.do === "send") await send(execution, works, announced, reached);
    else await perform(execution, first, action);
  }
}

/** What is announced for each. The statement that records this also looks whether the table exists. */
export async function announcementsOf(
  session: Session,
  database: string,
  works: readonly Work[],
): Promise<readonly Announcement[]> {
  const announced: Announcement[] = [];
  for (const { statement, classified } of works) {
    const kind = classified.statement;
    if (kind.kind !== "self-committing") throw new TypeError("it cannot be announced with others");
    const before = await readBefore(session, kind.verb, kind.objects, database);
    announced.push({ ...before, executes: null, text: statement.text });
  }
  return announced;
}

async function send(
  execution: Execution,
  works: readonly Work[],
  announced: readonly Announcement[],
  reached: (count: number) => void,
): Promise<void> {
  const { session, retry, memory } = execution;
  let ran = 0;
  const sending: Sending = {
    texts: works.map(({ statement }) => statement.text),
    tables: tablesOf(
      announced.flatMap(({ objects }) => objects),
      memory.database,
    ),
    ran: () => reached(++ran),
    whyNotAgain: async (error) => {
      const failed = announced[ran];
      return failed === undefined ? null : whyNotAgain(execution, error, failed);
    },
  };
  execution.fateOpen = true;
  try {
    await sendTogether(session, retry, sending, () => execution.journal.confirm(session));
  } catch (error) {
    for (const { statement } of works.slice(0, ran)) ranForGood(execution, statement);
    const [failed, work] = [announced[ran], works[ran]];
    execution.fateOpen = false;
    if (failed !== undefined && work !== undefined) await keepFate(execution, error, work.statement, failed);
    throw error;
  }
  execution.fateOpen = false;
  for (const { statement } of works) ranForGood(execution, statement);
}

/**
 * Records what is known about a failed statement that may have taken effect. The server did not reach those after it;
 * but if the connection is gone, the next run judges all of them.
 */
export async function keepFate(
  execution: Execution,
  error: unknown,
  statement: Statement,
  failed: Announcement,
): Promise<void> {
  execution.fateOpen = true;
  execution.fateOpen = !(await didNothing(execution, error, failed));
  if (!execution.fateOpen) return;
  await record(execution, intentFor(execution, statement, failed)).catch(() => {
    // The announcement stays as it is.
    execution.unrecorded = false;
  });
}

/** Announced statements, and what to do as they run. */
export interface Sending {
  readonly texts: readonly string[];
  /** The tables that they lock, to name their holders. */
  readonly tables: Parameters<Retry["through"]>[1];
  /** Called after each one that ran. */
  readonly ran: () => void;
  /** Asked about the first one that did not run. */
  readonly whyNotAgain: Parameters<Retry["through"]>[2];
}

/**
 * Sends them in one command; after a lock timeout, those that did not run.
 * @param confirm checks, before a second try, that the history is as this run left it
 * @throws as `Retry.through`
 */
export async function sendTogether(
  session: Session,
  retry: Retry,
  { texts, tables, ran, whyNotAgain }: Sending,
  confirm: () => Promise<void>,
): Promise<void> {
  let again = false;
  let count = 0;
  const counted = (): void => {
    count++;
    ran();
  };
  const sendRest = async (): Promise<void> => {
    if (again) await confirm();
    again = true;
    while (count < texts.length) {
      try {
        return await session.runTogether(texts.slice(count), counted);
      } catch (error) {
        const text = texts[count];
        if (serverErrno(error) !== ER_PARSE_ERROR || text === undefined) throw error;
        // Sent alone, for a better error: the server's message quotes the text after the error, including the next
        // statements.
        await session.run(text);
        counted();
      }
    }
  };
  await retry.through(sendRest, tables, whyNotAgain);
}
