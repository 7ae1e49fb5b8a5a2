import { MigrateError } from "../errors";
import type { SqlValue } from "./session";

/** Matches placeholders, and also strings and quoted names, in which a `?` is just a character. */
const QUOTED_OR_PLACEHOLDER = /'(?:[^']|'')*'|`(?:[^`]|``)*`|\?/g;

/**
 * Puts values in place of the placeholders. A prepared statement could do it, but then max_prepared_stmt_count could
 * keep the runner from its own history.
 *
 * A string becomes a literal that says its character set. Written with printable ASCII only, or else in hexadecimal, it
 * means the same under every sql_mode and every character_set_client.
 * @param sql the runner's own
 * @throws TypeError when there are more or fewer values than placeholders
 */
export function withValues(sql: string, values: readonly SqlValue[]): string {
  return withLiterals(sql, values.map(literal));
}

function withLiterals(sql: string, literals: readonly string[]): string {
  if (literals.length === 0) return sql;
  let at = 0;
  const text = sql.replace(QUOTED_OR_PLACEHOLDER, (found) =>
    found === "?" ? (literals[at++] ?? "?") : found,
  );
  if (at !== literals.length) throw new TypeError(`${literals.length} values for ${at} placeholders`);
  return text;
}

/** Bytes of a packet that the server needs for itself, and that a SET around a piece takes. */
const RESERVED = 512;

/** Whether a value of so many bytes can be written to a column: the server turns a longer one into NULL. */
export function fitsInColumn(bytes: number, maxPacketBytes: number): boolean {
  return bytes <= maxPacketBytes - RESERVED;
}

/**
 * Puts values in place of the placeholders, within the server's packet size: values that do not fit are sent ahead, in
 * pieces, into user variables.
 * @returns the statements to run first, and the statement itself
 * @throws MigrateError `server-error` when a value is too long for the server altogether
 */
export function withValuesInPieces(
  sql: string,
  values: readonly SqlValue[],
  maxPacketBytes: number,
): { readonly before: readonly string[]; readonly text: string } {
  const literals = values.map(literal);
  const before: string[] = [];
  let length = Buffer.byteLength(sql) + literals.reduce((sum, text) => sum + text.length, 0);
  while (length > maxPacketBytes - RESERVED) {
    const longest = literals.reduce(
      (at, text, index) => (text.length > (literals[at]?.length ?? 0) ? index : at),
      0,
    );
    const value = values[longest];
    const name = `@mysql_updown_${longest}`;
    const was = literals[longest]?.length ?? 0;
    if (value === null || value === undefined || typeof value === "number" || was <= name.length) {
      throw tooLong(sql.length, maxPacketBytes);
    }
    before.push(...piecesOf(name, value, maxPacketBytes));
    literals[longest] = name;
    length += name.length - was;
  }
  return { before, text: withLiterals(sql, literals) };
}

function piecesOf(name: string, value: string | Buffer, maxPacketBytes: number): readonly string[] {
  const bytes = Buffer.from(value as string);
  if (!fitsInColumn(bytes.length, maxPacketBytes)) throw tooLong(bytes.length, maxPacketBytes);
  const size = Math.floor((maxPacketBytes - RESERVED) / 2);
  const sets: string[] = [];
  for (let from = 0; from < bytes.length; from += size) {
    const piece = `x'${bytes.toString("hex", from, from + size)}'`;
    sets.push(`SET ${name} = ${from === 0 ? piece : `CONCAT(${name}, ${piece})`}`);
  }
  if (typeof value === "string") sets.push(`SET ${name} = CONVERT(${name} USING utf8mb4)`);
  return sets;
}

function tooLong(bytes: number, maxPacketBytes: number): MigrateError {
  return new MigrateError(
    "server-error",
    `What has to be recorded takes ${bytes} bytes; the server's max_allowed_packet is ${maxPacketBytes}.`,
    { hint: "Raise max_allowed_packet on the server, then run it again." },
  );
}

/** Printable ASCII without the backslash, which may or may not be an escape. */
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
