/** What a figure counts. */
export type Unit = "ms" | "bytes" | "round trips";

/** One line of the table. */
export interface Row {
  readonly work: string;
  /** What it stands beside, and that one's figure; a fixed bound has none. */
  readonly limit: { readonly what: string; readonly figure: number } | null;
  readonly ours: number;
  readonly unit: Unit;
  /** Most that may be reached: times the limit's figure, or in the unit itself when there is no limit; null: no bound. */
  readonly atMost: number | null;
  /** How the bound is worded when not `≤ 1.3 ×` or `≤ 120 MB`. */
  readonly bound?: string;
  /** What other tools took for the same, in words. */
  readonly peers: string;
}

/** The rows as a table in Markdown. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { work, limit, ours, unit, peers } = row;
    const beside = limit === null ? "" : `${limit.what}: ${formatFigure(limit.figure, unit)}`;
    const ratio = limit === null ? "" : (ours / limit.figure).toFixed(2);
    const verdict = row.atMost === null ? "" : isReached(row) ? "reached" : "**missed**";
    return [work, beside, formatFigure(ours, unit), ratio, row.bound ?? defaultBound(row), verdict, peers];
  });
  const head = ["work", "limit", "mysql-updown", "ratio", "to reach", "", "others"];
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Compared before anything is rounded. */
export function isReached({ limit, ours, atMost }: Row): boolean {
  return atMost === null || ours <= (limit === null ? atMost : atMost * limit.figure);
}

function defaultBound({ limit, atMost, unit }: Row): string {
  if (atMost === null) return "no bound";
  return limit === null ? `≤ ${formatFigure(atMost, unit)}` : `≤ ${atMost} ×`;
}

/** A figure with its unit, such as `84 ms`, `12.3 s`, `101 MB` (10⁶ bytes) or `3`. */
export function formatFigure(value: number, unit: Unit): string {
  switch (unit) {
    case "ms":
      return value < 10_000
        ? `${Math.round(value).toLocaleString("en")} ms`
        : `${(value / 1000).toFixed(1)} s`;
    case "bytes":
      return `${Math.round(value / 1e6)} MB`;
    case "round trips":
      return String(Math.round(value * 100) / 100);
    default:
      return unit satisfies never;
  }
}
