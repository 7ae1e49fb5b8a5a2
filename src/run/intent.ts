import { MigrateError } from "../errors";
import { believedOf, readProgress } from "../history/believed";
import { intentOf } from "../history/journal";
import type { Intent } from "../history/lines";
import { serverErrno } from "../server/error-numbers";
import { ROLLBACK } from "../server/session";
import { classify, type ObjectRef } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import type { Announcement } from "./decide";
import { type Execution, ranForGood, record } from "./execution";
import { isUnchanged, readBefore } from "./judge-intent";
import { provesNothingHappened } from "./refused";
import { writesOutside } from "./resolve-kind";
import { whyNotAgainAlone } from "./retry";
import { cannotRepeat, repeatedly, rollBack } from "./transaction";

/** Reads what will tell whether a statement took effect, and records that it is about to run. */
export async function announce(
  execution: Execution,
  statement: Statement,
  announcement: Announcement,
): Promise<void> {
  const { session, memory } = execution;
  const { how, objects, before, executes } = announcement;
  const database = executes?.database ?? memory.database;
  const looked = before === null ? await readBefore(session, how, objects, database) : {};
  execution.announced = { ...announcement, ...looked };
  await record(execution, intentFor(execution, statement, execution.announced));
}

/** What the history stores about it. */
export function intentFor(
  { session }: Pick<Execution, "session">,
  statement: Statement,
  { how, objects, before, executes }: Announcement,
): Intent {
  const running = executes === null ? {} : { executes };
  return { ...intentOf(statement), connection: session.connectionId, how, objects, before, ...running };
}

/**
 * Runs a statement whose intent is recorded, outside of a transaction. @param text the same statement in other words
 */
export async function sendAnnounced(
  execution: Execution,
  statement: Statement,
  text: string = statement.text,
): Promise<void> {
  const { memory, retry, announced } = execution;
  if (announced === null) throw new TypeError("its intent comes first");
  execution.fateOpen = true;
  try {
    await retry.through(sending(execution, text), tablesOf(announced.objects, memory.database), (error) =>
      whyNotAgain(execution, error, announced),
    );
  } catch (error) {
    // The server said no; most statements then did nothing, but not all of them (a DROP of several tables).
    execution.fateOpen = !(await didNothing(execution, error, announced));
    throw error;
  }
  execution.fateOpen = false;
  ranForGood(execution, statement);
}

/**
 * Sends a statement outside of a transaction; not a second time before a check that the history is as this run left it.
 */
export function sending({ session, journal }: Execution, text: string): () => Promise<void> {
  let again = false;
  return async () => {
    if (again) await journal.confirm(session);
    again = true;
    await session.run(text);
  };
}

/** Why it must not be tried again after an error; null: it can be. */
export async function whyNotAgain(
  execution: Execution,
  error: unknown,
  announced: Announcement,
): Promise<string | null> {
  const { how, text } = announced;
  const why = whyNotAgainAlone(how, text, classify(text).userVariables);
  if (why !== null) return why;
  return (await didNothing(execution, error, announced)) ? null : "part of it may have taken effect";
}

/** Whether the server refused it and none of it took effect. */
export async function didNothing(
  { session, memory }: Execution,
  error: unknown,
  announced: Announcement,
): Promise<boolean> {
  const cause = serverError(error);
  if (serverErrno(cause) === null) return false;
  if (await provesNothingHappened(session, cause, announced.text, memory.database)) return true;
  return await isUnchanged(session, announced);
}

function serverError(error: unknown): unknown {
  return error instanceof MigrateError ? error.cause : error;
}

/** Runs a statement that is safe to run twice, outside of a transaction. */
export async function sendRepeatable(
  execution: Execution,
  statement: Statement,
  objects: readonly ObjectRef[],
): Promise<void> {
  const { memory, retry } = execution;
  await retry.through(sending(execution, statement.text), tablesOf(objects, memory.database), async () =>
    whyNotAgainAlone("repeatable", statement.text, classify(statement.text).userVariables),
  );
  ranForGood(execution, statement);
}

/** The tables whose holders a message should name. */
export function tablesOf(
  objects: readonly ObjectRef[],
  current: string,
): { database: string; name: string }[] {
  return objects
    .filter(({ type }) => type === "table")
    .map(({ database, name }) => ({ database: database ?? current, name }));
}

/**
 * Runs a statement in the file's own transaction, which it may end. The record of everything before it, and its intent,
 * are written in that transaction. If the statement commits the transaction, they are committed too; if not, they are
 * undone with the rest.
 * @param announcement null for a statement that can be repeated
 * @param held whether later statements read what it leaves
 */
export async function sendPerhapsEnding(
  execution: Execution,
  statement: Statement,
  announcement: Announcement | null,
  held: boolean,
): Promise<void> {
  const { session, journal } = execution;
  const recorded = journal.done;
  const run = async (): Promise<void> => {
    await record(execution, announcement === null ? null : intentFor(execution, statement, announcement));
    execution.fateOpen = announcement !== null;
    if (held) cannotRepeat(execution);
    await session.run(statement.text);
  };
  const text = announcement?.text ?? statement.text;
  try {
    const work = { statement, classified: classify(statement.text) };
    await repeatedly(execution, [work], run, () => whyNotAgainInside(execution, statement, text));
  } catch (error) {
    if (serverErrno(serverError(error)) !== null)
      execution.fateOpen = await isCommitted(execution, error, statement, announcement);
    throw error;
  }
  execution.fateOpen = false;
  journal.unsure();
  if (await session.transactionOpen()) {
    journal.resumeAt(recorded);
    cannotRepeat(execution);
    journal.advance(statement);
    return;
  }
  execution.transaction = null;
  ranForGood(execution, statement);
  if (announcement?.how === "ask" && !held) await record(execution, null);
}

/** Asked after it could not get its locks. By then its own work has been rolled back, or committed. */
async function whyNotAgainInside(
  execution: Execution,
  statement: Statement,
  text: string,
): Promise<string | null> {
  const { session, journal } = execution;
  await session.run(ROLLBACK);
  const line = await readProgress(session, journal.line);
  if (line?.intent?.statement === statement.number) return "it had committed its transaction by then";
  execution.fateOpen = false;
  return (await writesOutside(execution, [text]))
    ? "what it wrote to a table without transactions stays"
    : null;
}

/** Asked after an error: whether the statement got as far as committing the transaction, and may have done more. */
async function isCommitted(
  execution: Execution,
  error: unknown,
  statement: Statement,
  announcement: Announcement | null,
): Promise<boolean> {
  const { session, journal } = execution;
  await rollBack(execution);
  const line = await readProgress(session, journal.line);
  journal.resumeAt(line?.done ?? 0);
  journal.found(line === null ? null : believedOf(line));
  if (announcement === null || line?.intent?.statement !== statement.number) return false;
  return !(await didNothing(execution, error, announcement));
}
