import { believedOf } from "../history/believed";
import { behind, type Intent, readResumption } from "../history/lines";
import { resumeLine } from "../history/writer";
import type { Session } from "../server/session";
import type { Statement } from "../syntax/statement";
import { type Finding, isUnchanged, judgeIntent } from "./judge-intent";
import { nameChangedStatement } from "./prefix";
import { clearTool } from "./run-online";
import { lockingHistoryToo, restoreSession } from "./saved-session";
import { noteStatement } from "./session-memory";
import { settleIntent, textOf } from "./settle-intent";
import { type Open, type StepRun, stepName } from "./step-run";

/**
 * Resumes a partial line: checks that the recorded statements are unchanged, sets up the session again, and judges a
 * statement that was running.
 * @param next the first statement that is not recorded; null when the file has no more
 */
export async function resume(run: StepRun, next: Statement | null): Promise<"applied" | "not-applied"> {
  const { context, step, total, execution } = run;
  const { session, journal, memory, counters } = execution;
  const { table } = context;
  const row = step.resume?.row;
  if (row === undefined) return "not-applied";
  // Before anything else: a tool's remains slow down every write of the application.
  if (row.intent?.tool !== undefined) await clearTool(execution, row.intent.tool);
  const stored = await readResumption(session, table, row.id);
  if (journal.position !== row.done || journal.hash() !== row.doneHash) {
    const before = step.direction === "up" ? stored.upText : stored.downText;
    throw await nameChangedStatement(step.file, row, before, session.server);
  }
  journal.resumeAt(row.done);
  // Before the session is set up again: under LOCK TABLES the server shows no other tables.
  const found = row.intent === null ? null : await judgeOpen(run, row.intent, stored.saved, next);
  // If an intent is open, the transaction before it was committed.
  if (row.intent === null) await counters.takeUp(session, stored.saved);
  await restoreSession(session, memory, stored.saved, (text) =>
    lockingHistoryToo(text, session.database, table),
  );
  const verdict = row.intent === null || found === null ? null : await settle(run, row.intent, found, next);
  // Not sooner: until the statement's fate is known, the line must describe the file that contained it.
  await resumeLine(session, journal.line, believedOf(row), {
    upChecksum: step.migration.up.checksum,
    downChecksum: step.migration.down?.checksum ?? null,
    total,
    ...context.files.texts,
  });
  if (row.intent === null || verdict === null) return "not-applied";
  return conclude(run, { intent: row.intent, saved: stored.saved }, verdict, next);
}

/**
 * Judges the next of the statements that an earlier run announced together.
 * @param next the statement at that place in the file now; null when the file ends before it
 */
export async function settleOpen(run: StepRun, next: Statement | null): Promise<"applied" | "not-applied"> {
  const { open } = run;
  if (open === null) return "not-applied";
  const found = await judgeOpen(run, open.intent, open.saved, next);
  return conclude(run, open, await settle(run, open.intent, found, next), next);
}

/** Decides what became of an intent's statement, and remembers those that were sent after it. */
async function settle(
  { context, step, total }: StepRun,
  intent: Intent,
  found: Finding,
  next: Statement | null,
): Promise<"applied" | "not-applied"> {
  const { session } = context;
  const overtaken =
    found.verdict === "not-applied" &&
    (await anyTookEffect(session, [...(intent.followedBy ?? []), ...context.openBehind]));
  return settleIntent(session, step, { intent, found, next, total, overtaken });
}

/** The server stops at the first failure: a statement can have taken effect only if the one sent before it did. */
async function anyTookEffect(session: Session, sentBehind: readonly Intent[]): Promise<boolean> {
  for (const later of sentBehind) {
    if (!(await isUnchanged(session, later))) return true;
  }
  return false;
}

async function conclude(
  run: StepRun,
  { intent, saved }: Open,
  verdict: "applied" | "not-applied",
  next: Statement | null,
): Promise<"applied" | "not-applied"> {
  const { context, step, execution, classify } = run;
  const { session, journal, memory } = execution;
  context.emit({ event: "judged", ...stepName(step), statement: intent.statement, verdict });
  const applied = verdict === "applied" && next !== null;
  const rest = applied ? behind(intent) : null;
  run.open = rest === null ? null : { intent: rest, saved };
  if (!applied) return "not-applied";
  journal.advance(next);
  noteStatement(memory, next, classify(next));
  await journal.record(session, saved, rest);
  journal.committed();
  return "applied";
}

/** Judges a statement that was running, if necessary in a session set up like its own. */
async function judgeOpen(
  { context, execution: { memory } }: StepRun,
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
      // Without LOCK TABLES: under it the session could not make tables.
      await restoreSession(beside, memory, saved, () => "DO 0");
      // Sent as a statement of the file: otherwise the runner's own settings would apply.
      const mode = executed?.sqlMode ?? null;
      if (mode !== null && /^[\w,]*$/.test(mode)) await beside.run(`SET SESSION sql_mode = '${mode}'`);
      return beside;
    } catch (error) {
      await beside.close();
      throw error;
    }
  });
}
