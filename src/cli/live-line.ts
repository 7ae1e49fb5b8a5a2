import type { Output } from "./io";

/** One line at the bottom of a terminal that is written over and over. */
export interface LiveLine {
  /** Shows a text of ASCII characters; what does not fit is cut. */
  draw(text: string): void;
  /** Makes room for other output. */
  clear(): void;
}

/** Back to the line's beginning, and delete it. */
const ERASE = "\r\u001b[K";

export function createLiveLine(output: Output): LiveLine {
  let drawn = false;
  return {
    draw(text) {
      // A full line would make the terminal go on to the next.
      output.write(`${ERASE}${text.slice(0, (output.columns ?? 80) - 1)}`);
      drawn = true;
    },
    clear() {
      if (drawn) output.write(ERASE);
      drawn = false;
    },
  };
}
