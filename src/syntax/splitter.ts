import { executableCommentStart, isSpace, isWordCharacter, startsLineComment, wordEnd } from "./bytes";
import { createRefusals, isClientCommand, useLineLength } from "./client-commands";
import { tokens } from "./lexer";
import { marksFor, skipCode, skipInside, skipLiterals } from "./literals";
import type { Position } from "./position";
import { createSqlMode } from "./sql-mode";
import { createStatementText, parseDelimiterLine, type Statement } from "./statement";
import { createProgramTracker, mayHoldBody, type ProgramTracker } from "./stored-program";
import { createReader, type Inside, nextCode, readSlash, restOfLine, sees } from "./text-reader";

export interface SplitOptions {
  /** The session starts with NO_BACKSLASH_ESCAPES in its sql_mode. Default false. */
  readonly noBackslashEscapes?: boolean;
  /** Goes in front of error messages. */
  readonly fileName?: string;
  /** Give statements whose head says it all their head for a text: for a look at a file that runs nothing. */
  readonly headsOnly?: boolean;
}

/** Cuts SQL text that arrives in parts into statements. */
export interface Splitter {
  /** Takes the next bytes of the text, in UTF-8 and cut anywhere; returns the statements that ended in them. */
  push(chunk: Buffer): Statement[];
  /** The text is over; returns the last statement if it had no delimiter. */
  end(): Statement[];
}

/** The statement being read. */
interface Current {
  readonly start: Position;
  /** Its first word has not been read. */
  headless: boolean;
  /** Starts with SET. */
  set: boolean;
  /** An INSERT or REPLACE whose VALUES has not come yet. */
  beforeValues: boolean;
  /** Its text up to where only literals followed so far; null when that is not known. */
  head: string | null;
  /** Follows a stored program's body; null when the first delimiter ends the statement. */
  program: ProgramTracker | null;
  /** Where the executable comment began that the reader is in; null outside of one. */
  executable: Position | null;
}

/** A DELIMITER or USE line is read as a whole; this bounds what is kept of it, in UTF-16 units. */
const longestLine = 4096;

/** Longer words are no keywords, so they need not be read as a whole. */
const longestKeyword = 64;

/** Words that end the part of an INSERT or REPLACE which names columns. */
const endsColumns = new Set(["VALUES", "VALUE", "SELECT", "WITH", "TABLE", "SET"]);

const semicolonMarks = marksFor(";");

/** Splits a whole text; see {@link createSplitter} for the rules and what it throws. */
export function splitText(text: string, options: SplitOptions = {}): Statement[] {
  const splitter = createSplitter(options);
  return splitter.push(Buffer.from(text)).concat(splitter.end());
}

/**
 * Splits as the mysql client does, and also knows without DELIMITER where a stored program's body ends.
 *
 * A statement's text and position begin at its first character that is neither white space nor comment. Each read…
 * function below reads one thing, and returns false when only the next part can tell what it is.
 * @throws MigrateError from push and end: unterminated-quote, unterminated-comment, unterminated-statement,
 *   bad-delimiter, client-command
 */
export function createSplitter(options: SplitOptions = {}): Splitter {
  const { headsOnly = false } = options;
  const refusals = createRefusals(options.fileName ?? null);
  const sqlMode = createSqlMode(options.noBackslashEscapes === true);
  const reader = createReader();
  const gathered = createStatementText();
  let found: Statement[] = [];
  let number = 0;
  let delimiter = ";";
  let delimiterSet: Position = { line: 1, column: 1 };
  let marks = semicolonMarks;
  let current: Current | null = null;
  /** Nothing but white space and comments precedes the statement on its line: DELIMITER may stand here. */
  let freshLine = true;
  /** The last head, decoded and not. */
  let lastHead: { readonly text: string; readonly bytes: string } | null = null;

  function read(chunk: Buffer): Statement[] {
    found = [];
    reader.add(chunk);
    while (reader.at < reader.text.length && readOne());
    if (current !== null) gathered.add(reader.bytes, reader.at);
    reader.cut();
    return found;
  }

  function readOne(): boolean {
    if (reader.inside !== null) return readInside(reader.inside);
    return current === null ? readGap() : readCode(current);
  }

  function readInside(inside: Inside): boolean {
    const skipped = skipInside(reader, inside, !sqlMode.noBackslashEscapes());
    if (skipped !== "ended") return skipped === "open";
    if (inside !== "line-comment" && inside !== "block-comment") current?.program?.quoted();
    reader.inside = null;
    return true;
  }

  /** Between statements. */
  function readGap(): boolean {
    const { text, at } = reader;
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      if (code === 0x0a) freshLine = true;
      reader.at++;
      return true;
    }
    if (code === 0x44 || code === 0x64 /* D, d */) {
      if (!sees(reader, "DELIMITER ".length)) return false;
      if (text.slice(at, wordEnd(text, at)).toUpperCase() === "DELIMITER") return readDelimiterLine();
    }
    const delimited = readDelimiter();
    if (delimited !== null) return delimited;
    if (code === 0x23 /* # */) return reader.open("line-comment", 1);
    // The client takes a line that starts with -- for a comment, even without a blank behind it.
    if (code === 0x2d /* - */) {
      if (!sees(reader, 2)) return false;
      if (text.charCodeAt(at + 1) === code) return reader.open("line-comment", 2);
    }
    if (code === 0x2f /* / */) {
      const slash = readSlash(reader);
      if (slash === "cut") return false;
      if (slash === "comment") return reader.open("block-comment", 2);
    }
    begin();
    return true;
  }

  function begin(): void {
    gathered.begin(reader.at);
    current = {
      start: reader.here(),
      headless: true,
      set: false,
      beforeValues: false,
      head: null,
      program: null,
      executable: null,
    };
    // Rows of data begin as the row before them did.
    if (delimiter !== ";" || lastHead === null || !reader.text.startsWith(lastHead.bytes, reader.at)) return;
    const end = reader.at + lastHead.bytes.length;
    if (end === reader.text.length || isWordCharacter(reader.text.charCodeAt(end))) return;
    current.headless = false;
    reader.at = end;
    enterLiterals(current, lastHead.text);
  }

  /** Inside a statement. */
  function readCode(statement: Current): boolean {
    const wordsMatter = statement.headless || statement.beforeValues || statement.program !== null;
    if (statement.head !== null) {
      if (!readLiterals(statement)) return false;
    } else if (!wordsMatter) {
      skipCode(reader, marks);
    }
    const { text, at } = reader;
    if (at === text.length) return true;
    const delimited = readDelimiter();
    if (delimited !== null) return delimited;
    const code = text.charCodeAt(at);
    switch (code) {
      case 0x27 /* ' */:
        return openQuote(statement, "'");
      case 0x22 /* " */:
        return openQuote(statement, '"');
      case 0x60 /* ` */:
        return openQuote(statement, "`");
      case 0x23 /* # */:
        return reader.open("line-comment", 1);
      case 0x2d /* - */:
        if (!sees(reader, 3)) return false;
        if (startsLineComment(text, at)) return reader.open("line-comment", 2);
        break;
      case 0x2f /* / */:
        {
          const slash = readSlash(reader);
          if (slash === "cut") return false;
          if (slash === "executable") return openExecutable(statement);
          if (slash !== "division") return reader.open("block-comment", 2);
          break;
        }
      case 0x2a /* * */:
        if (statement.executable === null) break;
        if (!sees(reader, 2)) return false;
        if (text.charCodeAt(at + 1) === 0x2f) return closeExecutable(statement);
        break;
      case 0x5c /* \ */:
        return readBackslash(statement);
    }
    if (wordsMatter && isWordCharacter(code)) return readWord(statement);
    if (!isSpace(code)) {
      statement.headless = false;
      statement.program?.symbol(code);
    }
    reader.at++;
    return true;
  }

  function enterLiterals(statement: Current, head: string): void {
    statement.head = head;
    if (headsOnly) gathered.leaveOut();
  }

  function leaveLiterals(statement: Current): void {
    if (headsOnly) gathered.resume(`${statement.head} `, reader.at);
    statement.head = null;
  }

  /** Behind VALUES. Quotes and comments that go on in the next part are left to those who read them anywhere. */
  function readLiterals(statement: Current): boolean {
    skipLiterals(reader, !sqlMode.noBackslashEscapes());
    const { text, at } = reader;
    const code = text.charCodeAt(at);
    if (isWordCharacter(code) && nextCode(reader, wordEnd(text, at)) === "cut") {
      if (text.length - at <= longestKeyword) return false;
    }
    if (at < text.length && !maySurroundLiterals(code)) leaveLiterals(statement);
    return true;
  }

  function openQuote(statement: Current, quote: Inside): true {
    statement.headless = false;
    return reader.open(quote, 1);
  }

  function openExecutable(statement: Current): true {
    statement.executable = reader.here();
    reader.at = executableCommentStart(reader.text, reader.at) ?? reader.at;
    return true;
  }

  function closeExecutable(statement: Current): true {
    statement.executable = null;
    reader.at += 2;
    return true;
  }

  /** A word that may matter: the statement's first, or one of a stored program's. */
  function readWord(statement: Current): boolean {
    const { text, at } = reader;
    const end = wordEnd(text, at);
    if (end === text.length && !reader.last && end - at <= longestKeyword) return false;
    const word = text.slice(at, end).toUpperCase();
    if (statement.headless) {
      if (isClientCommand(word)) throw refusals.clientCommand(reader.here(), text.slice(at, end));
      if (word === "USE" && freshLine) return readUse(statement);
      statement.headless = false;
      statement.set = word === "SET";
      // With another delimiter, a character of it might be taken for a literal's.
      statement.beforeValues = delimiter === ";" && (word === "INSERT" || word === "REPLACE");
      if (delimiter === ";" && mayHoldBody(word)) {
        statement.program = createProgramTracker(() => reader.here());
      }
    }
    if (statement.beforeValues) {
      // A column may be named value.
      const next = word.startsWith("VALUE") ? nextCode(reader, end) : null;
      if (next === "cut") return false;
      statement.beforeValues = !endsColumns.has(word) || (word === "VALUE" && next !== "(");
      reader.at = end;
      if (next === "(" && endsColumns.has(word)) {
        const head = gathered.take(reader.bytes, end);
        lastHead = { text: head, bytes: Buffer.from(head).toString("latin1") };
        enterLiterals(statement, head);
      }
      return true;
    }
    if (statement.program === null) return true; // unread: a delimiter made of letters may lie inside of it
    statement.program.word(word);
    if (!statement.program.watching()) statement.program = null;
    reader.at = end;
    return true;
  }

  function readUse(statement: Current): boolean {
    const line = restOfLine(reader, longestLine);
    if (line === null) return false;
    statement.headless = false;
    const length = useLineLength(line, delimiter);
    if (length !== null) {
      reader.at += length;
      finish(statement, "the line's end");
    }
    return true;
  }

  function readBackslash(statement: Current): boolean {
    if (!sees(reader, 2)) return false;
    const command = reader.text.slice(reader.at, reader.at + 2);
    if (command === "\\g" || command === "\\G") {
      finish(statement, command);
    } else if (command === "\\N") {
      statement.headless = false; // NULL
      statement.program?.quoted();
    } else {
      throw refusals.clientCommand(reader.here(), /^\\[!-~]$/.test(command) ? command : "\\");
    }
    reader.at += 2;
    return true;
  }

  function readDelimiterLine(): boolean {
    const text = restOfLine(reader, longestLine);
    if (text === null) return false;
    delimiterSet = reader.here();
    if (!freshLine) throw refusals.badDelimiter(delimiterSet, "DELIMITER must be the first word of its line");
    const line = parseDelimiterLine(text);
    if ("problem" in line) throw refusals.badDelimiter(delimiterSet, line.problem);
    delimiter = line.delimiter;
    marks = delimiter === ";" ? semicolonMarks : marksFor(delimiter);
    return reader.open("line-comment", 0); // the client ignores the rest of the line
  }

  /** True: one was read. False: only the next part can tell. Null: there is none here. */
  function readDelimiter(): boolean | null {
    const { text, at } = reader;
    if (text.charCodeAt(at) !== delimiter.charCodeAt(0)) return null;
    if (!text.startsWith(delimiter, at)) {
      return !sees(reader, delimiter.length) && delimiter.startsWith(text.slice(at)) ? false : null;
    }
    if (current !== null && current.program?.semicolon() !== false) finish(current, delimiter);
    if (current === null) freshLine = false;
    reader.at += delimiter.length;
    return true;
  }

  /** The statement ends right before `at`. */
  function finish(statement: Current, endedBy: string): void {
    const { start, executable, program, head } = statement;
    if (executable !== null) throw refusals.statementInsideComment(executable, decode(endedBy));
    const text = headsOnly && head !== null ? head : gathered.take(reader.bytes, reader.at);
    const block = program?.unclosed() ?? null;
    if (block !== null) throw refusals.unterminatedBody(start, block, text);
    current = null;
    freshLine = false;
    if (head === null && isEmpty(text)) return;
    number++;
    found.push({ number, text, head: head ?? text, line: start.line, column: start.column });
    if (statement.set) sqlMode.set(text);
  }

  function readEnd(): Statement[] {
    reader.last = true;
    read(Buffer.alloc(0));
    const { inside } = reader;
    if (inside === "block-comment") throw refusals.unterminatedComment(reader.openedAt());
    if (inside !== null && inside !== "line-comment") {
      throw refusals.unterminatedQuote(reader.openedAt(), inside);
    }
    if (current !== null) finishLast(current);
    return found;
  }

  function finishLast(statement: Current): void {
    if (statement.executable !== null) throw refusals.unterminatedComment(statement.executable);
    if (delimiter !== ";") {
      const text = gathered.take(reader.bytes, 0);
      throw refusals.missingDelimiter(statement.start, decode(delimiter), delimiterSet, text);
    }
    finish(statement, "the end");
  }

  return { push: read, end: readEnd };
}

/** @param bytes a string with a byte for each character */
function decode(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Quotes and a comment's dash, which `skipLiterals` may leave to others, and the end of the statement. */
function maySurroundLiterals(code: number): boolean {
  return code === 0x27 || code === 0x22 || code === 0x2d || code === 0x3b;
}

/** An executable comment with nothing inside: the server answers that the query was empty. */
function isEmpty(text: string): boolean {
  if (text !== "" && !text.startsWith("/*")) return false;
  for (const _ of tokens(text)) return false;
  return true;
}
