/** A place in a file: 1-based line, and 1-based column in characters (code points). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Follows a reader through a text of bytes that arrives in parts (see text-reader.ts), and says where in the whole it
 * is.
 */
export interface PositionTracker {
  /** Moves to offset `to` of the current part, never backwards, and says where that is. */
  advance(part: string, to: number): Position;
  /** The next part continues the current one from where `advance` last went. */
  nextPart(): void;
}

/** Starts at line 1, column 1. */
export function createPositionTracker(): PositionTracker {
  let line = 1;
  let column = 1;
  let offset = 0;
  return {
    advance(part, to) {
      let lineStart = -1;
      for (let at = part.indexOf("\n", offset); at !== -1 && at < to; at = part.indexOf("\n", at + 1)) {
        line++;
        lineStart = at + 1;
      }
      if (lineStart !== -1) {
        column = 1;
        offset = lineStart;
      }
      if (to > offset) column += countCharacters(part.slice(offset, to));
      offset = to;
      return { line, column };
    },
    nextPart() {
      offset = 0;
    },
  };
}

const continuation = /[\x80-\xbf]/g;

/** Each character counts at its first byte, so it can be cut in two. */
function countCharacters(bytes: string): number {
  const others = bytes.match(continuation);
  return bytes.length - (others === null ? 0 : others.length);
}
