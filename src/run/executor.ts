import { mentionsAny, readNonTransactionalNames } from "../database/engines";
import { type Fingerprint, judge, readFingerprint, readSchemaFingerprint } from "../database/fingerprint";
import { type Intent, type Judgement, probedByRecord } from "../database/history";
import { readRoutineEffect } from "../database/routines";
import { serverErrno } from "../database/server-errors";
import type { Session } from "../database/session";
import { readUserVariables, type SavedValue, savedText } from "../database/user-variables";
import { MigrateError } from "../errors";
import {
  type Classified,
  classify,
  type ObjectRef,
  type PreparedSource,
  type StatementKind,
} from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import { withoutTemporary } from "../syntax/temporary";
import { hashStatement, type Journal } from "./journal";
import type { Patience } from "./patience";
import { lockingHistoryToo, SCRATCH_VARIABLE, type SessionMemory } from "./session-memory";

/** A transaction of the runner's own is committed after this long or this much, so that locks are not held. */
const GROUP_MS = 1_000;
const GROUP_BYTES = 8 * 1024 * 1024;

/**
 * Runs one file's statements so that each one and its record stand or fall together: in one transaction where
 * the server can do that, with an intent before and a record after where the statement commits by itself.
 */
export interface Executor {
  run(statement: Statement, classified: Classified): Promise<void>;
  /** Commits and records what is still open; after it the line is finished. */
  finish(): Promise<void>;
  /** Commits and records what ran so far, so that the run can stop here. */
  pause(): Promise<void>;
  /** Rolls back what is open. Never throws: it runs when something already went wrong. */
  abandon(): Promise<void>;
  /** The statement under way commits by itself, failed or vanished, and may have taken effect all the same. */
  readonly fateOpen: boolean;
  /** The session holds, or may hold, something that the next migration must not see. */
  readonly touched: boolean;
}

type SetKind = Extract<StatementKind, { kind: "set" }>;

type Transaction =
  | { readonly owner: "runner"; readonly startedMs: number; bytes: number; texts: Texts }
  /** START TRANSACTION in the file, or autocommit = 0: ends where the file ends it. */
  | { readonly owner: "file"; readonly readOnly: boolean; bytes: number; texts: Texts };

/** What a transaction ran so far, so that a deadlock can be met by running it again; null: it must not be. */
type Texts = string[] | null;

export function createExecutor(
  session: Session,
  journal: Journal,
  memory: SessionMemory,
  patience: Patience,
): Executor {
  let transaction: Transaction | null = null;
  /** A statement that commits by itself ran, and neither a record nor the next intent says so yet. */
  let effectUnrecorded = false;
  let fateOpen = false;
  let touched = false;
  /** Null: not read since the last statement that may have changed it. */
  let nonTransactional: ReadonlySet<string> | null = null;

  async function record(intent: Intent | null): Promise<void> {
    await journal.record(session, await memory.save(session), intent);
    effectUnrecorded = false;
    if (transaction === null && !memory.autocommit) await session.run("COMMIT");
  }

  /** Outside of a transaction, because a rollback must not take back the record of what cannot be rolled back. */
  async function recordEffect(): Promise<void> {
    if (effectUnrecorded) await record(null);
  }

  /** START TRANSACTION would release the file's LOCK TABLES; the other begins one and keeps them. */
  function beginText(): string {
    return memory.tablesLocked ? "SET autocommit = 0" : "START TRANSACTION";
  }

  async function begin(): Promise<void> {
    await session.run(beginText());
    transaction = { owner: "runner", startedMs: performance.now(), bytes: 0, texts: [] };
  }

  async function commitOwn(): Promise<void> {
    if (transaction?.owner !== "runner") return;
    await commitRecorded("COMMIT");
    if (memory.tablesLocked) await session.run("SET autocommit = 1");
    transaction = null;
  }

  /** The record and the COMMIT that makes it and the statements before it last. */
  async function commitRecorded(commit: string): Promise<void> {
    await repeatedly(async () => {
      await record(null);
      await session.run(commit);
    });
  }

  /** Work in the open transaction; after a deadlock or a lock timeout the whole transaction runs again before it. */
  async function repeatedly(work: () => Promise<void>): Promise<void> {
    const open = transaction;
    if (open === null || open.texts === null) return work();
    const { texts } = open;
    let again = false;
    await patience.through(async () => {
      if (again) {
        await session.run("ROLLBACK");
        if (open.owner === "runner") await session.run(beginText());
        for (const text of texts) await session.run(text);
      }
      again = true;
      await work();
    }, []);
  }

  /** What the server would do by itself before a statement that commits, but with the record in it. */
  async function leaveTransaction(): Promise<void> {
    await commitOwn();
    if (transaction === null) return;
    await commitRecorded("COMMIT");
    transaction = null;
  }

  async function runTransactional(statement: Statement, classified: Classified): Promise<void> {
    nonTransactional ??= await readNonTransactionalNames(session, memory.database);
    if (mentionsAny(statement.text, nonTransactional)) {
      await runNonTransactional(statement);
      return;
    }
    if (isFull(transaction) && !classified.usesPrevious && memory.temporaries.size === 0) await commitOwn();
    if (transaction === null) {
      await recordEffect();
      if (memory.autocommit) await begin();
      else transaction = fileTransaction([]);
    }
    await repeatedly(() => session.run(statement.text));
    remember(statement.text, isRepeatable(classified, transaction));
    journal.advance(statement);
  }

  function remember(text: string, repeatable: boolean): void {
    if (transaction === null) return;
    transaction.bytes += text.length;
    if (repeatable && transaction.bytes <= GROUP_BYTES) transaction.texts?.push(text);
    else transaction.texts = null;
  }

  /** DML that cannot be rolled back: an intent says it began, and only a person can say whether it ended. */
  async function runNonTransactional(statement: Statement): Promise<void> {
    if (transaction?.owner === "file") {
      throw new MigrateError(
        "unsupported-statement",
        "It writes to a table whose engine has no transactions, inside a transaction: after a failure it could not be rolled back with the rest.",
        { hint: "Move it out of the transaction, or convert the table: ALTER TABLE … ENGINE=InnoDB" },
      );
    }
    await commitOwn();
    await runWithIntent(statement, "ask", [], null);
    await record(null);
  }

  async function runSelfCommitting(
    statement: Statement,
    how: Judgement,
    objects: readonly ObjectRef[],
  ): Promise<void> {
    await leaveTransaction();
    const resolved = objects.map((object) => ({ ...object, database: object.database ?? memory.database }));
    const before = await readBefore(how, resolved);
    await runWithIntent(statement, how, how === "schema" ? [wholeSchema(memory.database)] : resolved, before);
    // What nothing can judge is recorded at once; for the rest the next record or intent is soon enough.
    if (how === "ask") await record(null);
  }

  async function readBefore(how: Judgement, objects: readonly ObjectRef[]): Promise<Fingerprint | null> {
    if (how === "ask") return null;
    if (how === "schema") return readSchemaFingerprint(session, memory.database);
    // Whether a table that will be created exists is looked up by the statement that records the intent.
    return probedByRecord(how, objects) ?? readFingerprint(session, objects, memory.database);
  }

  async function runWithIntent(
    statement: Statement,
    how: Judgement,
    objects: readonly ObjectRef[],
    before: Fingerprint | null,
  ): Promise<void> {
    const intent: Intent = {
      statement: statement.number,
      hash: hashStatement(statement.text),
      connection: session.connectionId,
      how,
      objects,
      before,
    };
    await record(intent);
    fateOpen = true;
    try {
      await patience.through(() => session.run(statement.text), tablesOf(objects));
    } catch (error) {
      // The server said no; most statements then did nothing, but not all of them (a DROP of several tables).
      const errno = serverErrno(error instanceof MigrateError ? error.cause : error);
      fateOpen = errno === null || (await judgeIntent(session, intent)) !== "not-applied";
      throw error;
    }
    fateOpen = false;
    journal.advance(statement);
    effectUnrecorded = true;
    nonTransactional = null;
  }

  async function runRepeatable(statement: Statement, objects: readonly ObjectRef[]): Promise<void> {
    await leaveTransaction();
    // Each is safe to repeat, two in a row need not be: TRUNCATE a; DROP TABLE IF EXISTS a.
    await recordEffect();
    const resolved = objects.map((object) => ({ ...object, database: object.database ?? memory.database }));
    await patience.through(() => session.run(statement.text), tablesOf(resolved));
    journal.advance(statement);
    effectUnrecorded = true;
    nonTransactional = null;
  }

  async function runCall(statement: Statement, classified: Classified, routine: ObjectRef): Promise<void> {
    const effect = await readRoutineEffect(session, routine, memory.database);
    switch (effect) {
      case "transactional":
        return runTransactional(statement, classified);
      case "single-ddl":
        return runSelfCommitting(statement, "schema", []);
      case "mixed":
      case "unknown":
        return runSelfCommitting(statement, "ask", []);
      default:
        effect satisfies never;
    }
  }

  /** A statement about the session itself: it has no lasting effect, so nothing is written for it. */
  async function runInSession(statement: Statement, text: string = statement.text): Promise<void> {
    await session.run(text);
    // Running it again would not give back what it changed.
    if (transaction !== null) transaction.texts = null;
    journal.advance(statement);
  }

  async function runBegin(statement: Statement, readOnly: boolean): Promise<void> {
    await leaveTransaction();
    await recordEffect();
    await runInSession(statement);
    transaction = { ...fileTransaction([statement.text]), readOnly };
  }

  async function runCommit(statement: Statement, chain: boolean): Promise<void> {
    if (transaction?.owner === "file" && !transaction.readOnly) {
      // The record goes in just before the file's own COMMIT, and counts it as done.
      journal.advance(statement);
      await commitRecorded(statement.text);
    } else {
      await commitOwn();
      await runInSession(statement);
    }
    transaction = chain ? fileTransaction(null) : null;
  }

  async function runRollback(statement: Statement, chain: boolean): Promise<void> {
    await commitOwn();
    await runInSession(statement);
    transaction = chain ? fileTransaction(null) : null;
  }

  async function runSet(statement: Statement, classified: Classified, kind: SetKind): Promise<void> {
    const { autocommit, onlyUserVariables, nextTransaction } = kind;
    // A function or a subquery in it may write rows, or must not be asked twice: it stands or falls with its record.
    if (onlyUserVariables && statement.text.includes("(")) return runTransactional(statement, classified);
    if (!onlyUserVariables) {
      await commitOwn();
      if (classified.userVariables.length > 0) {
        memory.noteBorrowed(statement, await readUserVariables(session, classified.userVariables));
      }
    }
    // SET TRANSACTION is for the file's next transaction: nothing of the runner's may come in between.
    if (nextTransaction) nonTransactional ??= await readNonTransactionalNames(session, memory.database);
    if ((autocommit === true || autocommit === "unknown") && !memory.autocommit && transaction !== null) {
      // SET autocommit = 1 commits the open transaction, so the record has to be in it.
      journal.advance(statement);
      await record(null);
      await session.run(statement.text);
      transaction = null;
    } else {
      await runInSession(statement);
    }
    if (autocommit === "unknown") await memory.readAutocommit(session);
  }

  async function runPrepare(
    statement: Statement,
    classified: Classified,
    { name, source }: { readonly name: string; readonly source: PreparedSource },
  ): Promise<void> {
    const value = source.from === "text" ? null : await readPreparedSource(source);
    await runInSession(statement);
    memory.note(statement, classified);
    if (value !== null) memory.notePrepared(name, value);
  }

  async function readPreparedSource(
    source: Exclude<PreparedSource, { readonly from: "text" }>,
  ): Promise<SavedValue> {
    const name = source.from === "variable" ? source.name : SCRATCH_VARIABLE;
    if (source.from === "expression") await session.query(`SET @${SCRATCH_VARIABLE} = ${source.text}`);
    return (await readUserVariables(session, [name]))[name] ?? { type: "null" };
  }

  async function immediateText(source: PreparedSource): Promise<string | null> {
    return source.from === "text" ? source.text : savedText(await readPreparedSource(source));
  }

  /** EXECUTE does what the prepared text does, so that is what is classified and judged. */
  async function runPrepared(
    statement: Statement,
    classified: Classified,
    inner: string | null,
  ): Promise<void> {
    const inside = inner === null ? null : classify(inner).statement;
    switch (inside?.kind) {
      case "self-committing":
        return runSelfCommitting(statement, inside.verb, inside.objects);
      case "repeatable":
        return runRepeatable(statement, inside.objects);
      case "call":
        return runCall(statement, classified, inside.routine);
      case "set":
        return runSet(statement, classified, inside);
      case "transactional":
        return runTransactional(statement, classified);
      case "refused":
        throw new MigrateError("unsupported-statement", inside.why);
      default:
        return runSelfCommitting(statement, "ask", []);
    }
  }

  async function dispatch(statement: Statement, classified: Classified): Promise<void> {
    const kind = withoutTemporary(classified.statement, memory.temporaries);
    switch (kind.kind) {
      case "transactional":
      case "temporary":
        return runTransactional(statement, classified);
      case "self-committing":
        return runSelfCommitting(statement, kind.verb, kind.objects);
      case "repeatable":
        return runRepeatable(statement, kind.objects);
      case "unjudgeable":
        return runSelfCommitting(statement, "ask", kind.objects);
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
        nonTransactional = null;
        return runInSession(statement);
      case "deallocate":
        return runInSession(statement);
      case "prepare":
        return runPrepare(statement, classified, kind);
      case "execute":
        return runPrepared(statement, classified, memory.preparedText(kind.name));
      case "execute-immediate":
        return runPrepared(statement, classified, await immediateText(kind.source));
      case "lock-tables":
        await leaveTransaction();
        return runInSession(
          statement,
          lockingHistoryToo(statement.text, session.database, journal.line.table),
        );
      case "unlock-tables":
        await leaveTransaction();
        return runInSession(statement);
      case "refused":
        throw new MigrateError("unsupported-statement", kind.why);
      default:
        kind satisfies never;
    }
  }

  return {
    get fateOpen() {
      return fateOpen;
    },
    get touched() {
      return touched;
    },
    async run(statement, classified) {
      touched ||= !isPlainDdl(classified);
      await dispatch(statement, classified);
      if (classified.statement.kind !== "prepare") memory.note(statement, classified);
    },
    async finish() {
      await commitOwn();
      if (!journal.finished) await record(null);
    },
    async pause() {
      // A transaction of the file's own has not ended: it is rolled back and will run again as a whole.
      if (transaction?.owner === "file") return this.abandon();
      await commitOwn();
      await recordEffect();
    },
    async abandon() {
      if (transaction !== null || !memory.autocommit) await session.run("ROLLBACK").catch(() => {});
      transaction = null;
      await recordEffect().catch(() => {});
    },
  };
}

function fileTransaction(texts: Texts): Transaction & { readonly owner: "file" } {
  return { owner: "file", readOnly: false, bytes: 0, texts };
}

/** Gives the same when its whole transaction runs again: nothing in it lives in the session. */
function isRepeatable(classified: Classified, transaction: Transaction | null): boolean {
  const { statement, userVariables, usesLastInsertId } = classified;
  if (statement.kind !== "transactional" || userVariables.length > 0) return false;
  return !usesLastInsertId || (transaction?.texts?.length ?? 0) > 0;
}

function tablesOf(objects: readonly ObjectRef[]): { database: string; name: string }[] {
  return objects
    .filter(({ type }) => type === "table")
    .map(({ database, name }) => ({ database: database ?? "", name }));
}

function isFull(transaction: Transaction | null): boolean {
  if (transaction?.owner !== "runner") return false;
  return transaction.bytes >= GROUP_BYTES || performance.now() - transaction.startedMs >= GROUP_MS;
}

/** Nothing but such statements leaves a session as it was: no variables, no LAST_INSERT_ID, no temporary tables. */
function isPlainDdl({ statement, userVariables }: Classified): boolean {
  return (
    (statement.kind === "self-committing" || statement.kind === "repeatable") && userVariables.length === 0
  );
}

function wholeSchema(database: string): ObjectRef {
  return { type: "database", database: null, name: database };
}

/** Compares what an intent's objects are now with what they were before its statement. */
export async function judgeIntent(session: Session, intent: Intent): Promise<Verdict> {
  const [first] = intent.objects;
  if (intent.how === "ask" || intent.before === null) return "unknown";
  if (intent.how === "schema") {
    if (first === undefined) return "unknown";
    return judge("alter", intent.before, await readSchemaFingerprint(session, first.name));
  }
  return judge(intent.how, intent.before, await readFingerprint(session, intent.objects, session.database));
}

export type Verdict = ReturnType<typeof judge>;
