import type { HistoryRow } from "../database/history";
import { MigrateError } from "../errors";
import { formatVersion } from "../files/filename";
import type { MigrationFile } from "../files/read-migrations";
import { readText, STORED_TEXT_LIMIT } from "../files/read-text";
import { splitText } from "../syntax/splitter";

/**
 * The statements of a partial migration that are applied already are not the ones in the file any more.
 * @param stored the file's text as it was begun; null when it was too large to store
 * @returns the refusal, naming the first statement that differs where both texts are at hand
 */
export function nameChangedStatement(
  file: MigrationFile,
  row: HistoryRow,
  stored: string | null,
  options: { readonly noBackslashEscapes: boolean },
): MigrateError {
  const changed = stored === null ? null : firstDifference(file, row.done, stored, options);
  const where = changed === null ? `one of the first ${row.done} statements` : `statement ${changed}`;
  return new MigrateError(
    "prefix-modified",
    `${file.fileName}: ${where} changed, but the first ${row.done} are applied already. Nothing more was run.`,
    {
      hint: `Restore statements 1 to ${row.done}; what comes after them may change. To see them:\n  npm run migrate:status\n  SELECT UNCOMPRESS(${file.direction}_text) FROM the history table WHERE version = ${formatVersion(row.version)} and id = ${row.id}`,
    },
  );
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
