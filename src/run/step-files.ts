import { type PackedTexts, packTexts } from "../history/writer";
import { readStatements } from "../migrations/read-statements";
import { readStoredTexts } from "../migrations/read-text";
import type { Step } from "../plan/planned";
import { splitText } from "../syntax/splitter";
import type { Statement } from "../syntax/statement";

export interface StepFilesOptions {
  /** The session starts with NO_BACKSLASH_ESCAPES in its sql_mode. */
  readonly noBackslashEscapes: boolean;
  /** Called with the size of each piece of text, in bytes, before its statements are returned. */
  readonly onRead: (bytes: number) => void;
}

/** What running a step needs of its pair of files. */
export interface StepFiles {
  /** For the history line. */
  readonly texts: PackedTexts;
  /** All statements of the file that runs; none when it is too large to keep in memory. */
  readonly whole: readonly Statement[];
  /** The file that runs, in batches. A file that is too large to keep in memory is read on demand. */
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
  const packed = packTexts(texts);
  if (text === null) {
    const statements = readAhead(readStatements(file, { noBackslashEscapes, onRead }));
    return { texts: packed, whole: [], statements };
  }
  const whole = splitText(text, options);
  return { texts: packed, whole, statements: inOnePiece(whole, () => onRead(file.bytes)) };
}

function* inOnePiece(statements: readonly Statement[], onRead: () => void): Iterable<readonly Statement[]> {
  onRead();
  yield statements;
}

/** How much is read ahead of its turn; the last pair may exceed it. */
const AHEAD_BYTES = 256 * 1024;

/** Reads the files of a plan's steps, and reads ahead while earlier steps run. */
export interface FileReader {
  /** Returns the files of a step that is about to run. @throws as `readStepFiles` */
  take(step: Step): StepFiles;
  /** Reads a step's files, and keeps them for `take`. @throws as `readStepFiles` */
  look(step: Step): StepFiles;
  /** Reads the files of so many more steps, when the event loop is idle. If that fails, `take` tries again. */
  readAhead(count: number): void;
}

export function createFileReader(steps: readonly Step[], options: StepFilesOptions): FileReader {
  const places = new Map(steps.map((step, place) => [step, place]));
  const kept = new Map<Step, StepFiles>();
  /** Position of the last step that was asked for. */
  let last = -1;
  const read = (step: Step): StepFiles => {
    const files = kept.get(step) ?? readStepFiles(step, options);
    kept.set(step, files);
    return files;
  };
  const look = (step: Step): StepFiles => {
    last = Math.max(last, places.get(step) ?? last);
    return read(step);
  };
  const readOn = (place: number, end: number, room: number): void => {
    const step = steps[place];
    if (step === undefined || place > end || room < 0) return;
    setImmediate(() => {
      if (place > last) {
        try {
          read(step);
        } catch {
          // The error comes back when it is their turn.
        }
      }
      readOn(place + 1, end, room - step.migration.up.bytes - (step.migration.down?.bytes ?? 0));
    });
  };
  return {
    take(step) {
      const files = look(step);
      const place = places.get(step) ?? 0;
      for (const other of kept.keys()) if ((places.get(other) ?? 0) < place) kept.delete(other);
      return files;
    },
    look,
    readAhead: (count) => readOn(last + 1, last + count, AHEAD_BYTES),
  };
}

/**
 * Reads the next item while the last one is being worked on. It waits for the event loop first so that the work can
 * begin: the server has a statement while we split the next one.
 */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done === true) return;
      next = afterwards(() => iterator.next());
      // An error comes up when this item's turn comes, if it ever does.
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
