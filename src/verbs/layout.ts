export { formatDuration } from "../report/duration";

import { oneLine } from "./printable";

/** The few styles that output uses. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow";

/** What the output goes to. */
export interface Layout {
  /** Columns of the terminal; null: not a terminal, so nothing needs to fit. */
  readonly width: number | null;
  /** Colours a text, or returns it unchanged when colours are not wanted. */
  paint(style: Style, text: string): string;
}

/** A cell of a table; a plain string is a cell without style. */
export type Cell = string | { readonly text: string; readonly style: Style | null };

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** This column is cut when the table is wider than the terminal. */
  readonly shrinks?: boolean;
  /** This column is left out when cutting is not enough, starting with the last such column. */
  readonly dispensable?: boolean;
}

const GAP = "  ";

/** A name cut to less than this tells nothing. */
const LEGIBLE = 16;

/** Lays rows out in aligned columns under their titles, in ASCII; no line is wider than the terminal if it can be. */
export function layOutTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  layout: Layout,
): readonly string[] {
  const natural = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => textOf(row[index]).length)),
  );
  const widths = fit(natural, columns, layout.width ?? Number.POSITIVE_INFINITY);
  const line = (cells: readonly Cell[]): string =>
    columns
      .flatMap((column, index) => {
        const width = widths[index] ?? null;
        return width === null ? [] : [pad(cells[index], width, column, layout)];
      })
      .join(GAP)
      .trimEnd();
  const titles = columns.map((column): Cell => ({ text: column.title, style: "bold" }));
  return [line(titles), ...rows.map(line)];
}

/** @returns a width for each column, null for one that is left out */
function fit(
  natural: readonly number[],
  columns: readonly Column[],
  limit: number,
): readonly (number | null)[] {
  const widths: (number | null)[] = [...natural];
  const shrinking = columns.findIndex((column) => column.shrinks === true);
  for (;;) {
    const shown = widths.filter((width) => width !== null);
    const over = shown.reduce((sum, width) => sum + width, GAP.length * (shown.length - 1)) - limit;
    if (over <= 0) return widths;
    const width = natural[shrinking] ?? 0;
    const spare = columns.findLastIndex(
      (column, index) => column.dispensable === true && widths[index] !== null,
    );
    if (width - over >= LEGIBLE || spare === -1) {
      if (shrinking !== -1) widths[shrinking] = Math.max(Math.min(LEGIBLE, width), width - over);
      return widths;
    }
    widths[spare] = null;
  }
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
  return oneLine(typeof cell === "object" ? cell.text : (cell ?? ""));
}

/** `1 statement`, `2 statements`. */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
