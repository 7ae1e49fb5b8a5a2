/** How many unchanged lines are shown around a change. */
const CONTEXT = 3;

/** More changes than this are not aligned line by line: the work grows with their square. */
const MOST_CHANGES = 1000;

/** A run of lines that both texts have, or only one of them. */
interface Run {
  readonly kind: " " | "-" | "+";
  /** First line in either text, from 0, and how many. */
  readonly before: number;
  readonly after: number;
  readonly count: number;
}

/**
 * Compares two texts by lines.
 * @param names what the two texts are called, in the heading
 * @returns a unified diff, line by line; empty when the texts are equal
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function unifiedDiff(
  before: string,
  after: string,
  names: { readonly before: string; readonly after: string },
): readonly string[] {
  if (before === after) return [];
  const [old, now] = [toLines(before), toLines(after)];
  const lines = hunks(compareLines(old, now)).flatMap((hunk) => renderHunk(hunk, old, now));
  return [`--- ${names.before}`, `+++ ${names.after}`, ...lines];
}

/** Each line with its newline, so that a last line without one counts as different. */
function toLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The shortest list of runs that turns one text into the other. */
function compareLines(old: readonly string[], now: readonly string[]): readonly Run[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const middle = findChanges(old.slice(start, old.length - end), now.slice(start, now.length - end));
  const runs: Run[] = [{ kind: " ", before: 0, after: 0, count: start }];
  for (const run of middle) runs.push({ ...run, before: run.before + start, after: run.after + start });
  runs.push({ kind: " ", before: old.length - end, after: now.length - end, count: end });
  return runs.filter(({ count }) => count > 0);
}

/**
 * Myers' greedy algorithm: the furthest point that a number of changes can reach, on every diagonal.
 * @see http://www.xmailserver.org/diff2.pdf
 */
function findChanges(old: readonly string[], now: readonly string[]): readonly Run[] {
  const furthest: number[][] = [];
  const limit = Math.min(old.length + now.length, MOST_CHANGES);
  let reached: number[] = [];
  for (let changes = 0; changes <= limit; changes++) {
    // Diagonal k is at index k + changes; in the previous step, at k + changes - 1.
    const next: number[] = [];
    for (let k = -changes; k <= changes; k += 2) {
      const down = reached[k + changes] ?? -1;
      const right = reached[k + changes - 2] ?? -1;
      let x = changes === 0 ? 0 : k === -changes || (k !== changes && right < down) ? down : right + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1;
      next[k + changes] = x;
      if (x >= old.length && x - k >= now.length) {
        furthest.push(next);
        return traceBack(furthest, old.length, now.length);
      }
    }
    furthest.push(next);
    reached = next;
  }
  return [
    { kind: "-", before: 0, after: 0, count: old.length },
    { kind: "+", before: old.length, after: 0, count: now.length },
  ];
}

/** Walks the way back from the end, a change at a time. */
function traceBack(furthest: readonly number[][], oldLength: number, nowLength: number): readonly Run[] {
  const runs: Run[] = [];
  let x = oldLength;
  let y = nowLength;
  for (let changes = furthest.length - 1; changes > 0; changes--) {
    const reached = furthest[changes - 1] ?? [];
    const k = x - y;
    const down = reached[k + changes] ?? -1;
    const right = reached[k + changes - 2] ?? -1;
    const isInsert = k === -changes || (k !== changes && right < down);
    const fromX = isInsert ? down : right;
    const fromY = fromX - (isInsert ? k + 1 : k - 1);
    const afterX = isInsert ? fromX : fromX + 1;
    const afterY = isInsert ? fromY + 1 : fromY;
    runs.push({ kind: " ", before: afterX, after: afterY, count: x - afterX });
    runs.push({ kind: isInsert ? "+" : "-", before: fromX, after: fromY, count: 1 });
    x = fromX;
    y = fromY;
  }
  runs.push({ kind: " ", before: 0, after: 0, count: x });
  return runs.filter(({ count }) => count > 0).reverse();
}

/** Groups changes whose context would overlap, with their context. */
function hunks(runs: readonly Run[]): readonly (readonly Run[])[] {
  const groups: Run[][] = [];
  let open: Run[] = [];
  for (const [index, run] of runs.entries()) {
    if (run.kind !== " ") {
      open.push(run);
      continue;
    }
    const isFirst = index === 0;
    const isLast = index === runs.length - 1;
    if (!isFirst && !isLast && run.count <= 2 * CONTEXT) {
      open.push(run);
      continue;
    }
    if (!isFirst) {
      open.push({ ...run, count: Math.min(run.count, CONTEXT) });
      groups.push(open);
      open = [];
    }
    if (isLast) return groups;
    const skipped = Math.max(0, run.count - CONTEXT);
    open = [{ ...run, before: run.before + skipped, after: run.after + skipped, count: run.count - skipped }];
  }
  return open.some(({ kind }) => kind !== " ") ? [...groups, open] : groups;
}

function renderHunk(hunk: readonly Run[], old: readonly string[], now: readonly string[]): readonly string[] {
  const [first] = hunk;
  if (first === undefined) return [];
  const count = (kind: "-" | "+"): number =>
    hunk.reduce((sum, run) => sum + (run.kind === " " || run.kind === kind ? run.count : 0), 0);
  const heading = `@@ -${range(first.before, count("-"))} +${range(first.after, count("+"))} @@`;
  const lines = hunk.flatMap((run) => {
    const [text, start] = run.kind === "+" ? [now, run.after] : [old, run.before];
    return text.slice(start, start + run.count).flatMap((line) => renderLine(run.kind, line));
  });
  return [heading, ...lines];
}

function range(start: number, count: number): string {
  return `${count === 0 ? start : start + 1},${count}`;
}

function renderLine(kind: Run["kind"], line: string): readonly string[] {
  return line.endsWith("\n") ? [kind + line.slice(0, -1)] : [kind + line, "\\ No newline at end of file"];
}
