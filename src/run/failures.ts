import { type ErrorCode, MigrateError, StatementError, type StatementFailure } from "../errors";
import { waysToAdopt } from "../history/existing-tables";
import { formatVersion } from "../migrations/names";
import type { MigrationFile } from "../migrations/read-migrations";
import {
  ER_QUERY_INTERRUPTED,
  ER_TABLE_EXISTS,
  isTransactionUndone,
  serverErrno,
  serverWords,
} from "../server/error-numbers";
import { type Pointed, pointAt } from "../syntax/point-at";
import type { Statement } from "../syntax/statement";

/** Where a file stopped. */
export interface StoppedAt {
  readonly file: MigrationFile;
  /** The current statement; null: at the end of the file, while recording. */
  readonly statement: Statement | null;
  readonly total: number;
  readonly done: number;
  /** It may have taken effect although it failed. */
  readonly fateOpen: boolean;
  /** Somebody asked for it to be killed on the server. */
  readonly killed: boolean;
  /** The whole server takes no writes. */
  readonly readOnly: boolean;
}

/** Errors caused by a setting of the server or the session, with a hint; all others are the file's fault. */
const SETTING_TO_BLAME: Readonly<Record<number, string>> = {
  // ER_OPTION_PREVENTS_STATEMENT, other than read_only
  1290: "The server was started with an option that forbids it; its own words say which.",
  // ER_BINLOG_STMT_MODE_AND_ROW_ENGINE
  1665: "The server's binlog_format is STATEMENT, and with that InnoDB takes no writes at READ COMMITTED: set binlog_format to ROW, or transaction_isolation to REPEATABLE-READ.",
  // ER_STATEMENT_TIMEOUT (MariaDB)
  1969: "The time limit is max_statement_time: raise it, or have the file begin with SET max_statement_time = 0.",
  // ER_QUERY_TIMEOUT (MySQL)
  3024: "The time limit is max_execution_time: raise it, or have the file begin with SET max_execution_time = 0.",
};

/** The server refused a statement. */
export function statementFailed(at: StoppedAt, error: unknown): StatementError {
  const errno = serverErrno(error);
  const { words: told, excerpt } = pointedWords(at, error);
  const words = `${told}${errno === null ? "" : ` (error ${errno})`}${excerpt}`;
  const hint = error instanceof MigrateError && error.hint !== null ? `${error.hint}\n` : "";
  const killed = errno === ER_QUERY_INTERRUPTED;
  return new StatementError(
    killed && at.killed ? "interrupted" : codeOf(at, error),
    `${place(at)}: ${killed && at.killed ? "ended on request: " : ""}${words}\n${applied(at)}${at.fateOpen ? " The failed statement may have taken effect in part." : ""}`,
    failureOf(at, errno),
    { cause: error, hint: `${hint}${howToGoOn(at, error, killed)}` },
  );
}

function pointedWords({ statement }: StoppedAt, error: unknown): Pointed {
  const words = serverWords(error);
  return statement === null ? { words, excerpt: "" } : pointAt(words, statement);
}

function codeOf({ readOnly }: StoppedAt, error: unknown): ErrorCode {
  if (error instanceof MigrateError) return error.code;
  if (readOnly) return "read-only-server";
  return serverErrno(error) === null ? "internal" : "statement-failed";
}

/** The user lacks a privilege. Whether to grant it or to do without the statement is not known here. */
const DENIED: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370]);

/** The run was asked to stop, and stopped between two statements. */
export function stoppedAfter(at: Pick<StoppedAt, "file" | "total" | "done">): MigrateError {
  return new MigrateError("interrupted", `${at.file.fileName}: stopped on request. ${applied(at)}`, {
    hint: `To go on, run it again:\n  ${command(at)}`,
  });
}

/** The run was asked to stop, and stopped between two migrations. */
export function stoppedBefore({ file }: Pick<StoppedAt, "file">, done: number): MigrateError {
  return new MigrateError(
    "interrupted",
    `Stopped on request before ${file.fileName}: ${done} ${done === 1 ? "migration was" : "migrations were"} done.`,
    { hint: `To go on, run it again:\n  ${command({ file })}` },
  );
}

/**
 * The connection was lost, or the server undid the transaction: the current statement may or may not have taken effect.
 */
export function connectionLost(at: StoppedAt, error: unknown): StatementError {
  return new StatementError(
    "connection-lost",
    `${place(at)}: ${isTransactionUndone(error) ? "the server undid what was under way" : "the connection was lost"} (${serverWords(error)}).\n${applied(at)} The next run finds out whether this one was.`,
    failureOf(at, null),
    { cause: error, hint: `Run it again:\n  ${command(at)}` },
  );
}

function place({ file, statement, total }: StoppedAt): string {
  if (statement === null) return `${file.fileName}: after statement ${total} of ${total}`;
  return `${file.fileName}:${statement.line}:${statement.column}: statement ${statement.number} of ${total}`;
}

function applied({ done, total }: Pick<StoppedAt, "done" | "total">): string {
  return `${done} of ${total} statements are applied and recorded.`;
}

/** Another run came in between; the error itself says what helps. */
const NOT_THE_FILE: readonly ErrorCode[] = ["lock-lost", "history-moved"];

function howToGoOn(at: StoppedAt, error: unknown, killed: boolean): string {
  if (error instanceof MigrateError && NOT_THE_FILE.includes(error.code)) return `  ${command(at)}`;
  if (at.fateOpen) {
    const version = formatVersion(at.file.version);
    return `See what it did, then say so:\n  npm run migrate:resolve -- ${version} --applied\n  npm run migrate:resolve -- ${version} --not-applied`;
  }
  if (killed || isCalledOff(error)) return `To go on, run it again:\n  ${command(at)}`;
  if (at.readOnly) {
    return `Connect to the primary, or end read_only there, then run it again:\n  ${command(at)}`;
  }
  const setting = SETTING_TO_BLAME[serverErrno(error) ?? 0];
  if (setting !== undefined) return `${setting} Then run it again:\n  ${command(at)}`;
  if (isTakenAtTheStart(at, error)) {
    return `The table was there before this migration; correct the file, then run it again:\n  ${command(at)}\n${waysToAdopt()}`;
  }
  const granted = DENIED.has(serverErrno(error) ?? 0)
    ? "Grant the user what it lacks; or correct"
    : "Correct";
  const file = at.file.stored === undefined ? "the file" : `${at.file.fileName}, in a folder that has it,`;
  const from =
    at.done === 0
      ? `${granted} ${file}`
      : `${granted} ${file} from statement ${at.done + 1} on, leave the rest`;
  return `${from}, then run it again:\n  ${command(at)}`;
}

/** Whether it was asked to stop, or a tool gave up: neither is the file's fault. */
function isCalledOff(error: unknown): boolean {
  return error instanceof MigrateError && (error.code === "interrupted" || error.code === "tool-failed");
}

/** When a file fails at its first CREATE TABLE, the schema often came from elsewhere. */
function isTakenAtTheStart({ file, done }: StoppedAt, error: unknown): boolean {
  return file.direction === "up" && done === 0 && serverErrno(error) === ER_TABLE_EXISTS;
}

function command({ file }: Pick<StoppedAt, "file">): string {
  return file.direction === "up" ? "npm run migrate:up" : `npm run migrate:down -- --to ${file.version - 1}`;
}

function failureOf(at: StoppedAt, errno: number | null): StatementFailure {
  return {
    file: at.file.fileName,
    line: at.statement?.line ?? 0,
    column: at.statement?.column ?? 0,
    statement: at.statement?.number ?? at.total,
    total: at.total,
    done: at.done,
    errno,
  };
}
