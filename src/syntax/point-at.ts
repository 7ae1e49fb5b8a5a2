import { withoutSecrets } from "./secrets";
import type { Statement } from "./statement";

/** What a server says of a place in a statement, told of the file. */
export interface Pointed {
  /** The server's words, with the file's line in place of the statement's. */
  readonly words: string;
  /** The line of SQL and a caret under the place, each with its line break before it; empty: there is no place to show. */
  readonly excerpt: string;
}

/** As both servers say it: `… near 'FORM t' at line 2`. */
const PLACE = /near '([\s\S]*)' at line (\d+)$/;

/** Characters of a line that are shown around the place. */
const WIDTH = 100;

/**
 * Finds the place that a server's words tell by the statement's own lines. A line with a password in it is not shown.
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
  // A tab takes as much room above as below.
  const room = shown.slice(0, at - from).replaceAll(/[^\t]/g, " ");
  return `\n${number}${shown}\n${" ".repeat(number.length - 2)}| ${room}^`;
}
