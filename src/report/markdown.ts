import type { Difference, Report, ReportedKey, ReportedTable } from "./model";
import { bytes, count } from "./text";

/** The report as a document for a wiki or a pull request: tables, and what changes. */
export function renderMarkdown(report: Report): string {
  const { title, of, server, tables, difference, drift } = report;
  const lines = [
    `# ${plain(title)}`,
    "",
    `${plain(of)}, ${plain(server)}: ${count(tables.length, "table")}.`,
    ...(difference === null ? [] : renderDifference(difference)),
    ...(drift === null || drift === "" ? [] : ["", "## Drift", "", fenced(drift)]),
    ...tables.flatMap(renderTable),
  ];
  return `${lines.join("\n")}\n`;
}

function renderTable(table: ReportedTable): readonly string[] {
  const { name, kind, comment, columns, indexes, references, referencedBy, uses, size } = table;
  const rows = columns.map((column) => {
    const more = [column.type, column.more].filter((part) => part !== "").join(" ");
    const cells = [
      column.name,
      more,
      column.nullable ? "null" : "",
      column.default ?? "",
      column.key ?? "",
      column.comment,
    ];
    return `| ${cells.map(plain).join(" | ")} |`;
  });
  const list = [
    ...indexes.map((index) => `- ${index.kind} ${plain(index.name)} (${plain(index.parts.join(", "))})`),
    ...references.map((key) => `- ${renderKey(key)}`),
    ...referencedBy.map((key) => `- referred to by ${plain(key.table)} (${plain(key.columns.join(", "))})`),
    ...uses.map((other) => `- uses ${plain(other)}`),
  ];
  return [
    "",
    `## ${plain(name)}${kind === "table" ? "" : ` (${kind})`}`,
    ...(comment === "" ? [] : ["", plain(comment)]),
    ...(size === null ? [] : ["", `About ${count(size.rows, "row")}, ${bytes(size.bytes)}.`]),
    ...(rows.length === 0
      ? []
      : ["", "| column | type | null | default | key | comment |", "|---|---|---|---|---|---|", ...rows]),
    ...(list.length === 0 ? [] : ["", ...list]),
  ];
}

function renderKey({ columns, table, database, referencedColumns, actions }: ReportedKey): string {
  const where = database === null ? table : `${database}.${table}`;
  const to = `${plain(where)} (${plain(referencedColumns.join(", "))})`;
  return `${plain(columns.join(", "))} → ${to}${actions === "" ? "" : ` ${plain(actions)}`}`;
}

function renderDifference({ title, tables, others, sql, findings }: Difference): readonly string[] {
  const changes = tables.flatMap(({ name, mark, columns, notes }) => [
    `- **${mark}** ${plain(name)}`,
    ...(mark === "changed"
      ? [
          ...columns.map((column) => {
            const note = column.note === "" ? "" : ` (${plain(column.note)})`;
            return `  - **${column.mark}** ${plain(column.name)} ${plain(column.type)}${note}`;
          }),
          ...notes.map((note) => `  - ${plain(note)}`),
        ]
      : []),
  ]);
  const rest = others.map(({ mark, what }) => `- **${mark}** ${plain(what)}`);
  const found = (findings ?? []).map(
    ({ level, place, text }) => `- **${level}** ${plain(text)} ${plain(place)}`,
  );
  return [
    "",
    `## ${plain(title)}`,
    "",
    ...(changes.length + rest.length === 0 ? ["The schema stays as it is."] : [...changes, ...rest]),
    ...(found.length === 0 ? [] : ["", ...found]),
    ...(sql === "" ? [] : ["", fenced(sql)]),
  ];
}

/** Text in which nothing is markup, on one line. */
function plain(text: string): string {
  return text
    .replace(/[&<>|`*[\]\\#!~@$]|(?<!\w)_|_(?!\w)/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\p{Cc}+|[\u2028-\u202e\u2066-\u2069]/gu, " ")
    .trim();
}

/** A fence is longer than any that is in it. */
function fenced(sql: string): string {
  const longest = Math.max(2, ...[...sql.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sql\n${sql.trimEnd()}\n${fence}`;
}
