import { type ErrorCode, MigrateError } from "../errors";
import { isConnectionLost, isTransactionUndone } from "../server/error-numbers";
import type { QualifiedTable } from "../server/temporary-tables";
import { type Classified, mentionsTable } from "../syntax/classify";
import type { Statement } from "../syntax/statement";

/** SET @name = …, with a value that reads no variable. */
export function setsAnew({ text }: Statement, name: string): boolean {
  const [, assigned, value = "@"] = /^SET\s+@`?([\w$.]+)`?\s*:?=([\s\S]*)$/i.exec(text) ?? [];
  return assigned?.toLowerCase() === name && !value.includes("@");
}

/** Refuses a statement that needs a user variable lost with an earlier session. */
export function refuseLostVariable(
  statement: Statement,
  { userVariables }: Classified,
  lost: ReadonlySet<string>,
  fileName: string,
): void {
  const name = userVariables.find((variable) => lost.has(variable) && !setsAnew(statement, variable));
  if (name === undefined) return;
  throw new MigrateError(
    "session-lost",
    `${fileName}:${statement.line}:${statement.column}: statement ${statement.number} needs the user variable @${name}, ` +
      "which died with the session of an earlier run and was too large to be kept. Nothing more was run.",
    {
      hint: `Set it again in front of this statement (SET @${name} = …), or change this statement and those after it so that they do without it, then run up again.`,
    },
  );
}

/** Refuses a statement that needs a temporary table lost with an earlier session. */
export function refuseLostTemporary(
  statement: Statement,
  lost: readonly QualifiedTable[],
  fileName: string,
): void {
  const name = lost.find((table) => mentionsTable(statement.text, table.name))?.name;
  if (name === undefined) return;
  throw new MigrateError(
    "session-lost",
    `${fileName}:${statement.line}:${statement.column}: statement ${statement.number} needs the temporary table ${name}, ` +
      "which died with the session of an earlier run and was too large to be kept. Nothing more was run.",
    {
      hint: "Change this statement and those after it so that they do without it (a temporary table cannot outlive an ALTER safely), then run up again.",
    },
  );
}

/** The error when a statement reads what the last one of an earlier run left (ROW_COUNT() and the like). */
export function lostOutcome({ line, column, number }: Statement, fileName: string): MigrateError {
  return new MigrateError(
    "session-lost",
    `${fileName}:${line}:${column}: statement ${number} reads what the statement before it left ` +
      "(ROW_COUNT() and the like), which died with the session of an earlier run. Nothing more was run.",
    { hint: "See whether it took effect, change it so that it does without that, then run up again." },
  );
}

/** Nothing is wrong with the files: another session reads what the history says now, and goes on from there. */
const PLANNED_AGAIN: readonly ErrorCode[] = ["connection-lost", "history-moved", "read-only-server"];

/** Whether a run can go on in a new session, from what the history says. */
export function isLost(error: unknown): error is Error {
  return error instanceof MigrateError
    ? PLANNED_AGAIN.includes(error.code)
    : isConnectionLost(error) || isTransactionUndone(error);
}
