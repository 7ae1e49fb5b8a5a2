import { createSplitter, type SplitOptions } from "../syntax/splitter";
import type { Statement } from "../syntax/statement";
import type { MigrationFile } from "./read-migrations";
import { type ChunkOptions, readChunks, readText, STORED_TEXT_LIMIT } from "./read-text";

export interface ReadOptions extends SplitOptions, ChunkOptions {
  /** Called with the size of each piece of text, in bytes, before its statements are returned. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * Splits a migration file into statements, in batches, in constant memory however large the file is.
 * @throws MigrateError for what the splitter refuses, and `file-changed` when the file is not what the plan saw: before
 *   the first statement of a small file, after the last of one above STORED_TEXT_LIMIT
 */
export async function* readStatements(
  file: MigrationFile,
  { onRead, unhashed = false, ...options }: ReadOptions = {},
): AsyncIterable<readonly Statement[]> {
  const splitter = createSplitter({ ...options, fileName: file.fileName });
  const push = (chunk: Buffer): readonly Statement[] => {
    onRead?.(chunk.length);
    return splitter.push(chunk);
  };
  if (file.bytes <= STORED_TEXT_LIMIT) {
    yield push(Buffer.from(readText(file)));
  } else {
    for await (const chunk of readChunks(file, { unhashed })) {
      const batch = push(chunk);
      // A large statement goes through many chunks.
      if (batch.length > 0) yield batch;
    }
  }
  yield splitter.end();
}
