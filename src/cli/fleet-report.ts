import type { DatabaseResult, FleetResult } from "../fleet/result";
import type { ManyCommand } from "../fleet/run-fleet";
import { formatVersion } from "../migrations/names";
import { type Cell, type Column, formatDuration, type Layout, layOutTable } from "../verbs/layout";
import { type OptionTable, spellOption } from "../verbs/options";
import { printable } from "../verbs/printable";
import type { AnyCommand } from "../verbs/verb";
import { quoteWord } from "./arguments";
import { type ErrorReport, renderReport, reportError } from "./report-error";

type Many = ManyCommand<OptionTable, unknown>;

/** What `--json` prints for a verb over many databases. */
export interface FleetReport extends Omit<FleetResult<unknown>, "databases"> {
  readonly databases: readonly DatabaseReport[];
  /** The command that continues with those that are not done; null: all are done, or the verb changes nothing. */
  readonly goOn: string | null;
}

interface DatabaseReport extends Omit<DatabaseResult<unknown>, "error"> {
  readonly error: ErrorReport | null;
}

/**
 * Makes a report of a result.
 * @param words the command line, from the verb on
 * @param adapt spells commands as the caller types them
 */
export function reportFleet(
  command: AnyCommand,
  result: FleetResult<unknown>,
  words: readonly string[],
  adapt: (hint: string) => string,
): FleetReport {
  const { databases, done, total } = result;
  const goesOn = command.runsMigrations === true && done < total && !words.includes(spellOption("dryRun"));
  return {
    ...result,
    databases: databases.map(({ error, ...rest }) => ({
      ...rest,
      error: error === null ? null : reportError(error, false, adapt),
    })),
    goOn: goesOn ? adapt(commandLine(command.name, words)) : null,
  };
}

function commandLine(verb: string, words: readonly string[]): string {
  const dashes = words.some((word) => word.startsWith("-")) ? ["--"] : [];
  return [`npm run migrate:${verb}`, ...dashes, ...words.map(quoteWord)].join(" ");
}

/** The exit code of a verb over many databases: 2 when any failed or was not begun, otherwise the worst of all. */
export function fleetExitCode(
  command: Many,
  { databases, done, total }: FleetResult<unknown>,
  options: Parameters<NonNullable<Many["exitCode"]>>[1],
): 0 | 1 | 2 {
  if (done < total) return 2;
  return databases.some(({ result }) => command.exitCode?.(result, options) === 1) ? 1 : 0;
}

/**
 * The report as lines: results worth printing in full, one line per database, what failed and why, and how to go on.
 */
export function renderFleet(command: Many, report: FleetReport, layout: Layout): readonly string[] {
  return [
    ...renderWhole(command, report, layout),
    ...renderTable(command, report, layout),
    "",
    ...renderFailures(report, layout),
    ...summarize(command, report),
  ];
}

function renderWhole(command: Many, { databases }: FleetReport, layout: Layout): readonly string[] {
  return databases.flatMap(({ database, result }) => {
    if (result === null || command.overMany.worthPrinting?.(result) !== true) return [];
    return [
      layout.paint("bold", `-- ${printable(database)}`),
      ...command.render(printable(result), layout),
      "",
    ];
  });
}

function renderTable(command: Many, { databases }: FleetReport, layout: Layout): readonly string[] {
  const { from, to, migrations } = command.overMany.columns;
  const hasErrors = databases.some(({ error }) => error !== null);
  const columns: readonly (readonly [Column, (row: DatabaseReport) => Cell])[] = [
    [{ title: "database" }, ({ database }) => printable(database)],
    [{ title: "state" }, (row) => stateOf(command, row)],
    ...(from === null ? [] : [versions(from, (row) => row.from)]),
    ...(to === null ? [] : [versions(to, (row) => row.to)]),
    [
      { title: migrations, align: "right", dispensable: true },
      (row) => (row.outcome === "not-begun" ? "" : String(row.migrations)),
    ],
    [
      { title: "time", align: "right", dispensable: true },
      ({ durationMs }) => (durationMs === null ? "" : formatDuration(durationMs)),
    ],
    ...(hasErrors ? [errors] : []),
  ];
  const rows = databases.map((row) => columns.map(([, cell]) => cell(row)));
  return layOutTable(
    columns.map(([column]) => column),
    rows,
    layout,
  );
}

function versions(
  title: string,
  version: (row: DatabaseReport) => number | null,
): readonly [Column, (row: DatabaseReport) => Cell] {
  return [
    { title },
    (row) => {
      const at = version(row);
      // For a failed database we do not know the version.
      if (at === null) return row.outcome === "done" ? "base" : "";
      return formatVersion(at);
    },
  ];
}

const errors: readonly [Column, (row: DatabaseReport) => Cell] = [
  { title: "error", shrinks: true },
  ({ error }) => (error === null ? "" : printable(error.message.split("\n")[0] ?? "")),
];

function stateOf({ overMany }: Many, { outcome, state, result }: DatabaseReport): Cell {
  if (outcome === "not-begun") return { text: state, style: "dim" };
  if (outcome !== "done" || result === null) return { text: state, style: "red" };
  return { text: state, style: overMany.brief(result).style };
}

/** How many failures are printed in full. */
const MOST_FAILURES = 10;

function renderFailures({ databases }: FleetReport, layout: Layout): readonly string[] {
  const failed = databases.filter(({ error }) => error !== null);
  const shown = failed.slice(0, MOST_FAILURES);
  const lines = shown.flatMap(({ database, error }) => {
    if (error === null) return [];
    const [first = "", ...rest] = renderReport(printable(error), layout.paint);
    return [`${printable(database)}: ${first}`, ...rest.map((line) => line.replace(/^/gm, "  ")), ""];
  });
  const more = failed.length - shown.length;
  return more === 0 ? lines : [...lines, `And ${more} more that failed; --json has all of them.`, ""];
}

function summarize(
  command: Many,
  { databases, total, done, failed, notBegun, goOn }: FleetReport,
): readonly string[] {
  const what = command.runsMigrations === true ? "done" : "looked at";
  const parts = [
    `${done} of ${total} databases ${what}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(notBegun === 0 ? [] : [`${notBegun} not begun`]),
  ];
  const single = databases.some(({ error }) => /mysql-updown \w|npm run/.test(error?.hint ?? ""));
  return [
    ...(failed > 0 && single
      ? ["The commands above are for one database: let DATABASE_URL or MYSQL_DATABASE name it first.", ""]
      : []),
    `${parts.join(", ")}.`,
    ...(goOn === null
      ? []
      : ["The same command goes on with the rest; those that are done cost it one look:", `  ${goOn}`]),
  ];
}
