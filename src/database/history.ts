import { deflateSync, inflateSync } from "node:zlib";
import { MigrateError } from "../errors";
import type { DdlVerb, ObjectRef } from "../syntax/classify";
import { quoteQualified } from "../syntax/quote";
import type { Fingerprint } from "./fingerprint";
import type { Lock } from "./lock";
import type { Row, Session, SqlValue } from "./session";

/** What a line of the history says happened. */
export type HistoryAction = "up" | "down" | "stamp" | "unstamp" | "repair" | "resolve";

/** Written before a statement that commits by itself: enough to judge later whether it took effect. */
export interface Intent {
  /** 1-based number of the statement. */
  readonly statement: number;
  /** SHA-256 of its text, hex. */
  readonly hash: string;
  /** CONNECTION_ID() of the session that was about to run it. */
  readonly connection: number;
  /** How to judge it later; `ask`: nothing that the server could tell would settle it. */
  readonly how: Judgement;
  /** What it names, with the database resolved; empty for a whole-schema judgement and for `ask`. */
  readonly objects: readonly ObjectRef[];
  /** Their fingerprint before it ran; null for `ask`. */
  readonly before: Fingerprint | null;
}

/** `schema`: changed as a whole or not, for a CALL that does one DDL. */
export type Judgement = DdlVerb | "schema" | "ask";

/** One line of the history table, without the stored texts. */
export interface HistoryRow {
  /** Dense from 1: a gap shows that a line was deleted. */
  readonly id: number;
  readonly version: number;
  readonly name: string;
  readonly action: HistoryAction;
  /** SHA-256 of the pair's up file, hex. */
  readonly upChecksum: string;
  /** SHA-256 of the pair's down file, hex; null when the migration is irreversible. */
  readonly downChecksum: string | null;
  /** Statements in the file that this line ran (up file for `up`, down file for `down`). */
  readonly total: number;
  /** How many of them are applied and recorded. */
  readonly done: number;
  /** Running SHA-256 over the hashes of the statements done; null when none is. */
  readonly doneHash: string | null;
  readonly intent: Intent | null;
  /** Why it stopped, in the server's words; null when it did not fail. */
  readonly error: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** ISO 8601, UTC; null: not finished. */
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly dbUser: string;
  readonly osUser: string;
  readonly host: string;
  readonly toolVersion: string;
  /** Given by a person with `repair`, `resolve` or `stamp`. */
  readonly reason: string | null;
}

/** Reads the whole history, oldest first, without the stored texts. */
export async function readHistory(session: Session, table: string): Promise<HistoryRow[]> {
  const rows = await session.query(
    `SELECT id, version, name, action, up_checksum, down_checksum, statements, statements_done, done_hash, intent,
            error, started_at, finished_at, duration_ms, db_user, os_user, host, tool_version, reason
       FROM ${quoteQualified(session.database, table)} ORDER BY id`,
  );
  return rows.map(parseRow);
}

/** Id of the newest line, 0 when there is none: it tells whether anybody wrote in between. */
export async function readLastId(session: Session, table: string): Promise<number> {
  const [row] = await session.query(`SELECT MAX(id) AS id FROM ${quoteQualified(session.database, table)}`);
  return Number(row?.id ?? 0);
}

function parseRow(row: Row): HistoryRow {
  return {
    id: Number(row.id),
    version: Number(row.version),
    name: String(row.name),
    // Not trusted here: plan/ refuses actions and checksums that are none.
    action: String(row.action) as HistoryAction,
    upChecksum: String(row.up_checksum),
    downChecksum: textOrNull(row.down_checksum),
    total: Number(row.statements),
    done: Number(row.statements_done),
    doneHash: textOrNull(row.done_hash),
    intent: row.intent === null ? null : parseIntent(Number(row.id), String(row.intent)),
    error: textOrNull(row.error),
    startedAt: isoTime(row.started_at) ?? "",
    finishedAt: isoTime(row.finished_at),
    durationMs: row.duration_ms === null ? null : Number(row.duration_ms),
    dbUser: String(row.db_user),
    osUser: String(row.os_user),
    host: String(row.host),
    toolVersion: String(row.tool_version),
    reason: textOrNull(row.reason),
  };
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function isoTime(value: unknown): string | null {
  return value === null || value === undefined ? null : `${String(value).replace(" ", "T")}Z`;
}

function parseIntent(id: number, text: string): Intent {
  let intent: unknown;
  try {
    intent = JSON.parse(text);
  } catch {
    intent = null;
  }
  if (isIntent(intent)) return intent;
  throw new MigrateError(
    "history-damaged",
    `Line ${id} of the history table has an intent that cannot be read.`,
    {
      hint: "Restore the history table from a backup.",
    },
  );
}

function isIntent(value: unknown): value is Intent {
  if (typeof value !== "object" || value === null) return false;
  const { statement, hash, connection, how, objects, before } = value as Record<keyof Intent, unknown>;
  return (
    Number.isSafeInteger(statement) &&
    typeof hash === "string" &&
    typeof connection === "number" &&
    typeof how === "string" &&
    ["create", "drop", "rename", "alter", "schema", "ask"].includes(how) &&
    Array.isArray(objects) &&
    typeof before === "object"
  );
}

/** The history line that a run writes to, and the lock that every write to it asserts. */
export interface Line {
  readonly table: string;
  readonly lock: Lock;
  readonly id: number;
}

export interface NewLine {
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
  /** Normalised texts of the pair; null when too large to store, or when there is none. */
  readonly upText: string | null;
  readonly downText: string | null;
}

export interface Progress {
  readonly done: number;
  readonly doneHash: string | null;
  readonly intent: Intent | null;
  /** JSON of what must be restored in a new session (see run/session-memory.ts); null: nothing. */
  readonly saved: string | null;
  readonly error: string | null;
  readonly finished: boolean;
  /** Milliseconds spent on this line so far, over all its runs. */
  readonly durationMs: number;
}

/**
 * Adds a line, in the transaction that is open if one is. Its id is given, not generated: a gap then shows that a
 * line was deleted, and two runners that both believe they hold the lock collide here.
 * @throws MigrateError `lock-lost`
 */
export async function addLine(session: Session, line: Line, row: NewLine, progress: Progress): Promise<void> {
  const intent = intentColumn(progress.intent);
  const added = await session.execute(
    `INSERT INTO ${quoteQualified(session.database, line.table)}
       (id, version, name, action, up_checksum, down_checksum, statements, statements_done, done_hash, intent, session,
        error, started_at, finished_at, duration_ms, db_user, os_user, host, tool_version, reason, up_text, down_text)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ${intent.sql}, ?,
            ?, UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND, IF(?, UTC_TIMESTAMP(3), NULL), ?, CURRENT_USER(), ?, ?, ?, ?, ?, ?
       FROM DUAL WHERE ${line.lock.condition}`,
    [
      line.id,
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
      pack(row.upText),
      pack(row.downText),
      ...line.lock.values,
    ],
  );
  if (added !== 1) throw lockLost(session, line.table);
}

/** Stands for a state that the statement which records the intent looks up itself, to save a round trip. */
const UNPROBED = '"state":"?"';

/** The fingerprint of a single table that is about to be created, left for the record to fill in; null for all else. */
export function probedByRecord(how: Judgement, objects: readonly ObjectRef[]): Fingerprint | null {
  const [object, another] = objects;
  if (how !== "create" || object?.type !== "table" || another !== undefined) return null;
  return { objects: [{ object: `table ${object.database}.${object.name}`, state: "?", id: null }] };
}

/** SQL for the intent column, and its values. */
function intentColumn(intent: Intent | null): { readonly sql: string; readonly values: readonly SqlValue[] } {
  if (intent === null) return { sql: "NULL", values: [] };
  const text = JSON.stringify(intent);
  const [object] = intent.objects;
  if (object === undefined || !text.includes(UNPROBED)) return { sql: "?", values: [text] };
  return {
    sql: `REPLACE(?, '${UNPROBED}', (SELECT IF(COUNT(*) = 0, '"state":"absent"', '"state":"present"')
            FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?))`,
    values: [text, object.database, object.name],
  };
}

/**
 * Records progress, in the transaction that is open if one is.
 * @returns whether the line is there
 * @throws MigrateError `lock-lost` when the lock is no longer this session's
 */
export async function recordProgress(session: Session, line: Line, progress: Progress): Promise<boolean> {
  const intent = intentColumn(progress.intent);
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

/** Records why a line stopped. Its progress stays; `intent` stays too when the statement's fate is open. */
export async function recordError(
  session: Session,
  line: Line,
  words: string,
  keepIntent: boolean,
): Promise<void> {
  await session.execute(
    `UPDATE ${quoteQualified(session.database, line.table)}
        SET error = ?${keepIntent ? "" : ", intent = NULL"}
      WHERE id = ? AND ${line.lock.condition}`,
    [words, line.id, ...line.lock.values],
  );
}

export interface Resumption {
  readonly upChecksum: string;
  readonly downChecksum: string | null;
  readonly total: number;
  readonly upText: string | null;
  readonly downText: string | null;
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
      pack(file.upText),
      pack(file.downText),
      line.id,
      ...line.lock.values,
    ],
  );
}

/** Reads what a partial line needs of a new session, and the texts of the pair as it was begun. */
export async function readResumption(
  session: Session,
  table: string,
  id: number,
): Promise<{ saved: string | null; upText: string | null; downText: string | null }> {
  const [row] = await session.query(
    `SELECT session, up_text, down_text FROM ${quoteQualified(session.database, table)} WHERE id = ?`,
    [id],
  );
  return {
    saved: textOrNull(row?.session),
    upText: unpack(row?.up_text),
    downText: unpack(row?.down_text),
  };
}

/** Normalised texts of a pair, as a line of the history keeps them; null: too large to store, or none. */
export interface StoredTexts {
  readonly up: string | null;
  readonly down: string | null;
}

/** Reads the texts of these lines, by id. A line that keeps none is there too. */
export async function readTexts(
  session: Session,
  table: string,
  ids: readonly number[],
): Promise<ReadonlyMap<number, StoredTexts>> {
  const texts = new Map<number, StoredTexts>();
  // One by one: together they might not fit into a packet.
  for (const id of ids) {
    const { upText: up, downText: down } = await readResumption(session, table, id);
    texts.set(id, { up, down });
  }
  return texts;
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

/** As MySQL's COMPRESS() does it, so that UNCOMPRESS(up_text) shows the text in any client. */
function pack(text: string | null): Buffer | null {
  if (text === null) return null;
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, deflateSync(bytes)]);
}

function unpack(stored: unknown): string | null {
  return Buffer.isBuffer(stored) ? inflateSync(stored.subarray(4)).toString("utf8") : null;
}
