import { believedOf, type Line } from "../history/believed";
import { createJournal } from "../history/journal";
import { type Intent, readResumption } from "../history/lines";
import type { Identity } from "../history/record";
import type { NewLine, Unfinished } from "../history/writer";
import type { FileScan } from "../migrations/judge-statements";
import type { Step } from "../plan/planned";
import type { Lock } from "../server/lock";
import type { NonTransactional } from "../server/non-transactional";
import type { Session } from "../server/session";
import { type Classified, createClassifier } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import type { Emit, StepName } from "./events";
import { createExecution, type Execution, type OnlineTools } from "./execution";
import { type BatchSize, createGrouping, type Grouping } from "./group";
import type { ProgressMeter } from "./progress";
import { createRetry } from "./retry";
import { createCounters } from "./same-ids";
import { createSessionMemory } from "./session-memory";
import type { StepFiles } from "./step-files";
import type { StopOptions } from "./stop";

export interface StepContext {
  readonly session: Session;
  readonly lock: Lock;
  readonly table: string;
  /** Id for the step's line, when it begins one. */
  readonly nextId: number;
  /** The migrations before, whose record was left to this one. */
  readonly unfinished: readonly Unfinished[];
  /** Intents of later lines: an earlier run had announced them together with what is open in this step's. */
  readonly openBehind: readonly Intent[];
  /** Id of the line of an earlier run that ended with none of the statements done; null: there is none. */
  readonly inVain: number | null;
  /** Another migration follows on this session, so that the record of this one may be left to it. */
  readonly followed: boolean;
  readonly identity: Identity;
  readonly emit: Emit;
  /** Looked at between statements: a run that is asked to stop ends the current one and records it. */
  readonly stop: StopOptions;
  readonly meter: ProgressMeter;
  readonly nonTransactional: NonTransactional;
  readonly files: StepFiles;
  /** Null: nothing is done online. */
  readonly online: Pick<OnlineTools, "settings" | "lockWaitMs"> | null;
  /** Opens a second session, on the same server. */
  readonly openBeside: () => Promise<Session>;
  /** How many statements that commit by themselves are announced together, as this run found. */
  readonly companionsSize: BatchSize;
  /** Told when the step's line is in the history: after it comes what most steps spend their time on, DDL or a commit. */
  readonly onAdded: () => void;
}

/** What is still to be judged of an earlier run, and the session that it saved before. */
export interface Open {
  readonly intent: Intent;
  readonly saved: string | null;
}

/** What one step has in hand while it runs. */
export interface StepRun {
  readonly context: StepContext;
  readonly step: Step;
  readonly total: number;
  readonly execution: Execution;
  readonly classify: (statement: Statement) => Classified;
  readonly grouping: Grouping;
  /** What an earlier run recorded was taken up, or there was none. */
  resumed: boolean;
  /** What an earlier run had announced together with statements that are settled by now; null: nothing. */
  open: Open | null;
  /** A statement ran in this session. */
  ran: boolean;
  /** The statement that is running. */
  current: Statement | null;
}

export function beginStep(context: StepContext, step: Step, scan: FileScan): StepRun {
  const { total } = scan;
  const row = step.resume?.row ?? null;
  const line: Line = { table: context.table, lock: context.lock, id: row?.id ?? context.nextId };
  const journal = createJournal(
    line,
    total,
    row === null
      ? { line: "new", row: newLine(context, step, total) }
      : { line: "partial", believed: believedOf(row), spentMs: row.durationMs ?? 0 },
    context.unfinished,
    context.onAdded,
  );
  const memory = createSessionMemory(context.session.database, scan);
  const retry = createRetry(context.session, context.stop.signal, (blocked) =>
    context.emit({ event: "blocked", ...stepName(step), statement: journal.position + 1, ...blocked }),
  );
  context.nonTransactional.begin();
  const counters = createCounters(scan.reaches, memory, () => readInVain(context));
  const { session, nonTransactional } = context;
  const classify = createClassifier();
  const { openBeside, meter, stop, emit } = context;
  const warn = (message: string): void => emit({ event: "warning", message });
  const online = context.online === null ? null : { ...context.online, openBeside, meter, stop, warn };
  return {
    context,
    step,
    total,
    execution: createExecution({ session, journal, memory, retry, nonTransactional, counters, online }),
    classify,
    grouping: createGrouping(
      scan.usesPrevious,
      classify,
      session.server.maxPacketBytes,
      context.companionsSize,
    ),
    resumed: row === null,
    open: null,
    ran: false,
    current: null,
  };
}

/** What an earlier run saved before its first transaction, which was undone. */
async function readInVain({ session, table, inVain }: StepContext): Promise<string | null> {
  return inVain === null ? null : (await readResumption(session, table, inVain)).saved;
}

/** What events and results call a step. */
export function stepName({ version, name, direction }: Step): StepName {
  return { version, name, direction };
}

function newLine({ identity, files }: StepContext, step: Step, total: number): NewLine {
  return {
    version: step.version,
    name: step.name,
    action: step.direction,
    upChecksum: step.migration.up.checksum,
    downChecksum: step.migration.down?.checksum ?? null,
    total,
    reason: null,
    ...identity,
    ...files.texts,
  };
}
