import { isDigit, isSpace, isWordCharacter, wordEnd } from "./bytes";
import type { Inside, Reader } from "./text-reader";

/**
 * How a skip ended. `ended`: `at` is after the skipped thing; `open`: it goes on in the next part; `cut`: only the next
 * part shows what is at `at`, such as a quote that may be half of a doubled one.
 */
export type Skipped = "ended" | "open" | "cut";

/** Which bytes must be looked at in code: 1 for these, 0 for those that can be skipped. */
export type Marks = Uint8Array;

/** Characters that can begin or end something in code: quotes, comments, executable comments, commands. */
const special = "'\"`#-/*\\";

/** The marks for code whose statements end with `delimiter`. */
export function marksFor(delimiter: string): Marks {
  const marks = new Uint8Array(0x100);
  for (let at = 0; at < special.length; at++) marks[special.charCodeAt(at)] = 1;
  marks[delimiter.charCodeAt(0)] = 1;
  return marks;
}

/** Goes to the next marked character, or to the end of the part. */
export function skipCode(reader: Reader, marks: Marks): void {
  const { bytes } = reader;
  const { length } = bytes;
  let at = reader.at;
  while (at < length && marks[bytes[at] ?? 0] === 0) at++;
  reader.at = at;
}

/**
 * Goes past the closing quote, from anywhere after the opening one.
 * @param escapes whether a backslash takes away the next character's meaning
 */
export function skipQuoted(reader: Reader, quote: number, escapes: boolean): Skipped {
  const { bytes } = reader;
  const { length } = bytes;
  const escapeCode = escapes ? 0x5c : quote;
  let at = reader.at;
  while (at < length) {
    const code = bytes[at];
    if (code !== quote && code !== escapeCode) {
      at++;
      continue;
    }
    if (at + 1 === length && !reader.last) {
      reader.at = at;
      return "cut";
    }
    if (code === quote && bytes[at + 1] !== quote) {
      reader.at = at + 1;
      return "ended";
    }
    at += 2; // a doubled quote, or a backslash and what it escapes
  }
  reader.at = length;
  return "open";
}

/**
 * Skips literals and what is between them, up to the first thing that is neither, or that ends in the next part. Large
 * files are nearly all rows of data, so they spend most of their time in this loop.
 */
export function skipLiterals(reader: Reader, escapes: boolean): void {
  const { bytes } = reader;
  const { length } = bytes;
  let at = reader.at;
  while (at < length) {
    const code = bytes[at] ?? 0;
    const kind = literalKinds[code];
    if (kind === filling) {
      at++;
    } else if (kind === quoteMark) {
      const end = quotedEnd(bytes, at, code, escapes);
      if (end === -1) break;
      at = end;
    } else if (kind === digit) {
      do at++;
      while (at < length && isWordCharacter(bytes[at] ?? 0)); // 1e5, 0xff
    } else if (kind === letter) {
      const end = wordEnd(reader.text, at);
      if (end === length || !isLiteralWord(reader.text.slice(at, end)) || !isNoCall(reader.text, end)) break;
      at = end;
    } else if (kind === minus && at + 1 < length && bytes[at + 1] !== 0x2d) {
      at++;
    } else {
      break;
    }
  }
  reader.at = at;
}

/** The classes of characters among literals; small numbers, because every character is looked up. */
const other = 0;
const filling = 1;
const quoteMark = 2;
const digit = 3;
const letter = 4;
const minus = 5;

const literalKinds = Uint8Array.from({ length: 0x100 }, (_, code) => {
  if (isSpace(code) || code === 0x28 || code === 0x29 || code === 0x2c) return filling; // ( ) ,
  if (code === 0x2b || code === 0x2e) return filling; // + .
  if (code === 0x27 || code === 0x22) return quoteMark;
  if (code === 0x2d) return minus;
  if (isDigit(code)) return digit;
  return isWordCharacter(code) ? letter : other;
});

/** Whether a word is a literal, or introduces one: x'…', _utf8mb4'…'. */
function isLiteralWord(word: string): boolean {
  return word.charCodeAt(0) === 0x5f || literalWords.has(word) || literalWords.has(word.toUpperCase());
}

/** A function can be named n, or _f: then a parenthesis follows, or a comment and perhaps a parenthesis after it. */
function isNoCall(text: string, behind: number): boolean {
  let at = behind;
  while (isSpace(text.charCodeAt(at))) at++;
  return at < text.length && !"(/-#".includes(text.charAt(at));
}

const literalWords = new Set(["NULL", "DEFAULT", "TRUE", "FALSE", "X", "B", "N"]);

/**
 * Offset after the closing quote; -1 when that may not be in this part. skipQuoted does the same, but takes nearly half
 * as long again for the rows of a large file.
 */
function quotedEnd(bytes: Buffer, start: number, quote: number, escapes: boolean): number {
  const { length } = bytes;
  const escapeCode = escapes ? 0x5c : quote;
  let at = start + 1;
  while (at < length) {
    const code = bytes[at];
    if (code !== quote && code !== escapeCode) {
      at++;
    } else if (code === quote && bytes[at + 1] !== quote) {
      return at + 1 < length ? at + 1 : -1;
    } else {
      at += 2;
    }
  }
  return -1;
}

/** Goes to the newline that ends a comment; it stays unread. */
export function skipLineComment(reader: Reader): Skipped {
  const newline = reader.text.indexOf("\n", reader.at);
  reader.at = newline === -1 ? reader.text.length : newline;
  return newline === -1 ? "open" : "ended";
}

/** Goes past the end of an ordinary comment, from after its opening. */
export function skipBlockComment(reader: Reader): Skipped {
  const { text } = reader;
  const end = text.indexOf("*/", reader.at);
  if (end !== -1) {
    reader.at = end + 2;
    return "ended";
  }
  const cut = !reader.last && reader.at < text.length && text.endsWith("*");
  reader.at = cut ? text.length - 1 : text.length;
  return cut ? "cut" : "open";
}

/**
 * Goes to the end of the quote or comment that the reader is in.
 * @param escapes whether backslashes escape in strings; in backticks they never do
 */
export function skipInside(reader: Reader, inside: Inside, escapes: boolean): Skipped {
  if (inside === "line-comment") return skipLineComment(reader);
  if (inside === "block-comment") return skipBlockComment(reader);
  return skipQuoted(reader, inside.charCodeAt(0), escapes && inside !== "`");
}
