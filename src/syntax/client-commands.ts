import { type ErrorCode, MigrateError } from "../errors";
import type { Position } from "./position";
import type { OpenBlock } from "./stored-program";

/**
 * Commands of the mysql and mariadb clients that are not SQL on any server. `use` and `help` are missing on purpose:
 * servers understand them; `delimiter` is the splitter's own.
 * @see https://dev.mysql.com/doc/refman/8.4/en/mysql-commands.html
 * @see https://mariadb.com/kb/en/mariadb-command-line-client/
 */
const commands = new Set(
  (
    "CHARSET CLEAR CONNECT EDIT EGO EXIT GO NOPAGER NOTEE NOWARNING PAGER PRINT PROMPT QUERY_ATTRIBUTES QUIT " +
    "REHASH RESETCONNECTION SANDBOX SOURCE SSL_SESSION_DATA_PRINT STATUS SYSTEM TEE WARNINGS"
  ).split(" "),
);

/** Whether a statement that starts with this word (in upper case) is a command for the client. */
export function isClientCommand(word: string): boolean {
  return commands.has(word);
}

const hints: Readonly<Record<string, string>> = {
  SOURCE: "Put that file's statements here, or make it a migration of its own.",
  "\\.": "Put that file's statements here, or make it a migration of its own.",
  "\\D": "Write DELIMITER on a line of its own.",
  "\\U": "Write USE and the database's name.",
};

/**
 * A hint for somebody who used a client command.
 * @param command the word, or the backslash and the next character, in upper case
 */
export function clientCommandHint(command: string): string {
  return hints[command] ?? "Take it out: only the mysql client can carry it out, the server cannot.";
}

/** `USE name` without a delimiter: if it has a line of its own, the client takes that as the whole command. */
const useLine =
  /^use[ \t]+(?:`[^`]+`|"[^"]+"|'[^']+'|[^ \t\v\f\r;`'"]+)(?=[ \t\r]*(?:$|#|--(?:[ \t\v\f\r]|$)))/i;

/**
 * The client's rule for USE, the one command that servers also know.
 * @param line from USE to the line's end
 * @returns how many characters the statement has when the line alone makes it one, else null
 */
export function useLineLength(line: string, delimiter: string): number | null {
  if (line.includes(delimiter)) return null;
  const match = useLine.exec(line);
  return match === null ? null : match[0].length;
}

/** The refusals of one file's text, each with its position. */
export interface Refusals {
  /** @param command as written: a word, a backslash and what follows it, or just a backslash */
  clientCommand(at: Position, command: string): MigrateError;
  badDelimiter(at: Position, problem: string): MigrateError;
  unterminatedQuote(at: Position, quote: string): MigrateError;
  unterminatedComment(at: Position): MigrateError;
  /** @param delimiter what ended the statement while the executable comment at `at` was open */
  statementInsideComment(at: Position, delimiter: string): MigrateError;
  unterminatedBody(at: Position, block: OpenBlock, text: string): MigrateError;
  /** @param set where the current delimiter was set */
  missingDelimiter(at: Position, delimiter: string, set: Position, text: string): MigrateError;
}

/** @param fileName goes in front of every message; null when the text comes from no file */
export function createRefusals(fileName: string | null): Refusals {
  function refuse(code: ErrorCode, at: Position, found: string, hint: string): MigrateError {
    const place = fileName === null ? inWords(at) : `${fileName}:${at.line}:${at.column}`;
    return new MigrateError(code, `${place}: ${found}`, { hint });
  }

  return {
    clientCommand: (at, command) =>
      refuse(
        "client-command",
        at,
        `${command === "\\" ? "a backslash outside of quotes" : command} is a command of the mysql client, not SQL: ` +
          "the server cannot run it.",
        clientCommandHint(command.toUpperCase()),
      ),
    badDelimiter: (at, problem) =>
      refuse("bad-delimiter", at, `${problem}.`, "Write it on a line of its own, such as: DELIMITER //"),
    unterminatedQuote: (at, quote) =>
      refuse(
        "unterminated-quote",
        at,
        `the ${quote} that opens here is never closed.`,
        quote === "`" ? "Close it. Within a name, write it twice." : closeQuoteHint(quote),
      ),
    unterminatedComment: (at) =>
      refuse("unterminated-comment", at, "the comment that begins here is never closed.", "Close it with */"),
    statementInsideComment: (at, delimiter) =>
      refuse(
        "unterminated-comment",
        at,
        `${delimiter} ends the statement inside of the executable comment that begins here.`,
        `Close the comment with */ first. For a ${delimiter} inside of it, choose another DELIMITER.`,
      ),
    unterminatedBody: (at, block, text) =>
      refuse(
        "unterminated-statement",
        at,
        `the statement that begins here has no END for its ${block.word} in ${inWords(block)}.`,
        delimiterInside(text) ?? "Add the END, or end the statement with a DELIMITER of its own.",
      ),
    missingDelimiter: (at, delimiter, set, text) =>
      refuse(
        "unterminated-statement",
        at,
        `the statement that begins here is not ended by ${delimiter}, the delimiter since ${inWords(set)}.`,
        delimiterInside(text) ?? `End it with ${delimiter}, and change back with: DELIMITER ;`,
      ),
  };
}

function closeQuoteHint(quote: string): string {
  return `Close it. Within the text, write it twice; a ${quote} behind a backslash does not close it either.`;
}

function inWords(at: Position): string {
  return `line ${at.line}, column ${at.column}`;
}

/** The likely reason when a statement has no end: the client recognises DELIMITER only between statements. */
function delimiterInside(text: string): string | null {
  if (!/\n[ \t]*delimiter[ \t]/i.test(text)) return null;
  return "It contains a DELIMITER line, which counts only between statements: end the statement above it first.";
}
