import { MigrateError } from "../errors";
import { intentOf, type Journal } from "../history/journal";
import type { Intent } from "../history/lines";
import { readProgress, type Unfinished } from "../history/writer";
import { whyNotInTransaction } from "../migrations/transaction-tracker";
import { serverErrno } from "../server/error-numbers";
import type { Engines } from "../server/non-transactional";
import type { Executed } from "../server/routines";
import { readRoutineUse, readSingleDdl } from "../server/routines";
import { COMMIT, ROLLBACK, type Session } from "../server/session";
import { readUserVariables } from "../server/user-variables";
import {
  type Classified,
  classify,
  mentionsAny,
  type ObjectRef,
  type PreparedSource,
  type StatementKind,
} from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import { withoutTemporary } from "../syntax/temporary";
import type { Counters } from "./counters";
import type { Work } from "./group";
import { type Before, isUnchanged, readBefore } from "./judge-intent";
import { readImmediateText, readPreparedValue } from "./prepared-text";
import { provesNothingHappened } from "./refused";
import { type Patience, whyNotAgainAlone } from "./retry";
import { lockingHistoryToo, type SessionMemory } from "./session-memory";
import { createTransactions } from "./transactions";

/**
 * Runs one file's statements so that each one and its record stand or fall together: in one transaction where
 * the server can do that, with an intent before and a record after where the statement commits by itself.
 */
export interface Executor {
  run(statement: Statement, classified: Classified): Promise<void>;
  /**
   * Runs statements that can be sent together (see batches.ts).
   * @param reached told how many of them ran so far
   */
  runTogether(batch: readonly Work[], reached: (count: number) => void): Promise<void>;
  /**
   * Runs a statement and those that read what it left (see units.ts), and sends nothing in between.
   * @param reached told how many of them ran so far
   */
  runUnit(unit: readonly Work[], reached: (count: number) => void): Promise<void>;
  /** Commits and records what is still open; after it the line is finished. */
  finish(): Promise<void>;
  /** Does the same, but leaves the record to the next migration's first one where a crash in between could be judged. */
  finishWithNext(): Promise<Unfinished | null>;
  /** Commits and records what ran so far, so that the run can stop here. */
  pause(): Promise<void>;
  /** Rolls back what is open. Never throws: it runs when something already went wrong. */
  abandon(): Promise<void>;
  /** The statement under way commits by itself, failed or vanished, and may have taken effect all the same. */
  readonly fateOpen: boolean;
  /** The session holds, or may hold, something that the next migration must not see. */
  readonly touched: boolean;
}

/** What an intent says beside its statement. */
type Announced = Before & Pick<Intent, "executes">;

/** Nothing that the server could tell would settle it. */
const ASK: Announced = { how: "ask", objects: [], before: null };

type SetKind = Extract<StatementKind, { kind: "set" }>;
type RepeatableKind = Extract<StatementKind, { kind: "repeatable" }>;
type UnjudgeableKind = Extract<StatementKind, { kind: "unjudgeable" }>;

export function createExecutor(
  session: Session,
  journal: Journal,
  memory: SessionMemory,
  patience: Patience,
  engines: Engines,
  counters: Counters,
): Executor {
  /** A statement that commits by itself ran, and neither a record nor the next intent says so yet. */
  let effectUnrecorded = false;
  let fateOpen = false;
  let touched = false;
  /** The unit whose first statement has not run yet; then `holding`: nothing of the runner's own may be sent. */
  let unit: readonly Work[] | null = null;
  let holding = false;
  const transactions = createTransactions(session, memory, patience, counters, () => record(null));

  async function record(intent: Intent | null): Promise<void> {
    const saved = await memory.save(session);
    // Before a statement that commits, and at the end, there is nothing that could be undone.
    const goesOn = intent === null && !journal.atEnd;
    await journal.record(session, goesOn ? await counters.save(session, saved) : saved, intent);
    effectUnrecorded = false;
    if (transactions.owner === null && !memory.autocommit) await session.run(COMMIT);
  }

  /** Outside of a transaction, because a rollback must not take back the record of what cannot be rolled back. */
  async function recordEffect(): Promise<void> {
    if (effectUnrecorded) await record(null);
  }

  /** Of what nothing could judge, at once. Where the next statement reads what it left, behind that. */
  async function recordAtOnce(): Promise<void> {
    if (!holding) await record(null);
  }

  /**
   * Right before the first statement of a unit. What reads it needs a transaction for itself and its record, and a START
   * TRANSACTION in between would be seen: without autocommit one begins by itself.
   */
  async function holdStill(inTransaction: boolean): Promise<void> {
    if (unit === null) return;
    if (inTransaction && transactions.owner === null) await transactions.begin(true);
    transactions.cannotRepeat();
    unit = null;
    holding = true;
  }

  /** What the server would do by itself before a statement that commits, but with the record in it. */
  async function leaveTransaction(): Promise<void> {
    if (transactions.owner !== null) await transactions.commit();
  }

  /** @param executed what the statement runs, where that is another text */
  async function runTransactional(
    statement: Statement,
    classified: Classified,
    executed: string = statement.head,
  ): Promise<void> {
    const others = unit?.slice(1).map((work) => work.statement.head) ?? [];
    if (await writesOutside([executed, ...others])) return runNonTransactional(statement);
    await enterTransaction();
    unit = null;
    await transactions.run(statement, classified);
    journal.advance(statement);
  }

  async function runTogether(batch: readonly Work[], reached: (count: number) => void): Promise<void> {
    if (await writesOutside(batch.map(({ statement }) => statement.head))) return runOneByOne(batch, reached);
    await enterTransaction();
    await transactions.runTogether(batch, reached);
    for (const { statement } of batch) journal.advance(statement);
  }

  async function runOneByOne(batch: readonly Work[], reached: (count: number) => void): Promise<void> {
    for (const [index, { statement, classified }] of batch.entries()) {
      await runTransactional(statement, classified);
      reached(index + 1);
    }
  }

  /** What one of them writes, no transaction would take back. */
  async function writesOutside(texts: readonly string[]): Promise<boolean> {
    const names = await engines.namesSeenFrom(session, memory.database);
    return texts.some((text) => mentionsAny(text, names, { ansiQuotes: true }));
  }

  async function enterTransaction(): Promise<void> {
    if (transactions.full && memory.temporaries.none) {
      counters.goesOn();
      await transactions.commitOwn();
    }
    if (transactions.owner !== null) return;
    await recordBeginning();
    await transactions.begin();
  }

  /** Where the counters stand must be known after a crash, so it is committed before the transaction that moves them. */
  async function recordBeginning(): Promise<void> {
    const moved = await counters.prepare(session);
    if (moved || effectUnrecorded) await record(null);
  }

  /** DML that cannot be rolled back: an intent says it began, and only a person can say whether it ended. */
  async function runNonTransactional(statement: Statement): Promise<void> {
    if (transactions.owner === "file") {
      throw new MigrateError(
        "unsupported-statement",
        "It writes to a table whose engine has no transactions, inside a transaction: after a failure it could not be rolled back with the rest.",
        { hint: "Move it out of the transaction, or convert the table: ALTER TABLE … ENGINE=InnoDB" },
      );
    }
    await transactions.commitOwn();
    await runWithIntent(statement, ASK);
    await recordAtOnce();
  }

  async function runSelfCommitting(
    statement: Statement,
    how: Intent["how"],
    objects: readonly ObjectRef[],
    executes: Executed | null = null,
    refusable: string = executes?.text ?? statement.text,
  ): Promise<void> {
    await leaveTransaction();
    const before = await readBefore(session, how, objects, executes?.database ?? memory.database);
    await runWithIntent(statement, executes === null ? before : { ...before, executes }, refusable);
    // What nothing can judge is recorded at once; for the rest the next record or intent is soon enough.
    if (how === "ask") await recordAtOnce();
  }

  /** Only running it shows whether it commits: a CALL with a branch, a text that is made up on the way. */
  async function runPerhapsCommitting(
    statement: Statement,
    before: Announced,
    executed: string = statement.text,
  ): Promise<void> {
    if (!memory.autocommit && transactions.owner === null) {
      await recordEffect();
      await transactions.begin();
    }
    if (transactions.owner === "file") {
      if (transactions.readOnly) throw unrecordable();
      return runInTransaction(statement, before, executed);
    }
    await transactions.commitOwn();
    // Without autocommit a ROLLBACK in it would undo more than it does.
    await runWithIntent(statement, before, executed, false);
    // It may have begun a transaction, which is the file's then: the record waits for its COMMIT.
    if (await session.transactionOpen()) await transactions.beganInFile(null, false);
    else if (before.how === "ask") await recordAtOnce();
  }

  /**
   * In the file's own transaction. The record of all before it, and its intent, are written in that transaction: if the
   * statement commits it, it commits them too; if it does not, they are undone with the rest.
   * @param before null for a statement that can be repeated
   */
  async function runInTransaction(
    statement: Statement,
    before: Announced | null,
    executed: string = statement.text,
  ): Promise<void> {
    const recorded = journal.done;
    const run = async (): Promise<void> => {
      await record(before === null ? null : announce(statement, before));
      fateOpen = before !== null;
      await holdStill(false);
      await session.run(statement.text);
    };
    try {
      const work = { statement, classified: classify(statement.text) };
      await transactions.runPerhapsEnding(work, run, () => whyNotAgainInside(statement, executed));
    } catch (error) {
      const cause = error instanceof MigrateError ? error.cause : error;
      if (serverErrno(cause) !== null) fateOpen = await isCommitted(error, statement, before, executed);
      throw error;
    }
    fateOpen = false;
    if (await session.transactionOpen()) {
      journal.resumeAt(recorded);
      transactions.cannotRepeat();
      journal.advance(statement);
      return;
    }
    transactions.ended();
    committedByItself(statement);
    if (before?.how === "ask") await recordAtOnce();
  }

  /** After it could not have its locks. What it was about is rolled back by then, or committed. */
  async function whyNotAgainInside(statement: Statement, executed: string): Promise<string | null> {
    await session.run(ROLLBACK);
    const line = await readProgress(session, journal.line);
    if (line?.intent === statement.number) return "it had committed its transaction by then";
    fateOpen = false;
    return (await writesOutside([executed])) ? "what it wrote to a table without transactions stays" : null;
  }

  /** After an error: whether the statement got so far as to commit the transaction, and may have done more. */
  async function isCommitted(
    error: unknown,
    statement: Statement,
    before: Before | null,
    executed: string,
  ): Promise<boolean> {
    await transactions.rollBack();
    const line = await readProgress(session, journal.line);
    journal.resumeAt(line?.done ?? 0);
    if (before === null || line?.intent !== statement.number) return false;
    return !(await didNothing(error, executed, before));
  }

  function announce(statement: Statement, before: Announced): Intent {
    return { ...intentOf(statement), connection: session.connectionId, ...before };
  }

  /** @param refusable the text that an error is about: the statement's, or the one it was prepared from */
  async function runWithIntent(
    statement: Statement,
    before: Announced,
    refusable: string = statement.text,
    inTransaction = true,
  ): Promise<void> {
    const { text } = statement;
    await record(announce(statement, before));
    await holdStill(inTransaction);
    fateOpen = true;
    try {
      await patience.through(
        () => session.run(text),
        tablesOf(before.objects, memory.database),
        (error) => whyNotAgain(error, before, refusable),
      );
    } catch (error) {
      // The server said no; most statements then did nothing, but not all of them (a DROP of several tables).
      fateOpen = !(await didNothing(error, refusable, before));
      throw error;
    }
    fateOpen = false;
    committedByItself(statement);
  }

  async function whyNotAgain(error: unknown, before: Before, refusable: string): Promise<string | null> {
    const why = whyNotAgainAlone(before.how, refusable, classify(refusable).userVariables);
    if (why !== null) return why;
    return (await didNothing(error, refusable, before)) ? null : "part of it may have taken effect";
  }

  async function didNothing(error: unknown, refusable: string, before: Before): Promise<boolean> {
    const cause = error instanceof MigrateError ? error.cause : error;
    if (serverErrno(cause) === null) return false;
    if (await provesNothingHappened(session, cause, refusable, memory.database)) return true;
    return await isUnchanged(session, before);
  }

  function committedByItself(statement: Statement): void {
    journal.advance(statement);
    effectUnrecorded = true;
    engines.forget();
    counters.forget();
  }

  async function runRepeatable(
    statement: Statement,
    { objects, commits }: Pick<RepeatableKind, "objects" | "commits">,
  ): Promise<void> {
    if (commits !== "always" && transactions.owner === "file" && !transactions.readOnly)
      return runInTransaction(statement, null);
    await leaveTransaction();
    // Each is safe to repeat, two in a row need not be: TRUNCATE a; DROP TABLE IF EXISTS a.
    await recordEffect();
    await holdStill(true);
    await patience.through(
      () => session.run(statement.text),
      tablesOf(objects, memory.database),
      async () => whyNotAgainAlone("repeatable", statement.text, classify(statement.text).userVariables),
    );
    committedByItself(statement);
  }

  async function runCall(statement: Statement, classified: Classified, routine: ObjectRef): Promise<void> {
    const { effect, temporaries } = await readRoutineUse(session, routine, memory.database);
    // Suspected even before: the record that follows looks for them.
    for (const table of temporaries) memory.temporaries.add(table, memory.database);
    switch (effect) {
      case "transactional":
        return runTransactional(statement, classified);
      case "single-ddl":
        return runDdlOf(statement, await readSingleDdl(session, routine, memory.database));
      case "mixed":
      case "unknown":
        return runPerhapsCommitting(statement, ASK);
      default:
        effect satisfies never;
    }
  }

  /** Null for what is the statement itself. */
  function asExecuted(statement: Statement, text: string): Executed | null {
    return text === statement.text ? null : { text, database: memory.database, sqlMode: null };
  }

  async function runUnjudgeable(
    statement: Statement,
    { objects, commits, why }: UnjudgeableKind,
    executes: Executed | null,
  ): Promise<void> {
    if (commits === "perhaps") return runPerhapsCommitting(statement, ASK, executes?.text ?? statement.text);
    if (commits === "never" && transactions.owner === "file") {
      throw new MigrateError("unsupported-statement", whyNotInTransaction(why), {
        hint: "Move it out of the transaction.",
      });
    }
    return runSelfCommitting(statement, "ask", objects, executes);
  }

  /** A procedure that does nothing but one DDL is judged by that. */
  async function runDdlOf(statement: Statement, ddl: Executed | null): Promise<void> {
    const inside = ddl === null ? null : classify(ddl.text).statement;
    if (ddl === null || inside?.kind !== "self-committing") return runPerhapsCommitting(statement, ASK);
    const before = await readBefore(session, inside.verb, inside.objects, ddl.database);
    return runPerhapsCommitting(statement, { ...before, executes: ddl });
  }

  /** A statement about the session itself: it has no lasting effect, so nothing is written for it. */
  async function runInSession(statement: Statement, text: string = statement.text): Promise<void> {
    await holdStill(true);
    await session.run(text);
    // Running it again would not give back what it changed.
    transactions.cannotRepeat();
    journal.advance(statement);
  }

  async function runBegin(statement: Statement, readOnly: boolean): Promise<void> {
    await leaveTransaction();
    if (readOnly) await recordEffect();
    else await recordBeginning();
    await runInSession(statement);
    await transactions.beganInFile(statement.text, readOnly);
  }

  async function runCommit(statement: Statement, chain: boolean): Promise<void> {
    if (transactions.owner === "file" && !transactions.readOnly) {
      // The record goes in just before the file's own COMMIT, and counts it as done.
      journal.advance(statement);
      if (chain) counters.goesOn();
      await transactions.commit(statement.text);
    } else {
      await transactions.commitOwn();
      await runInSession(statement);
    }
    await endInFile(chain);
  }

  async function runRollback(statement: Statement, chain: boolean): Promise<void> {
    await transactions.commitOwn();
    await runInSession(statement);
    await endInFile(chain);
  }

  /** With completion_type another one begins, without a word in the file. */
  async function endInFile(chain: boolean): Promise<void> {
    if (chain || (await session.transactionOpen())) await transactions.beganInFile(null, false);
    else transactions.ended();
  }

  async function runSet(statement: Statement, classified: Classified, kind: SetKind): Promise<void> {
    const { autocommit, onlyUserVariables, nextTransaction } = kind;
    // A function or a subquery in it may write rows, or must not be asked twice: it stands or falls with its record.
    if (onlyUserVariables && statement.text.includes("(")) return runTransactional(statement, classified);
    if (!onlyUserVariables) {
      await transactions.commitOwn();
      if (classified.userVariables.length > 0) {
        memory.noteBorrowed(statement, await readUserVariables(session, classified.userVariables));
      }
    }
    // SET TRANSACTION is for the file's next transaction: nothing of the runner's may come in between.
    if (nextTransaction) await engines.namesSeenFrom(session, memory.database);
    if (
      (autocommit === true || autocommit === "unknown") &&
      !memory.autocommit &&
      transactions.owner !== null
    ) {
      // SET autocommit = 1 commits the open transaction, so the record has to be in it.
      journal.advance(statement);
      await transactions.commit(statement.text);
    } else if (onlyUserVariables) {
      await holdStill(true);
      await session.run(statement.text);
      transactions.keep(statement);
      journal.advance(statement);
    } else {
      await runInSession(statement);
    }
    if (USED_UP.test(statement.text)) transactions.nextCannotRepeat("it uses up what was set for it");
    if (autocommit === "unknown") await memory.readAutocommit(session);
  }

  async function runPrepare(
    statement: Statement,
    classified: Classified,
    { name, source }: { readonly name: string; readonly source: PreparedSource },
  ): Promise<void> {
    const value = await readPreparedValue(session, source);
    await runInSession(statement);
    memory.note(statement, classified);
    if (value !== null) memory.notePrepared(name, value);
  }

  /** EXECUTE does what the prepared text does, so that is what is classified and judged. */
  async function runPrepared(
    statement: Statement,
    classified: Classified,
    inner: string | null,
  ): Promise<void> {
    const kind = inner === null ? null : classify(inner).statement;
    if (inner === null || kind === null) return runPerhapsCommitting(statement, ASK);
    if (kind.kind === "lock-tables") {
      throw new MigrateError(
        "unsupported-statement",
        "LOCK TABLES from a prepared text would lock the history table out.",
        { hint: "Write the LOCK TABLES out as a statement of its own." },
      );
    }
    await dispatch(statement, classified, kind, inner);
    memory.note(statement, { ...classified, statement: kind });
  }

  /** What reads the statement before it: its transaction is open, and all that could be asked was asked before. */
  async function runReader({ statement, classified }: Work): Promise<void> {
    if (transactions.owner === null) await session.run(statement.text);
    else await transactions.run(statement, classified);
  }

  async function runUnit(works: readonly Work[], reached: (count: number) => void): Promise<void> {
    const [first, ...readers] = works;
    if (first === undefined) return;
    if (endsOrBegins(first.classified.statement)) return runEach(works, reached);
    for (const reader of readers) await refuseCommittingReader(reader);
    await engines.namesSeenFrom(session, memory.database);
    unit = works;
    try {
      await runOne(first.statement, first.classified);
      holding = true;
      // Noted only: autocommit = 0 begins it.
      if (!memory.autocommit && transactions.owner === null) await transactions.beganInFile(null, false);
      for (const [index, reader] of readers.entries()) {
        reached(index + 1);
        await runReader(reader);
      }
    } finally {
      holding = false;
      unit = null;
    }
    for (const { statement, classified } of readers) {
      journal.advance(statement);
      memory.note(statement, classified);
    }
    // With what commits by itself before them they are recorded at once.
    if (transactions.implicit) await transactions.commit();
    else if (transactions.owner === null) await record(null);
  }

  async function runEach(works: readonly Work[], reached: (count: number) => void): Promise<void> {
    for (const [index, { statement, classified }] of works.entries()) {
      await runOne(statement, classified);
      reached(index + 1);
    }
  }

  /** A CALL or EXECUTE that reads what the statement before it left cannot have its intent recorded in between. */
  async function refuseCommittingReader({ statement, classified: { statement: kind } }: Work): Promise<void> {
    const inner = kind.kind === "execute" ? memory.preparedText(kind.name) : null;
    const inside = inner === null ? kind : classify(inner).statement;
    if (inside.kind === "transactional" || inside.kind === "set") return;
    if (inside.kind === "temporary" && !inside.commits) return;
    if (inside.kind === "call") {
      const { effect, temporaries } = await readRoutineUse(session, inside.routine, memory.database);
      for (const table of temporaries) memory.temporaries.add(table, memory.database);
      if (effect === "transactional") return;
    }
    throw committingReader(statement);
  }

  async function withoutTemporaries(kind: StatementKind): Promise<StatementKind> {
    if (memory.temporaries.none || kind.kind !== "self-committing") return kind;
    const { database, temporaries } = memory;
    await temporaries.look(
      session,
      kind.objects.filter(({ type }) => type === "table"),
      database,
    );
    return withoutTemporary(kind, (table) => temporaries.has(table, database));
  }

  async function dispatch(
    statement: Statement,
    classified: Classified,
    asWritten: StatementKind = classified.statement,
    executed: string = statement.text,
  ): Promise<void> {
    const kind = await withoutTemporaries(asWritten);
    switch (kind.kind) {
      case "transactional":
        return runTransactional(
          statement,
          classified,
          executed === statement.text ? statement.head : executed,
        );
      case "temporary":
        if (kind.commits) return runRepeatable(statement, { objects: [], commits: "always" });
        return runTransactional(statement, classified);
      case "self-committing":
        return runSelfCommitting(statement, kind.verb, kind.objects, asExecuted(statement, executed));
      case "repeatable":
        return runRepeatable(statement, kind);
      case "unjudgeable":
        return runUnjudgeable(statement, kind, asExecuted(statement, executed));
      case "call":
        return runCall(statement, classified, kind.routine);
      case "begin":
        return runBegin(statement, kind.readOnly);
      case "commit":
        return runCommit(statement, kind.chain);
      case "rollback":
        return runRollback(statement, kind.chain);
      case "set":
        return runSet(statement, classified, kind);
      case "use":
      case "deallocate":
        return runInSession(statement);
      case "prepare":
        return runPrepare(statement, classified, kind);
      case "execute":
        return runPrepared(statement, classified, memory.preparedText(kind.name));
      case "execute-immediate":
        return runPrepared(statement, classified, await readImmediateText(session, kind.source));
      case "lock-tables":
        await leaveTransaction();
        // All of its tables or none: what it could not have in time it may ask for again.
        return patience.through(
          () =>
            runInSession(statement, lockingHistoryToo(statement.text, session.database, journal.line.table)),
          [],
          async () => null,
        );
      case "unlock-tables":
        // Without locks to release it does nothing at all.
        if (memory.tablesLocked) await leaveTransaction();
        return runInSession(statement);
      case "refused":
        throw new MigrateError("unsupported-statement", kind.why);
      default:
        kind satisfies never;
    }
  }

  async function runOne(statement: Statement, classified: Classified): Promise<void> {
    // With its intent comes the record of the migration before; everything else must not come before that.
    if (classified.statement.kind !== "self-committing") await journal.finishPrevious(session);
    touched ||= !isPlainDdl(classified);
    await dispatch(statement, classified);
    if (classified.statement.kind !== "prepare") memory.note(statement, classified);
  }

  return {
    get fateOpen() {
      return fateOpen;
    },
    get touched() {
      return touched;
    },
    run: runOne,
    async runUnit(works, reached) {
      touched = true;
      await runUnit(works, reached);
    },
    async runTogether(batch, reached) {
      await journal.finishPrevious(session);
      touched = true;
      await runTogether(batch, reached);
    },
    async finish() {
      // One that completion_type began, since no file may leave one of its own open.
      if (transactions.owner !== null) await transactions.commit();
      if (!journal.finished) await record(null);
    },
    async finishWithNext() {
      // What touched the session is followed by another one, which must find it recorded.
      const unfinished = effectUnrecorded && !touched ? journal.leaveUnfinished() : null;
      if (unfinished === null) await this.finish();
      return unfinished;
    },
    async pause() {
      // A transaction of the file's own has not ended: it is rolled back and will run again as a whole.
      if (transactions.owner === "file") return this.abandon();
      await transactions.commitOwn();
      await recordEffect();
    },
    async abandon() {
      await transactions.rollBack();
      await recordEffect().catch(() => {});
    },
  };
}

/** After such a statement nothing but zeros is there to be read, whatever the runner sends. */
function endsOrBegins(statement: StatementKind): boolean {
  if (statement.kind === "set") return statement.autocommit !== null || statement.nextTransaction;
  return ["begin", "commit", "rollback", "lock-tables", "unlock-tables"].includes(statement.kind);
}

function committingReader({ line, column }: Statement): MigrateError {
  return new MigrateError(
    "unsupported-statement",
    `The statement behind it, in line ${line}, column ${column}, reads what it leaves and may commit by itself: its progress could not be recorded in between.`,
    { hint: "Keep the value in a variable, and use that: SET @n = ROW_COUNT()" },
  );
}

function unrecordable(): MigrateError {
  return new MigrateError(
    "unsupported-statement",
    "It may commit the READ ONLY transaction that it is in and write then, and in such a transaction its progress cannot be recorded before it.",
    { hint: "Move it out of the transaction, or begin that without READ ONLY." },
  );
}

/** System variables that the statements behind them use up, and that no session can be asked for. */
const USED_UP = /\b(?:insert_id|rand_seed[12])\b/i;

function tablesOf(objects: readonly ObjectRef[], current: string): { database: string; name: string }[] {
  return objects
    .filter(({ type }) => type === "table")
    .map(({ database, name }) => ({ database: database ?? current, name }));
}

/** Nothing but such statements leaves a session as it was: no variables, no LAST_INSERT_ID, no temporary tables. */
function isPlainDdl({ statement, userVariables }: Classified): boolean {
  return (
    (statement.kind === "self-committing" || statement.kind === "repeatable") && userVariables.length === 0
  );
}
