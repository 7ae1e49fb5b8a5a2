import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { MigrateError } from "../errors";
import { fileIdentity } from "./inspect-file";
import type { Migration, MigrationFile } from "./read-migrations";
import { createNormalizer, describeReadError, normalizeWhole, sha256 } from "./text";

/** Up to this size on disk, 4 MiB, a file's text is read in one piece and stored in the history. */
export const STORED_TEXT_LIMIT = 4 * 1024 * 1024;

/** How many bytes are read at a time from a larger file. */
const READ_SIZE = 256 * 1024;

/** The most bytes in a chunk: V8 keeps larger strings separately, where they cost more time and memory. */
const CHUNK_SIZE = 64 * 1024;

export interface ChunkOptions {
  /**
   * Trust the file system that a large file has not changed, and do not hash it again: for looking only, not for
   * running.
   */
  readonly unhashed?: boolean;
}

/**
 * Reads a small file's normalized text (`bytes` up to STORED_TEXT_LIMIT; larger ones take as much memory).
 * @throws MigrateError `file-changed` when it is not the text that the plan was made for, `unreadable`;
 *   `text-not-stored`, `history-damaged` for a text from the history
 */
export function readText(file: MigrationFile): string {
  if (file.stored !== undefined) return readStored(file, file.stored);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file.path);
  } catch (error) {
    throw readFailure(file, error);
  }
  const text = normalizeWhole(bytes);
  if ("kind" in text || sha256(text) !== file.checksum) throw fileChanged(file);
  return text.toString("utf8");
}

/** The normalised texts of a pair, as a history line keeps them; null: too large to store, or none. */
export interface StoredTexts {
  readonly up: string | null;
  readonly down: string | null;
}

/** Reads the texts to keep in the history.  @throws MigrateError as `readText` */
export function readStoredTexts({ up, down }: Migration): StoredTexts {
  return { up: readIfKept(up), down: readIfKept(down) };
}

function readIfKept(file: MigrationFile | null): string | null {
  return file === null || file.bytes > STORED_TEXT_LIMIT ? null : readText(file);
}

/**
 * Reads a file of any size as pieces of its normalized text, cut anywhere. The next piece overwrites the one before.
 * @throws MigrateError `file-changed` before the first piece when the size differs from what the plan saw, or after the
 *   last one when only the content differs; `unreadable`
 */
export async function* readChunks(
  file: MigrationFile,
  { unhashed = false }: ChunkOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  if (file.stored !== undefined) {
    yield Buffer.from(readStored(file, file.stored));
    return;
  }
  const handle = await openFile(file);
  try {
    await refuseChanged(file, handle);
    yield* readPieces(file, handle, unhashed && file.identity !== undefined);
    await refuseChanged(file, handle);
  } finally {
    await handle.close();
  }
}

function readStored({ fileName, checksum }: MigrationFile, text: string | null): string {
  if (text === null) {
    throw new MigrateError(
      "text-not-stored",
      `${fileName} is not in the folder, and was too large to be kept in the history.`,
      { hint: `Run it from a folder that has ${fileName} and all that is before it.` },
    );
  }
  if (sha256(Buffer.from(text)) === checksum) return text;
  throw new MigrateError(
    "history-damaged",
    `The history's text of ${fileName} is not the one that its checksum is of.`,
    { hint: `Run it from a folder that has ${fileName} and all that is before it.` },
  );
}

async function refuseChanged(file: MigrationFile, handle: FileHandle): Promise<void> {
  const found = await handle.stat({ bigint: true });
  const { identity } = file;
  const same = identity === undefined ? Number(found.size) === file.bytes : fileIdentity(found) === identity;
  if (!same) throw fileChanged(file);
}

async function* readPieces(
  file: MigrationFile,
  handle: FileHandle,
  unhashed: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const normalizer = createNormalizer();
  const hash = unhashed ? null : createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_SIZE);
  for (;;) {
    const bytesRead = await readPiece(file, handle, buffer);
    const part = normalizer.push(buffer.subarray(0, bytesRead), bytesRead === 0);
    if ("kind" in part) throw fileChanged(file);
    hash?.update(part);
    yield* inChunks(part);
    if (bytesRead === 0) break;
  }
  if (hash !== null && hash.digest("hex") !== file.checksum) throw fileChanged(file);
}

function* inChunks(bytes: Buffer): Generator<Buffer, void, undefined> {
  for (let from = 0; from < bytes.length; from += CHUNK_SIZE) yield bytes.subarray(from, from + CHUNK_SIZE);
}

async function openFile(file: MigrationFile): Promise<FileHandle> {
  try {
    return await open(file.path, "r");
  } catch (error) {
    throw readFailure(file, error);
  }
}

async function readPiece(file: MigrationFile, handle: FileHandle, buffer: Buffer): Promise<number> {
  try {
    return (await handle.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    throw readFailure(file, error);
  }
}

function fileChanged(file: MigrationFile): MigrateError {
  return new MigrateError("file-changed", `${file.fileName} changed after the plan was made.`, {
    hint: "Run the same command again: it plans with the file as it is now.",
  });
}

function readFailure(file: MigrationFile, error: unknown): MigrateError {
  const why = describeReadError(error);
  return new MigrateError("unreadable", `${file.fileName} cannot be read any more: ${why}.`, {
    cause: error,
  });
}
