import { formatDuration } from "../commands/layout";
import { formatMigration } from "../files/filename";
import type { RunEvent } from "../run/events";

type Progress = Extract<RunEvent, { event: "progress" }>;

/** Below this a file's bytes say nothing. */
const BIG_FILE_BYTES = 1024 * 1024;
const MEGABYTE = 1_000_000;

/**
 * How far a run is, in one line: `Applying 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s; copy to tmp table
 * 43.1 %, about 1 min 35 s left`.
 */
export function describeProgress(event: Progress): string {
  const verb = event.direction === "up" ? "Applying" : "Reverting";
  const where = `${verb} ${formatMigration(event)} (${event.migration} of ${event.migrations})`;
  const what = `statement ${event.statement} of ${event.statements}, ${formatDuration(event.elapsedMs)}`;
  const measured = describeMeasured(event);
  const left = event.remainingMs === null ? "" : `, about ${formatDuration(event.remainingMs)} left`;
  return `${where}: ${what}${measured === null ? "" : `; ${measured}${left}`}`;
}

function describeMeasured({ server, bytes, totalBytes }: Progress): string | null {
  if (server !== null) return `${server.stage} ${server.percent.toFixed(1)} %`;
  if (totalBytes < BIG_FILE_BYTES) return null;
  return `${(bytes / MEGABYTE).toFixed(1)} of ${(totalBytes / MEGABYTE).toFixed(1)} MB`;
}
