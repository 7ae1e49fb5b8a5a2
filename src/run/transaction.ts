import type { Journal } from "../history/journal";
import { ER_PARSE_ERROR, serverErrno } from "../server/error-numbers";
import { readSessionProgramNames } from "../server/non-transactional";
import { ROLLBACK, type Session } from "../server/session";
import { mentionsAny } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import type { Work } from "./group";
import { type Retry, type WhyNotAgain, whyNotAgainInTransaction } from "./retry";
import type { Counters } from "./same-ids";
import { giveBackValues, readSessionValues, type SessionValues } from "./saved-session";
import type { SessionMemory } from "./session-memory";

/** A transaction of the runner's own is committed after this long or this much, so that locks are not held. */
const GROUP_MS = 1_000;
const GROUP_BYTES = 8 * 1024 * 1024;

/** A transaction that is open on the executing session. */
export interface Transaction {
  /** `runner`: around the file's DML. `file`: START TRANSACTION or autocommit = 0; it ends where the file ends it. */
  readonly owner: "runner" | "file";
  readonly readOnly: boolean;
  /** It began without a statement of its own, because autocommit was turned off for it. */
  readonly implicit: boolean;
  readonly startedMs: number;
  bytes: number;
  /** What it ran so far, so that a deadlock can be met by running it again. */
  texts: Kept[];
  /** The head of each, to see what they name; what is alike is kept once. */
  readonly heads: Set<string>;
  /** Why it must not be run again; null: it may. */
  whyNotAgain: string | null;
  /** What its statements found in the session at its beginning; null: they read nothing of it. */
  readonly values: SessionValues | null;
}

/** A session that runs a file, and the transaction that is open on it. */
export interface Transacting {
  readonly session: Session;
  readonly journal: Journal;
  readonly memory: SessionMemory;
  readonly retry: Retry;
  readonly counters: Counters;
  transaction: Transaction | null;
  /** What was just set is used up by the next transaction, and cannot be read to be set again. */
  whyNextNotAgain: string | null;
}

/** Whether one of the runner's own was open long enough, or holds enough, to be committed. */
export function isFull({ owner, bytes, startedMs }: Transaction): boolean {
  return owner === "runner" && (bytes >= GROUP_BYTES || performance.now() - startedMs >= GROUP_MS);
}

/**
 * Begins one of the runner's own, or notes the one that autocommit = 0 begins by itself.
 * @param implicit the next statement to use a table begins it, and nothing that a statement could see
 */
export async function begin(run: Transacting, implicit = false): Promise<void> {
  const { session, memory } = run;
  const owner = memory.autocommit ? "runner" : "file";
  const values = await readSessionValues(session, memory);
  if (owner === "runner") await session.run(beginText(memory, implicit));
  open(run, { owner, readOnly: false, implicit, values });
}

/** Notes one that the file began. @param text the statement that did, to be able to repeat it; null: it cannot be */
export async function beganInFile(run: Transacting, text: string | null, readOnly: boolean): Promise<void> {
  const values = text === null ? null : await readSessionValues(run.session, run.memory);
  const begun = open(run, { owner: "file", readOnly, implicit: false, values });
  if (text === null) giveUpOn(begun, "it began where another one ended");
  else keep(text, begun.texts);
}

function open(
  run: Transacting,
  begun: Pick<Transaction, "owner" | "readOnly" | "implicit" | "values">,
): Transaction {
  const whyNotAgain = run.whyNextNotAgain;
  run.whyNextNotAgain = null;
  run.counters.began();
  const startedMs = performance.now();
  const transaction = { ...begun, whyNotAgain, startedMs, bytes: 0, texts: [], heads: new Set<string>() };
  run.transaction = transaction;
  return transaction;
}

/** START TRANSACTION would release the file's LOCK TABLES; the other begins one and keeps them. */
function beginText({ tablesLocked }: SessionMemory, implicit: boolean): string {
  return tablesLocked || implicit ? "SET autocommit = 0" : "START TRANSACTION";
}

/** Runs a statement in it; after a deadlock or a lock timeout the whole transaction runs again before it. */
export async function runInside(run: Transacting, work: Work): Promise<void> {
  await repeatedly(run, [work], () => run.session.run(work.statement.text));
  note(run.transaction, work);
}

/**
 * Does the same with several at once, which return no rows.
 * @param reached told how many of them ran so far
 */
export async function runTogether(
  run: Transacting,
  batch: readonly Work[],
  reached: (count: number) => void,
): Promise<void> {
  const texts = batch.map(({ statement }) => statement.text);
  await repeatedly(run, batch, async () => {
    let count = 0;
    reached(count);
    try {
      await run.session.runTogether(texts, () => reached(++count));
    } catch (error) {
      // The server says of a statement alone what it cannot read: its words go on with the text behind the place.
      const text = texts[count];
      if (serverErrno(error) === ER_PARSE_ERROR && text !== undefined) await run.session.run(text);
      throw error;
    }
  });
  for (const work of batch) note(run.transaction, work);
}

/**
 * Does what belongs into the open transaction; after a deadlock or a lock timeout runs the whole transaction again before
 * it, if that is safe.
 * @param works the statements in it; none: it is the transaction's end
 * @param whyNotEither asked after a try that failed, when all else speaks for another one
 */
export async function repeatedly(
  run: Transacting,
  works: readonly Work[],
  work: () => Promise<void>,
  whyNotEither: WhyNotAgain = async () => null,
): Promise<void> {
  const { transaction } = run;
  if (transaction === null) return work();
  let again = false;
  await run.retry.through(
    async () => {
      if (again) await runAgain(run, transaction);
      again = true;
      await work();
    },
    [],
    async (error) => (await whyNotAgain(run, transaction, works)) ?? (await whyNotEither(error)),
  );
}

async function runAgain(
  { session, journal, memory, counters }: Transacting,
  transaction: Transaction,
): Promise<void> {
  const { owner, implicit, values, texts } = transaction;
  await session.run(ROLLBACK);
  journal.undone();
  await journal.confirm(session);
  // Without autocommit that look has begun another one.
  if (!memory.autocommit || implicit) await session.run(ROLLBACK);
  await counters.giveBack(session);
  if (values !== null) await giveBackValues(session, values);
  if (owner === "runner") await session.run(beginText(memory, implicit));
  for (const text of texts) await session.run(text.toString());
}

async function whyNotAgain(
  { session, memory }: Transacting,
  { whyNotAgain: why, heads, texts, values }: Transaction,
  works: readonly Work[],
): Promise<string | null> {
  if (why !== null) return why;
  const held = Object.values(values?.variables ?? {});
  if (held.some(({ type }) => type === "large")) return "a user variable is too large to be given back";
  for (const [index, { classified }] of works.entries()) {
    const found = whyNotAgainInTransaction(classified, texts.length + index === 0);
    if (found !== null) return found;
  }
  // Only asked now: what routines and triggers do in the session shows in none of the file's statements.
  const named = new Set([...heads, ...works.map(({ statement }) => statement.head)]);
  const names = await readSessionProgramNames(session, memory.database);
  return [...named].some((head) => mentionsAny(head, names, { ansiQuotes: true }))
    ? "a routine or trigger that it uses may have changed what the session holds"
    : null;
}

function note(transaction: Transaction | null, { statement, classified }: Work): void {
  if (transaction === null) return;
  transaction.bytes += statement.text.length;
  const why = whyNotAgainInTransaction(classified, transaction.texts.length === 0);
  if (why === null) keepIn(transaction, statement);
  else giveUpOn(transaction, why);
}

/** Notes a statement that only gave user variables a value: it runs again with the rest. */
export function keepIn(transaction: Transaction, { text, head }: Statement): void {
  if (transaction.bytes > GROUP_BYTES) giveUpOn(transaction, "its transaction was too large to be kept");
  if (transaction.whyNotAgain !== null) return;
  transaction.heads.add(head);
  keep(text, transaction.texts);
}

/** Notes that something ran in the open one that must not run twice. */
export function cannotRepeat({ transaction }: Transacting): void {
  if (transaction !== null) giveUpOn(transaction, "a statement in its transaction changed the session");
}

function giveUpOn(transaction: Transaction, why: string): void {
  transaction.whyNotAgain ??= why;
  transaction.texts = [];
  transaction.heads.clear();
}

/** Rolls back, and leaves a session in which the failure can be recorded. Never throws. */
export async function rollBack(run: Transacting): Promise<void> {
  const { session, journal, memory, transaction } = run;
  try {
    if (transaction !== null || !memory.autocommit) {
      await session.run(ROLLBACK);
      journal.undone();
    }
    // Without autocommit what is recorded next would go with the session.
    const off = memory.tablesLocked || transaction?.implicit === true || !memory.autocommit;
    if (off) await session.run("SET autocommit = 1");
  } catch {
    // The connection is gone, and the server rolls back by itself.
  }
  run.transaction = null;
}

/** A large string of V8's has two bytes for each character as soon as one of them needs it. */
type Kept = string | Buffer;

function keep(text: string, texts: Kept[]): void {
  const place = texts.push(text) - 1;
  if (text.length <= 64 * 1024) return;
  // When the event loop has nothing else to do, which is while the next statement is at the server.
  setImmediate(() => {
    if (texts[place] === text) texts[place] = Buffer.from(text);
  });
}
