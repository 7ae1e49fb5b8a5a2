import { MigrateError } from "../errors";
import type { Lock } from "../server/lock";
import type { Session, SqlValue } from "../server/session";
import { quoteQualified } from "../syntax/quote";
import type { Intent } from "./lines";

/** The history line that a run writes to, and the lock that every write to it asserts. */
export interface Line {
  readonly table: string;
  readonly lock: Lock;
  readonly id: number;
}

/**
 * What a run believes a line says. Every write checks it. So if two runs think that they may write (one may not know
 * yet that it has lost the lock), only one of them can record.
 */
export interface Believed {
  readonly done: number;
  /** Connection of its intent; null: it has none. */
  readonly intent: number | null;
}

/** What a line will say once this progress is recorded. */
export function believedOf({
  done,
  intent,
}: {
  readonly done: number;
  readonly intent: Pick<Intent, "connection"> | null;
}): Believed {
  return { done, intent: intent?.connection ?? null };
}

/** SQL that is true for a line that says one of these. */
export function sameAs(believed: readonly Believed[]): {
  readonly sql: string;
  readonly values: readonly SqlValue[];
} {
  const same = believed.map(({ intent }) =>
    intent === null
      ? "statements_done = ? AND intent IS NULL"
      : "statements_done = ? AND JSON_EXTRACT(intent, '$.connection') = ?",
  );
  return {
    sql: `(${same.join(" OR ")})`,
    values: believed.flatMap(({ done, intent }) => (intent === null ? [done] : [done, intent])),
  };
}

export function isSame(found: Believed, believed: readonly Believed[]): boolean {
  return believed.some(({ done, intent }) => done === found.done && intent === found.intent);
}

/**
 * Reads what a line says now, regardless of what an open transaction saw at its beginning.
 * @returns null when there is none
 * @throws MigrateError `lock-lost`
 */
export async function lookAt(session: Session, line: Line): Promise<Believed | null> {
  const [held] = await session.query(`SELECT ${line.lock.condition} AS held`, line.lock.values);
  if (Number(held?.held) !== 1) throw lockLost(session, line.table);
  const [row] = await session.query(
    `SELECT statements_done AS done, JSON_EXTRACT(intent, '$.connection') AS intent
       FROM ${quoteQualified(session.database, line.table)} WHERE id = ? FOR UPDATE`,
    [line.id],
  );
  if (row === undefined) return null;
  return { done: Number(row.done), intent: row.intent === null ? null : Number(row.intent) };
}

/** What a line has recorded: statements done, and the statement that was about to run; null: there is no such line. */
export async function readProgress(
  session: Session,
  line: Line,
): Promise<{ readonly done: number; readonly intent: Intent | null } | null> {
  const [row] = await session.query(
    `SELECT statements_done AS done, intent FROM ${quoteQualified(session.database, line.table)} WHERE id = ?`,
    [line.id],
  );
  if (row === undefined) return null;
  return {
    done: Number(row.done),
    intent: row.intent === null ? null : (JSON.parse(String(row.intent)) as Intent),
  };
}

/**
 * Makes sure that a line says what this run believes, before anything runs again after a transaction was undone.
 * @param believed a null among them: the line may be missing
 * @throws MigrateError `lock-lost`, `history-moved`
 */
export async function confirmLine(
  session: Session,
  line: Line,
  believed: readonly (Believed | null)[],
): Promise<void> {
  const found = await lookAt(session, line);
  const lines = believed.filter((one) => one !== null);
  if (found === null ? !believed.includes(null) : !isSame(found, lines)) throw moved(line);
}

/**
 * Another run, perhaps on another node, wrote to a line: what it wrote stays, and must be read before anything runs.
 */
export function moved({ id }: Line, cause?: unknown): MigrateError {
  return new MigrateError(
    "history-moved",
    `Line ${id} of the history table is not as this run left it: another run wrote to it. Nothing was recorded over it.`,
    { hint: "Run it again: it goes on where the history says.", ...(cause === undefined ? {} : { cause }) },
  );
}

/** The history is not as this run left it: a line is gone. */
export function vanished({ id }: Line): MigrateError {
  return new MigrateError(
    "history-damaged",
    `Line ${id} of the history table is not as this run left it: something else writes to it.`,
  );
}

/** This session no longer holds the lock. */
export function lockLost(session: Session, table: string): MigrateError {
  return new MigrateError(
    "lock-lost",
    `This session no longer holds the lock for ${session.database}.${table}; it stopped before recording anything more.`,
    { hint: "Run it again: it goes on where the history says." },
  );
}
