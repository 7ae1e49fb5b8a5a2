import { readStatements } from "../migrations/read-statements";
import type { Step } from "../plan/planned";
import type { ServerInfo } from "../server/session";

/** A step of a dry run, with the very statements that would be sent. */
export interface PlannedStep {
  readonly version: number;
  readonly name: string;
  readonly direction: "up" | "down";
  readonly file: string;
  /** How many statements an earlier run applied; they would not run again. */
  readonly done: number;
  readonly statements: readonly string[];
}

/** Reads the SQL of a plan. */
export async function planText(steps: readonly Step[], server: ServerInfo): Promise<readonly PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const { version, name, direction, file, resume } of steps) {
    const done = resume?.row.done ?? 0;
    const statements: string[] = [];
    for await (const batch of readStatements(file, { noBackslashEscapes: server.noBackslashEscapes })) {
      for (const statement of batch) if (statement.number > done) statements.push(statement.text);
    }
    planned.push({ version, name, direction, file: file.fileName, done, statements });
  }
  return planned;
}
