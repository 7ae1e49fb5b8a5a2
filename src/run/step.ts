import { MigrateError } from "../errors";
import type { Unfinished } from "../history/writer";
import type { FileScan } from "../migrations/judge-statements";
import type { Step } from "../plan/step";
import { isConnectionLost, serverWords } from "../server/error-numbers";
import { refusedAsReadOnly } from "../server/read-only";
import type { Classified } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import type { StepName } from "./events";
import { connectionLost, statementFailed, stoppedAfter } from "./failures";
import { gatherBatch, gatherUnit, keepUnits, leavesNothing, readsPrevious, type Work } from "./group";
import { resume } from "./resume";
import { abandon, finish, finishWithNext, pause, runBatch, runStatement, runUnit } from "./run-statement";
import { refuseLostTemporary, refuseLostVariable } from "./session-memory";
import { beginStep, type StepContext, type StepRun, stepName } from "./step-run";
import { isStopping } from "./stop";

export interface StepResult extends StepName {
  readonly statements: number;
  /** Milliseconds of this run, earlier runs of the same step not counted. */
  readonly durationMs: number;
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
  const started = performance.now();
  const run = beginStep(context, step, scan);
  const { total, execution } = run;
  context.emit({
    event: "step-started",
    ...stepName(step),
    statements: total,
    resumedAt: step.resume?.row.done ?? null,
  });
  let unfinished: Unfinished | null;
  try {
    unfinished = await runStatements(run);
  } catch (error) {
    throw await stopAt(run, error);
  }
  const result = {
    ...stepName(step),
    statements: total,
    durationMs: Math.round(performance.now() - started),
  };
  context.emit({ event: "step-done", ...result });
  return { result, touched: execution.touched, unfinished };
}

async function runStatements(run: StepRun): Promise<Unfinished | null> {
  const { context, step, execution } = run;
  if (step.resume !== null) await execution.journal.finishPrevious(context.session);
  const { statements: chunks } = context.files;
  for await (const statements of run.mayBatch ? chunks : keepUnits(chunks, run.classify)) {
    let at = 0;
    for (let next = statements[at]; next !== undefined; next = statements[at]) {
      at += (await settleEarlier(run, next)) ? 1 : await runSome(run, next, statements, at);
    }
  }
  if (!run.resumed) await resume(run, null);
  if (context.followed) return finishWithNext(execution);
  await finish(execution);
  return null;
}

/** @returns whether an earlier run did this statement, as it recorded or as can be judged now */
async function settleEarlier(run: StepRun, statement: Statement): Promise<boolean> {
  if (run.resumed) return false;
  const { step, execution, classify } = run;
  if (statement.number > (step.resume?.row.done ?? 0)) {
    run.resumed = true;
    return (await resume(run, statement)) === "applied";
  }
  // It counts for the hash and for what it left in the session.
  execution.journal.advance(statement);
  execution.memory.note(statement, classify(statement));
  return true;
}

/** Runs a statement, or together with it some that follow it.  @returns how many */
async function runSome(
  run: StepRun,
  statement: Statement,
  statements: readonly Statement[],
  at: number,
): Promise<number> {
  const { context, step, execution, classify, mayBatch, batchSizes } = run;
  const { memory } = execution;
  if (isStopping(context.stop)) throw new MigrateError("interrupted", "Stopped on request.");
  refuseLostTemporary(statement, memory.lost, step.file.fileName);
  refuseLostVariable(statement, classify(statement), memory.lostVariables, step.file.fileName);
  const { maxPacketBytes } = context.session.server;
  refuseLostOutcome(run, statement);
  const batch = mayBatch
    ? memory.lost.length === 0 && memory.lostVariables.size === 0
      ? gatherBatch(statements, at, classify, batchSizes, maxPacketBytes)
      : []
    : gatherUnit(statements, at, classify, memory.preparedText);
  const works = batch.length > 0 ? batch : [{ statement, classified: classify(statement) }];
  const started = performance.now();
  run.current = statement;
  context.meter.statement(statement.number);
  await runWorks(run, works);
  run.ran = true;
  run.current = null;
  const elapsedMs = performance.now() - started;
  batchSizes.learn(works, elapsedMs);
  for (const work of works) tellDone(run, work, elapsedMs / works.length);
  return works.length;
}

async function runWorks(run: StepRun, works: readonly Work[]): Promise<void> {
  const { execution } = run;
  const [only, another] = works;
  if (only !== undefined && another === undefined) return runStatement(execution, only);
  const reached = (count: number): void => {
    run.current = works[Math.min(count, works.length - 1)]?.statement ?? null;
  };
  if (run.mayBatch) await runBatch(execution, works, reached);
  else await runUnit(execution, works, reached);
}

/** What the last statement of an earlier run left, for the next to read, died with its session. */
function refuseLostOutcome({ ran, step, execution, classify }: StepRun, statement: Statement): void {
  if (ran || statement.number === 1 || leavesNothing(statement)) return;
  if (!readsPrevious(classify(statement), execution.memory.preparedText)) return;
  throw new MigrateError(
    "session-lost",
    `${step.file.fileName}:${statement.line}:${statement.column}: statement ${statement.number} reads what the statement before it left ` +
      "(ROW_COUNT() and the like), which died with the session of an earlier run. Nothing more was run.",
    {
      hint: "See whether it took effect, change it so that it does without that, then run up again.",
    },
  );
}

function tellDone({ context, step, total }: StepRun, { statement, classified }: Work, ms: number): void {
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

/** Leaves the database and the line as they should be after a failure, and gives the error to throw. */
async function stopAt(run: StepRun, error: unknown): Promise<unknown> {
  const { context, step, total, execution, current } = run;
  const { session, journal } = execution;
  if (current === null && error instanceof MigrateError) {
    // Stopped between statements: what ran so far is kept and recorded. An intent that nothing could judge stays,
    // or the next run would take its statement for one that never began.
    await pause(execution).catch(() => {});
    // Why it had stopped before is worth more than that its file was changed since, which every look at it shows.
    if (error.code !== "prefix-modified")
      await journal.recordFailure(session, error.message, true).catch(() => {});
    return error.code === "interrupted"
      ? stoppedAfter({ file: step.file, total, done: journal.done })
      : error;
  }
  await abandon(execution);
  const failure = {
    file: step.file,
    statement: current,
    total,
    done: journal.done,
    fateOpen: execution.fateOpen,
    killed: context.stop.killSignal?.aborted === true,
    readOnly: await refusedAsReadOnly(error, (sql) => session.query(sql)).catch(() => false),
  };
  if (isConnectionLost(error)) return connectionLost(failure, error);
  // Best effort: the first error matters, and the progress is recorded already.
  await journal.recordFailure(session, serverWords(error), execution.fateOpen).catch(() => {});
  return statementFailed(failure, error);
}
