import type { HistoryRow } from "../database/history";
import type { Session } from "../database/session";
import { type Direction, formatMigration } from "../files/filename";
import type { Migration, MigrationFile } from "../files/read-migrations";
import { STORED_TEXT_LIMIT } from "../files/read-text";
import { foldHistory, isInForce, type VersionState } from "../plan/fold-history";
import { readAppliedTexts } from "./applied-texts";

/**
 * Completes a folder that is older than the database with what the history keeps of the newer migrations, so that
 * they can be reverted without their files.
 * @param migrations the folder's, by rising version
 * @returns them and, behind them, those that are applied and newer than the whole folder
 */
export async function withStoredMigrations(
  session: Session,
  table: string,
  migrations: readonly Migration[],
  rows: readonly HistoryRow[],
): Promise<readonly Migration[]> {
  const newest = migrations.at(-1)?.version ?? 0;
  // What was applied in part only goes on with its file, and a file that is gone below the newest one is missing.
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
