import { MigrateError } from "../errors";
import type { Unfinished } from "../history/writer";
import { classify, type StatementKind } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import { decide } from "./decide";
import { commit, type Execution, record, stateOf } from "./execution";
import type { Group, Work } from "./group";
import { leftoversOf, more } from "./leftovers";
import { perform } from "./perform";
import { readCallEffect, resolveKind, writesOutside } from "./resolve-kind";
import { runAnnounced } from "./run-announced";
import { noteStatement, preparedText } from "./session-memory";
import { beganInFile, rollBack, runInside, runTogether } from "./transaction";

/**
 * Runs one statement so that it and its record stand or fall together: in one transaction if the server can do that;
 * otherwise, when the statement commits by itself, with an intent before it and a record after it.
 * @param readers the statements right after it that read what it leaves
 * @throws MigrateError; the driver's error
 */
async function runStatement(execution: Execution, work: Work, readers: readonly Work[] = []): Promise<void> {
  const { session, journal, memory } = execution;
  // Its intent brings the record of the previous migration along; nothing else may come before that record.
  if (work.classified.statement.kind !== "self-committing") await journal.finishPrevious(session);
  noteLeftovers(execution, [work]);
  const { kind, noted, prepared } = await resolveKind(execution, work, readers);
  for (const action of decide(kind, stateOf(execution, readers.length > 0))) {
    await perform(execution, work, action);
  }
  noteStatement(memory, work.statement, noted, prepared);
}

function noteLeftovers(execution: Execution, works: readonly Work[]): void {
  const { noBackslashEscapes } = execution.session.server;
  for (const work of works) {
    if (execution.leftovers === "anything") return;
    execution.leftovers = more(execution.leftovers, leftoversOf(work, { noBackslashEscapes }));
  }
}

/**
 * Runs a group of statements (see group.ts).
 * @param reached called with the number of statements that ran so far
 * @throws MigrateError; the driver's error
 */
export async function runGroup(
  execution: Execution,
  { how, works }: Group,
  reached: (count: number) => void,
): Promise<void> {
  switch (how) {
    case "alone":
      for (const work of works) await runStatement(execution, work);
      return;
    case "together":
      return runBatch(execution, works, reached);
    case "announced":
      return runAnnounced(execution, works, reached);
    case "unit":
      return runUnit(execution, works, reached);
    default:
      how satisfies never;
  }
}

async function runBatch(
  execution: Execution,
  batch: readonly Work[],
  reached: (count: number) => void,
): Promise<void> {
  const [first] = batch;
  if (first === undefined) return;
  const { session, journal } = execution;
  await journal.finishPrevious(session);
  noteLeftovers(execution, batch);
  const heads = batch.map(({ statement }) => statement.head);
  if (await writesOutside(execution, heads)) return runEach(execution, batch, reached);
  for (const action of decide({ kind: "transactional" }, stateOf(execution, false))) {
    if (action.do === "send") await runTogether(execution, batch, reached);
    else await perform(execution, first, action);
  }
  for (const { statement } of batch) journal.advance(statement);
}

async function runEach(
  execution: Execution,
  works: readonly Work[],
  reached: (count: number) => void,
): Promise<void> {
  for (const [index, work] of works.entries()) {
    await runStatement(execution, work);
    reached(index + 1);
  }
}

/** Runs a statement and those that read what it left, with nothing sent in between. */
async function runUnit(
  execution: Execution,
  unit: readonly Work[],
  reached: (count: number) => void,
): Promise<void> {
  const [first, ...readers] = unit;
  if (first === undefined) return;
  const { session, journal, memory, nonTransactional } = execution;
  execution.leftovers = "anything";
  if (endsOrBegins(first.classified.statement)) return runEach(execution, unit, reached);
  for (const reader of readers) await refuseCommittingReader(execution, reader);
  await nonTransactional.namesSeenFrom(session, memory.database);
  await runStatement(execution, first, readers);
  // Only noted: autocommit = 0 begins it.
  if (!memory.autocommit && execution.transaction === null) await beganInFile(execution, null, false);
  for (const [index, reader] of readers.entries()) {
    reached(index + 1);
    await runInside(execution, reader);
  }
  for (const { statement, classified } of readers) {
    journal.advance(statement);
    noteStatement(memory, statement, classified);
  }
  // After a statement that commits by itself they are recorded at once.
  const { transaction } = execution;
  if (transaction === null) await record(execution, null);
  else if (transaction.owner === "runner" && transaction.implicit) await commit(execution);
}

/** After such a statement there are only zeros to read, whatever the runner sends. */
function endsOrBegins(statement: StatementKind): boolean {
  if (statement.kind === "set") return statement.autocommit !== null || statement.nextTransaction;
  return ["begin", "commit", "rollback", "lock-tables", "unlock-tables"].includes(statement.kind);
}

/** We cannot record an intent between a CALL or EXECUTE and the statement whose outcome it reads. */
async function refuseCommittingReader(
  { session, memory }: Execution,
  { statement, classified: { statement: kind } }: Work,
): Promise<void> {
  const inner = kind.kind === "execute" ? preparedText(memory, kind.name) : null;
  const inside = inner === null ? kind : classify(inner).statement;
  if (inside.kind === "transactional" || inside.kind === "set") return;
  if (inside.kind === "temporary" && !inside.commits) return;
  if (
    inside.kind === "call" &&
    (await readCallEffect({ session, memory }, inside.routine)) === "transactional"
  )
    return;
  throw committingReader(statement);
}

function committingReader({ line, column }: Statement): MigrateError {
  return new MigrateError(
    "unsupported-statement",
    `The statement behind it, in line ${line}, column ${column}, reads what it leaves and may commit by itself: its progress could not be recorded in between.`,
    { hint: "Keep the value in a variable, and use that: SET @n = ROW_COUNT()" },
  );
}

/** Commits and records what is still open; after it the line is finished. */
export async function finish(execution: Execution): Promise<void> {
  // It was begun by completion_type, since no file may leave a transaction of its own open.
  if (execution.transaction !== null) await commit(execution);
  if (!execution.journal.finished) await record(execution, null);
}

/** Does the same, but leaves the record to the next migration's first one if a crash in between could be judged. */
export async function finishWithNext(execution: Execution): Promise<readonly Unfinished[]> {
  const { unrecorded, leftovers, journal } = execution;
  // A migration that leaves something in the session may be followed by a new session, which must find it recorded.
  const unfinished = unrecorded && leftovers === "nothing" ? journal.leaveUnfinished() : null;
  if (unfinished !== null) return [unfinished];
  await finish(execution);
  return [];
}

/** Commits and records what ran so far, so that the run can stop here. */
export async function pause(execution: Execution): Promise<void> {
  // The file's own transaction has not ended: it is rolled back and will run again as a whole.
  if (execution.transaction?.owner === "file") return abandon(execution);
  if (execution.transaction !== null) await commit(execution);
  if (execution.unrecorded) await record(execution, null);
}

/** Rolls back what is open. Never throws: it runs after something has gone wrong. */
export async function abandon(execution: Execution): Promise<void> {
  await rollBack(execution);
  if (execution.unrecorded) await record(execution, null).catch(() => {});
}
