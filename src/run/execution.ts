import type { Journal } from "../history/journal";
import type { Intent } from "../history/lines";
import type { Engines } from "../server/non-transactional";
import { COMMIT, type Session } from "../server/session";
import type { Statement } from "../syntax/statement";
import type { Counters } from "./counters";
import type { Announcement, State } from "./decide";
import type { Patience } from "./retry";
import type { SessionMemory } from "./session-memory";
import { createTransactions, type Transactions } from "./transactions";

/** What one file's statements run with. */
export interface Tools {
  readonly session: Session;
  readonly journal: Journal;
  readonly memory: SessionMemory;
  readonly patience: Patience;
  readonly engines: Engines;
  readonly counters: Counters;
}

/** A file that is being run, and what is not recorded of it yet. */
export interface Execution extends Tools {
  readonly transactions: Transactions;
  /** A statement that commits by itself ran, and neither a record nor the next intent says so yet. */
  unrecorded: boolean;
  /** What the intent that was recorded last says. */
  announced: Announcement | null;
  /** The statement under way commits by itself, failed or vanished, and may have taken effect all the same. */
  fateOpen: boolean;
  /** The session holds, or may hold, something that the next migration must not see. */
  touched: boolean;
}

export function createExecution(tools: Tools): Execution {
  const { session, memory, patience, counters } = tools;
  const transactions = createTransactions(session, memory, patience, counters, () => record(execution, null));
  const execution: Execution = {
    ...tools,
    transactions,
    unrecorded: false,
    announced: null,
    fateOpen: false,
    touched: false,
  };
  return execution;
}

/** Records what ran so far, in the transaction that is open if one is. @param intent what is about to run; null: nothing that commits */
export async function record(execution: Execution, intent: Intent | null): Promise<void> {
  const { session, journal, memory, counters, transactions } = execution;
  const saved = await memory.save(session);
  // Before a statement that commits, and at the end, there is nothing that could be undone.
  const goesOn = intent === null && !journal.atEnd;
  await journal.record(session, goesOn ? await counters.save(session, saved) : saved, intent);
  execution.unrecorded = false;
  if (transactions.owner === null && !memory.autocommit) await session.run(COMMIT);
}

/** What decides how the next statement is run. @param readersFollow see `State` */
export function stateOf({ transactions, memory, unrecorded }: Execution, readersFollow: boolean): State {
  const { owner, readOnly, full } = transactions;
  return {
    transaction: owner === null ? null : { owner, readOnly, full },
    autocommit: memory.autocommit,
    tablesLocked: memory.tablesLocked,
    temporaries: !memory.temporaries.none,
    unrecorded,
    readersFollow,
  };
}

/** Notes that a statement ran and that no rollback undoes it. */
export function ranForGood(execution: Execution, statement: Statement): void {
  const { journal, engines, counters } = execution;
  journal.advance(statement);
  execution.unrecorded = true;
  engines.forget();
  counters.forget();
}
