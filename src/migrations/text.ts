import { isUtf8 } from "node:buffer";
import * as crypto from "node:crypto";
import { getSystemErrorMap } from "node:util";

/** Says in words why the system could not read a file, without its path: `permission denied`. */
export function describeReadError(error: unknown): string {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code === "ELOOP") return "the link leads in a circle";
  const words = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return words ?? code ?? String(error);
}

/**
 * SHA-256 in hex. In one call since Node 20.12, which halves the time for small files.
 * @see https://nodejs.org/api/crypto.html#cryptohashalgorithm-data-options
 */
export function sha256(bytes: Buffer): string {
  return typeof crypto.hash === "function"
    ? crypto.hash("sha256", bytes, "hex")
    : crypto.createHash("sha256").update(bytes).digest("hex");
}

/** Why some bytes are not the text of a migration. Offsets count bytes from the start of the file, from 0. */
export type TextFault =
  | { readonly kind: "utf-16" }
  | { readonly kind: "invalid-utf8"; readonly offset: number }
  | { readonly kind: "nul"; readonly offset: number };

const NOTHING = Buffer.alloc(0);
const CR = 0x0d;
const LF = 0x0a;

/**
 * Turns a whole file's bytes into the bytes that are hashed, stored and run: without byte-order mark, with CRLF as LF.
 * The checksum depends on this rule, so it must never change.
 * @param bytes overwritten
 * @returns a view of them, or what is wrong with them
 */
export function normalizeWhole(bytes: Buffer): Buffer | TextFault {
  if (looksLikeUtf16(bytes)) return { kind: "utf-16" };
  return normalizePart(bytes, byteOrderMarkLength(bytes), bytes.length, 0);
}

/** Does the same piece by piece. */
export interface Normalizer {
  /**
   * Takes the next bytes, and returns what is complete: whole characters, and no CR whose LF may follow.
   * @param chunk overwritten, now or later; the result may be a view of it
   * @param last no more bytes follow
   */
  push(chunk: Buffer, last: boolean): Buffer | TextFault;
}

/** Starts a new file. After a fault it must not be used again. */
export function createNormalizer(): Normalizer {
  let carry = NOTHING;
  let offset = 0;
  let started = false;

  return {
    push(chunk, last) {
      const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
      // Three bytes tell whether there is a byte-order mark, four whether it looks like UTF-16 without one.
      const end = last ? bytes.length : completeLength(bytes, started ? 0 : 4);
      // A copy, because the caller reads the next bytes into the same buffer.
      carry = end === bytes.length ? NOTHING : Buffer.from(bytes.subarray(end));
      if (end === 0) return NOTHING;

      if (!started && looksLikeUtf16(bytes)) return { kind: "utf-16" };
      const part = normalizePart(bytes, started ? 0 : byteOrderMarkLength(bytes), end, offset);
      started = true;
      offset += end;
      return part;
    },
  };
}

/** Whether the bytes are nothing but ASCII white space. */
export function isBlank(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x20 && (byte < 0x09 || byte > CR)) return false;
  }
  return true;
}

function looksLikeUtf16(bytes: Buffer): boolean {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  // In UTF-16 without a byte-order mark, text that starts with ASCII has every other byte zero.
  return (a === 0 && b !== 0 && c === 0) || (a !== 0 && b === 0 && c !== 0 && d === 0);
}

function byteOrderMarkLength(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** How many bytes can be passed on before the rest is known: no half characters, no lone CR at the end. */
function completeLength(bytes: Buffer, atLeast: number): number {
  const { length } = bytes;
  if (length < atLeast) return 0;
  if (bytes[length - 1] === CR) return length - 1;
  for (let back = 1; back <= Math.min(3, length); back += 1) {
    const byte = bytes[length - back] ?? 0;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? length - back : length;
  }
  return length;
}

function normalizePart(bytes: Buffer, start: number, end: number, offset: number): Buffer | TextFault {
  // No view unless it is needed: with 20,000 small files the garbage collector notices them.
  const part = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
  return findFault(part, offset + start) ?? dropCrBeforeLf(part);
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

function findFault(bytes: Buffer, offset: number): TextFault | null {
  const nul = bytes.indexOf(0);
  const invalid = isUtf8(bytes) ? -1 : findInvalid(bytes);
  if (nul >= 0 && (invalid < 0 || nul < invalid)) return { kind: "nul", offset: offset + nul };
  return invalid < 0 ? null : { kind: "invalid-utf8", offset: offset + invalid };
}

/** Finds the first byte that does not belong to a character, by table 3-7 of the Unicode standard. */
function findInvalid(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const size = sequenceLength(lead);
    // The built-in decoder judges each candidate, so overlong forms and surrogates need no rules here.
    if (lead < 0xc2 || lead > 0xf4 || at + size > bytes.length) return at;
    if (!isUtf8(bytes.subarray(at, at + size))) return at;
    at += size;
  }
  return -1;
}

function dropCrBeforeLf(bytes: Buffer): Buffer {
  const first = bytes.indexOf(CR);
  if (first < 0) return bytes;
  let to = first;
  for (let from = first; from < bytes.length; from += 1) {
    const byte = bytes[from] ?? 0;
    if (byte === CR && bytes[from + 1] === LF) continue;
    bytes[to] = byte;
    to += 1;
  }
  return bytes.subarray(0, to);
}
