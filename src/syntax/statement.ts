import { isSpace } from "./bytes";

/** One statement of a migration file, exactly as it will be sent to the server. */
export interface Statement {
  /** 1-based number within the file. */
  readonly number: number;
  /** The text between delimiters, without the delimiter and without surrounding white space. */
  readonly text: string;
  /**
   * The text up to the point after which only literals follow: `INSERT INTO t VALUES` for most rows of data, the whole
   * text for every other statement. Enough to know the kind of statement and the names it uses.
   */
  readonly head: string;
  /** 1-based line of the first character that is neither white space nor comment. */
  readonly line: number;
  /** 1-based column, in characters, on that line. */
  readonly column: number;
  /** Has a line `-- migrate: online` above it: it must not keep others from writing. */
  readonly online?: true;
}

/** Gathers the text of one statement after another from the parts of a file. */
export interface StatementText {
  /** A statement begins at an offset of the current part. */
  begin(at: number): void;
  /** Adds what the current part contains of it, from where the statement began or went on, up to `end`. */
  add(part: Buffer, end: number): void;
  /** Keeps nothing until `resume`. */
  leaveOut(): void;
  /** Goes on at an offset of the current part, with this text in place of what came before. */
  resume(text: string, at: number): void;
  /** The whole statement up to `end` of the current part, decoded, without trailing white space. */
  take(part: Buffer, end: number): string;
}

export function createStatementText(): StatementText {
  /**
   * What earlier parts contained of it. The buffer is reused for the next statement, because allocating a large one
   * takes time.
   */
  let gathered = Buffer.allocUnsafe(0);
  let length = 0;
  let from = 0;
  let leavingOut = false;

  function gather(bytes: Buffer): void {
    const needed = length + bytes.length;
    if (needed > gathered.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * length));
      gathered.copy(larger, 0, 0, length);
      gathered = larger;
    }
    bytes.copy(gathered, length);
    length = needed;
  }

  return {
    begin(at) {
      length = 0;
      from = at;
      leavingOut = false;
    },
    add(part, end) {
      if (end > from && !leavingOut) gather(part.subarray(from, end));
      from = 0;
    },
    leaveOut() {
      leavingOut = true;
    },
    resume(text, at) {
      length = 0;
      gather(Buffer.from(text));
      leavingOut = false;
      from = at;
    },
    take(part, end) {
      if (length === 0) return part.toString("utf8", from, trimmedEnd(part, from, end));
      gather(part.subarray(from, end));
      from = end;
      return gathered.toString("utf8", 0, trimmedEnd(gathered, 0, length));
    },
  };
}

function trimmedEnd(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1] ?? 0)) at--;
  return at;
}

/** The delimiter that a DELIMITER line sets, or why it is not possible. */
export type DelimiterLine = { readonly delimiter: string } | { readonly problem: string };

// Only ASCII white space: in a line of bytes, \s would mistake a byte of another character for a blank.
const argument = /^[ \t\v\f\r]+(?:'([^']*)'|"([^"]*)"|`([^`]*)`|([^ \t\v\f\r'"`][^ \t\v\f\r]*))/;

/**
 * Reads a DELIMITER line as the client does: the argument ends at white space unless it is quoted, and the rest
 * of the line is ignored.
 * @param line from the word DELIMITER to the line's end
 * @see https://dev.mysql.com/doc/refman/8.4/en/stored-programs-defining.html
 */
export function parseDelimiterLine(line: string): DelimiterLine {
  const match = argument.exec(line.slice("DELIMITER".length));
  const delimiter = match === null ? "" : (match[1] ?? match[2] ?? match[3] ?? match[4] ?? "");
  if (delimiter === "") return { problem: "DELIMITER must be followed by white space and a delimiter" };
  // The client could not tell it from its own commands, and also refuses it.
  if (delimiter.includes("\\")) return { problem: "a delimiter cannot contain a backslash" };
  return { delimiter };
}
