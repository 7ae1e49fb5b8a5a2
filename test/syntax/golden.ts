import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MigrateError } from "../../src/errors";
import { createSplitter, type SplitOptions } from "../../src/syntax/splitter";
import type { Statement } from "../../src/syntax/statement";

/** Pairs of NAME.sql and NAME.golden; UPDATE_GOLDEN=1 rewrites the latter. */
export const goldenFolder = join(__dirname, "golden");

/** Cases that start with NO_BACKSLASH_ESCAPES in force. */
const noBackslashEscapes = new Set(["no-backslash-escapes-from-the-start"]);

export interface GoldenCase {
  readonly sql: string;
  readonly options: SplitOptions;
}

/** The text of a case and the options it is split with. */
export function readCase(name: string): GoldenCase {
  const sql = readFileSync(join(goldenFolder, `${name}.sql`), "utf8");
  return { sql, options: { fileName: `${name}.sql`, noBackslashEscapes: noBackslashEscapes.has(name) } };
}

/** Splits a text that arrives in these chunks. */
export function splitsOf(chunks: Iterable<Buffer>, options: SplitOptions): Statement[] {
  const splitter = createSplitter(options);
  const statements: Statement[] = [];
  for (const chunk of chunks) statements.push(...splitter.push(chunk));
  statements.push(...splitter.end());
  return statements;
}

/** Cuts a text into chunks of the lengths that `next` says, in bytes. Each is overwritten by the next. */
export function* inChunks(text: string, next: () => number): Generator<Buffer> {
  const bytes = Buffer.from(text);
  const buffer = Buffer.alloc(bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const length = next();
    const chunk = bytes.subarray(at, at + length);
    buffer.fill("'");
    chunk.copy(buffer);
    yield buffer.subarray(0, chunk.length);
    at += length;
  }
}

/** What a golden file holds: each statement under its line and column, or the refusal. */
export function render(split: () => readonly Statement[]): string {
  try {
    const statements = split();
    if (statements.length === 0) return "(no statements)\n";
    return statements
      .map(({ number, line, column, text }) => `[${number} at ${line}:${column}]\n${text}\n`)
      .join("");
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error;
    return `(refused: ${error.code})\n${error.message}\n${error.hint ?? "no hint"}\n`;
  }
}
