import { quoteIdentifier } from "../syntax/quote";
import type { Session } from "./session";

/** A temporary table with its rows, small enough to be kept with the progress. */
export interface SavedTable {
  /** As the file names it: `name` or `database.name`. */
  readonly name: string;
  /** SHOW CREATE TABLE's text. */
  readonly definition: string;
  readonly columns: readonly SavedColumn[];
  /** Per row and column: hex of the text as utf8mb4, or of the bytes; null for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}

interface SavedColumn {
  readonly name: string;
  readonly binary: boolean;
}

/** More rows than this are not kept with the progress; the table then cannot outlive its session. */
const MOST_ROWS = 10_000;
const ROWS_PER_INSERT = 200;

/** Reads a temporary table and its rows; null when there are too many. */
export async function readTemporaryTable(session: Session, name: string): Promise<SavedTable | null> {
  const table = quoteName(name);
  const [shown] = await session.query(`SHOW CREATE TABLE ${table}`);
  const columns = (await session.query(`SHOW COLUMNS FROM ${table}`))
    .filter(({ Extra }) => !/\bGENERATED$/.test(String(Extra)))
    .map(({ Field, Type }) => ({ name: String(Field), binary: isBinary(String(Type)) }));
  const fields = columns.map(({ name: column, binary }, index) => {
    const field = quoteIdentifier(column);
    return `HEX(${binary ? field : `CONVERT(${field} USING utf8mb4)`}) AS c${index}`;
  });
  const found = await session.query(`SELECT ${fields.join(", ")} FROM ${table} LIMIT ${MOST_ROWS + 1}`);
  if (found.length > MOST_ROWS) return null;
  const rows = found.map((row) => columns.map((_, index) => textOrNull(row[`c${index}`])));
  return { name, definition: String(shown?.["Create Table"] ?? ""), columns, rows };
}

/** Makes a saved temporary table again, with its rows. */
export async function restoreTemporaryTable(session: Session, saved: SavedTable): Promise<void> {
  if (!/^CREATE TEMPORARY TABLE /.test(saved.definition))
    throw new TypeError("a saved table is not temporary");
  const table = quoteName(saved.name);
  // The definition names the table without its database.
  await session.run(
    saved.definition.replace(/^(CREATE TEMPORARY TABLE )(`(?:[^`]|``)*`|"(?:[^"]|"")*"|\S+)/, `$1${table}`),
  );
  const names = saved.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  for (let from = 0; from < saved.rows.length; from += ROWS_PER_INSERT) {
    const rows = saved.rows.slice(from, from + ROWS_PER_INSERT).map((row) => `(${rowValues(saved, row)})`);
    await session.run(`INSERT INTO ${table} (${names}) VALUES ${rows.join(", ")}`);
  }
}

function rowValues({ columns }: SavedTable, row: readonly (string | null)[]): string {
  return columns
    .map(({ binary }, index) => {
      const hex = row[index];
      if (hex === null || hex === undefined) return "NULL";
      if (!/^([0-9A-F]{2})*$/i.test(hex))
        throw new TypeError("a saved value in the history table is not hex");
      return binary ? `x'${hex}'` : `CONVERT(x'${hex}' USING utf8mb4)`;
    })
    .join(", ");
}

function isBinary(type: string): boolean {
  return /^(tiny|medium|long)?blob|^(var)?binary|^bit|^geometry|^(multi)?(point|linestring|polygon)|^geom/i.test(
    type,
  );
}

function quoteName(name: string): string {
  return name.split(".").map(quoteIdentifier).join(".");
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
