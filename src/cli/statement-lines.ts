import { formatDuration } from "../commands/layout";
import { formatMigration } from "../files/filename";
import type { RunEvent } from "../run/events";

type StatementDone = Extract<RunEvent, { event: "statement-done" }>;

/**
 * A line for each statement that commits by itself, and one for each row of others, of which there may be thousands. A
 * migration of one statement needs none: the line about the migration says the same.
 */
export interface StatementLines {
  /** Takes a statement, and gives the lines that are complete by now. */
  add(event: StatementDone): readonly string[];
  /** The migration ended: gives the line that is still open. */
  finish(): readonly string[];
  /** It did not end well: what ran since the last line may have been rolled back. */
  drop(): void;
}

export function createStatementLines(): StatementLines {
  let first: StatementDone | null = null;
  let last: StatementDone | null = null;
  let durationMs = 0;

  function drop(): void {
    first = null;
    last = null;
    durationMs = 0;
  }

  function finish(): readonly string[] {
    if (first === null || last === null) return [];
    const line =
      first === last ? describeOne(first) : describeRow(first, last.statement, formatDuration(durationMs));
    drop();
    return [line];
  }

  return {
    finish,
    drop,
    add(event) {
      if (event.statements === 1) return [];
      if (event.committed) return [...finish(), describeOne(event)];
      first ??= event;
      last = event;
      durationMs += event.durationMs;
      return [];
    },
  };
}

function describeOne(event: StatementDone): string {
  const { statement, statements, line, durationMs } = event;
  return `  ${formatMigration(event)} ${event.direction}: statement ${statement} of ${statements}, line ${line} (${formatDuration(durationMs)})`;
}

function describeRow(first: StatementDone, last: number, duration: string): string {
  const { statement, statements, line } = first;
  return `  ${formatMigration(first)} ${first.direction}: statements ${statement} to ${last} of ${statements}, from line ${line} (${duration})`;
}
