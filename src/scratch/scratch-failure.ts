import { isConnectionLost, serverErrno, serverWords } from "../database/server-errors";
import { MigrateError, StatementError } from "../errors";
import type { Statement } from "../syntax/statement";

/** Where something failed. */
export interface FailedAt {
  readonly fileName: string;
  readonly statement: Statement;
  /** Statements in the file. */
  readonly total: number;
}

/** What the account lacks; the file may be right. */
const DENIED: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370, 1419]);
/** What KILL QUERY leaves of a statement. */
const ER_QUERY_INTERRUPTED = 1317;

/** The server refused a statement on a throwaway database: no real one has changed, and there is nothing to go on with. */
export function failedOnScratch({ fileName, statement, total }: FailedAt, error: unknown): MigrateError {
  const errno = serverErrno(error);
  if (errno === ER_QUERY_INTERRUPTED) return stoppedOnScratch(fileName, error);
  const lost = isConnectionLost(error);
  const { line, column, number } = statement;
  const words = `${serverWords(error)}${errno === null ? "" : ` (error ${errno})`}`;
  return new StatementError(
    lost ? "connection-lost" : "statement-failed",
    `${fileName}:${line}:${column}: statement ${number} of ${total}: ${words}`,
    { file: fileName, line, column, statement: number, total, done: number - 1, errno },
    { cause: error, hint: `${ONLY_SCRATCH} ${lost ? "Run it again." : whatHelps(fileName, errno)}` },
  );
}

const ONLY_SCRATCH = "It happened on a throwaway database; the real one was not touched.";

function whatHelps(fileName: string, errno: number | null): string {
  const grant = DENIED.has(errno ?? 0)
    ? "Grant the account of the scratch server what it lacks; or edit"
    : "Edit";
  return `${grant} ${fileName}, then try it again:\n  npm run migrate:verify`;
}

/** The caller wanted to stop. */
export function stoppedOnScratch(fileName: string, cause?: unknown): MigrateError {
  return new MigrateError("interrupted", `Stopped on request at ${fileName}. ${ONLY_SCRATCH}`, { cause });
}
