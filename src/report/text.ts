/** Characters that a terminal shows two cells wide, as far as one can tell: East Asian scripts and emoji. */
const WIDE =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** ASCII is one cell each, and by far the most frequent. */
const PLAIN = /^[\x20-\x7e]*$/;

/** How many cells of a monospaced font a text takes. */
export function cellsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let cells = 0;
  for (const { segment } of GRAPHEMES.segment(text)) cells += WIDE.test(segment) ? 2 : 1;
  return cells;
}

/** A text cut to a number of cells, with `…` at its end if something is missing; never cut within a character. */
export function cutTo(text: string, cells: number): string {
  if (cellsOf(text) <= cells) return text;
  let cut = "";
  let left = cells - 1;
  for (const { segment } of GRAPHEMES.segment(text)) {
    left -= WIDE.test(segment) ? 2 : 1;
    if (left < 0) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** `1 table`, `2 tables`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

/** `340 kB`, `1.2 GB`. */
export function bytes(number: number): string {
  if (number < 1e6) return `${Math.round(number / 1e3)} kB`;
  return number < 1e9 ? `${(number / 1e6).toFixed(1)} MB` : `${(number / 1e9).toFixed(1)} GB`;
}
