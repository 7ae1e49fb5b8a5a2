import {
  type ErrorCode,
  MigrateError,
  type Problem,
  RefusedError,
  StatementError,
  type StatementFailure,
} from "../errors";

/** An error as `--json` prints it. `code` is stable; the rest is for people. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** Every offender when several things were refused at once; otherwise empty. */
  readonly problems: readonly Problem[];
  /** Where in which file a statement failed, and what remains applied; null for anything else. */
  readonly failure: StatementFailure | null;
}

/**
 * Turns whatever was thrown into a report. What was not thrown on purpose is a bug and says so.
 * @param nothingRun the verb runs migrations and had not begun any
 */
export function reportError(error: unknown, nothingRun: boolean): ErrorReport {
  if (!(error instanceof MigrateError)) return reportBug(error);
  const { code, message } = error;
  return {
    code,
    message,
    hint: nothingRun && !SELF_EVIDENT.includes(code) ? sayNothingRan(error) : error.hint,
    problems: error instanceof RefusedError ? error.problems : [],
    failure: error instanceof StatementError ? error.failure : null,
  };
}

const SELF_EVIDENT: readonly ErrorCode[] = ["usage", "bad-setting", "missing-setting"];

function sayNothingRan({ message, hint }: MigrateError): string | null {
  if (/nothing was (run|changed)/i.test(`${message} ${hint}`)) return hint;
  return hint === null ? "Nothing was run." : `Nothing was run. ${hint}`;
}

function reportBug(error: unknown): ErrorReport {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint =
    "This is a bug in mysql-updown. What is applied is recorded; running the same command again is safe.";
  return { code: "internal", message: `Unexpected error: ${stack}`, hint, problems: [], failure: null };
}
