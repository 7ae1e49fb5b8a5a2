import { MigrateError } from "../errors";
import { createJournal, type Journal } from "../history/journal";
import { type Intent, readResumption } from "../history/lines";
import type { Identity } from "../history/record";
import { type Line, type NewLine, resumeLine, type Unfinished } from "../history/writer";
import type { FileScan } from "../migrations/judge-statements";
import type { Step } from "../plan/step";
import { isConnectionLost, serverWords } from "../server/error-numbers";
import type { Lock } from "../server/lock";
import type { Engines } from "../server/non-transactional";
import { refusedAsReadOnly } from "../server/read-only";
import type { Session } from "../server/session";
import { type Classified, createClassifier } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import { type Counters, createCounters } from "./counters";
import type { Emit, StepName } from "./events";
import { createExecutor, type Executor } from "./executor";
import { connectionLost, statementFailed, stoppedAfter } from "./failures";
import {
  type BatchSizes,
  createBatchSizes,
  gatherBatch,
  gatherUnit,
  keepUnits,
  leavesNothing,
  readsPrevious,
  type Work,
} from "./group";
import { type Finding, judgeIntent } from "./judge-intent";
import { nameChangedStatement } from "./prefix";
import type { ProgressMeter } from "./progress";
import { createPatience } from "./retry";
import {
  createSessionMemory,
  lockingHistoryToo,
  refuseLostTemporary,
  refuseLostVariable,
  type SessionMemory,
} from "./session-memory";
import { settleIntent, textOf } from "./settle-intent";
import type { StepFiles } from "./step-files";
import { isStopping, type StopOptions } from "./stop";

export interface StepContext {
  readonly session: Session;
  readonly lock: Lock;
  readonly table: string;
  /** Id for the step's line, when it begins one. */
  readonly nextId: number;
  /** The migration before, when its record was left to this one. */
  readonly unfinished: Unfinished | null;
  /** Id of the line of an earlier run that ended with none of the statements done; null: there is none. */
  readonly inVain: number | null;
  /** Another migration follows on this session, so that the record of this one may be left to it. */
  readonly followed: boolean;
  readonly identity: Identity;
  readonly emit: Emit;
  /** Looked at between statements: a run that is asked to stop ends the current one and records it. */
  readonly stop: StopOptions;
  readonly meter: ProgressMeter;
  readonly engines: Engines;
  readonly files: StepFiles;
  /** Opens a second session, on the same server. */
  readonly openBeside: () => Promise<Session>;
  /** Told when the step's line is in the history: after it comes what most steps spend their time on, DDL or a commit. */
  readonly onAdded: () => void;
}

export interface StepResult extends StepName {
  readonly statements: number;
  /** Milliseconds of this run, earlier runs of the same step not counted. */
  readonly durationMs: number;
}

/** What one step has in hand while it runs. */
interface Progress {
  readonly context: StepContext;
  readonly step: Step;
  readonly total: number;
  readonly journal: Journal;
  readonly memory: SessionMemory;
  readonly executor: Executor;
  readonly counters: Counters;
  readonly classify: (statement: Statement) => Classified;
  /** No statement of the file reads what the one before it left, so that they can be sent together. */
  readonly mayBatch: boolean;
  readonly batchSizes: BatchSizes;
  /** What an earlier run recorded was taken up, or there was none. */
  resumed: boolean;
  /** A statement ran in this session. */
  ran: boolean;
  /** The statement that is running. */
  current: Statement | null;
}

/**
 * Runs one migration in one direction, from its first statement or from where its history line stopped.
 * @param scan what is known of the step's file
 * @returns the result; whether the session must not be used for another migration; and what it left to that one to
 *   record, if anything
 * @throws StatementError when the server refused a statement or the connection was lost during one;
 *   MigrateError `prefix-modified`, `in-doubt`, `session-lost`, `interrupted`, `file-changed`, `lock-lost`
 */
export async function runStep(
  context: StepContext,
  step: Step,
  scan: FileScan,
): Promise<{ result: StepResult; touched: boolean; unfinished: Unfinished | null }> {
  const { total } = scan;
  const started = performance.now();
  const row = step.resume?.row ?? null;
  const line: Line = { table: context.table, lock: context.lock, id: row?.id ?? context.nextId };
  const journal = createJournal(
    line,
    total,
    row === null
      ? { line: "new", row: newLine(context, step, total) }
      : { line: "partial", spentMs: row.durationMs ?? 0 },
    context.unfinished,
    context.onAdded,
  );
  const memory = createSessionMemory(context.session.database, scan);
  const patience = createPatience(context.session, context.stop.signal, (blocked) =>
    context.emit({ event: "blocked", ...stepName(step), statement: journal.position + 1, ...blocked }),
  );
  context.engines.begin();
  const counters = createCounters(scan.reaches, memory, () => readInVain(context));
  const executor = createExecutor(context.session, journal, memory, patience, context.engines, counters);
  const progress: Progress = {
    context,
    step,
    total,
    journal,
    memory,
    executor,
    counters,
    classify: createClassifier(),
    mayBatch: !scan.usesPrevious,
    batchSizes: createBatchSizes(),
    resumed: row === null,
    ran: false,
    current: null,
  };
  context.emit({ event: "step-started", ...stepName(step), statements: total, resumedAt: row?.done ?? null });
  let unfinished: Unfinished | null;
  try {
    unfinished = await runStatements(progress);
  } catch (error) {
    throw await stopAt(progress, error);
  }
  const result = {
    ...stepName(step),
    statements: total,
    durationMs: Math.round(performance.now() - started),
  };
  context.emit({ event: "step-done", ...result });
  return { result, touched: executor.touched, unfinished };
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

async function runStatements(progress: Progress): Promise<Unfinished | null> {
  const { context, step, journal, executor } = progress;
  if (step.resume !== null) await journal.finishPrevious(context.session);
  const { statements: chunks } = context.files;
  for await (const statements of progress.mayBatch ? chunks : keepUnits(chunks, progress.classify)) {
    let at = 0;
    for (let next = statements[at]; next !== undefined; next = statements[at]) {
      at += (await settleEarlier(progress, next)) ? 1 : await runSome(progress, next, statements, at);
    }
  }
  if (!progress.resumed) await resume(progress, null);
  if (context.followed) return executor.finishWithNext();
  await executor.finish();
  return null;
}

/** @returns whether an earlier run did this statement, as it recorded or as can be judged now */
async function settleEarlier(progress: Progress, statement: Statement): Promise<boolean> {
  if (progress.resumed) return false;
  const { step, journal, memory, classify } = progress;
  if (statement.number > (step.resume?.row.done ?? 0)) {
    progress.resumed = true;
    return (await resume(progress, statement)) === "applied";
  }
  // It counts for the hash and for what it left in the session.
  journal.advance(statement);
  memory.note(statement, classify(statement));
  return true;
}

/** Runs a statement, or together with it some that follow it.  @returns how many */
async function runSome(
  progress: Progress,
  statement: Statement,
  statements: readonly Statement[],
  at: number,
): Promise<number> {
  const { context, step, memory, classify, mayBatch, batchSizes } = progress;
  if (isStopping(context.stop)) throw new MigrateError("interrupted", "Stopped on request.");
  refuseLostTemporary(statement, memory.lost, step.file.fileName);
  refuseLostVariable(statement, classify(statement), memory.lostVariables, step.file.fileName);
  const { maxPacketBytes } = context.session.server;
  refuseLostOutcome(progress, statement);
  const batch = mayBatch
    ? memory.lost.length === 0 && memory.lostVariables.size === 0
      ? gatherBatch(statements, at, classify, batchSizes, maxPacketBytes)
      : []
    : gatherUnit(statements, at, classify, memory.preparedText);
  const works = batch.length > 0 ? batch : [{ statement, classified: classify(statement) }];
  const started = performance.now();
  progress.current = statement;
  context.meter.statement(statement.number);
  await runWorks(progress, works);
  progress.ran = true;
  progress.current = null;
  const elapsedMs = performance.now() - started;
  batchSizes.learn(works, elapsedMs);
  for (const work of works) tellDone(progress, work, elapsedMs / works.length);
  return works.length;
}

async function runWorks(progress: Progress, works: readonly Work[]): Promise<void> {
  const { executor } = progress;
  const [only, another] = works;
  if (only !== undefined && another === undefined) return executor.run(only.statement, only.classified);
  const reached = (count: number): void => {
    progress.current = works[Math.min(count, works.length - 1)]?.statement ?? null;
  };
  if (progress.mayBatch) await executor.runTogether(works, reached);
  else await executor.runUnit(works, reached);
}

/** What the last statement of an earlier run left, for the next to read, died with its session. */
function refuseLostOutcome({ ran, step, memory, classify }: Progress, statement: Statement): void {
  if (ran || statement.number === 1 || leavesNothing(statement)) return;
  if (!readsPrevious(classify(statement), memory.preparedText)) return;
  throw new MigrateError(
    "session-lost",
    `${step.file.fileName}:${statement.line}:${statement.column}: statement ${statement.number} reads what the statement before it left ` +
      "(ROW_COUNT() and the like), which died with the session of an earlier run. Nothing more was run.",
    {
      hint: "See whether it took effect, change it so that it does without that, then run up again.",
    },
  );
}

function tellDone({ context, step, total }: Progress, { statement, classified }: Work, ms: number): void {
  context.emit({
    event: "statement-done",
    ...stepName(step),
    statement: statement.number,
    statements: total,
    line: statement.line,
    durationMs: Math.round(ms),
    committed: commitsByItself(classified),
  });
}

/** As far as it can be told from its text: a CALL or EXECUTE may hide either, and is worth a line of its own. */
function commitsByItself({ statement: { kind } }: Classified): boolean {
  return COMMITTING.includes(kind);
}

const COMMITTING: readonly Classified["statement"]["kind"][] = [
  "self-committing",
  "repeatable",
  "unjudgeable",
  "call",
  "execute",
  "execute-immediate",
];

/**
 * Takes up a partial line: the recorded statements must be unchanged, the session is set up again, and a
 * statement that was under way is judged.
 * @param next the first statement that is not recorded; null when the file has no more
 */
async function resume(progress: Progress, next: Statement | null): Promise<"applied" | "not-applied"> {
  const { context, step, total, journal, memory, counters, classify } = progress;
  const { session, table } = context;
  const row = step.resume?.row;
  if (row === undefined) return "not-applied";
  const stored = await readResumption(session, table, row.id);
  if (journal.position !== row.done || journal.hash() !== row.doneHash) {
    const before = step.direction === "up" ? stored.upText : stored.downText;
    throw await nameChangedStatement(step.file, row, before, session.server);
  }
  journal.resumeAt(row.done);
  // Before the session is set up again: under LOCK TABLES the server shows no other table.
  const found = row.intent === null ? null : await judgeOpen(progress, row.intent, stored.saved, next);
  // With an intent open, the transaction before it was committed.
  if (row.intent === null) await counters.takeUp(session, stored.saved);
  await memory.restore(session, stored.saved, (text) => lockingHistoryToo(text, session.database, table));
  const verdict =
    row.intent === null || found === null
      ? null
      : await settleIntent(session, step, { intent: row.intent, found, next, total });
  // Not sooner: while nothing tells what became of a statement, the line is about the file that had it.
  await resumeLine(session, journal.line, {
    upChecksum: step.migration.up.checksum,
    downChecksum: step.migration.down?.checksum ?? null,
    total,
    ...context.files.texts,
  });
  if (row.intent === null || verdict === null) return "not-applied";
  context.emit({ event: "judged", ...stepName(step), statement: row.intent.statement, verdict });
  if (verdict === "not-applied" || next === null) return "not-applied";
  journal.advance(next);
  memory.note(next, classify(next));
  await journal.record(session, stored.saved, null);
  return "applied";
}

/** Judges a statement that was under way, where that takes it in a session set up as its own was. */
async function judgeOpen(
  { context, memory }: Progress,
  intent: Intent,
  saved: string | null,
  next: Statement | null,
): Promise<Finding> {
  const text = textOf(intent, next);
  const own = text === null ? null : { text, database: memory.database, sqlMode: null };
  const executed = intent.executes ?? own;
  return judgeIntent(context.session, intent, executed, async () => {
    const beside = await context.openBeside();
    try {
      // A lock would keep it from making tables.
      await memory.restore(beside, saved, () => "DO 0");
      // As a statement of the file's: the runner's own settings are set aside for those.
      const mode = executed?.sqlMode ?? null;
      if (mode !== null && /^[\w,]*$/.test(mode)) await beside.run(`SET SESSION sql_mode = '${mode}'`);
      return beside;
    } catch (error) {
      await beside.close();
      throw error;
    }
  });
}

/** Leaves the database and the line as they should be after a failure, and gives the error to throw. */
async function stopAt(progress: Progress, error: unknown): Promise<unknown> {
  const { context, step, total, journal, executor, current } = progress;
  const { session } = context;
  if (current === null && error instanceof MigrateError) {
    // Stopped between statements: what ran so far is kept and recorded. An intent that nothing could judge stays,
    // or the next run would take its statement for one that never began.
    await executor.pause().catch(() => {});
    // Why it had stopped before is worth more than that its file was changed since, which every look at it shows.
    if (error.code !== "prefix-modified")
      await journal.recordFailure(session, error.message, true).catch(() => {});
    return error.code === "interrupted"
      ? stoppedAfter({ file: step.file, total, done: journal.done })
      : error;
  }
  await executor.abandon();
  const failure = {
    file: step.file,
    statement: current,
    total,
    done: journal.done,
    fateOpen: executor.fateOpen,
    killed: context.stop.killSignal?.aborted === true,
    readOnly: await refusedAsReadOnly(error, (sql) => session.query(sql)).catch(() => false),
  };
  if (isConnectionLost(error)) return connectionLost(failure, error);
  // Best effort: the first error matters, and the progress is recorded already.
  await journal.recordFailure(session, serverWords(error), executor.fateOpen).catch(() => {});
  return statementFailed(failure, error);
}
