import { executableCommentStart, isSpace } from "./bytes";
import { createPositionTracker, type Position } from "./position";

/** What a reader can be inside of. */
export type Inside = "'" | '"' | "`" | "line-comment" | "block-comment";

/**
 * A text that arrives in parts, as bytes of UTF-8, and how far it has been read. Everything that the splitter looks for
 * is ASCII, and no other character contains an ASCII byte, so only the statements are decoded.
 */
export interface Reader {
  /** The unread rest of the previous part, and the current part. */
  readonly bytes: Buffer;
  /** The same as a string with one character per byte. */
  readonly text: string;
  /** Offset in both. */
  at: number;
  /** Nothing follows this part. */
  last: boolean;
  /** The quote or comment that `at` is in, not counting executable comments. */
  inside: Inside | null;
  /** Where in the whole text `at` is. Must not be called for an earlier place than before. */
  here(): Position;
  /** Where in the whole text `inside` began. */
  openedAt(): Position;
  /** Enters a quote or comment whose opening at `at` has this many characters. */
  open(inside: Inside, length: number): true;
  /** Forgets what has been read, and keeps only a copy of the rest. */
  cut(): void;
  /** Goes on with the next part. */
  add(part: Buffer): void;
}

const NOTHING = Buffer.alloc(0);

export function createReader(): Reader {
  const position = createPositionTracker();
  /** An offset in this part, or a position in an earlier one. */
  let opened: number | Position = 0;
  let bytes: Buffer = NOTHING;
  let text = "";
  return {
    get bytes() {
      return bytes;
    },
    get text() {
      return text;
    },
    at: 0,
    last: false,
    inside: null,
    here() {
      return position.advance(text, this.at);
    },
    openedAt() {
      if (typeof opened === "number") opened = position.advance(text, opened);
      return opened;
    },
    open(inside, length) {
      opened = this.at;
      this.inside = inside;
      this.at += length;
      return true;
    },
    cut() {
      // Most quotes never need their position, but it is lost with the part.
      if (this.inside !== null) this.openedAt();
      this.here();
      position.nextPart();
      bytes = this.at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(this.at));
      text = "";
      this.at = 0;
    },
    add(part) {
      bytes = bytes.length === 0 ? part : Buffer.concat([bytes, part]);
      text = bytes.toString("latin1");
    },
  };
}

/** Whether `count` characters can be looked at, or there will never be more. */
export function sees(reader: Reader, count: number): boolean {
  return reader.last || reader.text.length - reader.at >= count;
}

/** The first character after white space; `cut` when that is in the next part, empty when there is none. */
export function nextCode(reader: Reader, from: number): string {
  const { text, last } = reader;
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at === text.length && !last ? "cut" : text.charAt(at);
}

/** The current line from `at` on, or null when the rest must still arrive. Lines beyond `longest` are cut off. */
export function restOfLine(reader: Reader, longest: number): string | null {
  const newline = reader.text.indexOf("\n", reader.at);
  const end = newline === -1 ? reader.text.length : newline;
  if (newline === -1 && !reader.last && end - reader.at <= longest) return null;
  return reader.text.slice(reader.at, Math.min(end, reader.at + longest));
}

/** What a slash begins; `cut` when only the next part can tell. */
export type Slash = "division" | "comment" | "hint" | "executable" | "cut";

/** The longest opening of an executable comment. */
const longestOpening = "/*M!999999".length;

/** Looks at the slash at `at`. Optimizer hints are told apart because they are meant for the server. */
export function readSlash(reader: Reader): Slash {
  const { text, at } = reader;
  if (!sees(reader, longestOpening)) return "cut";
  if (text.charCodeAt(at + 1) !== 0x2a /* * */) return "division";
  if (text.charCodeAt(at + 2) === 0x2b /* + */) return "hint";
  return executableCommentStart(text, at) === null ? "comment" : "executable";
}
