import { setTimeout as pause } from "node:timers/promises";
import { MigrateError } from "../errors";
import type { Judgement } from "../history/lines";
import { readBlockers } from "../server/blockers";
import { isTransactionUndone, serverErrno, serverWords } from "../server/error-numbers";
import type { Session } from "../server/session";
import type { Classified } from "../syntax/classify";
import { tokens } from "../syntax/lexer";

/** Why a statement has to wait, and how long until it is tried again. */
export interface Blocked {
  readonly reason: "lock-wait" | "deadlock";
  /** The sessions that hold the locks, as far as the server tells. */
  readonly blockers: readonly string[];
  readonly caveat: string | null;
  /** How many tries failed so far, and how many there are at most. */
  readonly tries: number;
  readonly maxTries: number;
  readonly pauseMs: number;
}

export interface Retry {
  /**
   * Does a piece of work that takes locks, and does it again when it could not get them in time, if that is safe.
   * @param tables the tables that it locks, to name their holders
   * @param whyNotAgain asked after each failed try: why it must not be done again; null: it can be
   * @throws MigrateError `blocked` when the last try failed, `interrupted` when it was asked to stop; and what `work`
   * throws
   */
  through(work: () => Promise<void>, tables: readonly LockedTable[], whyNotAgain: WhyNotAgain): Promise<void>;
}

/** One clause that follows "it was not tried again, because". */
export type WhyNotAgain = (error: unknown) => Promise<string | null>;

export interface LockedTable {
  readonly database: string;
  readonly name: string;
}

/** Together with a lock_wait_timeout of 5 s: about three quarters of a minute. */
const PAUSES_MS: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000];

export function createRetry(
  session: Session,
  signal: AbortSignal | undefined,
  report: (blocked: Blocked) => void,
  pausesMs: readonly number[] = PAUSES_MS,
): Retry {
  return {
    async through(work, tables, whyNotAgain) {
      for (let tries = 1; ; tries++) {
        try {
          return await work();
        } catch (error) {
          const reason = whyBlocked(error);
          if (reason === null) throw error;
          const { sessions: blockers, caveat } = await readBlockers(session, tables);
          const why = await whyNotAgain(error);
          const found = { error, tries, blockers, caveat, why };
          const pauseMs = pausesMs[tries - 1];
          if (pauseMs === undefined || why !== null) throw gaveUp("blocked", found);
          report({ reason, blockers, caveat, tries, maxTries: pausesMs.length + 1, pauseMs });
          // It rejects when aborted; the next line looks at the signal itself.
          await pause(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
          if (signal?.aborted === true) throw gaveUp("interrupted", found);
        }
      }
    },
  };
}

const ER_LOCK_WAIT_TIMEOUT = 1205;
function whyBlocked(error: unknown): Blocked["reason"] | null {
  if (isTransactionUndone(error)) return "deadlock";
  return serverErrno(error) === ER_LOCK_WAIT_TIMEOUT ? "lock-wait" : null;
}

interface GivenUp {
  readonly error: unknown;
  readonly tries: number;
  readonly blockers: readonly string[];
  readonly caveat: string | null;
  /** Why it must not be tried again; null: because it was tried often enough. */
  readonly why: string | null;
}

function gaveUp(
  code: "blocked" | "interrupted",
  { error, tries, blockers, caveat, why }: GivenUp,
): MigrateError {
  const held = blockers.length === 0 ? "" : ` Held by:\n${blockers.map((line) => `  ${line}`).join("\n")}`;
  const noted = caveat === null ? "" : `\n(${caveat})`;
  const notAgain = why === null ? "" : `\nIt was not tried again, because ${why}.`;
  const stopped = code === "interrupted" ? "stopped on request while it waited for its locks: " : "";
  const times = tries === 1 ? "" : `, ${tries} times`;
  return new MigrateError(code, `${stopped}${serverWords(error)}${times}.${held}${noted}${notAgain}`, {
    cause: error,
    hint: "End that session (KILL id), or wait for a quieter moment.",
  });
}

/**
 * How a statement outside of a transaction is done exactly once: by an intent of this kind, or because it is
 * repeatable.
 */
export type Alone = Judgement | "repeatable";

/**
 * Why a statement that commits by itself must not be tried again after it could not get its locks; null: it can be, if
 * its objects are still as they were. The server takes the locks of a plain DDL before it begins, and undoes it as a
 * whole. Everything else may have got half-way: rows of a MyISAM table stay, a procedure may be at its second
 * statement.
 * @param text what ran; for EXECUTE the prepared text
 */
export function whyNotAgainAlone(how: Alone, text: string, userVariables: readonly string[]): string | null {
  if (how === "ask") return "what it did before that may have stayed";
  if (how === "schema" || /^CALL\b/i.test(text)) return "what its procedure did before that may have stayed";
  if (userVariables.length > 0) return "it may have changed user variables";
  if (fillsTable(text)) return "it fills a table, which may not have been undone";
  return null;
}

/** CREATE TABLE … SELECT, and MySQL's CREATE TABLE … TABLE. */
function fillsTable(text: string): boolean {
  if (!/^(?:\/\*M?!\d*\s*)?CREATE\b/i.test(text)) return false;
  const words = [...tokens(text)]
    .filter(({ type }) => type === "word")
    .map(({ value }) => value.toUpperCase());
  const at = words.indexOf("TABLE");
  // A view, a routine or a trigger only stores its SELECT.
  if (at === -1 || words.slice(0, at).some((word) => HOLDS_ITS_TEXT.has(word))) return false;
  return words.includes("SELECT") || words.indexOf("TABLE", at + 1) !== -1;
}

const HOLDS_ITS_TEXT: ReadonlySet<string> = new Set(["VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"]);

/**
 * Why a statement cannot run a second time with its whole transaction, after a rollback and with the session's values
 * restored; null: it can.
 * @param first it is the first statement of its transaction
 */
export function whyNotAgainInTransaction(
  { statement, usesPrevious }: Classified,
  first: boolean,
): string | null {
  // What a statement leaves only for the next one (ROW_COUNT()) cannot be restored.
  if (usesPrevious && first) return "it reads what the statement before its transaction left";
  switch (statement.kind) {
    case "transactional":
    case "call":
      return null;
    case "set":
      return statement.onlyUserVariables ? null : "it sets what a rollback does not set back";
    case "temporary":
      return "a temporary table stays when its transaction is rolled back";
    case "execute":
    case "execute-immediate":
      return "what a prepared text does to the session is not known";
    case "begin":
    case "commit":
    case "rollback":
    case "use":
    case "prepare":
    case "deallocate":
    case "lock-tables":
    case "unlock-tables":
    case "self-committing":
    case "repeatable":
    case "unjudgeable":
    case "refused":
      return "a rollback does not undo it";
    default:
      return statement satisfies never;
  }
}
