import {
  type ErrorCode,
  MigrateError,
  type Problem,
  RefusedError,
  StatementError,
  type StatementFailure,
} from "../errors";
import type { Layout } from "../verbs/layout";

/** An error as `--json` prints it. `code` is stable; the rest is for people. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** Every offender when several things were refused at once; otherwise empty. */
  readonly problems: readonly Problem[];
  /** Where a statement failed, and what remains applied; null for other errors. */
  readonly failure: StatementFailure | null;
}

/**
 * Turns anything thrown into a report. An error that was not thrown on purpose is a bug, and the report says so.
 * @param nothingRun the verb runs migrations and had not begun any
 * @param adapt spells the commands in hints as the caller types them
 */
export function reportError(
  error: unknown,
  nothingRun: boolean,
  adapt: (hint: string) => string,
): ErrorReport {
  if (!(error instanceof MigrateError)) return reportBug(error);
  const { code, message } = error;
  const hint = nothingRun && !SELF_EVIDENT.includes(code) ? sayNothingRan(error) : error.hint;
  const problems = error instanceof RefusedError ? error.problems : [];
  return {
    code,
    message,
    hint: hint === null ? null : adapt(hint),
    problems: problems.map((each) => ({ ...each, hint: each.hint === null ? null : adapt(each.hint) })),
    failure: error instanceof StatementError ? error.failure : null,
  };
}

const NOTHING_RUN = "Nothing was run.";

/** Codes with which nobody expects that anything was run. */
const SELF_EVIDENT: readonly ErrorCode[] = ["usage", "bad-setting", "missing-setting"];

function sayNothingRan({ message, hint }: MigrateError): string | null {
  if (/nothing was (run|changed)/i.test(`${message} ${hint}`)) return hint;
  return hint === null ? NOTHING_RUN : `${NOTHING_RUN} ${hint}`;
}

function reportBug(error: unknown): ErrorReport {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint =
    "This is a bug in mysql-updown. What is applied is recorded; running the same command again is safe.";
  return { code: "internal", message: `Unexpected error: ${stack}`, hint, problems: [], failure: null };
}

/** The report as lines of text: the message, then the hint; with several problems, each has its own hint. */
export function renderReport(
  { message, hint, problems }: ErrorReport,
  paint: Layout["paint"],
): readonly string[] {
  const red = (text: string): string[] => text.split("\n").map((line) => paint("red", line));
  if (problems.length < 2) return [...red(message), ...(hint === null ? [] : [hint])];
  const lines: string[] = [];
  for (const [index, problem] of problems.entries()) {
    lines.push(...red(problem.message));
    // Consecutive problems may have the same hint.
    if (problem.hint === null || problems[index + 1]?.hint === problem.hint) continue;
    lines.push(...problem.hint.split("\n").map((line) => `  ${line}`));
  }
  return hint?.startsWith(NOTHING_RUN) ? [...lines, NOTHING_RUN] : lines;
}

/** A command line such as `up --to 5`, as an npm script. */
export function asNpmScript(commandLine: string): string {
  const [verb = "", ...rest] = commandLine.split(" ");
  // npm passes words on, but takes options for itself unless they come after `--`.
  const dashes = rest.some((word) => word.startsWith("-")) ? ["--"] : [];
  return ["npm run", `migrate:${verb}`, ...dashes, ...rest].join(" ");
}
