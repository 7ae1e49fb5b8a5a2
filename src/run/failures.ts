import { serverErrno, serverWords } from "../database/server-errors";
import { MigrateError, StatementError, type StatementFailure } from "../errors";
import { formatVersion } from "../files/filename";
import type { MigrationFile } from "../files/read-migrations";
import type { Statement } from "../syntax/statement";

/** Where a file stopped. */
export interface StoppedAt {
  readonly file: MigrationFile;
  /** The statement under way; null: at the end of the file, while recording. */
  readonly statement: Statement | null;
  readonly total: number;
  readonly done: number;
  /** It may have taken effect although it failed. */
  readonly fateOpen: boolean;
}

/** The server refused a statement. */
export function statementFailed(at: StoppedAt, error: unknown): StatementError {
  const errno = serverErrno(error);
  const code = error instanceof MigrateError ? error.code : errno === null ? "internal" : "statement-failed";
  const words = `${serverWords(error)}${errno === null ? "" : ` (error ${errno})`}`;
  const hint = error instanceof MigrateError && error.hint !== null ? `${error.hint}\n` : "";
  return new StatementError(
    code,
    `${place(at)}: ${words}\n${applied(at)}${at.fateOpen ? " The failed statement may have taken effect in part." : ""}`,
    failureOf(at, errno),
    { cause: error, hint: `${hint}${howToGoOn(at)}` },
  );
}

/** The connection was lost: the statement under way may or may not have taken effect. */
export function connectionLost(at: StoppedAt, error: unknown): StatementError {
  return new StatementError(
    "connection-lost",
    `${place(at)}: the connection was lost (${serverWords(error)}).\n${applied(at)} The next run finds out whether this one was.`,
    failureOf(at, null),
    { cause: error, hint: `Run it again:\n  ${command(at)}` },
  );
}

function place({ file, statement, total }: StoppedAt): string {
  if (statement === null) return `${file.fileName}: after statement ${total} of ${total}`;
  return `${file.fileName}:${statement.line}:${statement.column}: statement ${statement.number} of ${total}`;
}

function applied({ done, total }: StoppedAt): string {
  return `${done} of ${total} statements are applied and recorded.`;
}

function howToGoOn(at: StoppedAt): string {
  if (at.fateOpen) {
    const version = formatVersion(at.file.version);
    return `See what it did, then say so:\n  npm run migrate:resolve -- ${version} --applied\n  npm run migrate:resolve -- ${version} --not-applied`;
  }
  const from =
    at.done === 0 ? "Correct the file" : `Correct the file from statement ${at.done + 1} on, leave the rest`;
  return `${from}, then run it again:\n  ${command(at)}`;
}

function command({ file }: StoppedAt): string {
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
