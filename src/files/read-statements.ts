import { createSplitter, type SplitOptions } from "../syntax/splitter";
import type { Statement } from "../syntax/statement";
import type { MigrationFile } from "./read-migrations";
import { readChunks, readText, STORED_TEXT_LIMIT } from "./read-text";

/**
 * Splits a migration file into statements, in batches, in flat memory however large the file is.
 * @throws MigrateError what the splitter refuses, and `file-changed` when the file is not what the plan saw:
 *   before the first statement of a small file, after the last of one above STORED_TEXT_LIMIT
 */
export async function* readStatements(
  file: MigrationFile,
  options: SplitOptions = {},
): AsyncIterable<readonly Statement[]> {
  const splitter = createSplitter({ ...options, fileName: file.fileName });
  if (file.bytes <= STORED_TEXT_LIMIT) yield splitter.push(readText(file));
  else for await (const chunk of readChunks(file)) yield splitter.push(chunk);
  yield splitter.end();
}
