/**
 * Commands of the mysql and mariadb clients that are no SQL on any server. `use` and `help` are missing on
 * purpose: servers understand them; `delimiter` is the splitter's own.
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
 * What helps somebody who used a client command.
 * @param command the word, or the backslash and the character behind it, in upper case
 */
export function clientCommandHint(command: string): string {
  return hints[command] ?? "Take it out: only the mysql client can carry it out, the server cannot.";
}

/** `USE name` without a delimiter: the client takes a line of its own as the whole command. */
const useLine =
  /^use[ \t]+(?:`[^`]+`|"[^"]+"|'[^']+'|[^ \t\v\f\r;`'"]+)(?=[ \t\r]*(?:$|#|--(?:[ \t\v\f\r]|$)))/i;

/**
 * The client's rule for USE, the one command that servers know as well.
 * @param line from USE to the line's end
 * @returns how many characters the statement has when the line alone makes it one, else null
 */
export function useLineLength(line: string, delimiter: string): number | null {
  if (line.includes(delimiter)) return null;
  const match = useLine.exec(line);
  return match === null ? null : match[0].length;
}
