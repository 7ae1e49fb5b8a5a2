import type { Believed } from "../history/believed";
import { announceTogether } from "../history/journal";
import { inOne } from "../history/lines";
import { finishLines, removeLines } from "../history/several-lines";
import type { Unfinished } from "../history/writer";
import type { Work } from "./companions";
import type { Announcement } from "./decide";
import { ranForGood } from "./execution";
import type { WholeFile } from "./gather-steps";
import { intentFor, tablesOf, whyNotAgain } from "./intent";
import { createRetry } from "./retry";
import { announcementsOf, keepFate, sendTogether } from "./run-announced";
import { type StepResult, stopAt, tellDone } from "./step";
import { beginStep, type StepContext, type StepRun, stepName } from "./step-run";

/** A statement of one of the files. */
interface Item {
  readonly run: StepRun;
  readonly work: Work;
  readonly announcement: Announcement;
}

/** A file with what its step needs. */
export interface Member extends WholeFile {
  readonly context: StepContext;
  /** Called when the server reaches it. */
  readonly begins: () => void;
}

/**
 * Runs files together: one record adds their lines and announces all their statements, and the statements go to the
 * server in one command.
 * @param members in the order of their lines' consecutive ids
 * @returns the results, and what is left to be recorded
 * @throws as `runStep`, about the statement that failed; the files before it are recorded, those after it never began
 */
export async function runStepsTogether(
  members: readonly Member[],
): Promise<{ readonly results: readonly StepResult[]; readonly unfinished: readonly Unfinished[] }> {
  const items = await readItems(members);
  const course = follow(items, members);
  let announced = false;
  try {
    await announce(items);
    announced = true;
    await send(items, course);
  } catch (error) {
    const failed = course.current();
    if (failed === null) throw error;
    if (announced) await recordBeginning(items, failed, error, course.unfinished);
    throw await stopAt(failed.run, error);
  }
  return course;
}

async function readItems(members: readonly Member[]): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const { context, step, scan, works } of members) {
    const run = beginStep(context, step, scan);
    const { session, memory } = run.execution;
    const announcements = await announcementsOf(session, memory.database, works);
    for (const [at, announcement] of announcements.entries()) {
      const work = works[at];
      if (work !== undefined) items.push({ run, work, announcement });
    }
  }
  return items;
}

async function announce(items: readonly Item[]): Promise<void> {
  const files = [...new Set(items.map(({ run }) => run))].flatMap((run) => {
    const own = items.filter((item) => item.run === run);
    const intent = inOne(
      own.map(({ work, announcement }) => intentFor(run.execution, work.statement, announcement)),
    );
    return intent === null ? [] : [{ journal: run.execution.journal, intent }];
  });
  const [first] = items;
  if (first !== undefined) await announceTogether(first.run.context.session, files);
}

/** How far the server has come. */
interface Course {
  readonly results: StepResult[];
  readonly unfinished: Unfinished[];
  /** The statement that it is working on; null after the last. */
  current(): Item | null;
  /** It has finished that statement. */
  ran(): void;
}

function follow(items: readonly Item[], members: readonly Member[]): Course {
  const results: StepResult[] = [];
  const unfinished: Unfinished[] = [];
  let at = 0;
  let startedMs = 0;
  let stepStartedMs = 0;

  function begin(): void {
    const item = items[at];
    if (item === undefined) return;
    const { run, work } = item;
    startedMs = performance.now();
    if (items[at - 1]?.run !== run) {
      stepStartedMs = startedMs;
      run.execution.journal.begin();
      members.find(({ step }) => step === run.step)?.begins();
      const { total: statements } = run;
      run.context.emit({ event: "step-started", ...stepName(run.step), statements, resumedAt: null });
    }
    run.current = work.statement;
    run.context.meter.statement(work.statement.number);
  }

  function end({ run }: Item): void {
    const left = run.execution.journal.leaveUnfinished();
    if (left !== null) unfinished.push(left);
    const durationMs = Math.round(performance.now() - stepStartedMs);
    const result = { ...stepName(run.step), statements: run.total, durationMs };
    results.push(result);
    run.context.meter.done();
    run.context.emit({ event: "step-done", ...result });
  }

  begin();
  return {
    results,
    unfinished,
    current: () => items[at] ?? null,
    ran() {
      const item = items[at];
      if (item === undefined) return;
      const { run, work } = item;
      at++;
      run.current = null;
      ranForGood(run.execution, work.statement);
      tellDone(run, work, performance.now() - startedMs);
      if (items[at]?.run !== run) end(item);
      begin();
    },
  };
}

async function send(items: readonly Item[], course: Course): Promise<void> {
  const [first] = items;
  if (first === undefined) return;
  const { session, stop, emit } = first.run.context;
  const retry = createRetry(session, stop.signal, (blocked) => {
    const { run, work } = course.current() ?? first;
    emit({ event: "blocked", ...stepName(run.step), statement: work.statement.number, ...blocked });
  });
  const sending = {
    texts: items.map(({ work }) => work.statement.text),
    tables: items.flatMap(({ run, announcement }) =>
      tablesOf(announcement.objects, run.execution.memory.database),
    ),
    ran: course.ran,
    whyNotAgain: async (error: unknown) => {
      const failed = course.current();
      return failed === null ? null : whyNotAgain(failed.run.execution, error, failed.announcement);
    },
  };
  await sendTogether(session, retry, sending, async () => {
    await course.current()?.run.execution.journal.confirm(session);
  });
}

/** Records the files before the failed one, and removes the lines of those after it. */
async function recordBeginning(
  items: readonly Item[],
  { run, work, announcement }: Item,
  error: unknown,
  unfinished: readonly Unfinished[],
): Promise<void> {
  const { session } = run.context;
  await keepFate(run.execution, error, work.statement, announcement);
  const runs = [...new Set(items.map((item) => item.run))];
  const behind = runs.slice(runs.indexOf(run) + 1);
  // If that fails, the next run finds out by itself.
  await finishLines(session, unfinished).catch(() => {});
  const [next] = behind;
  if (next === undefined) return;
  const untouched: Believed = { done: 0, intent: session.connectionId };
  await removeLines(session, next.execution.journal.line, behind.length, [untouched]).catch(() => {});
}
