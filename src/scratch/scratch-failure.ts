import { MigrateError, StatementError } from "../errors";
import { ER_QUERY_INTERRUPTED, isConnectionLost, serverErrno, serverWords } from "../server/error-numbers";
import { pointAt } from "../syntax/point-at";
import type { Statement } from "../syntax/statement";
import { otherDatabaseIn } from "./other-databases";

/** Where something failed. */
export interface FailedAt {
  readonly fileName: string;
  readonly statement: Statement;
  /** Number of statements in the file. */
  readonly total: number;
  /** Name of the throwaway database. */
  readonly database: string;
}

/** The account lacks a privilege; the file may be right. */
const DENIED: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370, 1419]);
/** No such database, table, routine; a foreign key without a parent (1005 on MariaDB, 1824 on MySQL), or a row without. */
const NOT_THERE: ReadonlySet<number> = new Set([1005, 1049, 1146, 1305, 1452, 1824]);
/** The server refused a statement on a throwaway database: no real one has changed, and there is nothing to go on with. */
export function failedOnScratch(
  { fileName, statement, total, database }: FailedAt,
  error: unknown,
): MigrateError {
  const errno = serverErrno(error);
  if (errno === ER_QUERY_INTERRUPTED) return stoppedOnScratch(fileName, error);
  const lost = isConnectionLost(error);
  const { line, column, number } = statement;
  const { words: told, excerpt } = pointAt(serverWords(error), statement);
  const words = `${told}${errno === null ? "" : ` (error ${errno})`}${excerpt}`;
  const other = NOT_THERE.has(errno ?? 0) ? otherDatabaseIn(statement.text, database) : null;
  const missing = other === null ? "" : `\n${missingDatabase(other)}`;
  return new StatementError(
    lost ? "connection-lost" : "statement-failed",
    `${fileName}:${line}:${column}: statement ${number} of ${total}: ${words}${missing}`,
    { file: fileName, line, column, statement: number, total, done: number - 1, errno },
    { cause: error, hint: `${ONLY_SCRATCH} ${lost ? "Run it again." : whatHelps(fileName, errno)}` },
  );
}

/** This is part of the message, since a verdict has no hint. */
function missingDatabase(name: string): string {
  return `It names the database ${name}. A throwaway server has only what the migrations make: let one before it create what it
needs of ${name} (CREATE DATABASE IF NOT EXISTS …; CREATE TABLE IF NOT EXISTS …), or keep the statement out of the migrations.`;
}

const ONLY_SCRATCH = "It happened on a throwaway database; the real one was not touched.";

function whatHelps(fileName: string, errno: number | null): string {
  const grant = DENIED.has(errno ?? 0)
    ? "Grant the account of the scratch server what it lacks; or edit"
    : "Edit";
  return `${grant} ${fileName}, then try it again:\n  npm run migrate:verify`;
}

/** The error when the caller wanted to stop. */
export function stoppedOnScratch(fileName: string, cause?: unknown): MigrateError {
  return new MigrateError("interrupted", `Stopped on request at ${fileName}. ${ONLY_SCRATCH}`, { cause });
}
