import { type Token, tokens } from "../syntax/lexer";
import { quoteString } from "../syntax/quote";

/** A string in an expression, with the `_charset` before it. */
export interface Literal {
  /** Of the introducer if there is one, otherwise of the string. */
  readonly start: number;
  readonly end: number;
  /** Lower case, without the underscore; null: the session's. */
  readonly charset: string | null;
  readonly value: string;
  /** Whether it is a function's only argument: the server never puts an introducer there by itself. */
  readonly alone: boolean;
}

/** The strings in an expression that a server printed, in order. */
export function literalsOf(text: string): readonly Literal[] {
  if (!text.includes("'")) return [];
  const all = [...tokens(text)];
  return all.flatMap((token, index): Literal[] => {
    if (token.type !== "string") return [];
    const before = all[index - 1];
    const hasIntroducer = before?.type === "word" && /^_[a-z0-9]+$/i.test(before.value);
    // x'…', b'…', DATE'…' and the like are not plain strings.
    if (!hasIntroducer && before?.type === "word" && before.end === token.start) return [];
    const first = hasIntroducer ? index - 1 : index;
    const charset = hasIntroducer ? before.value.slice(1).toLowerCase() : null;
    const start = hasIntroducer ? before.start : token.start;
    return [{ start, end: token.end, charset, value: token.value, alone: isAlone(all, first, index) }];
  });
}

function isAlone(all: readonly Token[], first: number, last: number): boolean {
  const [name, open, next] = [all[first - 2], all[first - 1], all[last + 1]];
  if (open?.value !== "(" || name === undefined || next === undefined) return false;
  if (name.type !== "word" && name.type !== "quoted-identifier") return false;
  return /^(?:\)|as|using)$/i.test(next.value) && !/^(?:in|and|or|not|xor|when|then|else)$/i.test(name.value);
}

/** Replaces an expression's strings; null leaves one as it is. */
export function replaceLiterals(
  text: string,
  write: (literal: Literal, index: number) => string | null,
): string {
  let result = "";
  let copied = 0;
  for (const [index, literal] of literalsOf(text).entries()) {
    const written = write(literal, index);
    if (written === null) continue;
    result += text.slice(copied, literal.start) + written;
    copied = literal.end;
  }
  return result + text.slice(copied);
}

/** Character sets whose bytes mean the same as in UTF-8. */
const UTF8: ReadonlySet<string> = new Set(["utf8mb4", "utf8mb3", "utf8"]);

/** Character sets in which ASCII bytes are other characters, or none. */
const NOT_ASCII: ReadonlySet<string> = new Set([
  "binary",
  "ucs2",
  "utf16",
  "utf16le",
  "utf32",
  "swe7",
  "filename",
]);

/** Whether a text has only ASCII characters. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/**
 * Whether an introducer is useless: all our sessions use utf8mb4, and when a table is altered, a server converts
 * strings that it compares with a column to that column's character set (`_ascii''`). `_binary` is not useless, because
 * it compares bytes, and neither are introducers before letters outside ASCII, which mean other letters in other
 * character sets.
 */
export function isNoise({ charset, value, alone }: Literal): boolean {
  if (charset === null || UTF8.has(charset)) return true;
  return !alone && !NOT_ASCII.has(charset) && isAscii(value);
}

/**
 * Whether MySQL's SHOW CREATE TABLE may have printed something wrong: it reads the bytes of any character set as
 * utf8mb3, and prints `?` for invalid bytes.
 */
export function mayBeLost(text: string): boolean {
  return literalsOf(text).some((literal) => {
    if (literal.value.includes("?") || literal.value.includes("\ufffd")) return true;
    return literal.charset !== "binary" && !isNoise(literal);
  });
}

/** A string as bytes, from MySQL's information_schema. */
export interface Bytes {
  readonly charset: string;
  readonly bytes: Buffer;
  readonly alone: boolean;
}

/**
 * Reads an expression from MySQL's information_schema. Each string is in the bytes of its own character set, shown as
 * if they were latin1, with quotes and backslashes escaped once more.
 * @returns null when the text is not like that
 */
export function readStored(
  stored: string,
): { readonly text: string; readonly literals: readonly Bytes[] } | null {
  for (let at = 0; at < stored.length; at++) if (stored.charCodeAt(at) > 0xff) return null;
  const text = stored.replace(/\\([\s\S])/g, (_, character: string) => ESCAPES[character] ?? character);
  const literals = literalsOf(text).map(({ charset, value, alone }) => ({
    charset: charset ?? "utf8mb4",
    bytes: Buffer.from(value, "latin1"),
    alone,
  }));
  return { text, literals };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", "0": "\0", Z: "\x1a", t: "\t" };

/** What MySQL prints for bytes that it reads as utf8mb3. */
export function printedLossy(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = utf8Length(bytes, at);
    text += length === 0 ? "?" : bytes.toString("utf8", at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

/** Length of the utf8mb3 character at a place; 0 when there is none. */
function utf8Length(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 0;
  if (length < 2) return length;
  const character = bytes.subarray(at, at + length);
  return character.equals(Buffer.from(character.toString("utf8"))) && character.length === length
    ? length
    : 0;
}

/**
 * An expression without its strings, introducers and outer parentheses: what two printed forms of it have in common.
 */
export function skeleton(text: string): string {
  let parts = "";
  let copied = 0;
  for (const { start, end } of literalsOf(text)) {
    parts += `${text.slice(copied, start)}''`;
    copied = end;
  }
  let inner = (parts + text.slice(copied)).replace(/\s+/g, "");
  while (inner.startsWith("(") && closesAtEnd(inner)) inner = inner.slice(1, -1);
  return inner;
}

/** Whether the text's last character closes its first parenthesis. */
export function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (const token of tokens(text)) {
    if (token.type !== "punctuation") continue;
    if (token.value === "(") depth++;
    if (token.value === ")" && --depth === 0) return token.end === text.length;
  }
  return false;
}

/**
 * A string as SQL that means the same bytes in a session with utf8mb4.
 * @param text the text of the bytes; null when utf8mb4 has no such text
 */
export function writeLiteral({ charset, bytes, alone }: Bytes, text: string | null): string {
  if (UTF8.has(charset) || (text !== null && !alone)) return quoteString(text ?? bytes.toString("utf8"));
  if (isAscii(bytes.toString("latin1")) && !bytes.includes(0))
    return `_${charset}${quoteString(bytes.toString())}`;
  return `_${charset} x'${bytes.toString("hex")}'`;
}

/** Whether a character set's bytes can be read directly as UTF-8. */
export function isUtf8(charset: string): boolean {
  return UTF8.has(charset);
}
