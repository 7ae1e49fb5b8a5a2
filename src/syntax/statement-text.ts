import { isSpace } from "./characters";

/** Gathers the text of one statement from the parts it arrives in. */
export interface StatementText {
  /** Adds what the current part holds of it, from where the statement began or went on, up to `end`. */
  add(part: string, end: number): void;
  /** It began in an earlier part. */
  inPieces(): boolean;
  /** All of it without trailing white space, as a string that keeps no part alive. */
  take(part: string, end: number): string;
  /** Does the same when it is called; until then the parts are kept. */
  takeLater(part: string, end: number): () => string;
}

/** @param start where in the current part the statement begins */
export function createStatementText(start: number): StatementText {
  const pieces: string[] = [];
  let from = start;
  return {
    add(part, end) {
      if (end > from) pieces.push(part.slice(from, end));
      from = 0;
    },
    inPieces: () => pieces.length > 0,
    take(part, end) {
      if (pieces.length === 0) return detach(part.slice(from, trimmedEnd(part, from, end)), part);
      return join(pieces, part.slice(from, end));
    },
    takeLater(part, end) {
      const rest = part.slice(from, end);
      return () => join(pieces, rest);
    },
  };
}

function join(pieces: readonly string[], rest: string): string {
  const text = pieces.join("") + rest;
  return text.slice(0, trimmedEnd(text, 0, text.length));
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}

/**
 * V8 represents a slice as a reference to the whole it was cut from, so one short statement would keep its whole
 * part of the file in memory; joining copies.
 */
function detach(slice: string, whole: string): string {
  if (slice.length * 2 > whole.length || slice === "") return slice;
  return [slice.slice(0, 1), slice.slice(1)].join("");
}
