import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from "node:fs";
import { commentEnd, executableCommentStart, isSpace, startsLineComment } from "../syntax/bytes";
import { isTemplate } from "./template";
import { createNormalizer, isBlank, normalizeWhole, sha256, type TextFault } from "./text";

/** Size of the buffer that `inspectFile` needs; files up to this size are read in one piece. */
export const READ_SIZE = 1024 * 1024;

/** What we must know about a file's content without keeping it. */
export interface Inspected {
  /** Size on disk. */
  readonly bytes: number;
  /** SHA-256, hex, of the normalized text. */
  readonly checksum: string;
  /** Whether it is empty or only white space. */
  readonly blank: boolean;
  /** Whether it contains only what `create` wrote. */
  readonly template: boolean;
  /** The words of its `-- migrate: …` lines. */
  readonly directives: readonly string[];
  /** For a file larger than READ_SIZE, its `fileIdentity`; null for others. */
  readonly identity: string | null;
}

/** Bytes that are not text, and where: the 1-based line of the fault. */
export interface Unreadable {
  readonly fault: TextFault;
  readonly line: number;
}

/**
 * Reads a file once, in constant memory whatever its size.
 * @param buffer READ_SIZE bytes, overwritten; shared between calls, because 20,000 buffers would cost more than reading
 * @throws the system's error when the file cannot be read
 */
export function inspectFile(path: string, buffer: Buffer): Inspected | Unreadable {
  const fd = openSync(path, "r");
  try {
    const length = fill(fd, buffer);
    return length < buffer.length
      ? inspectWhole(path, buffer.subarray(0, length))
      : inspectLong(path, fd, buffer);
  } finally {
    closeSync(fd);
  }
}

/** Reads until the buffer is full or the file ends: a short read alone does not mean the end. */
function fill(fd: number, buffer: Buffer): number {
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(fd, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return length;
}

function inspectWhole(path: string, bytes: Buffer): Inspected | Unreadable {
  const text = normalizeWhole(bytes);
  if ("kind" in text) return { fault: text, line: lineOf(path, text) };
  return {
    bytes: bytes.length,
    checksum: sha256(text),
    blank: isBlank(text),
    template: isTemplate(text),
    directives: directivesIn(text),
    identity: null,
  };
}

const NO_DIRECTIVES: readonly string[] = [];

function directivesIn(head: Buffer): readonly string[] {
  if (!head.includes("migrate:")) return NO_DIRECTIVES;
  return readDirectives(head);
}

function inspectLong(path: string, fd: number, buffer: Buffer): Inspected | Unreadable {
  const normalizer = createNormalizer();
  const hash = createHash("sha256");
  const identity = fileIdentity(fstatSync(fd, { bigint: true }));
  let bytes = 0;
  let blank = true;
  let directives: readonly string[] = [];
  for (let length = buffer.length; ; length = fill(fd, buffer)) {
    const text = normalizer.push(buffer.subarray(0, length), length < buffer.length);
    if ("kind" in text) return { fault: text, line: lineOf(path, text) };
    if (bytes === 0) directives = directivesIn(text);
    bytes += length;
    blank = blank && isBlank(text);
    hash.update(text);
    if (length < buffer.length)
      return { bytes, checksum: hash.digest("hex"), blank, template: false, directives, identity };
  }
}

/** A text that changes when a file is written to or replaced, from the file system, without reading the file. */
export function fileIdentity({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

/** Reads the file again to count lines, since only a broken file needs that. */
function lineOf(path: string, fault: TextFault): number {
  if (fault.kind === "utf-16") return 1;
  const buffer = Buffer.allocUnsafe(READ_SIZE);
  const fd = openSync(path, "r");
  try {
    let line = 1;
    let remaining = fault.offset;
    while (remaining > 0) {
      const length = Math.min(fill(fd, buffer), remaining);
      if (length === 0) break;
      for (let at = buffer.indexOf(0x0a); at >= 0 && at < length; at = buffer.indexOf(0x0a, at + 1))
        line += 1;
      remaining -= length;
    }
    return line;
  } finally {
    closeSync(fd);
  }
}

const DIRECTIVE = /^migrate:\s*(.*)$/;

/**
 * Finds what a migration says about itself in lines such as `-- migrate: irreversible`. They count only in the comments
 * above the first statement, so text inside a statement is never mistaken for one.
 * @param head the beginning of the normalized file
 * @returns the words after `migrate:`, in order
 */
export function readDirectives(head: Buffer): readonly string[] {
  return leadingLineComments(head.toString("utf8"))
    .map((comment) => DIRECTIVE.exec(comment.trim())?.[1])
    .filter((directive) => directive !== undefined);
}

/** The texts of the `-- ` comments before anything other than comments and white space. */
function leadingLineComments(text: string): readonly string[] {
  const comments: string[] = [];
  for (let at = 0; at < text.length; ) {
    const isDashes = startsLineComment(text, at);
    if (isSpace(text.charCodeAt(at))) {
      at += 1;
    } else if (isDashes || text[at] === "#") {
      const newline = text.indexOf("\n", at);
      const end = newline === -1 ? text.length : newline;
      if (isDashes) comments.push(text.slice(at + 2, end));
      at = end;
    } else if (text.startsWith("/*", at) && executableCommentStart(text, at) === null) {
      at = commentEnd(text, at);
    } else {
      break;
    }
  }
  return comments;
}
