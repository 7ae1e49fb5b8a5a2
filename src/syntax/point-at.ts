import { withoutSecrets } from "./secrets";
import type { Statement } from "./statement";

/** A server's words about a place in a statement, translated to the file. */
export interface Pointed {
  /** The server's words, with the file's line in place of the statement's. */
  readonly words: string;
  /** The line of SQL and a caret under the place, each after a line break; empty: there is no place to show. */
  readonly excerpt: string;
}

/** As both servers say it: `… near 'FORM t' at line 2`. */
const PLACE = /near '([\s\S]*)' at line (\d+)$/;

/** How many characters of a line are shown around the place. */
const WIDTH = 100;

/**
 * Finds the place in the file: a server counts the statement's own lines. A line with a password in it is not shown.
 * @param words without the error's number
 */
export function pointAt(words: string, statement: Pick<Statement, "text" | "line">): Pointed {
  const found = PLACE.exec(words);
  if (found === null) return { words, excerpt: "" };
  const [, near = "", digits = ""] = found;
  const { text } = statement;
  const lines = text.split("\n");
  const within = Number(digits);
  const line = statement.line + within - 1;
  const told = words.replace(/\d+$/, String(line));
  const sql = lines[within - 1];
  if (sql === undefined || withoutSecrets(text) !== text) return { words: told, excerpt: "" };
  const start = lines.slice(0, within - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const at = near === "" ? sql.trimEnd().length : text.indexOf(near, start) - start;
  if (at < 0 || at > sql.length) return { words: told, excerpt: "" };
  return { words: told, excerpt: draw(line, sql, at) };
}

function draw(line: number, sql: string, at: number): string {
  const from = Math.max(0, Math.min(at - WIDTH / 2, sql.length - WIDTH));
  const shown = sql.slice(from, from + WIDTH);
  const number = `  ${line} | `;
  // A tab stays a tab, so that both lines have the same width.
  const room = shown.slice(0, at - from).replaceAll(/[^\t]/g, " ");
  return `\n${number}${shown}\n${" ".repeat(number.length - 2)}| ${room}^`;
}
