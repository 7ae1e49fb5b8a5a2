import { type Direction, formatMigration } from "../migrations/names";
import type { Migration, MigrationFile } from "../migrations/read-migrations";
import { readText, STORED_TEXT_LIMIT, type StoredTexts } from "../migrations/read-text";
import type { ServerInfo, Session } from "../server/session";
import { compareTexts, type TextChange } from "../syntax/compare";
import { foldHistory, isInForce, type VersionState } from "./fold";
import { type HistoryRow, readTexts } from "./lines";

/** `unknown`: the text is not in the history, because it, or the file, is too large. */
export type FileChange = TextChange | "unknown";

/** The worst change to a pair's files; null: none. */
export function worstChange(changes: readonly (FileChange | null)[]): Exclude<FileChange, "none"> | null {
  return (["code", "unknown", "comments"] as const).find((change) => changes.includes(change)) ?? null;
}

const NOTHING: StoredTexts = { up: null, down: null };

/** Reads the pair as it was applied, or as `repair` accepted it. */
export async function readAppliedTexts(
  session: Session,
  table: string,
  state: VersionState,
): Promise<StoredTexts> {
  return (await readTexts(session, table, [state.textsAt])).get(state.textsAt) ?? NOTHING;
}

/**
 * Tells how a file differs from what was applied.
 * @param checksum of what was applied; null: there was no such file
 * @param text of what was applied; null: it was too large to store, or there was none
 */
export function judgeChange(
  file: MigrationFile | null,
  checksum: string | null,
  text: string | null,
  server: Pick<ServerInfo, "noBackslashEscapes">,
): FileChange {
  if ((file?.checksum ?? null) === checksum) return "none";
  // A down file was added or removed: the migration can now be reverted, or no longer.
  if (file === null || checksum === null) return "code";
  if (text === null || file.bytes > STORED_TEXT_LIMIT) return "unknown";
  return compareTexts(text, readText(file), { noBackslashEscapes: server.noBackslashEscapes });
}

/**
 * Adds newer migrations from the history to a folder that is older than the database, so that they can be reverted
 * without their files.
 * @param migrations the folder's, by rising version
 * @returns these and, after them, the applied ones that are newer than the whole folder
 */
export async function withStoredMigrations(
  session: Session,
  table: string,
  migrations: readonly Migration[],
  rows: readonly HistoryRow[],
): Promise<readonly Migration[]> {
  const newest = migrations.at(-1)?.version ?? 0;
  // A partly applied migration needs its file to go on, and a file that is gone below the newest one counts as missing.
  const ahead = [...foldHistory(rows).values()]
    .filter((state) => isInForce(state) && state.state !== "partial-up" && state.version > newest)
    .sort((a, b) => a.version - b.version);
  const stored: Migration[] = [];
  for (const state of ahead) {
    const texts = await readAppliedTexts(session, table, state);
    const { version, name, upChecksum, downChecksum } = state;
    stored.push({
      version,
      name,
      up: storedFile(state, "up", upChecksum, texts.up),
      down: downChecksum === null ? null : storedFile(state, "down", downChecksum, texts.down),
    });
  }
  return [...migrations, ...stored];
}

function storedFile(
  { version, name }: VersionState,
  direction: Direction,
  checksum: string,
  text: string | null,
): MigrationFile {
  const fileName = `${formatMigration({ version, name })}.${direction}.sql`;
  const bytes = text === null ? STORED_TEXT_LIMIT + 1 : Buffer.byteLength(text);
  return { fileName, path: fileName, direction, version, name, bytes, checksum, stored: text };
}
