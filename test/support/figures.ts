/**
 * How one point of a sweep ended: `fine`, `asked` (a person had to say what nobody but a person can know, and all was fine
 * then), `missed` (the run was shorter than the one observed, had ended before the point, and left what it should), or what went
 * wrong.
 */
export type Verdict =
  | "fine"
  | "asked"
  | "missed"
  | "lost"
  | "doubled"
  | "wrong"
  | "hung"
  | "person"
  | "broken";

export interface PointResult {
  /** What to give SWEEP_ONLY to run just this point again. */
  readonly point: string;
  readonly verdict: Verdict;
  /** The command that was cut, both states' difference, the second run's words. */
  readonly details: string;
}

const COLUMNS = [
  "points",
  "fine",
  "asked",
  "missed",
  "lost",
  "doubled",
  "wrong",
  "hung",
  "person",
  "broken",
] as const;
const SHOWN = 8;

/** One line of figures per kind of point (`mysql up, cut before`), in the order they first came. */
export function renderFigures(results: ReadonlyMap<string, readonly PointResult[]>): string[] {
  const width = Math.max(...[...results.keys()].map((kind) => kind.length), 4);
  const lines = [`${"".padEnd(width)} ${COLUMNS.map((column) => column.padStart(8)).join("")}`];
  for (const [kind, points] of results) {
    const counts = COLUMNS.map((column) =>
      column === "points" ? points.length : points.filter((point) => point.verdict === column).length,
    );
    lines.push(`${kind.padEnd(width)} ${counts.map((count) => String(count).padStart(8)).join("")}`);
  }
  return lines;
}

/** The share of points that may be missed before a sweep shows nothing any more. */
const MISSED_AT_MOST = 0.05;

/** The points that went wrong, in words; a line at the end when there are more than fit on a screen. */
export function renderFailures(results: ReadonlyMap<string, readonly PointResult[]>, limit = SHOWN): string {
  const points = [...results.values()].flat();
  const missed = points.filter(({ verdict }) => verdict === "missed").length;
  const tooMany = missed > Math.max(2, points.length * MISSED_AT_MOST);
  const harmless: readonly Verdict[] = tooMany ? ["fine", "asked"] : ["fine", "asked", "missed"];
  const failed = points.filter(({ verdict }) => !harmless.includes(verdict));
  const shown = failed.slice(0, limit).map((point) => {
    const details = point.details.replace(/^/gm, "    ");
    return `${point.verdict}: SWEEP_ONLY='${point.point}'\n${details}`;
  });
  if (failed.length > limit) {
    shown.push(
      `and ${failed.length - limit} more:`,
      ...failed.slice(limit).map((p) => `  ${p.verdict}: ${p.point}`),
    );
  }
  return shown.join("\n");
}

/** Runs `work` over the items, `width` at a time, and returns the results in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
