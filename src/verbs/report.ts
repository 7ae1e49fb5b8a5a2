import { MigrateError } from "../errors";
import { writeSchemaFile } from "../migrations/schema-file";
import { readIgnored } from "../settings/ignored";
import { plural } from "./layout";
import { count, type Format, flag, ignoreOptions, text, usageError, value, withIgnored } from "./options";
import { readFolderForReport } from "./report-folder";
import { readTargetForReport } from "./report-input";
import type { Choice, ReportInput } from "./report-renderers";
import { type Context, defineCommand } from "./verb";

/** The report that was made. */
export interface ReportResult {
  readonly format: ReportFormat;
  /** Where it was written; null: nowhere. */
  readonly path: string | null;
  /** The report itself; null: it was written to a file. */
  readonly text: string | null;
  readonly tables: number;
  /** Its size in bytes. */
  readonly bytes: number;
  /** What a reader should know: what is missing, and why. */
  readonly remarks: readonly string[];
}

const FORMATS = ["html", "mermaid", "svg", "dot", "markdown", "json"] as const;
export type ReportFormat = (typeof FORMATS)[number];

const format: Format<ReportFormat> = {
  takes: `one of ${FORMATS.join(", ")}`,
  choices: FORMATS,
  read: (given) => FORMATS.find((each) => each === given) ?? null,
};

const version: Format<number> = {
  takes: "a version, such as 5",
  versions: true,
  read: (given) => (/^\d{1,15}$/.test(given) ? Number(given) : null),
};

const DEFAULT_FILE = "schema-report.html";

const options = {
  out: value(
    "FILE",
    text,
    `Where to write it; default ${DEFAULT_FILE}, and standard output for other formats`,
  ),
  format: value("FORMAT", format, "html, mermaid, svg, dot (Graphviz), markdown or json; default html"),
  open: flag("Open it in the browser"),
  tables: value("PATTERNS", text, "Only tables with such names, such as blog_*,users"),
  around: value("TABLE", text, "Only this table and those that it has to do with"),
  depth: value("N", count, "How many relations away from it; default 1"),
  offline: flag("Ask no target: what the folder's migrations build, on a throwaway database"),
  at: value("N", version, "The same, for the migrations up to this one"),
  from: value("N", version, "What changed since this one, up to --to or the last; asks no target"),
  to: value("N", version, "See --from"),
  ...ignoreOptions,
} as const;

/** Draws the schema and its history, for people to look at. */
export const report = defineCommand({
  name: "report",
  summary: "Write schema, history and what is pending as one HTML file, to look at",
  details: [
    "The file needs nothing but a browser and asks nobody for anything: it can be sent by mail. Only looks at the database.",
    "Its diagrams are laid out by elkjs, if that is installed: npm install --save-dev elkjs",
  ],
  options,
  examples: [
    "report --open",
    "report --format mermaid --around users --depth 2",
    "report --from 7 --to 12 --format markdown",
    "report --offline --out docs/schema.html",
  ],
  run: async (context): Promise<ReportResult> => {
    refuseContradictions(context.options);
    const { out, open } = context.options;
    const as = context.options.format ?? "html";
    const input = await readInput(context);
    const { chooseTables, makeReport, renderReport } =
      require("./report-renderers") as typeof import("./report-renderers");
    const chosen = chooseTables(makeReport(input), choiceOf(context.options));
    if (chosen === null) throw noSuchTable(context.options);
    const { text: made, remarks } = await renderReport(chosen, as, context.environmentFolder);
    const path = out ?? (as === "html" || open ? DEFAULT_FILE.replace(/html$/, EXTENSIONS[as]) : null);
    if (path !== null) writeSchemaFile(path, made);
    if (open && path !== null) context.openInBrowser(path);
    const [tables, bytes] = [chosen.tables.length, Buffer.byteLength(made)];
    return { format: as, path, text: path === null ? made : null, tables, bytes, remarks };
  },
  script: ({ path }) => (path === null ? ["text"] : null),
  render: ({ path, text: made, tables, bytes, remarks }, layout) =>
    made !== null
      ? made.trimEnd().split("\n")
      : [
          ...remarks.map((remark) => layout.paint("yellow", remark)),
          `Wrote ${path}: ${plural(tables, "table")}, ${Math.ceil(bytes / 1000)} kB.`,
        ],
});

const EXTENSIONS: Readonly<Record<ReportFormat, string>> = {
  html: "html",
  mermaid: "mmd",
  svg: "svg",
  dot: "dot",
  markdown: "md",
  json: "json",
};

type Values = Context<typeof options>["options"];

/** @throws MigrateError `usage` */
function refuseContradictions({ at, from, to, around, depth }: Values): void {
  if (at !== null && (from !== null || to !== null))
    throw usageError("report", "--at goes without --from and --to.");
  if (to !== null && from === null)
    throw usageError("report", "--to needs --from; for a schema as it was, --at.");
  if (depth !== null && around === null) throw usageError("report", "--depth needs --around.");
}

async function readInput(context: Context<typeof options>): Promise<ReportInput> {
  const { at, from, to, offline } = context.options;
  const stop = { signal: context.signal, killSignal: context.killSignal };
  if (!offline && at === null && from === null) {
    return await readTargetForReport(
      withIgnored(context.settings(), context.options),
      context.scratch(),
      stop,
    );
  }
  const ignored = readIgnored(context.options.ignore, null);
  const settings = { ...context.folder(), waitMs: 0, ...ignored };
  const range = { from, to: to ?? at };
  return await readFolderForReport(settings, context.scratch(), databaseNameOf(context), range, stop);
}

/** What migrations may call their own database; it need not be there, nor be known. */
function databaseNameOf(context: Context<typeof options>): string {
  try {
    return context.settings().database.database;
  } catch (error) {
    if (error instanceof MigrateError) return "report";
    throw error;
  }
}

function choiceOf({ tables, around, depth }: Values): Choice {
  return {
    patterns: tables === null ? null : (readIgnored(tables, null).ignore ?? []),
    around: around === null ? null : { table: around, depth: depth ?? 1 },
  };
}

function noSuchTable({ tables, around }: Values): MigrateError {
  const what =
    around === null
      ? `whose name is like ${tables}`
      : `${around}${tables === null ? "" : ` and like ${tables}`}`;
  return usageError("report", `There is no table ${what}.`);
}
