import { MigrateError, type Problem } from "../errors";
import type { VersionState } from "../history/fold";
import { createStatementsHash } from "../history/journal";
import { type HistoryRow, readTexts } from "../history/lines";
import { formatVersion } from "../migrations/names";
import type { Migration, MigrationFile } from "../migrations/read-migrations";
import { readStatements } from "../migrations/read-statements";
import { readText, STORED_TEXT_LIMIT } from "../migrations/read-text";
import type { Session } from "../server/session";
import { splitText } from "../syntax/splitter";

/**
 * The refusal of a partial migration whose applied statements are no longer those in the file.
 * @param stored the file's text when the migration began; null when it was too large to store
 * @returns the refusal, naming the first statement that differs if both texts are at hand
 */
export function nameChangedStatement(
  file: MigrationFile,
  row: HistoryRow,
  stored: string | null,
  options: { readonly noBackslashEscapes: boolean },
): MigrateError {
  const { code, message, hint } = prefixModified(file, row, stored, options);
  return new MigrateError(code, `${message} Nothing more was run.`, { hint });
}

/**
 * Checks whether the file of a partial migration still begins with the applied statements.
 * @returns null when it does, or when there is no such file
 */
export async function findChangedPrefix(
  session: Session,
  table: string,
  state: VersionState | null | undefined,
  migration: Migration | null | undefined,
): Promise<Problem | null> {
  if (state?.state !== "partial-up" && state?.state !== "partial-down") return null;
  const { row } = state;
  const direction = state.state === "partial-up" ? "up" : "down";
  const file = migration?.[direction] ?? null;
  if (file === null || (await hashPrefix(file, row.done, session.server)) === row.doneHash) return null;
  const texts = (await readTexts(session, table, [row.id])).get(row.id);
  return prefixModified(file, row, texts?.[direction] ?? null, session.server);
}

/** Hash over the first statements of a file; null when there is no file, or it has fewer statements. */
async function hashPrefix(
  file: MigrationFile,
  count: number,
  options: { readonly noBackslashEscapes: boolean },
): Promise<string | null> {
  if (count === 0) return null;
  const hash = createStatementsHash();
  for await (const batch of readStatements(file, options)) {
    for (const { number, text } of batch) {
      hash.add(text);
      if (number === count) return hash.digest();
    }
  }
  return null;
}

function prefixModified(
  file: MigrationFile,
  row: HistoryRow,
  stored: string | null,
  options: { readonly noBackslashEscapes: boolean },
): Problem {
  const changed = stored === null ? null : firstDifference(file, row.done, stored, options);
  const where = changed === null ? `one of the first ${row.done} statements` : `statement ${changed}`;
  const applied =
    row.done === 1 ? "it is applied already" : `statements 1 to ${row.done} are applied already`;
  const version = formatVersion(row.version);
  return {
    code: "prefix-modified",
    file: file.fileName,
    message: `${file.fileName}: ${where} changed, but ${applied}.`,
    hint:
      `See what changed, and restore ${row.done === 1 ? "it" : "these"}; what comes after may change:\n  npm run migrate:show ${version}\n` +
      `Or undo by hand what was applied, then give it up:\n  npm run migrate:resolve -- ${version} --give-up --reason "why"`,
  };
}

function firstDifference(
  file: MigrationFile,
  done: number,
  stored: string,
  options: { readonly noBackslashEscapes: boolean },
): number | null {
  if (file.bytes > STORED_TEXT_LIMIT) return null;
  const before = splitText(stored, options);
  const now = splitText(readText(file), options);
  for (let index = 0; index < done; index++) {
    if (before[index]?.text !== now[index]?.text) return index + 1;
  }
  return null;
}
