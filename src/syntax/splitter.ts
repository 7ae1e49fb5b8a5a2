import { isSpace, wordEnd } from "./bytes";
import { marksFor, skipInside } from "./literals";
import { readCode } from "./read-code";
import {
  begin,
  createSplitState,
  finishLast,
  longestLine,
  readDelimiter,
  type SplitOptions,
  type SplitState,
  semicolonMarks,
} from "./split-state";
import { parseDelimiterLine, type Statement } from "./statement";
import { type Inside, readSlash, restOfLine, sees } from "./text-reader";

export type { SplitOptions } from "./split-state";

/** Cuts SQL text that arrives in parts into statements. */
export interface Splitter {
  /** Takes the next bytes of the text, in UTF-8 and cut anywhere; returns the statements that ended in them. */
  push(chunk: Buffer): Statement[];
  /** Call at the end of the text; returns the last statement if it had no delimiter. */
  end(): Statement[];
}

/** Splits a whole text; see {@link createSplitter} for the rules and what it throws. */
export function splitText(text: string, options: SplitOptions = {}): Statement[] {
  const splitter = createSplitter(options);
  return splitter.push(Buffer.from(text)).concat(splitter.end());
}

/**
 * Splits as the mysql client does, but also knows where a stored program's body ends without DELIMITER.
 *
 * A statement's text and position begin at its first character that is neither white space nor comment.
 * @throws MigrateError from push and end: unterminated-quote, unterminated-comment, unterminated-statement,
 *   bad-delimiter, client-command
 */
export function createSplitter(options: SplitOptions = {}): Splitter {
  const state = createSplitState(options);
  return { push: (chunk) => read(state, chunk), end: () => readEnd(state) };
}

function read(state: SplitState, chunk: Buffer): Statement[] {
  state.found = [];
  state.reader.add(chunk);
  while (state.reader.at < state.reader.text.length && readOne(state));
  if (state.current !== null) state.gathered.add(state.reader.bytes, state.reader.at);
  state.reader.cut();
  return state.found;
}

function readOne(state: SplitState): boolean {
  if (state.reader.inside !== null) return readInside(state, state.reader.inside);
  return state.current === null ? readGap(state) : readCode(state, state.current);
}

function readInside(state: SplitState, inside: Inside): boolean {
  const skipped = skipInside(state.reader, inside, !state.sqlMode.noBackslashEscapes());
  if (skipped !== "ended") return skipped === "open";
  if (inside !== "line-comment" && inside !== "block-comment") state.current?.program?.quoted();
  state.reader.inside = null;
  return true;
}

/** Reads one thing between statements. */
function readGap(state: SplitState): boolean {
  const { text, at } = state.reader;
  const code = text.charCodeAt(at);
  if (isSpace(code)) {
    if (code === 0x0a) state.freshLine = true;
    state.reader.at++;
    return true;
  }
  if (code === 0x44 || code === 0x64 /* D, d */) {
    if (!sees(state.reader, "DELIMITER ".length)) return false;
    if (text.slice(at, wordEnd(text, at)).toUpperCase() === "DELIMITER") return readDelimiterLine(state);
  }
  const delimited = readDelimiter(state);
  if (delimited !== null) return delimited;
  if (code === 0x23 /* # */) return readComment(state, 1);
  // The client takes a line that starts with -- as a comment, even without a blank after it.
  if (code === 0x2d /* - */) {
    if (!sees(state.reader, 2)) return false;
    if (text.charCodeAt(at + 1) === code) return readComment(state, 2);
  }
  if (code === 0x2f /* / */) {
    const slash = readSlash(state.reader);
    if (slash === "cut") return false;
    if (slash === "comment") return state.reader.open("block-comment", 2);
  }
  begin(state);
  return true;
}

/** A mark is at most this long. */
const MARK_LENGTH = 64;
const ONLINE = /^(?:--|#)[ \t]*migrate:[ \t]*online(?![\w-])/i;

function readComment(state: SplitState, length: 1 | 2): boolean {
  const { reader } = state;
  if (!sees(reader, MARK_LENGTH) && reader.text.indexOf("\n", reader.at) === -1) return false;
  // After a statement on the same line, the mark would be about that one.
  if (state.freshLine && ONLINE.test(reader.text.slice(reader.at, reader.at + MARK_LENGTH)))
    state.online = true;
  return reader.open("line-comment", length);
}

function readDelimiterLine(state: SplitState): boolean {
  const text = restOfLine(state.reader, longestLine);
  if (text === null) return false;
  state.delimiterSet = state.reader.here();
  if (!state.freshLine)
    throw state.refusals.badDelimiter(state.delimiterSet, "DELIMITER must be the first word of its line");
  const line = parseDelimiterLine(text);
  if ("problem" in line) throw state.refusals.badDelimiter(state.delimiterSet, line.problem);
  state.delimiter = line.delimiter;
  state.marks = state.delimiter === ";" ? semicolonMarks : marksFor(state.delimiter);
  return state.reader.open("line-comment", 0); // the client ignores the rest of the line
}

function readEnd(state: SplitState): Statement[] {
  state.reader.last = true;
  read(state, Buffer.alloc(0));
  const { inside } = state.reader;
  if (inside === "block-comment") throw state.refusals.unterminatedComment(state.reader.openedAt());
  if (inside !== null && inside !== "line-comment") {
    throw state.refusals.unterminatedQuote(state.reader.openedAt(), inside);
  }
  if (state.current !== null) finishLast(state, state.current);
  return state.found;
}
