import { isWordCharacter } from "./bytes";
import { createRefusals, type Refusals } from "./client-commands";
import { tokens } from "./lexer";
import { type Marks, marksFor } from "./literals";
import type { Position } from "./position";
import { createSqlMode, type SqlMode } from "./sql-mode";
import { createStatementText, type Statement, type StatementText } from "./statement";
import type { ProgramTracker } from "./stored-program";
import { createReader, type Reader, sees } from "./text-reader";

export interface SplitOptions {
  /** The session starts with NO_BACKSLASH_ESCAPES in its sql_mode. Default false. */
  readonly noBackslashEscapes?: boolean;
  /** Goes in front of error messages. */
  readonly fileName?: string;
  /** Return only the head as text when the head says it all: for reading a file without running it. */
  readonly headsOnly?: boolean;
}

/** The statement being read. */
export interface Current {
  readonly start: Position;
  /** Its first word has not been read yet. */
  headless: boolean;
  /** Starts with SET. */
  set: boolean;
  /** An INSERT or REPLACE, before its VALUES. */
  beforeValues: boolean;
  /** Its text up to the point after which only literals came so far; null when unknown. */
  head: string | null;
  /** Follows a stored program's body; null when the first delimiter ends the statement. */
  program: ProgramTracker | null;
  /** Where the executable comment around the reader began; null outside of one. */
  executable: Position | null;
  /** It is marked `online`. */
  readonly online: boolean;
}

/**
 * How far the splitter has come. Each read… function reads one thing, and returns false when only the next part can
 * tell what it is.
 */
export interface SplitState {
  readonly headsOnly: boolean;
  readonly refusals: Refusals;
  readonly sqlMode: SqlMode;
  readonly reader: Reader;
  readonly gathered: StatementText;
  /** The statements that ended in the current part. */
  found: Statement[];
  /** The number of the last statement. */
  number: number;
  delimiter: string;
  delimiterSet: Position;
  /** Characters that must be looked at in code. */
  marks: Marks;
  current: Current | null;
  /** Only white space and comments come before this on the line, so DELIMITER can stand here. */
  freshLine: boolean;
  /** A comment since the last statement marks the next one `online`. */
  online: boolean;
  /** The last head, as text and as bytes. */
  lastHead: { readonly text: string; readonly bytes: string } | null;
}

/** A DELIMITER or USE line is read as a whole; this is the most that is kept of it, in UTF-16 units. */
export const longestLine = 4096;

export const semicolonMarks = marksFor(";");

export function createSplitState(options: SplitOptions): SplitState {
  return {
    headsOnly: options.headsOnly === true,
    refusals: createRefusals(options.fileName ?? null),
    sqlMode: createSqlMode(options.noBackslashEscapes === true),
    reader: createReader(),
    gathered: createStatementText(),
    found: [],
    number: 0,
    delimiter: ";",
    delimiterSet: { line: 1, column: 1 },
    marks: semicolonMarks,
    current: null,
    freshLine: true,
    online: false,
    lastHead: null,
  };
}

export function begin(state: SplitState): void {
  state.gathered.begin(state.reader.at);
  state.current = {
    start: state.reader.here(),
    headless: true,
    set: false,
    beforeValues: false,
    head: null,
    program: null,
    executable: null,
    online: state.online,
  };
  state.online = false;
  // A row of data usually begins like the one before it.
  if (
    state.delimiter !== ";" ||
    state.lastHead === null ||
    !state.reader.text.startsWith(state.lastHead.bytes, state.reader.at)
  )
    return;
  const end = state.reader.at + state.lastHead.bytes.length;
  if (end === state.reader.text.length || isWordCharacter(state.reader.text.charCodeAt(end))) return;
  state.current.headless = false;
  state.reader.at = end;
  enterLiterals(state, state.current, state.lastHead.text);
}

export function enterLiterals(state: SplitState, statement: Current, head: string): void {
  statement.head = head;
  if (state.headsOnly) state.gathered.leaveOut();
}

/** True: a delimiter was read. False: only the next part can tell. Null: there is none here. */
export function readDelimiter(state: SplitState): boolean | null {
  const { text, at } = state.reader;
  if (text.charCodeAt(at) !== state.delimiter.charCodeAt(0)) return null;
  if (!text.startsWith(state.delimiter, at)) {
    return !sees(state.reader, state.delimiter.length) && state.delimiter.startsWith(text.slice(at))
      ? false
      : null;
  }
  if (state.current !== null && state.current.program?.semicolon() !== false)
    finish(state, state.current, state.delimiter);
  if (state.current === null) state.freshLine = false;
  state.reader.at += state.delimiter.length;
  return true;
}

/** The statement ends right before `at`. */
export function finish(state: SplitState, statement: Current, endedBy: string): void {
  const { start, executable, program, head } = statement;
  if (executable !== null) throw state.refusals.statementInsideComment(executable, decode(endedBy));
  const text =
    state.headsOnly && head !== null ? head : state.gathered.take(state.reader.bytes, state.reader.at);
  const block = program?.unclosed() ?? null;
  if (block !== null) throw state.refusals.unterminatedBody(start, block, text);
  state.current = null;
  state.freshLine = false;
  if (head === null && isEmpty(text)) return;
  state.number++;
  const found = { number: state.number, text, head: head ?? text, line: start.line, column: start.column };
  state.found.push(statement.online ? { ...found, online: true } : found);
  if (statement.set) state.sqlMode.set(text);
}

export function finishLast(state: SplitState, statement: Current): void {
  if (statement.executable !== null) throw state.refusals.unterminatedComment(statement.executable);
  if (state.delimiter !== ";") {
    const text = state.gathered.take(state.reader.bytes, 0);
    throw state.refusals.missingDelimiter(statement.start, decode(state.delimiter), state.delimiterSet, text);
  }
  finish(state, statement, "the end");
}

/** @param bytes a string with one character per byte */
function decode(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Whether it is an executable comment with nothing inside: the server would answer that the query was empty. */
function isEmpty(text: string): boolean {
  if (text !== "" && !text.startsWith("/*")) return false;
  for (const _ of tokens(text)) return false;
  return true;
}
