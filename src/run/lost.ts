import { MigrateError } from "../errors";
import type { QualifiedTable } from "../server/temporary-tables";
import { type Classified, mentionsTable } from "../syntax/classify";
import type { Statement } from "../syntax/statement";

/** SET @name = …, without a look at what any variable held. */
export function setsAnew({ text }: Statement, name: string): boolean {
  const [, assigned, value = "@"] = /^SET\s+@`?([\w$.]+)`?\s*:?=([\s\S]*)$/i.exec(text) ?? [];
  return assigned?.toLowerCase() === name && !value.includes("@");
}

/** Refuses a statement that needs a user variable which died with an earlier session. */
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

/** Refuses a statement that needs a temporary table which died with an earlier session. */
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

/** A statement reads what the last one of an earlier run left (ROW_COUNT() and the like). */
export function lostOutcome({ line, column, number }: Statement, fileName: string): MigrateError {
  return new MigrateError(
    "session-lost",
    `${fileName}:${line}:${column}: statement ${number} reads what the statement before it left ` +
      "(ROW_COUNT() and the like), which died with the session of an earlier run. Nothing more was run.",
    { hint: "See whether it took effect, change it so that it does without that, then run up again." },
  );
}
