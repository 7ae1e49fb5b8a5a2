import { isSpace } from "./characters";

/** Gathers the text of one statement after the other from the parts that a file arrives in. */
export interface StatementText {
  /** A statement begins at an offset of the current part. */
  begin(at: number): void;
  /** Adds what the current part holds of it, from where the statement began or went on, up to `end`. */
  add(part: Buffer, end: number): void;
  /** Keeps nothing until `resume`. */
  leaveOut(): void;
  /** Goes on at an offset of the current part, behind this text instead of what it had before. */
  resume(text: string, at: number): void;
  /** All of it up to `end` of the current part, decoded, without trailing white space. */
  take(part: Buffer, end: number): string;
}

export function createStatementText(): StatementText {
  /** What earlier parts held of it. Kept from one statement to the next, because a large one costs time to get. */
  let gathered = Buffer.allocUnsafe(0);
  let length = 0;
  let from = 0;
  let leavingOut = false;

  function gather(bytes: Buffer): void {
    const needed = length + bytes.length;
    if (needed > gathered.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * length));
      gathered.copy(larger, 0, 0, length);
      gathered = larger;
    }
    bytes.copy(gathered, length);
    length = needed;
  }

  return {
    begin(at) {
      length = 0;
      from = at;
      leavingOut = false;
    },
    add(part, end) {
      if (end > from && !leavingOut) gather(part.subarray(from, end));
      from = 0;
    },
    leaveOut() {
      leavingOut = true;
    },
    resume(text, at) {
      length = 0;
      gather(Buffer.from(text));
      leavingOut = false;
      from = at;
    },
    take(part, end) {
      if (length === 0) return part.toString("utf8", from, trimmedEnd(part, from, end));
      gather(part.subarray(from, end));
      from = end;
      return gathered.toString("utf8", 0, trimmedEnd(gathered, 0, length));
    },
  };
}

function trimmedEnd(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1] ?? 0)) at--;
  return at;
}
