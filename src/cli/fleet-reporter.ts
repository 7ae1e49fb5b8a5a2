import type { FleetEvent } from "../fleet/result";
import { formatMigration, formatVersion } from "../migrations/names";
import type { RunEvent } from "../run/events";
import { formatDuration, type Layout, plural } from "../verbs/layout";
import { oneLine, printable } from "../verbs/printable";
import { createJsonReporter, describeEvent } from "./reporter";
import { createLiveLine, type LiveLine, type Output, writeLines } from "./terminal";

type Done = Extract<FleetEvent, { event: "database-done" }>;
type Progress = Extract<FleetEvent, { event: "progress" }>;

/** Shows on stderr what happens while a verb works on many databases. */
export interface FleetReporter {
  report(event: FleetEvent): void;
  /** Makes sure that the stream is at the beginning of a line. */
  end(): void;
}

/** The reporter that fits the stream and the options. */
export function createFleetReporter(
  stderr: Output,
  layout: Layout,
  {
    json,
    quiet,
    terminal,
    changes,
  }: {
    readonly json: boolean;
    readonly quiet: boolean;
    readonly terminal: boolean;
    /** Whether the verb changes databases; otherwise the result itself says everything except failures. */
    readonly changes: boolean;
  },
): FleetReporter {
  if (json) return createJsonReporter(stderr, quiet);
  const reporter = quiet
    ? createQuietFleetReporter(stderr, layout)
    : terminal
      ? createTerminalFleetReporter(stderr, layout)
      : createLogFleetReporter(stderr, layout, changes);
  return { report: (event) => reporter.report(printable(event)), end: () => reporter.end() };
}

/** Shows only what people must know even if they do not want progress. */
function createQuietFleetReporter(stderr: Output, layout: Layout): FleetReporter {
  return {
    report(event) {
      if (event.event === "warning") writeLines(stderr, describe(event, layout));
    },
    end: () => {},
  };
}

/** Milliseconds between two heartbeats: each database has its own progress events. */
const HEARTBEAT_MS = 9_000;

/** For a file or a pipe: a line for each finished database and for each important event, and a heartbeat. */
function createLogFleetReporter(stderr: Output, layout: Layout, changes: boolean): FleetReporter {
  const course = createCourse();
  let lastMs = performance.now();
  const linesOf = (event: FleetEvent): readonly string[] => {
    if (event.event !== "database-done") return describe(event, layout);
    return changes || event.outcome !== "done" ? [describeDone(event, layout)] : [];
  };
  return {
    report(event) {
      course.note(event);
      if (event.event === "progress") {
        if (performance.now() - lastMs < HEARTBEAT_MS) return;
        writeLines(stderr, [course.describe(Number.POSITIVE_INFINITY)]);
      } else {
        const lines = linesOf(event);
        if (lines.length === 0) return;
        writeLines(stderr, lines);
      }
      lastMs = performance.now();
    },
    end: () => {},
  };
}

/** For a terminal: a line for each important event, and below them one bar for all databases, with the running ones. */
function createTerminalFleetReporter(stderr: Output, layout: Layout): FleetReporter {
  const course = createCourse();
  let live: LiveLine | null = null;
  return {
    report(event) {
      course.note(event);
      const failed = event.event === "database-done" && event.outcome !== "done";
      const lines = failed ? [describeDone(event, layout)] : describe(event, layout);
      if (lines.length > 0) {
        live?.clear();
        writeLines(stderr, lines);
      }
      live ??= createLiveLine(stderr);
      live.draw(course.describe((stderr.columns || 80) - 1));
    },
    end: () => live?.clear(),
  };
}

/** What is running, and how far everything has come. */
interface Course {
  note(event: FleetEvent): void;
  /** In one line of ASCII, with at most so many columns. */
  describe(columns: number): string;
}

const BAR = 20;

function createCourse(): Course {
  const running = new Map<string, Progress | null>();
  let ended = 0;
  let failed = 0;
  let total: number | null = null;

  function bar(): string {
    if (total === null) return "";
    const full = Math.floor((BAR * ended) / Math.max(1, total));
    const failures = failed === 0 ? "" : `, ${failed} failed`;
    return `[${"#".repeat(full)}${"-".repeat(BAR - full)}] ${ended} of ${total}${failures}`;
  }

  return {
    note(event) {
      switch (event.event) {
        case "databases":
          total = event.total;
          break;
        case "database-started":
          running.set(event.database, null);
          break;
        case "database-done":
          running.delete(event.database);
          ended = event.ended;
          if (event.outcome !== "done") failed++;
          break;
        case "progress":
          running.set(event.database, event);
      }
    },
    describe(columns) {
      const start = bar();
      const now = [...running].map(([database, progress]) => ascii(describeRunning(database, progress)));
      for (let shown = now.length; shown > 0; shown--) {
        const more = shown === now.length ? "" : ` and ${now.length - shown} more`;
        const line = `${start}; now ${now.slice(0, shown).join(", ")}${more}`;
        if (line.length <= columns) return line;
      }
      return start.slice(0, Math.max(0, columns));
    },
  };
}

function describeRunning(database: string, progress: Progress | null): string {
  if (progress === null) return database;
  const { migration, migrations, statement, statements, server } = progress;
  const at = statements > 1 ? `, statement ${statement} of ${statements}` : "";
  const percent = server === null ? "" : `, ${server.percent.toFixed(1)} %`;
  return `${database}: ${formatMigration(progress)} (${migration} of ${migrations}${at}${percent})`;
}

/** Only ASCII, because we count the columns of the line that is overwritten. */
function ascii(text: string): string {
  return oneLine(text).replace(/[^\x20-\x7e]+/gu, "?");
}

function describeDone(event: Done, layout: Layout): string {
  const { database, outcome, state, from, to, migrations, durationMs, error, ended, total } = event;
  const start = `${String(ended).padStart(String(total).length)} of ${total}  ${database}: `;
  if (outcome !== "done") {
    const why = error?.message.split("\n")[0] ?? "";
    return `${start}${layout.paint("red", state)}${why === "" ? "" : `: ${why}`}`;
  }
  const took = durationMs === null ? "" : ` (${formatDuration(durationMs)})`;
  if (migrations === 0) return `${start}${state}${took}`;
  const way = `${position(from)} to ${position(to)}`;
  return `${start}${layout.paint("green", state)} ${plural(migrations, "migration")}, ${way}${took}`;
}

function position(version: number | null): string {
  return version === null ? "base" : formatVersion(version);
}

/** Lines about events in one database; none for events that are not interesting among many. */
function describe(event: FleetEvent, layout: Layout): readonly string[] {
  switch (event.event) {
    case "databases":
    case "database-started":
    case "database-done":
    case "progress":
    case "lease":
    case "reading":
    case "step-done":
      return [];
    case "stopping":
      return [
        event.kill
          ? "Ending the statements under way on their servers; once more to leave without knowing what became of them."
          : "Stopping: what is under way ends its current statement; once more to stop at once.",
      ];
    default: {
      const line = describeEvent(event satisfies RunEvent, layout);
      return line === null ? [] : [`${event.database}: ${line.trimStart()}`];
    }
  }
}
