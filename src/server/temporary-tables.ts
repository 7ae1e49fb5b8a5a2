import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { serverErrno } from "./error-numbers";
import type { Session } from "./session";

export interface QualifiedTable {
  readonly database: string;
  readonly name: string;
}

/** A temporary table with its rows, small enough to be saved with the progress. */
export interface SavedTable {
  readonly table: QualifiedTable;
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

/** A table with more rows is not saved with the progress, so it cannot outlive its session. */
const MOST_ROWS = 10_000;

/** The most characters in one INSERT that restores the rows. */
const INSERT_LENGTH = 256 * 1024;

/**
 * The server's errors for a table that is not there, or that LOCK TABLES hides from this session because it is not
 * temporary.
 */
const GONE: readonly number[] = [
  1146, // no such table
  1049, // its database was dropped
  1100, // not locked with LOCK TABLES
  1142, // a permanent table that this account may not see
];

/**
 * Reads a temporary table and its rows.
 * @param room how many characters it may take as JSON
 * @returns `gone` when there is no temporary table of that name, `large` when it does not fit
 * @throws the driver's error
 */
export async function readTemporaryTable(
  session: Session,
  table: QualifiedTable,
  room: number,
): Promise<SavedTable | "gone" | "large"> {
  const definition = await readDefinition(session, table);
  if (definition === null) return "gone";
  const name = quoteQualified(table.database, table.name);
  const columns = (await session.query(`SHOW COLUMNS FROM ${name}`))
    .filter(({ Extra }) => !/\bGENERATED$/.test(String(Extra)))
    .map(({ Field, Type }) => ({ name: String(Field), binary: isBinary(String(Type)) }));
  const fields = columns.map(({ name: column, binary }) => {
    const field = quoteIdentifier(column);
    return binary ? field : `CONVERT(${field} USING utf8mb4)`;
  });
  // Checked before the rows are read: HEX() of a value longer than half a packet is NULL.
  const lengths = fields.map((field) => `COALESCE(LENGTH(${field}), 0)`);
  const [size] = await session.query(
    `SELECT COUNT(*) AS n, COALESCE(SUM(${lengths.join(" + ")}), 0) AS bytes FROM ${name}`,
  );
  if (Number(size?.n) > MOST_ROWS || Number(size?.bytes) * 2 > room) return "large";
  const values = fields.map((field, index) => `HEX(${field}) AS c${index}`);
  const found = await session.query(`SELECT ${values.join(", ")} FROM ${name} LIMIT ${MOST_ROWS + 1}`);
  const rows = found.map((row) => columns.map((_, index) => textOrNull(row[`c${index}`])));
  const saved = { table, definition, columns, rows };
  return JSON.stringify(saved).length > room ? "large" : saved;
}

/** Whether a name means a temporary table. @throws the driver's error */
export async function isTemporaryTable(session: Session, table: QualifiedTable): Promise<boolean> {
  return (await readDefinition(session, table)) !== null;
}

/** Null when there is no such table, or it is not temporary. */
async function readDefinition(session: Session, { database, name }: QualifiedTable): Promise<string | null> {
  try {
    const [shown] = await session.query(`SHOW CREATE TABLE ${quoteQualified(database, name)}`);
    const text = String(shown?.["Create Table"] ?? "");
    return TEMPORARY.test(text) ? text : null;
  } catch (error) {
    if (GONE.includes(serverErrno(error) ?? 0)) return null;
    throw error;
  }
}

const TEMPORARY = /^CREATE TEMPORARY TABLE /;

/** Makes a saved temporary table again, with its rows. */
export async function restoreTemporaryTable(session: Session, saved: SavedTable): Promise<void> {
  if (!TEMPORARY.test(saved.definition)) throw new TypeError("a saved table is not temporary");
  const table = quoteQualified(saved.table.database, saved.table.name);
  // The definition names the table without its database.
  await session.run(
    saved.definition.replace(
      /^(CREATE TEMPORARY TABLE )(`(?:[^`]|``)*`|"(?:[^"]|"")*"|\S+)/,
      (_, create: string) => `${create}${table}`,
    ),
  );
  const names = saved.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  const longest = Math.min(INSERT_LENGTH, session.server.maxPacketBytes / 2);
  let rows: string[] = [];
  let length = 0;
  const insert = async (): Promise<void> => {
    if (rows.length > 0) await session.run(`INSERT INTO ${table} (${names}) VALUES ${rows.join(", ")}`);
    rows = [];
    length = 0;
  };
  for (const row of saved.rows) {
    const values = `(${rowValues(saved, row)})`;
    if (length + values.length > longest) await insert();
    rows.push(values);
    length += values.length + 2;
  }
  await insert();
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

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
