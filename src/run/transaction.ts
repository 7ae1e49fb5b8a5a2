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

/** The runner commits its own transaction after this time or size, so as not to hold locks for long. */
const GROUP_MS = 1_000;
const GROUP_BYTES = 8 * 1024 * 1024;

/** A transaction that is open on the executing session. */
export interface Transaction {
  /** `runner`: around the file's DML. `file`: START TRANSACTION or autocommit = 0; it ends where the file ends it. */
  readonly owner: "runner" | "file";
  readonly readOnly: boolean;
  /** It was begun by turning autocommit off, without a START TRANSACTION. */
  readonly implicit: boolean;
  readonly startedMs: number;
  bytes: number;
  /** What ran in it so far, to run it again after a deadlock. */
  texts: Kept[];
  /** The head of each, to see which names they use; equal ones are kept once. */
  readonly heads: Set<string>;
  /** Why it must not run again; null: it can. */
  whyNotAgain: string | null;
  /** The session's values at its beginning; null: its statements read none. */
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
  /**
   * Why the next transaction must not run again: it uses up a value just set, which cannot be read back. Null: it can.
   */
  whyNextNotAgain: string | null;
}

/** Whether a transaction of the runner's own is old enough, or large enough, to be committed. */
export function isFull({ owner, bytes, startedMs }: Transaction): boolean {
  return owner === "runner" && (bytes >= GROUP_BYTES || performance.now() - startedMs >= GROUP_MS);
}

/**
 * Begins a transaction of the runner's own, or notes the one that autocommit = 0 begins by itself.
 * @param implicit the next statement that uses a table begins it, so no statement can notice a START TRANSACTION
 */
export async function begin(run: Transacting, implicit = false): Promise<void> {
  const { session, memory } = run;
  const owner = memory.autocommit ? "runner" : "file";
  const values = await readSessionValues(session, memory);
  if (owner === "runner") await session.run(beginText(memory, implicit));
  open(run, { owner, readOnly: false, implicit, values });
}

/**
 * Notes a transaction that the file began. @param text the statement that began it, to repeat it; null: it cannot be
 * repeated
 */
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

/** START TRANSACTION would release the file's LOCK TABLES; turning autocommit off keeps them. */
function beginText({ tablesLocked }: SessionMemory, implicit: boolean): string {
  return tablesLocked || implicit ? "SET autocommit = 0" : "START TRANSACTION";
}

/**
 * Runs a statement in the open transaction; after a deadlock or a lock timeout the whole transaction runs again first.
 */
export async function runInside(run: Transacting, work: Work): Promise<void> {
  await repeatedly(run, [work], () => run.session.run(work.statement.text));
  note(run.transaction, work);
}

/**
 * Does the same with several statements at once, which return no rows.
 * @param reached called with the number of statements that ran so far
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
      // Sent alone, for a better error: the server's message quotes the text after the error, including the next
      // statements.
      const text = texts[count];
      if (serverErrno(error) === ER_PARSE_ERROR && text !== undefined) await run.session.run(text);
      throw error;
    }
  });
  for (const work of batch) note(run.transaction, work);
}

/**
 * Does work in the open transaction; after a deadlock or a lock timeout runs the whole transaction again first, if that
 * is safe.
 * @param works the statements in it; none: it is the transaction's end
 * @param whyNotEither asked after a failed try, when nothing else forbids another one
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
  // Without autocommit, looking has begun another transaction.
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
  // Asked only now: the file's statements do not show what routines and triggers do in the session.
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

/** Notes that something ran in the open transaction that must not run twice. */
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
    // Without autocommit, the next record would be lost with the session.
    const off = memory.tablesLocked || transaction?.implicit === true || !memory.autocommit;
    if (off) await session.run("SET autocommit = 1");
  } catch {
    // The connection is gone, and the server rolls back by itself.
  }
  run.transaction = null;
}

/** V8 stores a string with two bytes per character as soon as one of them needs it. */
type Kept = string | Buffer;

function keep(text: string, texts: Kept[]): void {
  const place = texts.push(text) - 1;
  if (text.length <= 64 * 1024) return;
  // Done when the event loop is idle, which is while the server has the next statement.
  setImmediate(() => {
    if (texts[place] === text) texts[place] = Buffer.from(text);
  });
}
