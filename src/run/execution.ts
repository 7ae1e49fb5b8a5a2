import type { Intent } from "../history/lines";
import { ER_BINLOG_STMT_MODE_AND_ROW_ENGINE, serverErrno } from "../server/error-numbers";
import type { NonTransactional } from "../server/non-transactional";
import { COMMIT, type Session } from "../server/session";
import type { OnlineSettings } from "../settings/online";
import type { Statement } from "../syntax/statement";
import type { Announcement, State } from "./decide";
import type { Leftovers } from "./leftovers";
import type { ProgressMeter } from "./progress";
import { saveSession } from "./saved-session";
import type { StopOptions } from "./stop";
import { isFull, repeatedly, type Transacting } from "./transaction";

/** A file that is being run, and what is not yet recorded about it. */
export interface Execution extends Transacting {
  readonly nonTransactional: NonTransactional;
  /** Null: statements that are marked `online` run like any other. */
  readonly online: OnlineTools | null;
  /** A statement that commits by itself ran, and neither a record nor the next intent says so yet. */
  unrecorded: boolean;
  /** What the last recorded intent says. */
  announced: Announcement | null;
  /** The current statement commits by itself, has failed or vanished, and may have taken effect all the same. */
  fateOpen: boolean;
  /** What the session has, or may have, that the next migration must not see. */
  leftovers: Leftovers;
}

/** What a statement marked `online` needs in addition. */
export interface OnlineTools {
  readonly settings: OnlineSettings;
  /** The requested time; null: none was requested. */
  readonly lockWaitMs: number | null;
  readonly openBeside: () => Promise<Session>;
  readonly meter: Pick<ProgressMeter, "told">;
  readonly warn: (message: string) => void;
  readonly stop: StopOptions;
}

export function createExecution(
  tools: Pick<
    Execution,
    "session" | "journal" | "memory" | "retry" | "nonTransactional" | "counters" | "online"
  >,
): Execution {
  return {
    ...tools,
    transaction: null,
    whyNextNotAgain: null,
    unrecorded: false,
    announced: null,
    fateOpen: false,
    leftovers: "nothing",
  };
}

/**
 * Records what ran so far, in the open transaction if there is one. @param intent what is about to run; null: nothing
 * that commits
 */
export async function record(execution: Execution, intent: Intent | null): Promise<void> {
  const { session, journal, memory, counters } = execution;
  const saved = await saveSession(session, memory);
  // Before a statement that commits, and at the end, nothing can be undone any more.
  const goesOn = intent === null && !journal.atEnd;
  await journal.record(session, goesOn ? await counters.save(session, saved) : saved, intent);
  execution.unrecorded = false;
  if (execution.transaction !== null) return;
  if (!memory.autocommit) await session.run(COMMIT);
  journal.committed();
}

/** Puts the record into the open transaction and commits. @param text the file's own COMMIT, or the runner's */
export async function commit(execution: Execution, text: string = COMMIT): Promise<void> {
  const { session, journal, memory } = execution;
  let unrecorded = false;
  await repeatedly(execution, [], async () => {
    await record(execution, null).catch((error: unknown) => {
      if (serverErrno(error) !== ER_BINLOG_STMT_MODE_AND_ROW_ENGINE) throw error;
      unrecorded = true;
    });
    await session.run(text);
  });
  journal.committed();
  const { transaction } = execution;
  const offByUs = transaction?.owner === "runner" && (memory.tablesLocked || transaction.implicit);
  execution.transaction = null;
  // It wrote nothing that a crash right here could make happen twice: the server would have refused that, too.
  if (unrecorded) await record(execution, null);
  if (offByUs) await session.run("SET autocommit = 1");
}

/** What matters for how to run the next statement. @param readersFollow see `State` */
export function stateOf({ transaction, memory, unrecorded }: Execution, readersFollow: boolean): State {
  return {
    transaction: transaction === null ? null : { ...transaction, full: isFull(transaction) },
    autocommit: memory.autocommit,
    tablesLocked: memory.tablesLocked,
    temporaries: !memory.temporaries.none,
    unrecorded,
    readersFollow,
  };
}

/** Notes that a statement ran and no rollback can undo it. */
export function ranForGood(execution: Execution, statement: Statement): void {
  const { journal, nonTransactional, counters } = execution;
  journal.advance(statement);
  execution.unrecorded = true;
  nonTransactional.forget();
  counters.forget();
}
