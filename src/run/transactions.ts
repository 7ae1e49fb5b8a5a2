import { serverErrno } from "../server/error-numbers";
import { readSessionProgramNames } from "../server/non-transactional";
import { COMMIT, ROLLBACK, type Session } from "../server/session";
import { type Classified, mentionsAny } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import type { Counters } from "./counters";
import type { Work } from "./group";
import { type Patience, type WhyNotAgain, whyNotAgainInTransaction } from "./retry";
import type { SessionMemory, SessionValues } from "./session-memory";

/** A transaction of the runner's own is committed after this long or this much, so that locks are not held. */
const GROUP_MS = 1_000;
const GROUP_BYTES = 8 * 1024 * 1024;

const ER_PARSE_ERROR = 1064;
/** With binlog_format = STATEMENT InnoDB takes no writes in a transaction at READ COMMITTED, the record included. */
const ER_BINLOG_STMT_MODE_AND_ROW_ENGINE = 1665;

interface Transaction {
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

/** The transaction that is open on the executing session, if one is. */
export interface Transactions {
  readonly owner: "runner" | "file" | null;
  readonly readOnly: boolean;
  /** The runner's own, and what it began with came before the statement that opened it. */
  readonly implicit: boolean;
  /** The runner's own one was open long enough, or holds enough, to be committed. */
  readonly full: boolean;
  /**
   * Begins one of the runner's own, or notes the one that autocommit = 0 begins by itself.
   * @param implicit the next statement to use a table begins it, and nothing that a statement could see
   */
  begin(implicit?: boolean): Promise<void>;
  /** Notes one that the file began. @param text the statement that did, to be able to repeat it; null: it cannot be */
  beganInFile(text: string | null, readOnly: boolean): Promise<void>;
  /** Runs a statement in it; after a deadlock or a lock timeout the whole transaction runs again before it. */
  run(statement: Statement, classified: Classified): Promise<void>;
  /**
   * Does the same with several at once, which return no rows.
   * @param reached told how many of them ran so far
   */
  runTogether(batch: readonly Work[], reached: (count: number) => void): Promise<void>;
  /**
   * Runs a statement that may end it, with what has to be recorded in it before; after a deadlock or a lock timeout the whole
   * transaction runs again, if that is safe.
   * @param whyNotAgain asked after a try that failed, when all else speaks for another one
   */
  runPerhapsEnding(work: Work, run: () => Promise<void>, whyNotAgain: WhyNotAgain): Promise<void>;
  /** Notes that something ran in it that must not run twice. */
  cannotRepeat(why?: string): void;
  /** Notes a statement that only gave user variables a value: it runs again with the rest. */
  keep(statement: Statement): void;
  /** What was just set is used up by the next transaction, and cannot be read to be set again. */
  nextCannotRepeat(why: string): void;
  /** Puts the record in and commits; `commit` is the file's own COMMIT or the runner's. */
  commit(commit?: string): Promise<void>;
  commitOwn(): Promise<void>;
  /** The file ended it: the server says so. */
  ended(): void;
  /** Rolls back, and leaves a session in which the failure can be recorded. Never throws. */
  rollBack(): Promise<void>;
}

/** @param record writes the progress, in the open transaction */
export function createTransactions(
  session: Session,
  memory: SessionMemory,
  patience: Patience,
  counters: Counters,
  record: () => Promise<void>,
): Transactions {
  let open: Transaction | null = null;
  let whyNotNext: string | null = null;

  /** START TRANSACTION would release the file's LOCK TABLES; the other begins one and keeps them. */
  function beginText(implicit: boolean): string {
    return memory.tablesLocked || implicit ? "SET autocommit = 0" : "START TRANSACTION";
  }

  async function runAgain({ owner, implicit, values, texts }: Transaction): Promise<void> {
    await session.run(ROLLBACK);
    await counters.giveBack(session);
    if (values !== null) await memory.giveBack(session, values);
    if (owner === "runner") await session.run(beginText(implicit));
    for (const text of texts) await session.run(text.toString());
  }

  /** @param works what is about to run in it; none: its end */
  async function repeatedly(
    works: readonly Work[],
    work: () => Promise<void>,
    whyNotEither: WhyNotAgain = async () => null,
  ): Promise<void> {
    const transaction = open;
    if (transaction === null) return work();
    let again = false;
    await patience.through(
      async () => {
        if (again) await runAgain(transaction);
        again = true;
        await work();
      },
      [],
      async (error) => (await whyNotAgain(transaction, works)) ?? (await whyNotEither(error)),
    );
  }

  async function whyNotAgain(transaction: Transaction, works: readonly Work[]): Promise<string | null> {
    const { whyNotAgain: why, heads, texts } = transaction;
    if (why !== null) return why;
    const held = Object.values(transaction.values?.variables ?? {});
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

  function opened(begun: Pick<Transaction, "owner" | "readOnly" | "implicit" | "values">): Transaction {
    const whyNotAgain = whyNotNext;
    whyNotNext = null;
    counters.began();
    return { ...begun, whyNotAgain, startedMs: performance.now(), bytes: 0, texts: [], heads: new Set() };
  }

  /** Has the server say of a statement alone what it cannot read: its words go on with the text behind the place. */
  async function failAlone(error: unknown, text: string | undefined): Promise<never> {
    if (serverErrno(error) === ER_PARSE_ERROR && text !== undefined) await session.run(text);
    throw error;
  }

  function note(statement: Statement, classified: Classified): void {
    if (open === null) return;
    open.bytes += statement.text.length;
    const why = whyNotAgainInTransaction(classified, open.texts.length === 0);
    if (why === null) keepIn(open, statement);
    else giveUpOn(open, why);
  }

  function keepIn(transaction: Transaction, { text, head }: Statement): void {
    if (transaction.bytes > GROUP_BYTES) giveUpOn(transaction, "its transaction was too large to be kept");
    if (transaction.whyNotAgain !== null) return;
    transaction.heads.add(head);
    keep(text, transaction.texts);
  }

  function giveUpOn(transaction: Transaction, why: string): void {
    transaction.whyNotAgain ??= why;
    transaction.texts = [];
    transaction.heads.clear();
  }

  async function commit(text = COMMIT): Promise<void> {
    let unrecorded = false;
    await repeatedly([], async () => {
      await record().catch((error: unknown) => {
        if (serverErrno(error) !== ER_BINLOG_STMT_MODE_AND_ROW_ENGINE) throw error;
        unrecorded = true;
      });
      await session.run(text);
    });
    const offByUs = open?.owner === "runner" && (memory.tablesLocked || open.implicit);
    open = null;
    // It wrote nothing that a crash right here could have happen twice: the server would have refused that just the same.
    if (unrecorded) await record();
    if (offByUs) await session.run("SET autocommit = 1");
  }

  return {
    get owner() {
      return open?.owner ?? null;
    },
    get readOnly() {
      return open?.readOnly ?? false;
    },
    get implicit() {
      return open?.owner === "runner" && open.implicit;
    },
    get full() {
      if (open?.owner !== "runner") return false;
      return open.bytes >= GROUP_BYTES || performance.now() - open.startedMs >= GROUP_MS;
    },
    async begin(implicit = false) {
      const owner = memory.autocommit ? "runner" : "file";
      const values = await memory.values(session);
      if (owner === "runner") await session.run(beginText(implicit));
      open = opened({ owner, readOnly: false, implicit, values });
    },
    async beganInFile(text, readOnly) {
      open = opened({
        owner: "file",
        readOnly,
        implicit: false,
        values: text === null ? null : await memory.values(session),
      });
      if (text === null) giveUpOn(open, "it began where another one ended");
      else keep(text, open.texts);
    },
    async run(statement, classified) {
      await repeatedly([{ statement, classified }], () => session.run(statement.text));
      note(statement, classified);
    },
    async runTogether(batch, reached) {
      const texts = batch.map(({ statement }) => statement.text);
      await repeatedly(batch, async () => {
        let count = 0;
        reached(count);
        await session
          .runTogether(texts, () => reached(++count))
          .catch((error: unknown) => {
            return failAlone(error, texts[count]);
          });
      });
      for (const { statement, classified } of batch) note(statement, classified);
    },
    runPerhapsEnding: (work, run, why) => repeatedly([work], run, why),
    cannotRepeat(why = "a statement in its transaction changed the session") {
      if (open !== null) giveUpOn(open, why);
    },
    keep(statement) {
      if (open !== null) keepIn(open, statement);
    },
    nextCannotRepeat(why) {
      whyNotNext = why;
    },
    commit,
    async commitOwn() {
      if (open?.owner === "runner") await commit();
    },
    ended() {
      open = null;
    },
    async rollBack() {
      try {
        if (open !== null || !memory.autocommit) await session.run(ROLLBACK);
        // Without autocommit what is recorded next would go with the session.
        const off = memory.tablesLocked || open?.implicit === true || !memory.autocommit;
        if (off) await session.run("SET autocommit = 1");
      } catch {
        // The connection is gone, and the server rolls back by itself.
      }
      open = null;
    },
  };
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
