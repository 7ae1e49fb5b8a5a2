import { mapExpressions, type Place } from "./expressions";
import type { Table } from "./model";
import { readValues } from "./read-values";
import {
  type Bytes,
  isAscii,
  isUtf8,
  type Literal,
  literalsOf,
  mayBeLost,
  printedLossy,
  readStored,
  replaceLiterals,
  skeleton,
  writeLiteral,
} from "./rendered-literals";
import { isServerError, type Reader, text } from "./show-create";

/**
 * SHOW CREATE TABLE is text in utf8mb3, so a four-byte character comes out as `?`, and so do letters of other character
 * sets in MySQL's expressions. Whatever may be such a loss is read again, in a way without losses.
 * @param tables as SHOW CREATE TABLE printed them
 * @returns the exact ones; the others are added to `notCompared`, by column or key
 */
export async function readExact(reader: Reader, tables: readonly Table[]): Promise<readonly Table[]> {
  const suspects = tables.filter((table) => placesOf(table).some(({ text }) => mayBeLost(text)));
  const stored = suspects.length === 0 ? new Map<string, string>() : await readStoredTexts(reader);
  const exact: Table[] = [];
  for (const table of tables) {
    const lost: string[] = [];
    const read = suspects.includes(table) ? await exactExpressions(reader, table, stored, lost) : table;
    exact.push(await readValues(reader, read, lost));
    for (const what of lost) {
      const why = `${what} cannot be read exactly: the server prints it with other characters`;
      reader.notCompared.push({ object: `table ${table.name}`, why });
      if (exact.at(-1)?.name === table.name) exact.pop();
    }
  }
  return exact;
}

interface Found {
  readonly place: Place;
  readonly text: string;
}

/** A default that is not an expression is a value: `readValues` takes care of it. */
function placesOf(table: Table): readonly Found[] {
  const found: Found[] = [];
  mapExpressions(table, (place, text) => {
    if (place.kind !== "default" || !text.startsWith("'")) found.push({ place, text });
    return text;
  });
  return found;
}

/** The text of each expression in information_schema, by `keyOf`. */
async function readStoredTexts({ session, database }: Reader): Promise<ReadonlyMap<string, string>> {
  const mysql = session.server.family === "mysql";
  const columns = await session.query(
    `SELECT table_name AS tbl, column_name AS name, column_default AS value, generation_expression AS expression
     FROM information_schema.columns WHERE table_schema = ?`,
    [database],
  );
  const checks = await session.query(
    `SELECT ${mysql ? "'check' AS level, '' AS tbl" : "level, table_name AS tbl"},
            constraint_name AS name, check_clause AS expression
     FROM information_schema.check_constraints WHERE constraint_schema = ?`,
    [database],
  );
  const keys = mysql
    ? await session.query(
        `SELECT table_name AS tbl, index_name AS name, seq_in_index AS part, expression AS expression
         FROM information_schema.statistics WHERE table_schema = ? AND expression IS NOT NULL`,
        [database],
      )
    : [];
  const stored = new Map<string, string>();
  const keep = (value: unknown, ...key: string[]): void => {
    if (value !== null) stored.set(JSON.stringify(key), String(value));
  };
  for (const row of columns) {
    keep(row.value, "default", text(row, "tbl"), text(row, "name"));
    keep(row.expression, "generated", text(row, "tbl"), text(row, "name"));
  }
  for (const row of checks) {
    const kind = text(row, "level") === "Column" ? "column-check" : "check";
    keep(row.expression, kind, text(row, "tbl"), text(row, "name"));
  }
  for (const row of keys) keep(row.expression, "key", text(row, "tbl"), text(row, "name"), text(row, "part"));
  return stored;
}

function keyOf(reader: Reader, table: Table, place: Place): string {
  switch (place.kind) {
    case "default":
    case "generated":
    case "column-check":
      return JSON.stringify([place.kind, table.name, place.column.name]);
    case "check":
      return JSON.stringify([
        place.kind,
        reader.session.server.family === "mysql" ? "" : table.name,
        place.name,
      ]);
    case "key":
      return JSON.stringify([place.kind, table.name, place.index.name, String(place.part + 1)]);
    default:
      return place satisfies never;
  }
}

function describe(place: Place): string {
  if (place.kind === "check") return `check ${place.name}`;
  return place.kind === "key" ? `key ${place.index.name}` : `column ${place.column.name}`;
}

/** @param lost collects what cannot be read */
async function exactExpressions(
  reader: Reader,
  table: Table,
  stored: ReadonlyMap<string, string>,
  lost: string[],
): Promise<Table> {
  const exact = new Map<string, string>();
  for (const { place, text } of placesOf(table)) {
    if (!mayBeLost(text)) continue;
    const key = keyOf(reader, table, place);
    const kept = stored.get(key) ?? "";
    const read =
      reader.session.server.family === "mysql"
        ? await exactExpression(reader, text, kept)
        : // MariaDB prints bytes as they are; those that are no text arrive as U+FFFD, and are `?` in the stored one.
          count(text, "\ufffd") === count(kept, "\ufffd")
          ? text
          : null;
    if (read === null) lost.push(describe(place));
    else exact.set(key, read);
  }
  return mapExpressions(table, (place, text) => exact.get(keyOf(reader, table, place)) ?? text);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** Takes the strings from the stored text, if that matches the printed one. */
async function exactExpression(reader: Reader, printed: string, kept: string): Promise<string | null> {
  const stored = readStored(kept);
  if (stored === null) return null;
  const literals = literalsOf(printed);
  const names = Buffer.from(skeleton(stored.text), "latin1").toString("utf8");
  if (literals.length !== stored.literals.length || skeleton(printed) !== names) return null;
  const written: (string | null)[] = [];
  for (const [index, bytes] of stored.literals.entries()) {
    const literal = literals[index];
    if (literal === undefined) return null;
    const said = await decode(reader, bytes);
    if (!agrees(literal, bytes, said)) return null;
    const isSame = isAscii(literal.value) && literal.value === bytes.bytes.toString("latin1");
    written.push(isSame ? null : writeLiteral(bytes, said));
  }
  return replaceLiterals(printed, (_, index) => written[index] ?? null);
}

/** Whether the server would print the stored string like this. */
function agrees(literal: Literal, { charset, bytes }: Bytes, said: string | null): boolean {
  const shown = literal.charset ?? "utf8mb4";
  if (shown === charset || shown === "binary" || (isUtf8(shown) && isUtf8(charset))) {
    return printedLossy(bytes) === literal.value;
  }
  if (isUtf8(shown)) return said !== null && printedLossy(Buffer.from(said)) === literal.value;
  // The printed text and the stored one have different character sets: then only plain ASCII can be compared.
  return said !== null && (!isAscii(said) || said === literal.value || literal.value.includes("\0"));
}

/** The text of some bytes; null when it would not give the same bytes again. */
async function decode({ session }: Reader, { charset, bytes }: Bytes): Promise<string | null> {
  if (isUtf8(charset)) return bytes.toString("utf8");
  if (charset === "binary" || !/^[a-z0-9]+$/.test(charset)) return null;
  const value = `_${charset} x'${bytes.toString("hex")}'`;
  const said = `CONVERT(${value} USING utf8mb4)`;
  try {
    const [row] = await session.query(
      `SELECT HEX(${said}) AS said, HEX(CONVERT(${said} USING ${charset})) AS back`,
    );
    if (row === undefined || String(row.back) !== bytes.toString("hex").toUpperCase()) return null;
    return Buffer.from(String(row.said), "hex").toString("utf8");
  } catch (error) {
    if (!isServerError(error)) throw error;
    return null;
  }
}
