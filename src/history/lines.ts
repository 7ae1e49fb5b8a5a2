import { deflateRawSync, inflateRawSync, inflateSync } from "node:zlib";
import { MigrateError } from "../errors";
import type { StoredTexts } from "../migrations/read-text";
import type { Fingerprint, ObjectPrint } from "../server/fingerprint";
import type { Executed } from "../server/routines";
import type { Row, Session } from "../server/session";
import type { DdlVerb, ObjectRef } from "../syntax/classify";
import { quoteQualified } from "../syntax/quote";
import { isToolMark, type ToolMark } from "./tool-mark";

/** What a line of the history says happened. */
export type HistoryAction = "up" | "down" | "stamp" | "unstamp" | "repair" | "resolve";

/** Written before a statement that commits by itself: enough to judge later whether it took effect. */
export interface Intent {
  /** 1-based number of the statement. */
  readonly statement: number;
  /** SHA-256 of its text, hex. */
  readonly hash: string;
  /** Its beginning, without passwords; missing in intents from earlier versions. */
  readonly text?: string;
  /** What it ran, if that is another text: that of a prepared statement, or the one DDL of a procedure. */
  readonly executes?: Executed;
  /** CONNECTION_ID() of the session that was about to run it. */
  readonly connection: number;
  /** How to judge it later; `ask`: nothing that the server can tell would settle it. */
  readonly how: Judgement;
  /** What it names, with the database resolved; empty for a whole-schema judgement and for `ask`. */
  readonly objects: readonly ObjectRef[];
  /** Their fingerprint before it ran; null for `ask`. */
  readonly before: Fingerprint | null;
  /** Intents of the statements that were sent right after it, in the same command. Each is judged by itself. */
  readonly followedBy?: readonly Intent[];
  /** Set when a tool runs it: what the tool may leave behind. */
  readonly tool?: ToolMark;
}

/** An intent with those of the statements that are sent right after it. */
export function inOne([first, ...followedBy]: readonly Intent[]): Intent | null {
  if (first === undefined) return null;
  return followedBy.length === 0 ? first : { ...first, followedBy };
}

/** What is left of an intent once its own statement is settled; null: nothing. */
export function behind({ followedBy = [] }: Intent): Intent | null {
  return inOne(followedBy);
}

/** `schema`: did the schema as a whole change or not, for a CALL that does one DDL. */
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
  /** Running SHA-256 over the hashes of the statements done; null when there is none. */
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

/**
 * Reads the whole history, oldest first, without the stored texts. The driver spends most of its time per column,
 * whatever is in it, so those that are never NULL come as one: half the time for 10,000 lines, a quarter for 1,000.
 */
export async function readHistory(session: Session, table: string): Promise<HistoryRow[]> {
  const rows = await session.query(
    `SELECT CONCAT_WS(CHAR(0 USING utf8mb4), id, version, name, action, up_checksum, statements, statements_done,
                      started_at, db_user, os_user, host, tool_version) AS line,
            down_checksum, done_hash, intent, error, finished_at, duration_ms, reason
       FROM ${quoteQualified(session.database, table)} ORDER BY id`,
  );
  return rows.map(parseRow);
}

/**
 * Reads only the lines that say that a migration is completely applied, in half the time of `readHistory`.
 * @returns for each line, oldest first, `id version name up_checksum 'down_checksum'`, or NULL for no down file; null
 *   for a line that says anything else, or that no runner wrote
 */
export async function readAppliedLines(session: Session, table: string): Promise<(string | null)[]> {
  const isHash = "done_hash = LOWER(HEX(UNHEX(done_hash))) AND LENGTH(done_hash) = 64";
  const isWhole = `statements_done = statements AND (${isHash} OR done_hash IS NULL AND statements = 0)`;
  const rows = await session.query(
    // LIKE, because for = "up " is "up".
    `SELECT IF(finished_at IS NOT NULL AND intent IS NULL AND (action LIKE 'up' AND ${isWhole} OR action LIKE 'stamp'),
               CONCAT_WS(' ', id, version, name, up_checksum, QUOTE(down_checksum)), NULL) AS line
       FROM ${quoteQualified(session.database, table)} ORDER BY id`,
  );
  return rows.map(({ line }) => textOrNull(line));
}

/** Id of the newest line, 0 when there is none: it shows whether anybody wrote in between. */
export async function readLastId(session: Session, table: string): Promise<number> {
  const [row] = await session.query(`SELECT MAX(id) AS id FROM ${quoteQualified(session.database, table)}`);
  return Number(row?.id ?? 0);
}

function parseRow(row: Row): HistoryRow {
  const [id, version, name = "", action, upChecksum = "", total, done, startedAt, ...who] = String(
    row.line,
  ).split("\0");
  const [dbUser = "", osUser = "", host = "", toolVersion = ""] = who;
  return {
    id: Number(id),
    version: Number(version),
    name,
    // Not checked here: plan/ refuses invalid actions and checksums.
    action: action as HistoryAction,
    upChecksum,
    downChecksum: textOrNull(row.down_checksum),
    total: Number(total),
    done: Number(done),
    doneHash: textOrNull(row.done_hash),
    intent: row.intent === null ? null : parseIntent(Number(id), String(row.intent)),
    error: textOrNull(row.error),
    startedAt: isoTime(startedAt) ?? "",
    finishedAt: isoTime(row.finished_at),
    durationMs: row.duration_ms === null ? null : Number(row.duration_ms),
    dbUser,
    osUser,
    host,
    toolVersion,
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
  if (isIntent(intent)) return unpackIntent(intent);
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
  const intent = value as Record<keyof Intent, unknown>;
  const { statement, hash, text = "", connection, how, objects, before, followedBy = [], tool } = intent;
  return (
    Number.isSafeInteger(statement) &&
    typeof hash === "string" &&
    typeof text === "string" &&
    typeof connection === "number" &&
    typeof how === "string" &&
    ["create", "replace", "drop", "rename", "alter", "truncate", "exchange", "schema", "ask"].includes(how) &&
    Array.isArray(objects) &&
    typeof before === "object" &&
    Array.isArray(followedBy) &&
    followedBy.every(isIntent) &&
    (tool === undefined || isToolMark(tool))
  );
}

/** Reads what a new session needs to go on with a partial line, and the texts of the pair when it was begun. */
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

/** Reads the texts of these lines, by id. A line without texts is included, too. */
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

/** The text that `history-lines.ts` packed. */
function unpack(stored: unknown): string | null {
  if (!Buffer.isBuffer(stored)) return null;
  return inflateSync(stored.subarray(4)).toString("utf8");
}

/** A definition up to this many characters is kept as it is, so that a person can read it. */
const PLAIN = 2_048;

/**
 * All definitions of an intent together may take this much of a packet, which carries them in hexadecimal; the rest are
 * not kept.
 */
const SHARE_OF_PACKET = 1 / 8;

/** A text may have as many characters as this share of a packet has bytes: up to three bytes each, in hexadecimal. */
const TEXT_SHARE = 1 / 16;

const PACKED = "deflate:";

/**
 * An intent as JSON for the history.
 * @param maxPacketBytes the largest command that the server takes
 */
export function packIntent(intent: Intent, maxPacketBytes: number): string {
  return JSON.stringify(packed(intent, maxPacketBytes));
}

function packed(intent: Intent, maxPacketBytes: number): Intent {
  let left = maxPacketBytes * SHARE_OF_PACKET;
  const kept = mapDefinitions(intent, (definition) => {
    const text =
      definition.length > PLAIN ? PACKED + deflateRawSync(definition).toString("base64") : definition;
    left -= Buffer.byteLength(text);
    return left < 0 ? undefined : text;
  });
  const { text, executes, followedBy, ...rest } = kept;
  const most = Math.floor(maxPacketBytes * TEXT_SHARE);
  return {
    ...rest,
    ...(text === undefined ? {} : { text: text.slice(0, most) }),
    ...(executes === undefined || executes.text.length > most ? {} : { executes }),
    ...(followedBy === undefined ? {} : { followedBy: followedBy.map((one) => packed(one, maxPacketBytes)) }),
  };
}

/** The reverse, after the JSON is parsed. */
function unpackIntent(intent: Intent): Intent {
  const unpacked = mapDefinitions(intent, (definition) =>
    definition.startsWith(PACKED)
      ? inflateRawSync(Buffer.from(definition.slice(PACKED.length), "base64")).toString("utf8")
      : definition,
  );
  return intent.followedBy === undefined
    ? unpacked
    : { ...unpacked, followedBy: intent.followedBy.map(unpackIntent) };
}

function mapDefinitions(intent: Intent, map: (definition: string) => string | undefined): Intent {
  if (intent.before === null || intent.before.objects === undefined) return intent;
  const objects = intent.before.objects.map((print): ObjectPrint => {
    if (print.definition === undefined) return print;
    const { definition, ...rest } = print;
    const mapped = map(definition);
    return mapped === undefined ? rest : { ...rest, definition: mapped };
  });
  const before: Fingerprint = { objects };
  return { ...intent, before };
}
