import type { SqlValue } from "./session";

/** What is no placeholder: a string or a quoted name, in which a `?` is a character like any other. */
const QUOTED_OR_PLACEHOLDER = /'(?:[^']|'')*'|`(?:[^`]|``)*`|\?/g;

/**
 * Puts values where the placeholders are. The server could do it with a prepared statement, but then
 * max_prepared_stmt_count would keep the runner from its own history.
 *
 * A string becomes a literal that says its character set. Written with printable ASCII only, or else in hexadecimal, it
 * means the same under every sql_mode and every character_set_client.
 * @param sql the runner's own
 * @throws TypeError when there are more or fewer values than placeholders
 */
export function withValues(sql: string, values: readonly SqlValue[]): string {
  if (values.length === 0) return sql;
  let at = 0;
  const text = sql.replace(QUOTED_OR_PLACEHOLDER, (found) => {
    if (found !== "?") return found;
    const value = values[at++];
    return value === undefined ? found : literal(value);
  });
  if (at !== values.length) throw new TypeError(`${values.length} values for ${at} placeholders`);
  return text;
}

/** Printable ASCII but the backslash, which is an escape or not. */
const PLAIN = /^[ -[\]-~]*$/;

/** SQL for a value. */
export function literal(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no SQL number`);
    return String(value);
  }
  if (Buffer.isBuffer(value)) return `x'${value.toString("hex")}'`;
  if (PLAIN.test(value)) return `_utf8mb4'${value.replaceAll("'", "''")}'`;
  return `_utf8mb4 x'${Buffer.from(value).toString("hex")}'`;
}
