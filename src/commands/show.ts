import { formatMigration } from "../files/filename";
import { readOne, type ShowReport } from "../run/show";
import { defineCommand } from "./command";
import { describeChange } from "./describe-change";
import { renderLog } from "./history";
import type { Layout } from "./layout";
import { plural } from "./layout";
import { flag, required, text } from "./options";
import { describeState } from "./status";

/** Says everything about one migration. */
export const show = defineCommand({
  name: "show",
  summary: "Show one migration: files, checksums, when applied, what changed since",
  details: [
    "For a modified one: the difference between what was applied and what is on disk. Changes nothing.",
  ],
  options: {
    which: required("N", text, "Version of the migration, or head, +1, -1"),
    applied: flag("Print what was applied as well, as the history keeps it"),
  },
  examples: ["show 7", "show head", "show 7 --applied"],
  run: async (context) =>
    readOne(context.settings(), context.options.which, { withTexts: context.options.applied }),
  render: (report, layout) => [
    layout.paint("bold", formatMigration(report.entry)),
    ...indent([
      `state     ${stateOf(report)}`,
      ...report.files.flatMap((file) => renderFile(file, report, layout)),
    ]),
    ...(report.lines.length === 0 ? [] : ["", ...renderLog(report.lines, layout)]),
    ...report.files.flatMap(({ diff }) =>
      diff === null ? [] : ["", ...diff.map((line) => paintDiff(line, layout))],
    ),
    ...report.files.flatMap((file) => renderText(file, layout)),
    ...renderProblems(report, layout),
  ],
});

type ShownFile = ShowReport["files"][number];

function stateOf({ entry }: ShowReport): string {
  const cell = describeState(entry);
  return typeof cell === "string" ? cell : cell.text;
}

function renderFile(file: ShownFile, { entry }: ShowReport, layout: Layout): readonly string[] {
  const { direction, statements, checksum, appliedChecksum, change } = file;
  const label = direction.padEnd(8);
  const content = statements === null ? "" : `, ${plural(statements, "statement")}`;
  const name =
    file.file ??
    (direction === "down" && entry.irreversible ? "none: it is irreversible" : "not in the folder");
  const sameChecksum = checksum === appliedChecksum || appliedChecksum === null;
  return [
    `${label}  ${name}${content}`,
    ...(checksum === null ? [] : [`          sha256 ${checksum}`]),
    ...(sameChecksum ? [] : [`          sha256 ${appliedChecksum} was applied`]),
    ...(change === null || change === "none"
      ? []
      : [layout.paint("red", `          ${describeChange(change)}`)]),
  ];
}

function paintDiff(line: string, layout: Layout): string {
  if (/^(---|\+\+\+) /.test(line)) return layout.paint("bold", line);
  if (line.startsWith("-")) return layout.paint("red", line);
  return line.startsWith("+") ? layout.paint("green", line) : line;
}

function renderText({ direction, appliedText }: ShownFile, layout: Layout): readonly string[] {
  if (appliedText === null) return [];
  return [
    "",
    layout.paint("bold", `-- ${direction}, as applied`),
    ...appliedText.replace(/\n$/, "").split("\n"),
  ];
}

/** What is wrong and what helps; of a change there is no need to say here how to see it. */
function renderProblems({ entry }: ShowReport, layout: Layout): readonly string[] {
  const problems = [...entry.problems, ...entry.warnings];
  if (problems.length === 0) return [];
  const lines = problems.flatMap(({ code, message, hint }) => [
    layout.paint("red", message),
    ...(code === "modified" ? [] : indent(hint?.split("\n") ?? [])),
  ]);
  if (!problems.some(({ code }) => code === "modified")) return ["", ...lines];
  return [
    "",
    ...lines,
    "  Restore what was applied, or put the change in a new migration; or accept what is on disk:",
    `    npm run migrate:repair -- ${entry.version} --reason "why"`,
  ];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
