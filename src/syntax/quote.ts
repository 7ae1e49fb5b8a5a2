/**
 * Quotes an identifier for MySQL and MariaDB, whatever `sql_mode` is in force.
 * @returns the name in backticks, inner backticks doubled
 * @see https://dev.mysql.com/doc/refman/8.4/en/identifiers.html
 */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** Quotes `database.name`, or just `name` when the database is null (the current one). */
export function quoteQualified(database: string | null, name: string): string {
  return database === null ? quoteIdentifier(name) : `${quoteIdentifier(database)}.${quoteIdentifier(name)}`;
}

/**
 * Quotes text as SQL, for sessions with backslash escapes (all sessions without NO_BACKSLASH_ESCAPES).
 * https://dev.mysql.com/doc/refman/8.4/en/string-literals.html
 */
export function quoteString(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n");
  return `'${escaped.replaceAll("\0", "\\0").replaceAll("\r", "\\r").replaceAll("\x1a", "\\Z")}'`;
}
