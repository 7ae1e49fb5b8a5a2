import { type PackedTexts, packTexts } from "../history/writer";
import { readStatements } from "../migrations/read-statements";
import { readStoredTexts } from "../migrations/read-text";
import type { Step } from "../plan/planned";
import { splitText } from "../syntax/splitter";
import type { Statement } from "../syntax/statement";

export interface StepFilesOptions {
  /** The session starts with NO_BACKSLASH_ESCAPES in its sql_mode. */
  readonly noBackslashEscapes: boolean;
  /** Told the size of each piece of text, in bytes, before its statements are given. */
  readonly onRead: (bytes: number) => void;
}

/** What running a step needs of its pair of files. */
export interface StepFiles {
  /** For the history line. */
  readonly texts: PackedTexts;
  /** The file that runs, in batches. A file that is too large to be kept is read as they are asked for. */
  readonly statements: Iterable<readonly Statement[]> | AsyncIterable<readonly Statement[]>;
}

/**
 * Reads the files of a step.
 * @throws MigrateError as `readText`; `statements` as `readStatements`
 */
function readStepFiles(step: Step, { noBackslashEscapes, onRead }: StepFilesOptions): StepFiles {
  const { direction, file, migration } = step;
  const texts = readStoredTexts(migration);
  const text = texts[direction];
  const options = { noBackslashEscapes, fileName: file.fileName };
  return {
    texts: packTexts(texts),
    statements:
      text === null
        ? readAhead(readStatements(file, { noBackslashEscapes, onRead }))
        : inOnePiece(splitText(text, options), () => onRead(file.bytes)),
  };
}

function* inOnePiece(statements: readonly Statement[], onRead: () => void): Iterable<readonly Statement[]> {
  onRead();
  yield statements;
}

/** Reads the files of a plan's steps, those of the next one while the one before it runs. */
export interface FileReader {
  /** @throws as `readStepFiles` */
  take(step: Step): StepFiles;
  /** Reads the next step's as soon as the event loop has nothing to do. What fails then is tried again by `take`. */
  readAhead(): void;
}

export function createFileReader(steps: readonly Step[], options: StepFilesOptions): FileReader {
  let current: Step | undefined;
  let read: { readonly step: Step; readonly files: StepFiles } | null = null;
  const readOnce = (step: Step): StepFiles => {
    if (read?.step !== step) read = { step, files: readStepFiles(step, options) };
    return read.files;
  };
  return {
    take(step) {
      current = step;
      return readOnce(step);
    },
    readAhead() {
      const next = current === undefined ? undefined : steps[steps.indexOf(current) + 1];
      if (next === undefined) return;
      setImmediate(() => {
        try {
          readOnce(next);
        } catch {
          // Met again when it is their turn.
        }
      });
    },
  };
}

/**
 * Reads the next item while the last one is being worked on. That it waits for the event loop first has the work begin
 * first: a statement is at the server while the next one is split.
 */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done === true) return;
      next = afterwards(() => iterator.next());
      // Its error is met when it is this one's turn, if it ever is.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await iterator.return?.();
  }
}

function afterwards<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => work().then(resolve, reject));
  });
}
