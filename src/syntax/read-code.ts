import { executableCommentStart, isSpace, isWordCharacter, startsLineComment, wordEnd } from "./bytes";
import { isClientCommand, useLineLength } from "./client-commands";
import { skipCode, skipLiterals } from "./literals";
import {
  type Current,
  enterLiterals,
  finish,
  longestLine,
  readDelimiter,
  type SplitState,
} from "./split-state";
import { createProgramTracker, mayHoldBody } from "./stored-program";
import { type Inside, nextCode, readSlash, restOfLine, sees } from "./text-reader";

/** Longer words are not keywords, so they need not be read as a whole. */
const longestKeyword = 64;

/** Words that end the part of an INSERT or REPLACE which names columns. */
const endsColumns = new Set(["VALUES", "VALUE", "SELECT", "WITH", "TABLE", "SET"]);

/** Reads one thing inside a statement. */
export function readCode(state: SplitState, statement: Current): boolean {
  const wordsMatter = statement.headless || statement.beforeValues || statement.program !== null;
  if (statement.head !== null) {
    if (!readLiterals(state, statement)) return false;
  } else if (!wordsMatter) {
    skipCode(state.reader, state.marks);
  }
  const { text, at } = state.reader;
  if (at === text.length) return true;
  const delimited = readDelimiter(state);
  if (delimited !== null) return delimited;
  const code = text.charCodeAt(at);
  switch (code) {
    case 0x27 /* ' */:
      return openQuote(state, statement, "'");
    case 0x22 /* " */:
      return openQuote(state, statement, '"');
    case 0x60 /* ` */:
      return openQuote(state, statement, "`");
    case 0x23 /* # */:
      return state.reader.open("line-comment", 1);
    case 0x2d /* - */:
      if (!sees(state.reader, 3)) return false;
      if (startsLineComment(text, at)) return state.reader.open("line-comment", 2);
      break;
    case 0x2f /* / */:
      {
        const slash = readSlash(state.reader);
        if (slash === "cut") return false;
        if (slash === "executable") return openExecutable(state, statement);
        if (slash !== "division") return state.reader.open("block-comment", 2);
        break;
      }
    case 0x2a /* * */:
      if (statement.executable === null) break;
      if (!sees(state.reader, 2)) return false;
      if (text.charCodeAt(at + 1) === 0x2f) return closeExecutable(state, statement);
      break;
    case 0x5c /* \ */:
      return readBackslash(state, statement);
  }
  if (wordsMatter && isWordCharacter(code)) return readWord(state, statement);
  if (!isSpace(code)) {
    statement.headless = false;
    statement.program?.symbol(code);
  }
  state.reader.at++;
  return true;
}

function leaveLiterals(state: SplitState, statement: Current): void {
  if (state.headsOnly) state.gathered.resume(`${statement.head} `, state.reader.at);
  statement.head = null;
}

/** Reads after VALUES. Quotes and comments that go on in the next part are left to the general readers. */
function readLiterals(state: SplitState, statement: Current): boolean {
  skipLiterals(state.reader, !state.sqlMode.noBackslashEscapes());
  const { text, at } = state.reader;
  const code = text.charCodeAt(at);
  if (isWordCharacter(code) && nextCode(state.reader, wordEnd(text, at)) === "cut") {
    if (text.length - at <= longestKeyword) return false;
  }
  if (at < text.length && !maySurroundLiterals(code)) leaveLiterals(state, statement);
  return true;
}

function openQuote(state: SplitState, statement: Current, quote: Inside): true {
  statement.headless = false;
  return state.reader.open(quote, 1);
}

function openExecutable(state: SplitState, statement: Current): true {
  statement.executable = state.reader.here();
  state.reader.at = executableCommentStart(state.reader.text, state.reader.at) ?? state.reader.at;
  return true;
}

function closeExecutable(state: SplitState, statement: Current): true {
  statement.executable = null;
  state.reader.at += 2;
  return true;
}

/** Reads a word that may matter: the statement's first, or one of a stored program's. */
function readWord(state: SplitState, statement: Current): boolean {
  const { text, at } = state.reader;
  const end = wordEnd(text, at);
  if (end === text.length && !state.reader.last && end - at <= longestKeyword) return false;
  const word = text.slice(at, end).toUpperCase();
  if (statement.headless) {
    if (isClientCommand(word)) throw state.refusals.clientCommand(state.reader.here(), text.slice(at, end));
    if (word === "USE" && state.freshLine) return readUse(state, statement);
    statement.headless = false;
    statement.set = word === "SET";
    // A character of another delimiter might be taken for part of a literal.
    statement.beforeValues = state.delimiter === ";" && (word === "INSERT" || word === "REPLACE");
    if (state.delimiter === ";" && mayHoldBody(word)) {
      statement.program = createProgramTracker(() => state.reader.here());
    }
  }
  if (statement.beforeValues) {
    // A column can be named value.
    const next = word.startsWith("VALUE") ? nextCode(state.reader, end) : null;
    if (next === "cut") return false;
    statement.beforeValues = !endsColumns.has(word) || (word === "VALUE" && next !== "(");
    state.reader.at = end;
    if (next === "(" && endsColumns.has(word)) {
      const head = state.gathered.take(state.reader.bytes, end);
      state.lastHead = { text: head, bytes: Buffer.from(head).toString("latin1") };
      enterLiterals(state, statement, head);
    }
    return true;
  }
  if (statement.program === null) return true; // unread: a delimiter made of letters may be inside it
  statement.program.word(word);
  if (!statement.program.watching()) statement.program = null;
  state.reader.at = end;
  return true;
}

function readUse(state: SplitState, statement: Current): boolean {
  const line = restOfLine(state.reader, longestLine);
  if (line === null) return false;
  statement.headless = false;
  const length = useLineLength(line, state.delimiter);
  if (length !== null) {
    state.reader.at += length;
    finish(state, statement, "the line's end");
  }
  return true;
}

function readBackslash(state: SplitState, statement: Current): boolean {
  if (!sees(state.reader, 2)) return false;
  const command = state.reader.text.slice(state.reader.at, state.reader.at + 2);
  if (command === "\\g" || command === "\\G") {
    finish(state, statement, command);
  } else if (command === "\\N") {
    statement.headless = false; // NULL
    statement.program?.quoted();
  } else {
    throw state.refusals.clientCommand(state.reader.here(), /^\\[!-~]$/.test(command) ? command : "\\");
  }
  state.reader.at += 2;
  return true;
}

/** Quotes and a comment's dash, which `skipLiterals` may leave to other readers, and the end of the statement. */
function maySurroundLiterals(code: number): boolean {
  return code === 0x27 || code === 0x22 || code === 0x2d || code === 0x3b;
}
