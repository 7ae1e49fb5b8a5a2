import { serverErrno } from "../database/server-errors";
import { COMMIT, ROLLBACK, type Session } from "../database/session";
import type { Classified } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import type { Work } from "./batches";
import type { Patience } from "./patience";
import type { SessionMemory } from "./session-memory";

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
  /** What it ran so far, so that a deadlock can be met by running it again; null: it must not be. */
  texts: Kept[] | null;
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
  beganInFile(text: string | null, readOnly: boolean): void;
  /** Runs a statement in it; after a deadlock or a lock timeout the whole transaction runs again before it. */
  run(statement: Statement, classified: Classified): Promise<void>;
  /**
   * Does the same with several at once, which return no rows.
   * @param reached told how many of them ran so far
   */
  runTogether(batch: readonly Work[], reached: (count: number) => void): Promise<void>;
  /** Notes that something ran in it that must not run twice. */
  cannotRepeat(): void;
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
  record: () => Promise<void>,
): Transactions {
  let open: Transaction | null = null;

  /** START TRANSACTION would release the file's LOCK TABLES; the other begins one and keeps them. */
  function beginText(implicit: boolean): string {
    return memory.tablesLocked || implicit ? "SET autocommit = 0" : "START TRANSACTION";
  }

  async function runAgain({ owner, implicit }: Transaction, texts: readonly Kept[]): Promise<void> {
    await session.run(ROLLBACK);
    if (owner === "runner") await session.run(beginText(implicit));
    for (const text of texts) await session.run(text.toString());
  }

  async function repeatedly(work: () => Promise<void>): Promise<void> {
    const transaction = open;
    const texts = transaction?.texts ?? null;
    if (transaction === null || texts === null) return work();
    let again = false;
    await patience.through(async () => {
      if (again) await runAgain(transaction, texts);
      again = true;
      await work();
    }, []);
  }

  /** Has the server say of a statement alone what it cannot read: its words go on with the text behind the place. */
  async function failAlone(error: unknown, text: string | undefined): Promise<never> {
    if (serverErrno(error) === ER_PARSE_ERROR && text !== undefined) await session.run(text);
    throw error;
  }

  function note({ text }: Statement, classified: Classified): void {
    if (open === null) return;
    open.bytes += text.length;
    if (isRepeatable(classified, open) && open.bytes <= GROUP_BYTES) keep(text, open.texts);
    else open.texts = null;
  }

  async function commit(text = COMMIT): Promise<void> {
    let unrecorded = false;
    await repeatedly(async () => {
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
      if (owner === "runner") await session.run(beginText(implicit));
      open = { owner, readOnly: false, implicit, startedMs: performance.now(), bytes: 0, texts: [] };
    },
    beganInFile(text, readOnly) {
      const texts = text === null ? null : [text];
      open = { owner: "file", readOnly, implicit: false, startedMs: performance.now(), bytes: 0, texts };
    },
    async run(statement, classified) {
      await repeatedly(() => session.run(statement.text));
      note(statement, classified);
    },
    async runTogether(batch, reached) {
      const texts = batch.map(({ statement }) => statement.text);
      await repeatedly(async () => {
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
    cannotRepeat() {
      if (open !== null) open.texts = null;
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

function keep(text: string, texts: Kept[] | null): void {
  if (texts === null) return;
  const place = texts.push(text) - 1;
  if (text.length <= 64 * 1024) return;
  // When the event loop has nothing else to do, which is while the next statement is at the server.
  setImmediate(() => {
    texts[place] = Buffer.from(text);
  });
}

/** Gives the same when its whole transaction runs again: nothing in it lives in the session. */
function isRepeatable(classified: Classified, { texts }: Transaction): boolean {
  const { statement, userVariables, usesLastInsertId } = classified;
  if (statement.kind !== "transactional" || userVariables.length > 0) return false;
  return !usesLastInsertId || (texts?.length ?? 0) > 0;
}
