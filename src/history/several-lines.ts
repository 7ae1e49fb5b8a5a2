import type { Session } from "../server/session";
import { quoteQualified } from "../syntax/quote";
import { type Believed, isSame, type Line, lookAt, moved, sameAs, vanished } from "./believed";
import {
  addLine,
  addNextLine,
  COLUMNS,
  columnsOf,
  type Expression,
  inOneList,
  type NewLine,
  type Progress,
  recordProgress,
  type Unfinished,
} from "./writer";

/** A line to add. */
export interface Entry {
  readonly line: Line;
  readonly row: NewLine;
  readonly progress: Progress;
}

/**
 * Adds lines and finishes those before them, in one statement: one round trip and one commit for all. If any of them is
 * not as this run left it, nothing is written.
 * @param unfinished earlier lines of the same run, to finish with these
 * @param entries at least one, with consecutive ids
 * @throws MigrateError `lock-lost`, `history-moved`, `history-damaged` when a line before them vanished
 */
export async function addLines(
  session: Session,
  unfinished: readonly Unfinished[],
  entries: readonly Entry[],
): Promise<void> {
  const [[first, another], [before, more]] = [entries, unfinished];
  if (first === undefined) return;
  if (another === undefined && more === undefined) {
    if (before === undefined) return addLine(session, first.line, first.row, first.progress);
    return addNextLine(session, before, first.line, first.row, first.progress);
  }
  const leads = unfinished.at(-1)?.line.id === first.line.id - 1;
  const alike = leads && areAlike(unfinished) ? unfinished : [];
  if (alike.length === 0) await finishLines(session, unfinished);
  return insertLines(session, alike, entries, first.line);
}

async function insertLines(
  session: Session,
  unfinished: readonly Unfinished[],
  entries: readonly Entry[],
  first: Line,
): Promise<void> {
  const table = quoteQualified(session.database, first.table);
  const rows = entries.map(({ row, progress }) => columnsOf(row, progress, session.server));
  const columns = inOneList(
    (rows[0] ?? []).map((_, at) =>
      choose(
        "lines_to_write.place",
        rows.map((row) => row[at]),
      ),
    ),
  );
  const lead = leading(unfinished);
  const ids = entries.map(() => "UNION ALL SELECT ?, ?").join(" ");
  const onlyBefore = (column: string, value: string): string =>
    `${column} = IF(${table}.id < ?, ${value}, ${table}.${column})`;
  const place = `${table}.id - ?`;
  const [done, hash, spent] = finishing(place, unfinished);
  const offset = (unfinished[0]?.line.id ?? 1) - 1;
  const changed = await session.execute(
    `INSERT INTO ${table} (${COLUMNS})
     SELECT lines_to_write.id, ${columns.sql}
       FROM (SELECT id, 1 AS place FROM ${table} WHERE ${lead.sql} ${ids}) AS lines_to_write
      WHERE ${first.lock.condition}
        AND (SELECT COUNT(*) FROM ${table} WHERE ${lead.sql}) = ?
        AND (SELECT COUNT(*) FROM ${table} WHERE id >= ?) = 0
         ON DUPLICATE KEY UPDATE ${onlyBefore("statements_done", done.sql)}, ${onlyBefore("done_hash", hash.sql)},
            ${onlyBefore("intent", "NULL")}, ${onlyBefore("session", "NULL")}, ${onlyBefore("error", "NULL")},
            ${onlyBefore("finished_at", "UTC_TIMESTAMP(3)")}, ${onlyBefore("duration_ms", spent.sql)}`,
    [
      ...columns.values,
      ...lead.values,
      ...entries.flatMap(({ line }, at) => [line.id, at + 1]),
      ...first.lock.values,
      ...lead.values,
      unfinished.length,
      first.id,
      ...[first.id, offset, ...done.values, first.id, offset, ...hash.values],
      ...[first.id, first.id, first.id],
      ...[first.id, first.id, offset, ...spent.values],
    ],
  );
  // The server counts one for an added line and two for a changed one.
  if (changed === entries.length + 2 * unfinished.length) return;
  await findMoved(session, unfinished);
  await lookAt(session, first);
  throw moved(first);
}

/**
 * Finishes lines. If those of consecutive files are not all as this run left them, none of these is written.
 * @throws as `addLines`
 */
export async function finishLines(session: Session, unfinished: readonly Unfinished[]): Promise<void> {
  const [first, another] = unfinished;
  if (first === undefined) return;
  if (another === undefined || !areAlike(unfinished)) {
    for (const { line, believed, progress } of unfinished) {
      if (!(await recordProgress(session, line, [believed], progress))) throw vanished(line);
    }
    return;
  }
  const lead = leading(unfinished);
  const [done, hash, spent] = finishing("id - ?", unfinished);
  const offset = first.line.id - 1;
  const table = quoteQualified(session.database, first.line.table);
  const changed = await session.execute(
    `UPDATE ${table}
        SET statements_done = ${done.sql}, done_hash = ${hash.sql}, intent = NULL, session = NULL, error = NULL,
            finished_at = UTC_TIMESTAMP(3), duration_ms = ${spent.sql}
      WHERE ${lead.sql} AND ${first.line.lock.condition}
        AND (SELECT there.lines_found FROM (SELECT COUNT(*) AS lines_found FROM ${table} WHERE ${lead.sql}) AS there) = ?`,
    [
      ...[offset, ...done.values, offset, ...hash.values, offset, ...spent.values],
      ...lead.values,
      ...first.line.lock.values,
      ...lead.values,
      unfinished.length,
    ],
  );
  if (changed === unfinished.length) return;
  await findMoved(session, unfinished);
  throw moved(first.line);
}

/**
 * Removes the newest lines: what they announced never began.
 * @param first the oldest of them
 * @param count how many there are
 * @param believed what each of them says
 * @throws MigrateError `lock-lost`, `history-moved` when they are not as this run believes, or not the newest
 */
export async function removeLines(
  session: Session,
  first: Line,
  count: number,
  believed: readonly Believed[],
): Promise<void> {
  const table = quoteQualified(session.database, first.table);
  const same = sameAs(believed);
  const removed = await session.execute(
    `DELETE FROM ${table}
      WHERE id >= ? AND ${first.lock.condition}
        AND (SELECT newest.fit FROM
              (SELECT COUNT(*) = ? AND SUM(${same.sql} AND finished_at IS NULL) = ? AS fit FROM ${table} WHERE id >= ?) AS newest)`,
    [first.id, ...first.lock.values, count, ...same.values, count, first.id],
  );
  if (removed === count) return;
  await lookAt(session, first);
  throw moved(first);
}

/** Whether they have consecutive ids and say the same, so that one condition covers all. */
function areAlike(unfinished: readonly Unfinished[]): boolean {
  return unfinished.every(({ line, believed }, at) => {
    const before = unfinished[at - 1] ?? unfinished[at];
    if (before === undefined) return false;
    return line.id === before.line.id + (at === 0 ? 0 : 1) && isSame(believed, [before.believed]);
  });
}

/** SQL that is true for these lines as long as they are as this run left them. */
function leading(unfinished: readonly Unfinished[]): Expression {
  const [first, last] = [unfinished[0], unfinished.at(-1)];
  if (first === undefined || last === undefined) return { sql: "FALSE", values: [] };
  const same = sameAs([first.believed]);
  return { sql: `id BETWEEN ? AND ? AND ${same.sql}`, values: [first.line.id, last.line.id, ...same.values] };
}

/**
 * What finished lines say: statements done, the hash over them, and milliseconds. The caller puts the value for `place`
 * itself before theirs.
 */
function finishing(
  place: string,
  unfinished: readonly Unfinished[],
): readonly [Expression, Expression, Expression] {
  const all = unfinished.map(({ progress }) => progress);
  const one = (values: readonly (string | number | null)[]): Expression => ({
    sql: `ELT(${place}, ${values.length === 0 ? "NULL" : values.map(() => "?").join(", ")})`,
    values,
  });
  return [
    one(all.map(({ done }) => done)),
    one(all.map(({ doneHash }) => doneHash)),
    one(all.map(({ durationMs }) => durationMs)),
  ];
}

/** Chooses the expression for that position, if they differ. */
function choose(place: string, expressions: readonly (Expression | undefined)[]): Expression {
  const all = expressions.filter((expression) => expression !== undefined);
  const [first] = all;
  if (first === undefined) return { sql: "NULL", values: [] };
  if (all.every((other) => isEqual(first, other))) return first;
  const { sql, values } = inOneList(all);
  return { sql: `ELT(${place}, ${sql})`, values };
}

function isEqual(a: Expression, b: Expression): boolean {
  return (
    a.sql === b.sql &&
    a.values.length === b.values.length &&
    a.values.every((value, at) => value === b.values[at])
  );
}

/** @throws MigrateError about the first line that is not as this run left it */
async function findMoved(session: Session, unfinished: readonly Unfinished[]): Promise<void> {
  for (const { line, believed } of unfinished) {
    const found = await lookAt(session, line);
    if (found === null) throw vanished(line);
    if (!isSame(found, [believed])) throw moved(line);
  }
}
