import type { Column, Table } from "../schema/model";
import type { ScriptStatement } from "../schema/script";
import type { Row, Session } from "../server/session";
import { LASTING } from "../server/tables";
import { quoteIdentifier, quoteString } from "../syntax/quote";

/** A database's rows as statements that write them, by table. */
export interface RowsAsSql {
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** Where AUTO_INCREMENT and sequences stand, beyond what the rows make of them. */
  readonly counters: readonly string[];
}

/** What the statements run under: rows are written as they are, whatever they refer to, a 0 stays one, and times are instants. */
const SETTINGS = [
  { name: "foreign_key_checks", value: "0" },
  { name: "sql_mode", value: "'NO_AUTO_VALUE_ON_ZERO'" },
  { name: "time_zone", value: "'+00:00'" },
];

/** Rows in one INSERT, at most. */
const ROWS = 100;
/** Characters in one INSERT; a row that is longer has one of its own. */
const LENGTH = 256 * 1024;

/** Reads all rows of these tables, in the order of their keys. */
export async function readRowsAsSql(session: Session, tables: readonly Table[]): Promise<RowsAsSql> {
  await session.execute("SET SESSION time_zone = '+00:00'");
  const found = new Map<string, readonly string[]>();
  const counters: string[] = [];
  for (const table of tables) {
    const inserts = await insertsOf(session, table);
    if (inserts.length > 0) found.set(table.name, inserts);
  }
  if (session.server.family === "mysql")
    await session.execute("SET SESSION information_schema_stats_expiry = 0");
  const rows = await session.query(
    `SELECT TABLE_NAME AS name, AUTO_INCREMENT AS next FROM information_schema.tables
      WHERE TABLE_SCHEMA = ? AND AUTO_INCREMENT > 1 AND ${LASTING} ORDER BY TABLE_NAME`,
    [session.database],
  );
  for (const { name, next } of rows) {
    const table = tables.find((each) => each.name === name);
    const column = table?.columns.find(({ autoIncrement }) => autoIncrement);
    if (table === undefined || column === undefined) continue;
    const highest = `SELECT COALESCE(MAX(${quoteIdentifier(column.name)}), 0) + 1 AS follows FROM ${quoteIdentifier(table.name)}`;
    const [row] = await session.query(highest);
    if (String(row?.follows) === String(next)) continue;
    counters.push(`ALTER TABLE ${quoteIdentifier(table.name)} AUTO_INCREMENT = ${next}`);
  }
  return { tables: found, counters: [...counters, ...(await sequencesOf(session))] };
}

/** As parts of a script. */
export function rowStatements({ tables, counters }: RowsAsSql): readonly ScriptStatement[] {
  const inserts = [...tables.values()].flat();
  return [...inserts.map((text) => ({ text, settings: SETTINGS })), ...counters.map((text) => ({ text }))];
}

async function sequencesOf(session: Session): Promise<readonly string[]> {
  if (session.server.family === "mysql") return [];
  const rows = await session.query(
    `SELECT TABLE_NAME AS name FROM information_schema.tables
      WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'SEQUENCE' AND ${LASTING} ORDER BY TABLE_NAME`,
    [session.database],
  );
  const statements: string[] = [];
  for (const { name } of rows) {
    const sequence = quoteIdentifier(String(name));
    const [row] = await session.query(
      `SELECT next_not_cached_value AS next, start_value AS first FROM ${sequence}`,
    );
    if (String(row?.next) !== String(row?.first))
      statements.push(`ALTER SEQUENCE ${sequence} RESTART WITH ${row?.next}`);
  }
  return statements;
}

async function insertsOf(session: Session, table: Table): Promise<readonly string[]> {
  const columns = table.columns.filter(({ generated }) => generated === null);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const key = table.indexes.find(({ kind }) => kind === "primary");
  const order =
    key === undefined
      ? names
      : key.parts.map((part) => ("column" in part ? quoteIdentifier(String(part.column)) : "1"));
  const rows = await session.query(
    `SELECT ${columns.map((column, at) => `${asked(column)} AS c${at}`).join(", ")} FROM ${quoteIdentifier(table.name)} ORDER BY ${order.join(", ")}`,
  );
  const head = `INSERT INTO ${quoteIdentifier(table.name)} (${names.join(", ")}) VALUES`;
  const inserts: string[] = [];
  let values: string[] = [];
  let length = 0;
  const end = (): void => {
    if (values.length > 0) inserts.push(`${head}\n  ${values.join(",\n  ")}`);
    values = [];
    length = 0;
  };
  for (const row of rows) {
    const value = `(${columns.map((column, at) => literal(column, row, at)).join(", ")})`;
    if (values.length === ROWS || length + value.length > LENGTH) end();
    values.push(value);
    length += value.length;
  }
  end();
  return inserts;
}

type Kind = "exact" | "float" | "bits" | "bytes" | "text";

function kindOf({ type, charset }: Column): Kind {
  const word = /^\w+/.exec(type)?.[0]?.toLowerCase() ?? "";
  if (/^(?:tinyint|smallint|mediumint|int|bigint|decimal|year)$/.test(word)) return "exact";
  if (/^(?:float|double)$/.test(word)) return "float";
  if (word === "bit") return "bits";
  if (/binary$|blob$|^(?:geometry|point|linestring|polygon|multi\w+|geom\w*collection|vector)$/.test(word))
    return "bytes";
  return charset === "binary" ? "bytes" : "text";
}

/** What is selected: text that loses nothing. */
function asked(column: Column): string {
  const name = quoteIdentifier(column.name);
  const kind = kindOf(column);
  switch (kind) {
    case "exact":
      return `CAST(${name} AS CHAR)`;
    case "float":
      return `${name} * 1E0`; // a FLOAT itself is printed with six digits
    case "bits":
      return `CAST(${name} + 0 AS CHAR)`;
    case "bytes":
      return `HEX(${name})`;
    case "text":
      return `CAST(${name} AS CHAR CHARACTER SET utf8mb4)`;
    default:
      return kind satisfies never;
  }
}

function literal(column: Column, row: Row, at: number): string {
  const value = row[`c${at}`];
  if (value === null || value === undefined) return "NULL";
  const kind = kindOf(column);
  switch (kind) {
    case "exact":
    case "float":
    case "bits":
      return String(value);
    case "bytes":
      return `X'${String(value)}'`;
    case "text":
      return quoteString(String(value));
    default:
      return kind satisfies never;
  }
}
