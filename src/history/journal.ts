import { createHash } from "node:crypto";
import type { Session } from "../server/session";
import { withoutSecrets } from "../syntax/secrets";
import type { Statement } from "../syntax/statement";
import type { Believed, Line } from "./believed";
import { type Beginning, createLineWriter } from "./line-writer";
import type { Intent } from "./lines";
import { addLines, type Entry } from "./several-lines";
import type { Progress, Unfinished } from "./writer";

export type { Beginning };

/** How far a file has come: the statements that ran, those that are recorded, and the hash over them. */
export interface Journal {
  readonly line: Line;
  /** Number of the last statement that is applied and recorded. */
  readonly done: number;
  /** Number of the last statement that ran, perhaps in a transaction that is still open. */
  readonly position: number;
  /** Whether the file is recorded as finished. */
  readonly finished: boolean;
  /** Whether all statements of the file ran. */
  readonly atEnd: boolean;
  /** What to record about a file whose statements are all announced at once (see `announceTogether`). */
  announce(intent: Intent): Announced;
  /** Its first statement begins now. */
  begin(): void;
  /** A statement ran, or is known to be applied. */
  advance(statement: Statement): void;
  /** Hash over the statements up to `position`; null when there is none. */
  hash(): string | null;
  /** Records everything up to `position`, in the open transaction if there is one; finishes the line at its end. */
  record(session: Session, saved: string | null, intent: Intent | null): Promise<void>;
  /** Finishes the migration before this one, unless it is finished. */
  finishPrevious(session: Session): Promise<void>;
  /**
   * Call when everything ran and could be judged from what is recorded: leaves it to the next line to say so.
   * @returns null when that is not possible
   */
  leaveUnfinished(): Unfinished | null;
  /** This much is recorded, by an earlier run or because a transaction with a later record is still open; nothing is written. */
  resumeAt(done: number): void;
  /** What was recorded is committed. */
  committed(): void;
  /** The open transaction was rolled back, and with it what was recorded in it. */
  undone(): void;
  /** The transaction with the last record may still be open, committed or rolled back. */
  unsure(): void;
  /** The line was read, and says this. */
  found(believed: Believed | null): void;
  /**
   * After a transaction was undone: reads the line, which must be as this run left it, before anything runs again.
   * @throws MigrateError `lock-lost`, `history-moved`
   */
  confirm(session: Session): Promise<void>;
  /** Records why the line stopped; its recorded progress stays. */
  recordFailure(session: Session, words: string, keepIntent: boolean): Promise<void>;
}

/** A new line with its intent, and the lines to finish together with it. */
export interface Announced {
  readonly entry: Entry;
  readonly unfinished: readonly Unfinished[];
  /** Call when it is in the history. */
  readonly added: () => void;
}

/**
 * Announces the statements of several files at once, and finishes what was left to the first of them.
 * @param files with consecutive ids
 * @throws as `addLines`
 */
export async function announceTogether(
  session: Session,
  files: readonly { readonly journal: Journal; readonly intent: Intent }[],
): Promise<void> {
  const announced = files.map(({ journal, intent }) => journal.announce(intent));
  await addLines(
    session,
    announced.flatMap(({ unfinished }) => unfinished),
    announced.map(({ entry }) => entry),
  );
  for (const { added } of announced) added();
  for (const { journal } of files) journal.committed();
}

/** How many characters of a server error are kept. */
const ERROR_LENGTH = 4_000;

/**
 * @param total statements in the file
 * @param unfinished earlier migrations, which the first record finishes as well
 * @param onAdded called when the first record has added the line
 */
export function createJournal(
  line: Line,
  total: number,
  beginning: Beginning,
  unfinished: readonly Unfinished[] = [],
  onAdded: () => void = () => {},
): Journal {
  const hash = createStatementsHash();
  const writer = createLineWriter(line, beginning, unfinished, onAdded);
  const clock = createClock(beginning.line === "partial" ? beginning.spentMs : 0);
  let done = 0;
  let position = 0;
  let finished = false;

  function current(saved: string | null, intent: Intent | null): Progress {
    const atEnd = position === total && intent === null;
    return {
      done: position,
      doneHash: journal.hash(),
      intent,
      saved: atEnd ? null : saved,
      error: null,
      finished: atEnd,
      durationMs: clock.elapsedMs(),
    };
  }

  const journal: Journal = {
    line,
    announce: (intent) => {
      const progress = current(null, intent);
      return { ...writer.entry(progress), added: () => writer.added(progress) };
    },
    begin: clock.begin,
    get done() {
      return done;
    },
    get position() {
      return position;
    },
    get finished() {
      return finished;
    },
    get atEnd() {
      return position === total;
    },
    advance(statement) {
      hash.add(statement.text);
      position = statement.number;
    },
    hash: () => (position === 0 ? null : hash.digest()),
    async record(session, saved, intent) {
      const progress = current(saved, intent);
      await writer.write(session, progress);
      done = position;
      finished = progress.finished;
    },
    finishPrevious: writer.finishPrevious,
    leaveUnfinished() {
      const { believed } = writer;
      if (believed === null || position !== total) return null;
      done = position;
      finished = true;
      return { line, believed, progress: current(null, null) };
    },
    resumeAt(recorded) {
      done = recorded;
    },
    committed: writer.committed,
    undone: writer.undone,
    unsure: writer.unsure,
    found: writer.found,
    confirm: writer.confirm,
    async recordFailure(session, words, keepIntent) {
      const error = words.slice(0, ERROR_LENGTH);
      await writer.writeError(session, { ...NOTHING, error, durationMs: clock.elapsedMs() }, keepIntent);
    },
  };
  return journal;
}

/** The progress in the record of an error, which leaves the real progress unchanged. */
const NOTHING = { done: 0, doneHash: null, intent: null, saved: null, finished: false };

/** Milliseconds since the file began, including those of earlier runs. */
function createClock(spentMs: number): { begin(): void; elapsedMs(): number } {
  let started = performance.now();
  return {
    begin() {
      started = performance.now();
    },
    elapsedMs: () => Math.round(spentMs + performance.now() - started),
  };
}

/** SHA-256 over statements, hex. */
interface StatementsHash {
  add(text: string): void;
  /** The hash of all texts added so far. */
  digest(): string;
}

/** Added texts are hashed when the event loop is idle, which is while the server has the next statement. */
export function createStatementsHash(): StatementsHash {
  const hash = createHash("sha256");
  let waiting: string[] = [];
  const update = (): void => {
    hash.update(waiting.join(""));
    waiting = [];
  };
  return {
    add(text) {
      if (waiting.length === 0) setImmediate(update);
      // The length in front makes two different splits of one text give different hashes.
      waiting.push(`${text.length}:`, text);
    },
    digest() {
      update();
      return hash.copy().digest("hex");
    },
  };
}

/** How many characters of a statement an intent keeps. */
const TEXT_LENGTH = 16_384;

/** What an intent says about its statement, without passwords. */
export function intentOf({ number, text }: Statement): Pick<Intent, "statement" | "hash" | "text"> {
  return { statement: number, hash: hashStatement(text), text: withoutSecrets(text.slice(0, TEXT_LENGTH)) };
}

/** SHA-256 of one statement's text, hex: what an intent says it is about. */
export function hashStatement(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
