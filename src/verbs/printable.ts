/**
 * Characters that a terminal or a log viewer would obey instead of showing them: control characters except line feed
 * and tab, line separators, and characters that reorder their neighbours.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const ACTED_UPON = /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const EACH = new RegExp(ACTED_UPON, "gu");

/**
 * Data that is safe to show: in every text in it, characters that a terminal would obey are spelled out, such as
 * `\x1b`. We do this to the data, before lines are made from it, so that everything from a server, a file or the
 * environment is made harmless, and our own colours still work.
 * @param data consists of objects, arrays and plain values
 * @param except these properties of the object are left as they are
 * @returns the very same data when nothing had to be changed
 */
export function printable<T>(data: T, except: readonly string[] = []): T {
  if (typeof data === "string") return spellOut(data) as T;
  if (Array.isArray(data)) return mapArray(data) as T;
  if (typeof data !== "object" || data === null) return data;
  const changed = Object.entries(data).flatMap(([name, value]) => {
    const shown = except.includes(name) ? value : printable(value);
    return shown === value ? [] : [[name, shown]];
  });
  return changed.length === 0 ? data : { ...data, ...Object.fromEntries(changed) };
}

function mapArray(items: readonly unknown[]): readonly unknown[] {
  const shown = items.map((item) => printable(item));
  return shown.some((item, index) => item !== items[index]) ? shown : items;
}

function spellOut(text: string): string {
  if (!ACTED_UPON.test(text)) return text;
  return text.replace(EACH, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code}`;
  });
}

/**
 * Data as a JSON document without characters that a terminal would obey. Reading it gives the same data.
 * @param space as for JSON.stringify; left out: one line
 */
export function printableJson(data: unknown, space?: number): string {
  const json = JSON.stringify(data, null, space);
  if (!ACTED_UPON.test(json)) return json;
  // JSON.stringify escapes only what is below U+0020; the other characters occur only in texts.
  return json.replace(EACH, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A text as one line, for a cell of a table or a line that is written over. */
export function oneLine(text: string): string {
  return /[\n\t]/.test(text) ? text.trim().replace(/\s*[\n\t]\s*/g, " ") : text;
}
