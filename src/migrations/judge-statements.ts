import { MigrateError, type Problem } from "../errors";
import {
  type Classified,
  classify,
  createClassifier,
  mentionsAny,
  type StatementKind,
} from "../syntax/classify";
import { createReachList, type Reach } from "../syntax/reaches";
import type { Statement } from "../syntax/statement";
import { createMarks, judgeMark, type Marks } from "./judge-mark";
import type { MigrationFile } from "./read-migrations";
import { readStatements } from "./read-statements";
import { createTransactionTracker, whyNotInTransaction } from "./transaction-tracker";

export interface JudgeOptions {
  readonly noBackslashEscapes: boolean;
  /** The session starts with ANSI_QUOTES in its sql_mode. */
  readonly ansiQuotes?: boolean;
  /** Name of the history table, without a database. */
  readonly historyTable: string;
  /** The database that is migrated, which contains the history table. */
  readonly database: string;
}

/** Sees a file's statements in order and finds those that must not run. */
export interface StatementJudge {
  see(statement: Statement): void;
  /** Call when there are no more. */
  end(): void;
  /** Adds a problem that was found elsewhere. */
  refuse(problem: Problem): void;
  result(): FileScan;
}

/** The most problems listed for one file; a file of a million bad statements is refused all the same. */
const MOST_PROBLEMS = 20;

export function createStatementJudge(fileName: string, options: JudgeOptions): StatementJudge {
  const problems: Problem[] = [];
  const transaction = createTransactionTracker();
  const history = createHistoryWatch(options);
  const classifyNext = createClassifier(options);
  let total = 0;
  const userVariables = new Set<string>();
  const marks = createMarks();
  const reaches = createReachList();
  let usesLastInsertId = false;
  let usesPrevious = false;

  function see(statement: Statement): void {
    const classified = classifyNext(statement);
    total = statement.number;
    for (const name of classified.userVariables) userVariables.add(name);
    if (!isDefinition(classified.statement)) reaches.add(statement.head);
    usesLastInsertId ||= classified.usesLastInsertId;
    usesPrevious ||= classified.usesPrevious || mayPrepareThat(statement);
    const problem =
      judgeStatement(fileName, statement, classified, history, options) ??
      judgeMark(fileName, statement, options) ??
      judgeReader(fileName, statement, classified) ??
      judgeInTransaction(fileName, statement, classified, transaction.open() !== null);
    if (problem !== null) refuse(problem);
    transaction.see(statement, classified.statement);
    history.see(classified.statement);
    marks.see(statement, classified.statement);
  }

  function end(): void {
    const open = transaction.open();
    if (open !== null) refuse(openTransaction(fileName, open.statement, open.why));
  }

  function refuse(problem: Problem): void {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
  }

  return {
    see,
    end,
    refuse,
    result: () => ({
      total,
      userVariables: [...userVariables],
      usesLastInsertId,
      usesPrevious,
      reaches: reaches.list(),
      problems,
      ...marks.result(),
    }),
  };
}

function judgeStatement(
  fileName: string,
  statement: Statement,
  { statement: kind }: Classified,
  history: HistoryWatch,
  options: JudgeOptions,
): Problem | null {
  const refused = findRefused(kind, options);
  if (refused !== null) {
    return {
      code: "unsupported-statement",
      file: fileName,
      message: `${place(fileName, statement)}: this statement cannot be run exactly once. ${refused}`,
      hint: "Take it out of the migration.",
    };
  }
  const found = history.judge(statement.head, kind);
  if (found === null) return null;
  return {
    code: "names-history-table",
    file: fileName,
    message: `${place(fileName, statement)}: this statement ${found}.`,
    hint: "Take it out of the migration: the record of what was applied must not depend on a migration.",
  };
}

/**
 * CREATE TABLE … AS SELECT ROW_COUNT(): its intent would have to be recorded between it and the statement whose outcome
 * it reads.
 */
function judgeReader(
  fileName: string,
  statement: Statement,
  { statement: kind, usesPrevious }: Classified,
): Problem | null {
  if (!usesPrevious || statement.number === 1) return null;
  if (kind.kind !== "self-committing" && kind.kind !== "repeatable") return null;
  if (!/^CREATE\s+(?:OR\s+REPLACE\s+)?TABLE\b/i.test(statement.head)) return null;
  return {
    code: "unsupported-statement",
    file: fileName,
    message: `${place(fileName, statement)}: this statement reads what the one before it left and commits by itself, so its progress cannot be recorded in between.`,
    hint: "Keep the value in a variable first, and use that: SET @n = ROW_COUNT()",
  };
}

/** What no rollback can undo, and what cannot be repeated, must stay out of a transaction that may be rolled back. */
function judgeInTransaction(
  fileName: string,
  statement: Statement,
  { statement: kind }: Classified,
  inTransaction: boolean,
): Problem | null {
  if (!inTransaction || kind.kind !== "unjudgeable" || kind.commits !== "never") return null;
  return {
    code: "unsupported-statement",
    file: fileName,
    message: `${place(fileName, statement)}: ${whyNotInTransaction(kind.why)}`,
    hint: "Move it out of the transaction.",
  };
}

/** Whether it only defines names, and runs nothing that it names. */
function isDefinition({ kind }: StatementKind): boolean {
  return kind === "self-committing" || kind === "repeatable";
}

/** A statement in a string that will be prepared may read what the statement before it left. */
function mayPrepareThat({ head }: Statement): boolean {
  return /^(?:SET|SELECT|WITH|PREPARE|EXECUTE)\b/i.test(head) && READS_PREVIOUS.test(head);
}

const READS_PREVIOUS = /row_count|found_rows|diagnostics|warning_count|error_count/i;

/** Why a statement is refused, or what it prepares: EXECUTE would be refused half-way through the file. */
function findRefused(kind: StatementKind, options: JudgeOptions): string | null {
  if (kind.kind === "refused") return kind.why;
  if (kind.kind !== "prepare" && kind.kind !== "execute-immediate") return null;
  if (kind.source.from !== "text") return null;
  const inner = classify(kind.source.text, options).statement;
  return inner.kind === "refused" ? inner.why : null;
}

function openTransaction(fileName: string, statement: Statement, why: "begin" | "autocommit"): Problem {
  const found =
    why === "begin"
      ? "the transaction that begins here is still open at the end of the file"
      : "autocommit is off, and the transaction that begins here is still open at the end of the file";
  return {
    code: "open-transaction",
    file: fileName,
    message: `${place(fileName, statement)}: ${found}.`,
    hint: "End it with COMMIT; otherwise the server would roll it back.",
  };
}

function place(fileName: string, { line, column }: Statement): string {
  return `${fileName}:${line}:${column}`;
}

/** Watches for statements about the history table, or about its whole database. */
interface HistoryWatch {
  /** @returns what the statement does, as words to follow "this statement", or null */
  judge(text: string, kind: StatementKind): string | null;
  /** Call after the statement; it may have changed the current database. */
  see(kind: StatementKind): void;
}

/** Modes that include ANSI_QUOTES. Once a file names one, double quotes may enclose names in the rest of it. */
const ANSI_QUOTES = /\b(?:ANSI|ANSI_QUOTES|DB2|MAXDB|MSSQL|ORACLE|POSTGRESQL)\b/i;

function createHistoryWatch(options: JudgeOptions): HistoryWatch {
  const { historyTable, database, noBackslashEscapes } = options;
  const home = database.toLowerCase();
  const table = historyTable.toLowerCase();
  const qualified = `${home}.${table}`;
  const fromHome = new Set([table, qualified]);
  const fromElsewhere = new Set([qualified]);
  // Most statements do not even contain the word, and checking that is quicker than reading their tokens.
  const word = new RegExp(table.replaceAll(/[^\w]/g, "\\$&").replaceAll("`", "`+"), "i");
  let current = home;
  let ansiQuotes = options.ansiQuotes === true;

  function namesTable(text: string): boolean {
    if (!word.test(text)) return false;
    return mentionsAny(text, current === home ? fromHome : fromElsewhere, { noBackslashEscapes, ansiQuotes });
  }

  function judge(text: string, kind: StatementKind): string | null {
    if (kind.kind === "set") ansiQuotes ||= ANSI_QUOTES.test(text);
    const inner = kind.kind === "prepare" || kind.kind === "execute-immediate" ? kind.source : null;
    if (inner?.from === "text") {
      return judge(inner.text, classify(inner.text, { noBackslashEscapes }).statement);
    }
    if (namesTable(text)) return `names ${historyTable}, the history table`;
    if (!touchesDatabase(kind, home)) return null;
    const [, verb = ""] = /\b(create|drop)\b/i.exec(text) ?? [];
    return verb === ""
      ? null
      : `would ${verb.toLowerCase()} ${database}, the database that is being migrated`;
  }

  return {
    judge,
    see(kind) {
      if (kind.kind === "use") current = kind.database.toLowerCase();
    },
  };
}

/** Compared without case: whether the server cares depends on its lower_case_table_names. */
function touchesDatabase(kind: StatementKind, home: string): boolean {
  if (kind.kind !== "self-committing" && kind.kind !== "repeatable") return false;
  return kind.objects.some(({ type, name }) => type === "database" && name.toLowerCase() === home);
}

/** What we must know about a file before its first statement runs. */
export interface FileScan extends Marks {
  /** Number of statements; when there are problems, as far as the file was read. */
  readonly total: number;
  /**
   * User variables that its statements mention (lower case, without the @): their values must survive a lost
   * connection.
   */
  readonly userVariables: readonly string[];
  /** A statement mentions LAST_INSERT_ID(), whose value must survive, too. */
  readonly usesLastInsertId: boolean;
  /** A statement reads what the one right before it left, such as ROW_COUNT(), or contains a string that may do so. */
  readonly usesPrevious: boolean;
  /** The tables that its statements insert into, and the names they use that may insert rows. */
  readonly reaches: readonly Reach[];
  /** What is refused in it, each with `file:line:column`; then no statement of the file may run. */
  readonly problems: readonly Problem[];
}

export interface ScanOptions extends JudgeOptions {
  /** The session starts with NO_BACKSLASH_ESCAPES in its sql_mode. */
  readonly noBackslashEscapes: boolean;
}

/**
 * Reads a migration file from end to end, in constant memory however large it is, and runs nothing.
 * @throws MigrateError `file-changed`, `unreadable`; what is wrong with its text is returned
 */
export async function scanFile(file: MigrationFile, options: ScanOptions): Promise<FileScan> {
  const { noBackslashEscapes } = options;
  const judge = createStatementJudge(file.fileName, options);
  try {
    for await (const batch of readStatements(file, { noBackslashEscapes, unhashed: true, headsOnly: true })) {
      for (const statement of batch) judge.see(statement);
    }
    judge.end();
  } catch (error) {
    if (!(error instanceof MigrateError) || !isAboutText(error)) throw error;
    const { code, message, hint } = error;
    judge.refuse({ code, file: file.fileName, message, hint });
  }
  return judge.result();
}

/** The splitter's refusals belong in the list of offenders; the news that the file is gone does not. */
function isAboutText({ code }: MigrateError): boolean {
  return code !== "file-changed" && code !== "unreadable";
}
