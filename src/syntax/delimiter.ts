/** What a DELIMITER line asks for, or why it cannot be had. */
export type DelimiterLine = { readonly delimiter: string } | { readonly problem: string };

// White space is ASCII's: in a line of bytes, \s would take one of another character for a blank.
const argument = /^[ \t\v\f\r]+(?:'([^']*)'|"([^"]*)"|`([^`]*)`|([^ \t\v\f\r'"`][^ \t\v\f\r]*))/;

/**
 * Reads a DELIMITER line as the client does: the argument ends at white space unless it is quoted, and the rest
 * of the line is ignored.
 * @param line from the word DELIMITER to the line's end
 * @see https://dev.mysql.com/doc/refman/8.4/en/stored-programs-defining.html
 */
export function parseDelimiterLine(line: string): DelimiterLine {
  const match = argument.exec(line.slice("DELIMITER".length));
  const delimiter = match === null ? "" : (match[1] ?? match[2] ?? match[3] ?? match[4] ?? "");
  if (delimiter === "") return { problem: "DELIMITER must be followed by white space and a delimiter" };
  // The client could not tell it from its own commands, and refuses it too.
  if (delimiter.includes("\\")) return { problem: "a delimiter cannot contain a backslash" };
  return { delimiter };
}
