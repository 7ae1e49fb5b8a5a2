import { deflateSync } from "node:zlib";
import { MigrateError } from "../errors";
import type { StoredTexts } from "../migrations/read-text";
import type { Lock } from "../server/lock";
import type { ServerInfo, Session, SqlValue } from "../server/session";
import { fitsInColumn } from "../server/values";
import { quoteQualified } from "../syntax/quote";
import { intentColumn } from "./intent-column";
import type { HistoryAction, Intent } from "./lines";
import { HISTORY_COLUMNS } from "./table";

/** The history line that a run writes to, and the lock that every write to it asserts. */
export interface Line {
  readonly table: string;
  readonly lock: Lock;
  readonly id: number;
}

/** The texts of a pair as columns of a line; null when too large to store, or when there is none. */
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

/** A line all of whose statements ran, and what is to be recorded of it. */
export interface Unfinished {
  readonly line: Line;
  readonly progress: Progress;
}

/**
 * Adds a line, in the transaction that is open if one is. Its id is given, not generated: a gap then shows that a
 * line was deleted, and two runners that both believe they hold the lock collide here.
 * @throws MigrateError `lock-lost`
 */
export async function addLine(session: Session, line: Line, row: NewLine, progress: Progress): Promise<void> {
  const { sql, values } = columnsOf(row, progress, session.server);
  const added = await session.execute(
    `INSERT INTO ${quoteQualified(session.database, line.table)} (${COLUMNS})
     SELECT ?, ${sql} FROM DUAL WHERE ${line.lock.condition}`,
    [line.id, ...values, ...line.lock.values],
  );
  if (added !== 1) throw lockLost(session, line.table);
}

/**
 * Adds a line and finishes the one before it, in one statement: one round trip and one commit for both. What stands
 * under the new id already stays as it is.
 * @throws MigrateError `lock-lost`, `history-damaged` when the line before it vanished
 */
export async function addNextLine(
  session: Session,
  { line: before, progress: done }: Unfinished,
  line: Line,
  row: NewLine,
  progress: Progress,
): Promise<void> {
  const table = quoteQualified(session.database, line.table);
  const { sql, values } = columnsOf(row, progress, session.server);
  // The line before is met as a duplicate. Only the ids go through the derived table: servers give a placeholder in a
  // UNION a type of their own choice, and cut what is too long for it.
  const onlyBefore = (column: string, value: string): string =>
    `${column} = IF(${table}.id = ?, ${value}, ${table}.${column})`;
  const changed = await session.execute(
    `INSERT INTO ${table} (${COLUMNS})
     SELECT lines_to_write.id, ${sql}
       FROM (SELECT id FROM ${table} WHERE id = ? UNION ALL SELECT ?) AS lines_to_write
      WHERE ${line.lock.condition}
         ON DUPLICATE KEY UPDATE ${onlyBefore("statements_done", "?")}, ${onlyBefore("done_hash", "?")},
            ${onlyBefore("intent", "NULL")}, ${onlyBefore("session", "NULL")}, ${onlyBefore("error", "NULL")},
            ${onlyBefore("finished_at", "UTC_TIMESTAMP(3)")}, ${onlyBefore("duration_ms", "?")}`,
    [
      ...values,
      before.id,
      line.id,
      ...line.lock.values,
      ...[before.id, done.done, before.id, done.doneHash],
      ...[before.id, before.id, before.id],
      ...[before.id, before.id, done.durationMs],
    ],
  );
  // One for a line that was added, two for one that was changed.
  if (changed === 3) return;
  if (changed === 0) throw lockLost(session, line.table);
  throw vanished(changed === 1 ? before : line);
}

/** The history is not as this run left it: a line is gone, or there is one that should not be. */
export function vanished({ id }: Line): MigrateError {
  return new MigrateError(
    "history-damaged",
    `Line ${id} of the history table is not as this run left it: something else writes to it.`,
  );
}

const COLUMNS = HISTORY_COLUMNS.map(([name]) => name).join(", ");

/** SQL for all columns of a new line but its id, and its values. */
function columnsOf(
  row: NewLine,
  progress: Progress,
  server: ServerInfo,
): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const intent = intentColumn(progress.intent, server);
  return {
    sql: `?, ?, ?, ?, ?, ?, ?, ?, ${intent.sql}, ?, ?, UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND,
            IF(?, UTC_TIMESTAMP(3), NULL), ?, CURRENT_USER(), ?, ?, ?, ?, ?, ?`,
    values: [
      row.version,
      row.name,
      row.action,
      row.upChecksum,
      row.downChecksum,
      row.total,
      progress.done,
      progress.doneHash,
      ...intent.values,
      progress.saved,
      progress.error,
      progress.durationMs * 1000,
      progress.finished ? 1 : 0,
      progress.durationMs,
      row.osUser,
      row.host,
      row.toolVersion,
      row.reason,
      storable(row.upText, server),
      storable(row.downText, server),
    ],
  };
}

/**
 * Records progress, in the transaction that is open if one is.
 * @returns whether the line is there
 * @throws MigrateError `lock-lost` when the lock is no longer this session's
 */
export async function recordProgress(session: Session, line: Line, progress: Progress): Promise<boolean> {
  const intent = intentColumn(progress.intent, session.server);
  const changed = await session.execute(
    `UPDATE ${quoteQualified(session.database, line.table)}
        SET statements_done = ?, done_hash = ?, intent = ${intent.sql}, session = ?, error = ?,
            finished_at = IF(?, UTC_TIMESTAMP(3), NULL), duration_ms = ?
      WHERE id = ? AND ${line.lock.condition}`,
    [
      progress.done,
      progress.doneHash,
      ...intent.values,
      progress.saved,
      progress.error,
      progress.finished ? 1 : 0,
      progress.durationMs,
      line.id,
      ...line.lock.values,
    ],
  );
  return changed === 1 || (await isThere(session, line));
}

/** What is recorded of a line: statements done, and the number of the one that was about to run; null: there is none. */
export async function readProgress(
  session: Session,
  line: Line,
): Promise<{ readonly done: number; readonly intent: number | null } | null> {
  const [row] = await session.query(
    `SELECT statements_done AS done, intent FROM ${quoteQualified(session.database, line.table)} WHERE id = ?`,
    [line.id],
  );
  if (row === undefined) return null;
  const intent = row.intent === null ? null : (JSON.parse(String(row.intent)) as Intent).statement;
  return { done: Number(row.done), intent };
}

/**
 * Records why a line stopped. Its progress stays; `intent` stays too when the statement's fate is open.
 * @returns whether the line is there
 */
export async function recordError(
  session: Session,
  line: Line,
  words: string,
  keepIntent: boolean,
): Promise<boolean> {
  const changed = await session.execute(
    `UPDATE ${quoteQualified(session.database, line.table)}
        SET error = ?${keepIntent ? "" : ", intent = NULL"}
      WHERE id = ? AND ${line.lock.condition}`,
    [words, line.id, ...line.lock.values],
  );
  return changed === 1 || (await isThere(session, line));
}

export interface Resumption extends PackedTexts {
  readonly upChecksum: string;
  readonly downChecksum: string | null;
  readonly total: number;
}

/** A partial line goes on, perhaps with a repaired file: from now on it describes that file. */
export async function resumeLine(session: Session, line: Line, file: Resumption): Promise<void> {
  await session.execute(
    `UPDATE ${quoteQualified(session.database, line.table)}
        SET up_checksum = ?, down_checksum = ?, statements = ?, up_text = ?, down_text = ?
      WHERE id = ? AND ${line.lock.condition}`,
    [
      file.upChecksum,
      file.downChecksum,
      file.total,
      storable(file.upText, session.server),
      storable(file.downText, session.server),
      line.id,
      ...line.lock.values,
    ],
  );
}

/** No row changed: the lock is gone, the line is gone, or (harmlessly) it said just that already. */
async function isThere(session: Session, line: Line): Promise<boolean> {
  const [row] = await session.query(
    `SELECT ${line.lock.condition} AS held,
            (SELECT COUNT(*) FROM ${quoteQualified(session.database, line.table)} WHERE id = ?) AS found`,
    [...line.lock.values, line.id],
  );
  if (Number(row?.held) !== 1) throw lockLost(session, line.table);
  return Number(row?.found) === 1;
}

function lockLost(session: Session, table: string): MigrateError {
  return new MigrateError(
    "lock-lost",
    `This session no longer holds the lock for ${session.database}.${table}; it stopped before recording anything more.`,
    { hint: "Run it again: it goes on where the history says." },
  );
}

/** Left out like one that is too large to keep, where no column of this server's could hold it. */
function storable(text: Buffer | null, { maxPacketBytes }: ServerInfo): Buffer | null {
  return text !== null && fitsInColumn(text.length, maxPacketBytes) ? text : null;
}

/** Packs texts for the history. */
export function packTexts({ up, down }: StoredTexts): PackedTexts {
  return { upText: packText(up), downText: packText(down) };
}

/** As MySQL's COMPRESS() does it, so that UNCOMPRESS(up_text) shows the text in any client. */
function packText(text: string | null): Buffer | null {
  if (text === null) return null;
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, deflateSync(bytes)]);
}
