import { deflateSync } from "node:zlib";
import type { StoredTexts } from "../migrations/read-text";
import { ER_DUP_ENTRY, serverErrno } from "../server/error-numbers";
import type { ServerInfo, Session, SqlValue } from "../server/session";
import { fitsInColumn } from "../server/values";
import { quoteQualified } from "../syntax/quote";
import { type Believed, isSame, type Line, lockLost, lookAt, moved, sameAs, vanished } from "./believed";
import { intentColumn } from "./intent-column";
import type { HistoryAction, Intent } from "./lines";
import { HISTORY_COLUMNS } from "./table";

/** The texts of a pair as columns of a line; null when a text is too large to store, or there is none. */
export interface PackedTexts {
  readonly upText: Buffer | null;
  readonly downText: Buffer | null;
}

export interface NewLine extends PackedTexts {
  readonly version: number;
  readonly name: string;
  readonly action: HistoryAction;
  readonly upChecksum: string;
  readonly downChecksum: string | null;
  readonly total: number;
  readonly osUser: string;
  readonly host: string;
  readonly toolVersion: string;
  readonly reason: string | null;
}

export interface Progress {
  readonly done: number;
  readonly doneHash: string | null;
  readonly intent: Intent | null;
  /** JSON of what must be restored in a new session (see run/saved-session.ts); null: nothing. */
  readonly saved: string | null;
  readonly error: string | null;
  readonly finished: boolean;
  /** Milliseconds spent on this line so far, over all its runs. */
  readonly durationMs: number;
}

/** A line whose statements have all run, and what is still to be recorded about it. */
export interface Unfinished {
  readonly line: Line;
  readonly believed: Believed;
  readonly progress: Progress;
}

/**
 * Adds a line, in the open transaction if there is one. We choose its id: a gap then shows that a line was deleted, and
 * two runners that both believe they hold the lock collide here.
 * @throws MigrateError `lock-lost`, `history-moved` when there is such a line
 */
export async function addLine(session: Session, line: Line, row: NewLine, progress: Progress): Promise<void> {
  const { sql, values } = inOneList(columnsOf(row, progress, session.server));
  try {
    const added = await session.execute(
      `INSERT INTO ${quoteQualified(session.database, line.table)} (${COLUMNS})
       SELECT ?, ${sql} FROM DUAL WHERE ${line.lock.condition}`,
      [line.id, ...values, ...line.lock.values],
    );
    if (added !== 1) throw lockLost(session, line.table);
  } catch (error) {
    throw serverErrno(error) === ER_DUP_ENTRY ? moved(line, error) : error;
  }
}

/**
 * Adds a line and finishes the one before it, in one statement: one round trip and one commit for both. If either is
 * not as this run left it, neither is written.
 * @throws MigrateError `lock-lost`, `history-moved`, `history-damaged` when the line before it vanished
 */
export async function addNextLine(
  session: Session,
  { line: before, believed, progress: done }: Unfinished,
  line: Line,
  row: NewLine,
  progress: Progress,
): Promise<void> {
  const table = quoteQualified(session.database, line.table);
  const { sql, values } = inOneList(columnsOf(row, progress, session.server));
  const same = sameAs([believed]);
  // The previous line comes up as a duplicate. Only the ids go through the derived table: servers choose a type for a
  // placeholder in a UNION, and cut off what is too long for it.
  const onlyBefore = (column: string, value: string): string =>
    `${column} = IF(${table}.id = ?, ${value}, ${table}.${column})`;
  const changed = await session.execute(
    `INSERT INTO ${table} (${COLUMNS})
     SELECT lines_to_write.id, ${sql}
       FROM (SELECT id FROM ${table} WHERE id = ? AND ${same.sql} UNION ALL SELECT ?) AS lines_to_write
      WHERE ${line.lock.condition}
        AND (SELECT MAX(id) FROM ${table} WHERE id = ? AND ${same.sql} OR id = ?) = ?
         ON DUPLICATE KEY UPDATE ${onlyBefore("statements_done", "?")}, ${onlyBefore("done_hash", "?")},
            ${onlyBefore("intent", "NULL")}, ${onlyBefore("session", "NULL")}, ${onlyBefore("error", "NULL")},
            ${onlyBefore("finished_at", "UTC_TIMESTAMP(3)")}, ${onlyBefore("duration_ms", "?")}`,
    [
      ...values,
      ...[before.id, ...same.values, line.id],
      ...line.lock.values,
      ...[before.id, ...same.values, line.id, before.id],
      ...[before.id, done.done, before.id, done.doneHash],
      ...[before.id, before.id, before.id],
      ...[before.id, before.id, done.durationMs],
    ],
  );
  // The server counts one for an added line and two for a changed one.
  if (changed === 3) return;
  const found = await lookAt(session, before);
  if (found === null) throw vanished(before);
  throw moved(isSame(found, [believed]) ? line : before);
}

export const COLUMNS = HISTORY_COLUMNS.map(([name]) => name).join(", ");

/** SQL with its values. */
export interface Expression {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

function plain(value: SqlValue): Expression {
  return { sql: "?", values: [value] };
}

/** All columns of a new line except its id. */
export function columnsOf(row: NewLine, progress: Progress, server: ServerInfo): readonly Expression[] {
  return [
    plain(row.version),
    plain(row.name),
    plain(row.action),
    plain(row.upChecksum),
    plain(row.downChecksum),
    plain(row.total),
    plain(progress.done),
    plain(progress.doneHash),
    intentColumn(progress.intent, server),
    plain(progress.saved),
    plain(progress.error),
    { sql: "UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND", values: [progress.durationMs * 1000] },
    { sql: progress.finished ? "UTC_TIMESTAMP(3)" : "NULL", values: [] },
    plain(progress.durationMs),
    { sql: "CURRENT_USER()", values: [] },
    plain(row.osUser),
    plain(row.host),
    plain(row.toolVersion),
    plain(row.reason),
    plain(storable(row.upText, server)),
    plain(storable(row.downText, server)),
  ];
}

export function inOneList(expressions: readonly Expression[]): Expression {
  return {
    sql: expressions.map(({ sql }) => sql).join(", "),
    values: expressions.flatMap(({ values }) => values),
  };
}

/**
 * Records progress, in the open transaction if there is one.
 * @param believed what the line says; several when this run cannot know whether its last write was undone
 * @returns whether the line is there
 * @throws MigrateError `lock-lost` when this session no longer holds the lock, `history-moved`
 */
export async function recordProgress(
  session: Session,
  line: Line,
  believed: readonly Believed[],
  progress: Progress,
): Promise<boolean> {
  const intent = intentColumn(progress.intent, session.server);
  return await change(
    session,
    line,
    believed,
    `statements_done = ?, done_hash = ?, intent = ${intent.sql}, session = ?, error = ?,
            finished_at = IF(?, UTC_TIMESTAMP(3), NULL), duration_ms = ?`,
    [
      progress.done,
      progress.doneHash,
      ...intent.values,
      progress.saved,
      progress.error,
      progress.finished ? 1 : 0,
      progress.durationMs,
    ],
  );
}

/**
 * Records why a line stopped. Its progress stays; so does `intent` when the statement's fate is open.
 * @returns whether the line is there
 * @throws as `recordProgress`
 */
export async function recordError(
  session: Session,
  line: Line,
  believed: readonly Believed[],
  words: string,
  keepIntent: boolean,
): Promise<boolean> {
  return await change(session, line, believed, `error = ?${keepIntent ? "" : ", intent = NULL"}`, [words]);
}

export interface Resumption extends PackedTexts {
  readonly upChecksum: string;
  readonly downChecksum: string | null;
  readonly total: number;
}

/**
 * Goes on with a partial line, perhaps with a repaired file: from now on the line describes that file.
 * @throws as `recordProgress`
 */
export async function resumeLine(
  session: Session,
  line: Line,
  believed: Believed,
  file: Resumption,
): Promise<void> {
  await change(
    session,
    line,
    [believed],
    "up_checksum = ?, down_checksum = ?, statements = ?, up_text = ?, down_text = ?",
    [
      file.upChecksum,
      file.downChecksum,
      file.total,
      storable(file.upText, session.server),
      storable(file.downText, session.server),
    ],
  );
}

/** Changes a line, if it is as this run believes. @returns whether it is there @throws as `recordProgress` */
async function change(
  session: Session,
  line: Line,
  believed: readonly Believed[],
  assignments: string,
  values: readonly SqlValue[],
): Promise<boolean> {
  const same = sameAs(believed);
  const changed = await session.execute(
    `UPDATE ${quoteQualified(session.database, line.table)}
        SET ${assignments}
      WHERE id = ? AND ${same.sql} AND ${line.lock.condition}`,
    [...values, line.id, ...same.values, ...line.lock.values],
  );
  if (changed === 1) return true;
  // The line may have said exactly that before.
  const found = await lookAt(session, line);
  if (found !== null && !isSame(found, believed)) throw moved(line);
  return found !== null;
}

/** Leaves out a text that this server could not store, like one that is too large to keep. */
function storable(text: Buffer | null, { maxPacketBytes }: ServerInfo): Buffer | null {
  return text !== null && fitsInColumn(text.length, maxPacketBytes) ? text : null;
}

/** Packs texts for the history. */
export function packTexts({ up, down }: StoredTexts): PackedTexts {
  return { upText: packText(up), downText: packText(down) };
}

/** In the format of MySQL's COMPRESS(), so that UNCOMPRESS(up_text) shows the text in any client. */
function packText(text: string | null): Buffer | null {
  if (text === null) return null;
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, deflateSync(bytes)]);
}
