import {
  commentEnd,
  executableCommentStart,
  isDigit,
  isSpace,
  isWordCharacter,
  startsLineComment,
  wordEnd,
} from "./bytes";

/**
 * A token as the server's lexer would see it: white space and comments are gone, the content of `/*! … *\/` is code.
 */
export interface Token {
  readonly type: "word" | "quoted-identifier" | "string" | "number" | "variable" | "punctuation";
  /**
   * Identifiers, strings and variables without their quotes and escapes; variables keep `@` or `@@`
   * (`@name`, `@@session.sql_mode`). Words keep their case. `:=` is one token, other punctuation is one
   * character each.
   */
  readonly value: string;
  /** Offset of the token's first character in the text, quotes included, in UTF-16 units. */
  readonly start: number;
  /** Offset after the token's last character. */
  readonly end: number;
}

export interface LexOptions {
  /** `NO_BACKSLASH_ESCAPES` is in force: a backslash in a string is an ordinary character. Default false. */
  readonly noBackslashEscapes?: boolean;
  /** `"…"` is, or may be, a name, as with ANSI_QUOTES. Default false: a string. */
  readonly ansiQuotes?: boolean;
}

/** The value of a quoted text, and where it ends. */
interface Quoted {
  readonly value: string;
  readonly end: number;
}

/**
 * Walks over the tokens of SQL text. Never throws: an unclosed quote or comment reaches to the end of the text. `"…"`
 * is a string unless the options say otherwise, because the text does not show whether ANSI_QUOTES is in force.
 * @param text one statement, or several
 */
export function* tokens(text: string, options: LexOptions = {}): Iterable<Token> {
  const escapes = options.noBackslashEscapes !== true;
  let inExecutableComment = false;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      at++;
    } else if (inExecutableComment && text.startsWith("*/", at)) {
      inExecutableComment = false;
      at += 2;
    } else if (text.startsWith("/*", at)) {
      const inside = executableCommentStart(text, at);
      if (inside !== null) inExecutableComment = true;
      at = inside ?? commentEnd(text, at);
    } else if (code === 0x23 /* # */ || startsLineComment(text, at)) {
      const newline = text.indexOf("\n", at);
      at = newline === -1 ? text.length : newline + 1;
    } else {
      const token = readToken(text, at, escapes);
      yield options.ansiQuotes === true && code === 0x22 /* " */
        ? { ...token, type: "quoted-identifier" }
        : token;
      at = token.end;
    }
  }
}

/** The token that starts at `at`, which is neither white space nor the start of a comment. */
function readToken(text: string, at: number, escapes: boolean): Token {
  const character = text.charAt(at);
  const code = text.charCodeAt(at);
  if (character === "'" || character === '"') {
    const { value, end } = readString(text, at, escapes);
    return { type: "string", value, start: at, end };
  }
  if (character === "`") {
    const { value, end } = readBackticks(text, at);
    return { type: "quoted-identifier", value, start: at, end };
  }
  if (character === "@") return readVariable(text, at, escapes);
  if (isDigit(code) || (character === "." && isDigit(text.charCodeAt(at + 1)) && !followsName(text, at))) {
    return readNumberOrWord(text, at);
  }
  if (isWordCharacter(code)) {
    const end = wordEnd(text, at);
    return { type: "word", value: text.slice(at, end), start: at, end };
  }
  const end = text.startsWith(":=", at) ? at + 2 : at + 1;
  return { type: "punctuation", value: text.slice(at, end), start: at, end };
}

/** In `t.1a` and `` `t`.1a `` the dot separates names; in `(.5)` it starts a number. */
function followsName(text: string, dot: number): boolean {
  return dot > 0 && (isWordCharacter(text.charCodeAt(dot - 1)) || text.charAt(dot - 1) === "`");
}

const numberPattern = /0x[0-9a-f]+|0b[01]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?/iy;

/** Names can start with digits (`2fa_codes`), as long as they are not all digits. */
function readNumberOrWord(text: string, start: number): Token {
  numberPattern.lastIndex = start;
  const match = numberPattern.exec(text);
  const end = match === null ? start + 1 : numberPattern.lastIndex;
  const asWord = wordEnd(text, start);
  if (asWord > end) return { type: "word", value: text.slice(start, asWord), start, end: asWord };
  return { type: "number", value: text.slice(start, end), start, end };
}

/** `@name`, `` @`name` ``, `@'name'`, `@@name`, `@@session.name`; also the host of `user@host`. */
function readVariable(text: string, start: number, escapes: boolean): Token {
  let at = start + 1;
  let value = "@";
  if (text.charAt(at) === "@") {
    at++;
    value = "@@";
  }
  for (;;) {
    const character = text.charAt(at);
    if (character === "`") {
      const quoted = readBackticks(text, at);
      value += quoted.value;
      at = quoted.end;
    } else if (value === "@" && (character === "'" || character === '"')) {
      const quoted = readString(text, at, escapes);
      return { type: "variable", value: value + quoted.value, start, end: quoted.end };
    } else {
      const end = wordEnd(text, at);
      value += text.slice(at, end);
      at = end;
    }
    // A dot is part of a user variable's name and separates a system variable's scope.
    if (text.charAt(at) !== ".") break;
    value += ".";
    at++;
  }
  if (value === "@") return { type: "punctuation", value, start, end: at };
  return { type: "variable", value, start, end: at };
}

function readBackticks(text: string, start: number): Quoted {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf("`", from);
    if (quote === -1) return { value: text.slice(start + 1).replaceAll("``", "`"), end: text.length };
    if (text.charAt(quote + 1) !== "`") {
      return { value: text.slice(start + 1, quote).replaceAll("``", "`"), end: quote + 1 };
    }
    from = quote + 2;
  }
}

// https://dev.mysql.com/doc/refman/8.4/en/string-literals.html#character-escape-sequences
const escapeSequences: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\x1a",
  // These two keep their backslash, so that LIKE can see it.
  "%": "\\%",
  _: "\\_",
};

function readString(text: string, start: number, escapes: boolean): Quoted {
  const quote = text.charAt(start);
  let value = "";
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === quote) {
      value += text.slice(from, at);
      if (text.charAt(at + 1) !== quote) return { value, end: at + 1 };
      from = at + 1; // the second quote of the pair is the character itself
      at++;
    } else if (escapes && character === "\\") {
      const escaped = text.charAt(at + 1);
      value += text.slice(from, at) + (escapeSequences[escaped] ?? escaped);
      from = at + 2;
      at++;
    }
  }
  return { value: value + text.slice(from), end: text.length };
}
