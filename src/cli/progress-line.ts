import { formatMigration, formatVersion } from "../migrations/names";
import type { RunEvent } from "../run/events";
import { formatDuration } from "../verbs/layout";
import { oneLine } from "../verbs/printable";

type Progress = Extract<RunEvent, { event: "progress" }>;

/** Below this size, bytes say nothing about progress. */
const BIG_FILE_BYTES = 1024 * 1024;
const MEGABYTE = 1_000_000;

/**
 * How far a run has come, in one line: `Applying 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s; copy to tmp
 * table 43.1 %, about 1 min 35 s left`.
 */
export function describeProgress(event: Progress): string {
  return withParts(event, event.name, event.server?.stage ?? "");
}

function withParts(event: Progress, name: string, stage: string): string {
  const verb = event.direction === "up" ? "Applying" : "Reverting";
  const where = `${verb} ${formatMigration({ ...event, name })} (${event.migration} of ${event.migrations})`;
  const what = `statement ${event.statement} of ${event.statements}, ${formatDuration(event.elapsedMs)}`;
  const amount = describeAmount(event);
  if (amount === null) return `${where}: ${what}`;
  const left = event.remainingMs === null ? "" : `, about ${formatDuration(event.remainingMs)} left`;
  return `${where}: ${what}; ${stage === "" ? "" : `${stage} `}${amount}${left}`;
}

function describeAmount({ server, bytes, totalBytes }: Progress): string | null {
  if (server !== null) return `${server.percent.toFixed(1)} %`;
  if (totalBytes < BIG_FILE_BYTES) return null;
  return `${(bytes / MEGABYTE).toFixed(1)} of ${(totalBytes / MEGABYTE).toFixed(1)} MB`;
}

/** A word cut to less than this means nothing. */
const LEGIBLE = 8;

/**
 * The same for a terminal with so many columns. People look at the end (how far and how long), so the server's stage is
 * cut first, then the name, then the words around them.
 */
export function fitProgress(event: Progress, columns: number): string {
  const stage = event.server?.stage ?? "";
  const whole = oneLine(describeProgress(event));
  if (whole.length <= columns) return whole;
  const shorterStage = cut(stage, columns - withParts(event, event.name, "").length - 1);
  if (stage !== "" && shorterStage.length >= LEGIBLE)
    return oneLine(withParts(event, event.name, shorterStage));
  for (const form of [(name: string) => withParts(event, name, ""), (name: string) => inShort(event, name)]) {
    const name = cut(event.name, columns - form("").length);
    if (name === event.name || name.length >= LEGIBLE) return oneLine(form(name));
  }
  const end = endOf(event);
  const where = `${formatVersion(event.version)} (${event.migration} of ${event.migrations}): ${end}`;
  return where.length <= columns ? where : end.slice(0, Math.max(0, columns));
}

function inShort(event: Progress, name: string): string {
  const where = `${formatMigration({ ...event, name })} (${event.migration} of ${event.migrations})`;
  return `${where}: ${event.statement} of ${event.statements}; ${endOf(event)}`;
}

/** How far and how long, in the fewest words; if unknown, how long it has taken. */
function endOf(event: Progress): string {
  const amount = describeAmount(event);
  if (amount === null) return formatDuration(event.elapsedMs);
  return event.remainingMs === null ? amount : `${amount}, ${formatDuration(event.remainingMs)} left`;
}

function cut(text: string, columns: number): string {
  if (text.length <= columns) return text;
  return columns <= 2 ? "" : `${text.slice(0, columns - 2)}..`;
}
