import type { RunEvent } from "../commands/engine";
import { formatDuration, type Layout, plural } from "../commands/layout";
import { formatMigration } from "../files/filename";
import { type Output, writeLines } from "./io";

/** Tells people or machines on stderr what happens while a verb runs. */
export type Reporter = (event: RunEvent) => void;

/** One line for what is worth one; warnings also when progress is not wanted. */
export function createTextReporter(stderr: Output, layout: Layout, quiet: boolean): Reporter {
  return (event) => {
    if (quiet && event.event !== "warning") return;
    const line = describeEvent(event, layout);
    if (line !== null) writeLines(stderr, [line]);
  };
}

/** One JSON document per event and line. */
export function createJsonReporter(stderr: Output, quiet: boolean): Reporter {
  return (event) => {
    if (!quiet || event.event === "warning") writeLines(stderr, [JSON.stringify(event)]);
  };
}

/** A line about an event, or null when it is not worth one. */
export function describeEvent(event: RunEvent, layout: Layout): string | null {
  switch (event.event) {
    case "waiting-for-lock":
      return `Waiting for another runner: ${event.holder}`;
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
