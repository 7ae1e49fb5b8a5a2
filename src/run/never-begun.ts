import { believedOf, type Line } from "../history/believed";
import type { HistoryRow, Intent } from "../history/lines";
import { removeLines } from "../history/several-lines";
import type { Session } from "../server/session";
import { isUnchanged } from "./judge-intent";

/**
 * Removes the lines of migrations that an earlier run announced together with others but never reached. They are
 * pending again, as if never announced. The oldest open one is judged like any other.
 * @param history the history table, under the lock
 * @param rows the whole history
 * @returns what is left of it
 * @throws as `removeLines`; the driver's error
 */
export async function withoutNeverBegun(
  session: Session,
  history: Pick<Line, "table" | "lock">,
  rows: readonly HistoryRow[],
): Promise<readonly HistoryRow[]> {
  const oldest = rows.length - countOpen(rows);
  let end = rows.length;
  for (let row = rows[end - 1]; end > oldest + 1 && row !== undefined; row = rows[end - 1]) {
    if (row.intent === null || !(await neverBegan(session, row.intent))) break;
    end--;
  }
  const removed = rows.slice(end);
  const [first] = removed;
  if (first === undefined) return rows;
  await removeLines(session, { ...history, id: first.id }, removed.length, removed.map(believedOf));
  return rows.slice(0, end);
}

/** How many of the newest lines have nothing done but something announced. */
function countOpen(rows: readonly HistoryRow[]): number {
  const settled = rows.findLastIndex(
    ({ done, intent, finishedAt, error }) =>
      done > 0 || intent === null || finishedAt !== null || error !== null,
  );
  return rows.length - 1 - settled;
}

async function neverBegan(session: Session, intent: Intent): Promise<boolean> {
  for (const one of [intent, ...(intent.followedBy ?? [])]) {
    if (!(await isUnchanged(session, one))) return false;
  }
  return true;
}
