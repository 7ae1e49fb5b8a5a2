import { MigrateError } from "../errors";
import type { Unfinished } from "../history/writer";
import type { FileScan } from "../migrations/judge-statements";
import type { Step } from "../plan/planned";
import { isConnectionLost, isTransactionUndone, serverWords } from "../server/error-numbers";
import { refusedAsReadOnly } from "../server/read-only";
import type { Classified } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import type { StepName } from "./events";
import { connectionLost, statementFailed, stoppedAfter } from "./failures";
import { leavesNothing, readsPrevious, type Work } from "./group";
import type { Leftovers } from "./leftovers";
import { lostOutcome, refuseLostTemporary, refuseLostVariable } from "./lost";
import { resume, settleOpen } from "./resume";
import { mayAnnounceTogether } from "./run-announced";
import { abandon, finish, finishWithNext, pause, runGroup } from "./run-statement";
import { noteStatement, preparedText } from "./session-memory";
import { beginStep, type StepContext, type StepRun, stepName } from "./step-run";
import { isStopping } from "./stop";

export interface StepResult extends StepName {
  readonly statements: number;
  /** Milliseconds in this run, without earlier runs of the same step. */
  readonly durationMs: number;
}

/**
 * Runs one migration in one direction, from its first statement or from where its history line stopped.
 * @param scan what is known about the step's file
 * @returns the result; what the session holds that another migration must not see; and what it left for that one
 *   to record, if anything
 * @throws StatementError when the server refused a statement or the connection was lost during one;
 *   MigrateError `prefix-modified`, `in-doubt`, `session-lost`, `interrupted`, `file-changed`, `lock-lost`
 */
export async function runStep(
  context: StepContext,
  step: Step,
  scan: FileScan,
): Promise<{ result: StepResult; leftovers: Leftovers; unfinished: readonly Unfinished[] }> {
  const started = performance.now();
  const run = beginStep(context, step, scan);
  const { total, execution } = run;
  context.emit({
    event: "step-started",
    ...stepName(step),
    statements: total,
    resumedAt: step.resume?.row.done ?? null,
  });
  let unfinished: readonly Unfinished[];
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
  // What an earlier run left in its session has been restored in this one.
  const leftovers = step.resume === null ? execution.leftovers : "anything";
  return { result, leftovers, unfinished };
}

async function runStatements(run: StepRun): Promise<readonly Unfinished[]> {
  const { context, step, execution, grouping } = run;
  if (step.resume !== null) await execution.journal.finishPrevious(context.session);
  for await (const statements of grouping.cut(context.files.statements)) {
    let at = 0;
    for (let next = statements[at]; next !== undefined; next = statements[at]) {
      at += (await settleEarlier(run, next)) ? 1 : await runGroupAt(run, next, statements, at);
    }
  }
  if (!run.resumed) await resume(run, null);
  if (run.open !== null) await settleOpen(run, null);
  if (context.followed) return finishWithNext(execution);
  await finish(execution);
  return [];
}

/** @returns whether an earlier run did this statement, by its record or by judging now */
async function settleEarlier(run: StepRun, statement: Statement): Promise<boolean> {
  if (run.open !== null) return (await settleOpen(run, statement)) === "applied";
  if (run.resumed) return false;
  const { step, execution, classify } = run;
  if (statement.number > (step.resume?.row.done ?? 0)) {
    run.resumed = true;
    return (await resume(run, statement)) === "applied";
  }
  // It still counts for the hash and for what it left in the session.
  execution.journal.advance(statement);
  noteStatement(execution.memory, statement, classify(statement));
  return true;
}

/** Runs a statement, perhaps together with some that follow it. @returns how many */
async function runGroupAt(
  run: StepRun,
  statement: Statement,
  statements: readonly Statement[],
  at: number,
): Promise<number> {
  const { context, execution, classify, grouping } = run;
  const { memory } = execution;
  if (isStopping(context.stop)) throw new MigrateError("interrupted", "Stopped on request.");
  refuseLost(run, statement, classify(statement));
  const nothingLost = memory.lost.length === 0 && memory.lostVariables.size === 0;
  const group = grouping.gather(statements, at, (name) => preparedText(memory, name), {
    join: nothingLost,
    announce: nothingLost && mayAnnounceTogether(execution),
  });
  const { works } = group;
  const started = performance.now();
  run.current = statement;
  context.meter.statement(statement.number);
  await runGroup(execution, group, (count) => {
    run.current = works[Math.min(count, works.length - 1)]?.statement ?? null;
    if (group.how === "announced") context.meter.statement(run.current?.number ?? 0);
  });
  run.ran = true;
  run.current = null;
  const elapsedMs = performance.now() - started;
  grouping.learn(group, elapsedMs);
  for (const work of works) tellDone(run, work, elapsedMs / works.length);
  return works.length;
}

/** Refuses a statement that needs something lost with the session of an earlier run. */
function refuseLost({ ran, step, execution }: StepRun, statement: Statement, classified: Classified): void {
  const { memory } = execution;
  const { fileName } = step.file;
  refuseLostTemporary(statement, memory.lost, fileName);
  refuseLostVariable(statement, classified, memory.lostVariables, fileName);
  if (ran || statement.number === 1 || leavesNothing(statement)) return;
  if (readsPrevious(classified, (name) => preparedText(memory, name))) throw lostOutcome(statement, fileName);
}

/** Reports that a statement is done. @param ms how long it took */
export function tellDone(
  { context, step, total }: StepRun,
  { statement, classified }: Work,
  ms: number,
): void {
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

/** As far as its text tells: a CALL or EXECUTE may do either, and is worth a line of its own. */
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
export async function stopAt(run: StepRun, error: unknown): Promise<unknown> {
  const { context, step, total, execution, current } = run;
  const { session, journal } = execution;
  if (current === null && error instanceof MigrateError) {
    // Stopped between statements: what ran so far is kept and recorded. An intent that could not be judged stays;
    // otherwise the next run would think that its statement never began.
    await pause(execution).catch(() => {});
    // The earlier reason is worth more than the news that the file has changed since, which is easy to see.
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
  // An undone statement was tried again as long as that was safe; the runner's own SQL starts anew.
  if (isConnectionLost(error) || isTransactionUndone(error)) return connectionLost(failure, error);
  // Best effort: the first error matters, and the progress is recorded already.
  await journal.recordFailure(session, serverWords(error), execution.fateOpen).catch(() => {});
  return statementFailed(failure, error);
}
