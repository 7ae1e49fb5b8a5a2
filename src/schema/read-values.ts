import type { Row } from "../server/session";
import { quoteIdentifier, quoteString } from "../syntax/quote";
import type { Column, Table } from "./model";
import { literalsOf, replaceLiterals } from "./rendered-literals";
import { isServerError, type Reader } from "./show-create";

/**
 * Reads again what SHOW CREATE TABLE may have printed with `?` for a four-byte character: the values of ENUM and SET,
 * and MariaDB's plain defaults. (MySQL prints such a default in hexadecimal.)
 * @param lost collects what cannot be read
 */
export async function readValues(reader: Reader, table: Table, lost: string[]): Promise<Table> {
  const columns: Column[] = [];
  for (const column of table.columns) {
    let exact: Column | null = column;
    if (isChoice(column) && looksLost(column.type))
      exact = await attempt(() => withChoices(reader, table, column));
    if (exact !== null && hasLostDefault(reader, exact)) {
      const { type } = exact;
      exact = await attempt(async () => ({
        ...column,
        type,
        default: await readDefault(reader, table, column),
      }));
    }
    if (exact === null) lost.push(`column ${column.name}`);
    columns.push(exact ?? column);
  }
  return { ...table, columns };
}

function isChoice({ type }: Column): boolean {
  return /^(?:enum|set)\(/i.test(type);
}

/** Also finds U+FFFD, for bytes that are not UTF-8: MariaDB prints a binary default as raw bytes. */
function looksLost(sql: string): boolean {
  return sql.includes("?") || sql.includes("\ufffd");
}

function hasLostDefault({ session }: Reader, { default: value }: Column): boolean {
  return session.server.family === "mariadb" && value !== null && value.startsWith("'") && looksLost(value);
}

/** @returns null when the server refuses, for example without a privilege */
async function attempt<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!isServerError(error)) throw error;
    return null;
  }
}

async function withChoices(reader: Reader, table: Table, column: Column): Promise<Column | null> {
  const printed = literalsOf(column.type);
  const numbers = printed.map((_, index) =>
    /^set/i.test(column.type) ? 2n ** BigInt(index) : BigInt(index + 1),
  );
  const read = reader.session.server.family === "mariadb" ? askVariable : askTemporaryTable;
  const values = await read(reader, table, column, numbers);
  const isWhole = values.every(
    (value, index) => printed[index]?.value === value.replace(/[\u{10000}-\u{10ffff}]/gu, "?"),
  );
  if (values.length !== printed.length || !isWhole) return null;
  return { ...column, type: replaceLiterals(column.type, (_, index) => quoteString(values[index] ?? "")) };
}

function fromHex(hex: unknown): string {
  return Buffer.from(String(hex), "hex").toString("utf8");
}

/** A variable of the column's type tells what its numbers mean. https://mariadb.com/kb/en/declare-variable/ */
async function askVariable(
  { session, database }: Reader,
  table: Table,
  column: Column,
  numbers: readonly bigint[],
): Promise<readonly string[]> {
  const name = [database, table.name, column.name].map(quoteIdentifier).join(".");
  const steps = numbers.map(
    (number) =>
      `SET v = ${number}; SET all_of_them = CONCAT(all_of_them, HEX(CONVERT(v USING utf8mb4)), ',');`,
  );
  const [rows] = await session.query(`BEGIN NOT ATOMIC
    DECLARE v TYPE OF ${name};
    DECLARE all_of_them LONGTEXT CHARACTER SET utf8mb4 DEFAULT '';
    ${steps.join("\n    ")}
    SELECT all_of_them;
  END`);
  const [row] = Array.isArray(rows) ? (rows as Row[]) : [];
  return String(row?.all_of_them).split(",").slice(0, -1).map(fromHex);
}

const TEMPORARY = "mysql_updown_values";

/** MySQL has no such variables, but it has temporary tables, which nobody else sees and a read-only server allows. */
async function askTemporaryTable(
  { session, database }: Reader,
  table: Table,
  column: Column,
  numbers: readonly bigint[],
): Promise<readonly string[]> {
  const [from, name] = [
    `${quoteIdentifier(database)}.${quoteIdentifier(table.name)}`,
    quoteIdentifier(column.name),
  ];
  await session.execute(`CREATE TEMPORARY TABLE ${TEMPORARY} SELECT ${name} FROM ${from} LIMIT 0`);
  try {
    await session.execute(
      `INSERT INTO ${TEMPORARY} VALUES ${numbers.map((number) => `(${number})`).join(", ")}`,
    );
    const rows = await session.query(
      `SELECT HEX(CONVERT(${name} USING utf8mb4)) AS value FROM ${TEMPORARY} ORDER BY ${name} + 0`,
    );
    return rows.map(({ value }) => fromHex(value));
  } finally {
    await session.execute(`DROP TEMPORARY TABLE ${TEMPORARY}`);
  }
}

/** A default can be asked for without a row. */
async function readDefault({ session, database }: Reader, table: Table, column: Column): Promise<string> {
  const value = `DEFAULT(${quoteIdentifier(column.name)})`;
  const [row] = await session.query(
    `SELECT COUNT(*), HEX(${value}) AS bytes, HEX(CONVERT(${value} USING utf8mb4)) AS value
     FROM ${quoteIdentifier(database)}.${quoteIdentifier(table.name)} WHERE FALSE`,
  );
  const isText = column.collation !== null;
  return isText ? quoteString(fromHex(row?.value)) : `x'${String(row?.bytes)}'`;
}
