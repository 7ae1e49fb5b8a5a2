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
  /** The previous migrations whose record was left to this one. */
  readonly unfinished: readonly Unfinished[];
  /** Intents of later lines: an earlier run announced them together with this step's open one. */
  readonly openBehind: readonly Intent[];
  /** Id of an earlier run's line that ended with no statement done; null: there is none. */
  readonly inVain: number | null;
  /** Another migration follows in this session, so this one's record can be left to it. */
  readonly followed: boolean;
  readonly identity: Identity;
  readonly emit: Emit;
  /** Checked between statements: a run that is asked to stop finishes the current one and records it. */
  readonly stop: StopOptions;
  readonly meter: ProgressMeter;
  readonly nonTransactional: NonTransactional;
  readonly files: StepFiles;
  /** Null: nothing is done online. */
  readonly online: Pick<OnlineTools, "settings" | "lockWaitMs"> | null;
  /** Opens a second session, on the same server. */
  readonly openBeside: () => Promise<Session>;
  /** How many statements that commit by themselves to announce together, as learnt in this run. */
  readonly companionsSize: BatchSize;
  /** Called when the step's line is in the history: next comes DDL or a commit, where most steps spend their time. */
  readonly onAdded: () => void;
}

/** What an earlier run left to be judged, and the session it saved before. */
export interface Open {
  readonly intent: Intent;
  readonly saved: string | null;
}

/** What one step keeps while it runs. */
export interface StepRun {
  readonly context: StepContext;
  readonly step: Step;
  readonly total: number;
  readonly execution: Execution;
  readonly classify: (statement: Statement) => Classified;
  readonly grouping: Grouping;
  /** What an earlier run recorded has been resumed, or there was nothing. */
  resumed: boolean;
  /** The rest of what an earlier run announced together, after the statements settled so far; null: nothing. */
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

/** Reads what an earlier run saved before its first transaction, which was undone. */
async function readInVain({ session, table, inVain }: StepContext): Promise<string | null> {
  return inVain === null ? null : (await readResumption(session, table, inVain)).saved;
}

/** The name of a step in events and results. */
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
