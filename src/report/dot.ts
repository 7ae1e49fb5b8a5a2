import { escapeText } from "./markup";
import type { Report, ReportedTable } from "./model";

/** The tables for Graphviz. @see https://graphviz.org/doc/info/shapes.html#html */
export function renderDot({ tables }: Pick<Report, "tables">): string {
  const names = new Set(tables.map(({ name }) => name));
  return `${[
    "digraph schema {",
    '  graph [rankdir=RL, bgcolor="transparent"];',
    '  node [shape=plain, fontname="monospace", fontsize=11];',
    "  edge [arrowhead=tee, arrowtail=crow, dir=both];",
    ...tables.map(renderNode),
    ...tables.flatMap((table) => renderEdges(table, names)),
    "}",
  ].join("\n")}\n`;
}

function renderNode({ name, kind, columns }: ReportedTable): string {
  const style = kind === "table" ? "" : ' style="dashed"';
  const head = `<tr><td bgcolor="#e6ebf2"><b>${inLabel(name)}</b></td></tr>`;
  const rows = columns.map(
    (column, index) =>
      `<tr><td port="c${index}" align="left">${inLabel(column.name)} <font color="#566070">${inLabel(column.type)}</font></td></tr>`,
  );
  return `  ${quoted(name)} [label=<<table border="1" cellborder="0" cellspacing="0"${style}>${head}${rows.join("")}</table>>];`;
}

function renderEdges(table: ReportedTable, names: ReadonlySet<string>): readonly string[] {
  const keys = table.references
    .filter((key) => key.database === null && names.has(key.table))
    .map((key) => {
      const at = table.columns.findIndex(({ name }) => name === key.columns[0]);
      const port = at === -1 ? "" : `:c${at}`;
      return `  ${quoted(table.name)}${port} -> ${quoted(key.table)} [tooltip=${quoted(key.name)}];`;
    });
  const uses = table.uses
    .filter((name) => names.has(name))
    .map((name) => `  ${quoted(table.name)} -> ${quoted(name)} [style=dashed];`);
  return [...keys, ...uses];
}

function inLabel(text: string): string {
  return escapeText(text.replace(/[\n\t]/g, " "));
}

function quoted(text: string): string {
  return `"${text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replace(/\p{Cc}/gu, " ")}"`;
}
