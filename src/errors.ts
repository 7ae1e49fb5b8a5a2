/**
 * The stable codes of everything that can be refused or can fail. They are part of the contract: scripts
 * match on them in `--json` output, so a code is never renamed or given a second meaning.
 */
export type ErrorCode =
  // files on disk
  | "folder-missing"
  | "folder-empty"
  | "unfinished-squash"
  | "bad-name"
  | "not-a-file"
  | "unreadable"
  | "unwritable"
  | "outside-folder"
  | "duplicate-version"
  | "missing-up"
  | "missing-down"
  | "empty-file"
  | "untouched-template"
  | "invalid-encoding"
  | "nul-byte"
  | "file-changed"
  // SQL as text
  | "unterminated-quote"
  | "unterminated-comment"
  | "unterminated-statement"
  | "bad-delimiter"
  | "client-command"
  | "unsupported-statement"
  | "open-transaction"
  | "names-history-table"
  // files against history
  | "modified"
  | "missing"
  | "renamed"
  | "out-of-order"
  | "ahead"
  | "partial"
  | "in-doubt"
  | "irreversible"
  | "prefix-modified"
  | "session-lost"
  | "unknown-version"
  | "already-applied"
  | "text-not-stored"
  | "existing-tables"
  | "would-block"
  | "squashed"
  | "cannot-online"
  // other tools' tables
  | "foreign-dirty"
  | "foreign-unmatched"
  | "nothing-to-do"
  // configuration and command line
  | "usage"
  | "npm-swallowed"
  | "not-confirmed"
  | "bad-setting"
  | "missing-setting"
  // server
  | "cannot-connect"
  | "access-denied"
  | "unknown-database"
  | "connection-lost"
  | "unsupported-server"
  | "read-only-server"
  | "history-foreign"
  | "history-damaged"
  | "history-newer"
  | "history-moved"
  | "lock-timeout"
  | "lock-lost"
  | "wrong-member"
  | "blocked"
  | "interrupted"
  | "statement-failed"
  | "tool-failed"
  | "server-error"
  | "no-local-server"
  // declared schema
  | "no-scratch"
  | "schema-missing"
  | "bad-rename"
  | "destructive"
  | "not-proven"
  | "internal";

export interface MigrateErrorOptions {
  /** The hint: one or more lines, usually ending with a command. */
  readonly hint?: string | null;
  readonly cause?: unknown;
}

/** Everything this package refuses or fails with on purpose. Anything else that escapes is a bug. */
export class MigrateError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(code: ErrorCode, message: string, options: MigrateErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "MigrateError";
    this.code = code;
    this.hint = options.hint ?? null;
  }
}

/** One offender among possibly many: a file, what is wrong with it, and a hint. */
export interface Problem {
  readonly code: ErrorCode;
  /** Name (not path) of the file with the problem; null when it is about the whole folder or database. */
  readonly file: string | null;
  readonly message: string;
  readonly hint: string | null;
}

/** A refusal that lists every offender at once. Nothing was run. */
export class RefusedError extends MigrateError {
  readonly problems: readonly Problem[];

  /** @param problems at least one; the first gives the error its code */
  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    if (first === undefined) throw new TypeError("RefusedError needs at least one problem");
    const hints = [...new Set(problems.map((problem) => problem.hint).filter((hint) => hint !== null))];
    super(first.code, problems.map((problem) => problem.message).join("\n"), {
      hint: hints.length === 0 ? null : hints.join("\n"),
    });
    this.name = "RefusedError";
    this.problems = problems;
  }
}

export interface StatementFailure {
  /** Name of the migration file. */
  readonly file: string;
  /** 1-based position of the statement's first character in that file. */
  readonly line: number;
  readonly column: number;
  /** 1-based number of the statement, and how many the file has. */
  readonly statement: number;
  readonly total: number;
  /** How many statements of the file are applied and recorded. */
  readonly done: number;
  /** The server's error number, or null when the connection was lost before it answered. */
  readonly errno: number | null;
}

/** A statement that the server refused, or whose answer never came. */
export class StatementError extends MigrateError {
  readonly failure: StatementFailure;

  constructor(
    code: ErrorCode,
    message: string,
    failure: StatementFailure,
    options: MigrateErrorOptions = {},
  ) {
    super(code, message, options);
    this.name = "StatementError";
    this.failure = failure;
  }
}
