/** The few styles that output uses. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow";

/** What the output goes to. */
export interface Layout {
  /** Columns of the terminal; null: not a terminal, so nothing needs to fit. */
  readonly width: number | null;
  /** Colours a text, or returns it as it is where colours are not wanted. */
  paint(style: Style, text: string): string;
}

/** A cell of a table; a plain string is a cell without style. */
export type Cell = string | { readonly text: string; readonly style: Style | null };

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** This column is cut when the table is wider than the terminal. */
  readonly shrinks?: boolean;
}

const GAP = "  ";
const NARROWEST = 8;

/** Lays rows out in aligned columns under their titles, in ASCII. */
export function layOutTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  layout: Layout,
): readonly string[] {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => textOf(row[index]).length)),
  );
  shrink(widths, columns, layout.width);
  const line = (cells: readonly Cell[]): string =>
    columns
      .map((column, index) => pad(cells[index], widths[index] ?? 0, column, layout))
      .join(GAP)
      .trimEnd();
  const titles = columns.map((column): Cell => ({ text: column.title, style: "bold" }));
  return [line(titles), ...rows.map(line)];
}

function shrink(widths: number[], columns: readonly Column[], limit: number | null): void {
  const index = columns.findIndex((column) => column.shrinks === true);
  const width = widths[index];
  if (limit === null || width === undefined) return;
  const total = widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1));
  if (total > limit) widths[index] = Math.max(Math.min(NARROWEST, width), width - (total - limit));
}

function pad(cell: Cell | undefined, width: number, column: Column, layout: Layout): string {
  const whole = textOf(cell);
  const cut = whole.length <= width ? whole : `${whole.slice(0, width - 2)}..`;
  const blanks = " ".repeat(width - cut.length);
  const style = typeof cell === "object" ? cell.style : null;
  const shown = style === null ? cut : layout.paint(style, cut);
  return column.align === "right" ? blanks + shown : shown + blanks;
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === "object" ? cell.text : (cell ?? "");
}

/** A duration for people: `850 ms`, `12.3 s`, `4 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `1 statement`, `2 statements`. */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
