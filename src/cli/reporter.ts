import { formatMigration } from "../migrations/names";
import type { RunEvent } from "../run/events";
import { formatDuration, type Layout, plural } from "../verbs/layout";
import { printableJson } from "../verbs/printable";
import { describeProgress, fitProgress } from "./progress-line";
import { createLiveLine, type LiveLine, type Output, writeLines } from "./terminal";

type StatementDone = Extract<RunEvent, { event: "statement-done" }>;

/**
 * Makes a line for each statement that commits by itself, and one for each series of others, of which there may be
 * thousands. A migration with one statement needs none, because the line about the migration says the same.
 */
export interface StatementLines {
  /** Takes a statement, and returns the lines that are now complete. */
  add(event: StatementDone): readonly string[];
  /** The migration ended: returns the line that is still open. */
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

/** Reports on stderr, to people or machines, what happens while a verb runs. */
export interface Reporter {
  report(event: RunEvent): void;
  /** Makes sure that the stream is at the beginning of a line. */
  end(): void;
}

/** Shows only what people must know even if they do not want progress. */
export function createQuietReporter(stderr: Output, layout: Layout): Reporter {
  return {
    report: (event) =>
      void (event.event === "warning" && writeLines(stderr, [describeEvent(event, layout) ?? ""])),
    end: () => {},
  };
}

/** For a file or a pipe: a line for each important event, and a heartbeat. */
export function createLogReporter(stderr: Output, layout: Layout): Reporter {
  const statements = createStatementLines();
  return {
    report(event) {
      const own = describeEvent(event, layout);
      const before = linesBefore(event, statements);
      writeLines(stderr, own === null ? before : [...before, own]);
    },
    end: () => {},
  };
}

function linesBefore(event: RunEvent, statements: StatementLines): readonly string[] {
  if (event.event === "statement-done") return statements.add(event);
  if (event.event === "step-done") return statements.finish();
  if (event.event === "reconnecting" || event.event === "step-started") statements.drop();
  return [];
}

/** For a terminal: a line for each important event, and below them a live line with the progress. */
export function createTerminalReporter(stderr: Output, layout: Layout): Reporter {
  let live: LiveLine | null = null;
  return {
    report(event) {
      if (event.event === "progress") {
        live ??= createLiveLine(stderr);
        // A full line would make the terminal wrap. Some terminals report 0 columns.
        live.draw(fitProgress(event, (stderr.columns || 80) - 1));
        return;
      }
      const line = describeEvent(event, layout);
      if (event.event === "step-done" || line !== null) live?.clear();
      if (line !== null) writeLines(stderr, [line]);
    },
    end: () => live?.clear(),
  };
}

/** One JSON document per event and line. */
export function createJsonReporter(
  stderr: Output,
  quiet: boolean,
): { report(event: { readonly event: string }): void; end(): void } {
  return {
    report(event) {
      if (!quiet || event.event === "warning") writeLines(stderr, [printableJson(event)]);
    },
    end: () => {},
  };
}

/** A line about an event, or null when it is not important enough. */
export function describeEvent(event: RunEvent, layout: Layout): string | null {
  switch (event.event) {
    case "lease":
      return `The lock is a lease in ${event.table}: this is ${event.cluster}, whose nodes have locks of their own.`;
    case "waiting-for-lock":
      return `Waiting for another runner: ${event.holder}`;
    case "reading":
      return `Reading ${formatMigration(event)} (${(event.bytes / 1e6).toFixed(1)} MB)`;
    case "waiting-for-server":
      return `Waiting for the database: ${event.reason}`;
    case "reconnecting":
      return `${event.reason}\nConnecting again.`;
    case "blocked":
      return describeBlocked(event);
    case "warning":
      return layout.paint("yellow", `Warning: ${event.message}`);
    case "judged":
      return `  statement ${event.statement} of ${formatMigration(event)} was under way when a run ended: ${event.verdict}`;
    case "note":
      return event.message;
    case "step-started":
      if (event.resumedAt === null) return null;
      return `Going on with ${formatMigration(event)} ${event.direction} after statement ${event.resumedAt} of ${event.statements}`;
    case "step-done": {
      const verb = event.direction === "up" ? "Applied" : "Reverted";
      const size = `${plural(event.statements, "statement")}, ${formatDuration(event.durationMs)}`;
      return `${layout.paint("green", verb)} ${formatMigration(event)} (${size})`;
    }
    case "stopping":
      return event.kill
        ? "Ending the statement on the server; once more to leave without knowing what became of it."
        : "Stopping after the current statement; once more to stop at once.";
    case "progress":
      return describeProgress(event);
    case "plan":
    case "statement-done":
      return null;
    default:
      return event satisfies never;
  }
}

function describeBlocked(event: Extract<RunEvent, { event: "blocked" }>): string {
  const what = event.reason === "deadlock" ? "met a deadlock" : "cannot have its lock";
  const again = `trying again in ${formatDuration(event.pauseMs)} (${event.tries} of ${event.maxTries} tries failed)`;
  const caveat = event.caveat === null ? [] : [`    (${event.caveat})`];
  const held = event.blockers.map((line) => `    held by ${line}`);
  return [
    `  statement ${event.statement} of ${formatMigration(event)} ${what}; ${again}`,
    ...held,
    ...caveat,
  ].join("\n");
}
