import type { Report, ReportedColumn, ReportedTable } from "./model";

/**
 * The tables as a diagram that GitHub and GitLab draw within Markdown.
 * @see https://mermaid.js.org/syntax/entityRelationshipDiagram.html
 */
export function renderMermaid({ tables }: Pick<Report, "tables">): string {
  const names = new Set(tables.map(({ name }) => name));
  const lines = tables.flatMap((table) => [...renderEntity(table), ...renderRelations(table, names)]);
  return `${["erDiagram", ...lines].join("\n")}\n`;
}

function renderEntity({ name, columns }: ReportedTable): readonly string[] {
  if (columns.length === 0) return [`  ${quoted(name)} {`, "  }"];
  return [`  ${quoted(name)} {`, ...columns.map((column) => `    ${renderColumn(column)}`), "  }"];
}

const KEYS: Readonly<Record<string, string>> = { primary: " PK", foreign: " FK", unique: " UK" };

function renderColumn({ name, type, key, comment }: ReportedColumn): string {
  const word = asWord(name);
  const said = [word === name ? "" : name, comment].filter((part) => part !== "").join(": ");
  const note = said === "" ? "" : ` ${quoted(said)}`;
  return `${asWord(type.replaceAll(", ", ","))} ${word}${KEYS[key ?? ""] ?? ""}${note}`;
}

function renderRelations(table: ReportedTable, names: ReadonlySet<string>): readonly string[] {
  const own = quoted(table.name);
  const keys = table.references
    .filter((key) => key.database === null && names.has(key.table))
    .map((key) => {
      const isNullable = table.columns.some(({ name, nullable }) => nullable && key.columns.includes(name));
      return `  ${own} }o--${isNullable ? "o|" : "||"} ${quoted(key.table)} : ${quoted(key.name)}`;
    });
  const uses = table.uses
    .filter((name) => names.has(name))
    .map((name) => `  ${own} }o..|| ${quoted(name)} : "uses"`);
  return [...keys, ...uses];
}

/** Types and columns are bare words of letters, digits and a few signs. */
function asWord(text: string): string {
  const word = text.replace(/[^\p{L}\p{N}_()[\]-]+/gu, "_");
  return /^\p{L}/u.test(word) ? word : `_${word}`;
}

/** A quoted text has no escapes, so what would end it, or be read as markup, becomes something like it. */
function quoted(text: string): string {
  const plain = text
    .replace(/["`\\]/g, "'")
    .replace(/[<>]/g, (sign) => (sign === "<" ? "‹" : "›"))
    .replace(/[%{};&#]|\p{C}|\p{Z}/gu, " ")
    .trim();
  return `"${plain === "" ? "?" : plain}"`;
}
