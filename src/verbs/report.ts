import { writeSchemaFile } from "../migrations/schema-file";
import { plural } from "./layout";
import { flag, ignoreOptions, text, value, withIgnored } from "./options";
import { readTargetForReport } from "./report-input";
import { defineCommand } from "./verb";

/** The report that was written. */
export interface ReportResult {
  /** Where it was written. */
  readonly path: string;
  readonly tables: number;
  /** Its size in bytes. */
  readonly bytes: number;
  /** What a reader should know: what is missing in it, and why. */
  readonly remarks: readonly string[];
}

const DEFAULT_FILE = "schema-report.html";

/** Draws the schema and its history, to look at. */
export const report = defineCommand({
  name: "report",
  summary: "Write schema, history and what is pending as one HTML file, to look at",
  details: [
    "The file needs nothing but a browser and asks nobody for anything: it can be sent by mail. Only looks at the database.",
    "Its diagrams are laid out by elkjs, if that is installed: npm install --save-dev elkjs",
  ],
  options: {
    out: value("FILE", text, `Where to write it; default ${DEFAULT_FILE}`),
    open: flag("Open it in the browser"),
    ...ignoreOptions,
  },
  examples: ["report", "report --open", "report --out docs/schema.html"],
  run: async (context): Promise<ReportResult> => {
    const settings = withIgnored(context.settings(), context.options);
    const { out, open } = context.options;
    const stop = { signal: context.signal, killSignal: context.killSignal };
    const input = await readTargetForReport(settings, context.scratch(), stop);
    const { makeReport, renderPage } = require("./report-renderers") as typeof import("./report-renderers");
    const made = makeReport(input);
    const rendered = await renderPage(made, context.environmentFolder);
    const path = out ?? DEFAULT_FILE;
    writeSchemaFile(path, rendered.text);
    if (open) context.openInBrowser(path);
    return {
      path,
      tables: made.tables.length,
      bytes: Buffer.byteLength(rendered.text),
      remarks: rendered.remarks,
    };
  },
  render: ({ path, tables, bytes, remarks }, layout) => [
    ...remarks.map((remark) => layout.paint("yellow", remark)),
    `Wrote ${path}: ${plural(tables, "table")}, ${Math.ceil(bytes / 1000)} kB.`,
  ],
});
