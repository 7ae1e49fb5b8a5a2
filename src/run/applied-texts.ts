import { readTexts } from "../database/history";
import type { ServerInfo, Session } from "../database/session";
import type { MigrationFile } from "../files/read-migrations";
import { readText, STORED_TEXT_LIMIT, type StoredTexts } from "../files/read-text";
import type { VersionState } from "../plan/fold-history";
import { compareTexts, type TextChange } from "../syntax/compare";

/** `unknown`: the text is not in the history, because it was too large, or the file is. */
export type FileChange = TextChange | "unknown";

/** The worst of what happened to a pair's files; null: nothing. */
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
 * Says how a file differs from what was applied.
 * @param checksum of what was applied; null: there was no such file
 * @param text of what was applied; null: it was too large to store, or there was none
 */
export function judgeChange(
  file: MigrationFile | null,
  checksum: string | null,
  text: string | null,
  server: ServerInfo,
): FileChange {
  if ((file?.checksum ?? null) === checksum) return "none";
  // A down file that came or went: a migration can be reverted now, or cannot any more.
  if (file === null || checksum === null) return "code";
  if (text === null || file.bytes > STORED_TEXT_LIMIT) return "unknown";
  return compareTexts(text, readText(file), { noBackslashEscapes: server.noBackslashEscapes });
}
