import type { Column, Schema } from "../../src/schema/model";
import { dependencyOrder } from "../../src/schema/order";
import { applicableRenames, nameBefore, type Renames } from "../../src/schema/renames";
import type { Row, Session } from "../../src/server/session";
import { quoteIdentifier } from "../../src/syntax/quote";
import { classOf } from "./random-schema";

const ROWS = 4;

/** Puts a few rows into every table, as many as its keys and checks let in. */
export async function fillTables(session: Session, schema: Schema): Promise<void> {
  const ordered = dependencyOrder(schema.tables, ({ foreignKeys }) =>
    foreignKeys.map((key) => key.referencedTable),
  );
  for (const table of ordered) {
    const columns = table.columns.filter(({ generated }) => generated === null);
    const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    for (let row = 1; row <= ROWS; row++) {
      const values = columns.map((column) => sample(column, row)).join(", ");
      await session.query(`INSERT IGNORE INTO ${quoteIdentifier(table.name)} (${names}) VALUES (${values})`);
    }
  }
}

/** A value that fits the type, and that most other types hold as well. */
function sample(column: Column, row: number): string {
  if (column.nullable && row === ROWS) return "NULL";
  switch (classOf(column)) {
    case "integer":
    case "number":
      return String(row);
    case "text":
    case "long":
      return /json_valid/.test(column.check ?? "") ? `'[${row}]'` : `'${row}'`;
    case "json":
      return `'[${row}]'`;
    case "date":
      return `'2020-01-0${row}'`;
    case "moment":
      return `'2020-01-0${row} 00:00:00'`;
    case "other":
      return `'10:00:0${row}'`;
    case "year":
      return String(2000 + row);
    case "choice":
      return row % 2 === 0 ? "'a'" : "'b'";
    case "set":
      return "'x'";
    case "bit":
      return "b'1'";
    case "geometry":
      return `ST_GeomFromText('POINT(${row} ${row})')`;
    default:
      return `'${row}'`;
  }
}

/** What of a table has to be the same after a change: the columns that did not change, under their later names. */
export interface Kept {
  readonly before: string;
  readonly after: string;
  readonly columns: readonly { readonly before: string; readonly after: string }[];
}

/** The tables and columns whose values no change from one schema to the other may touch. */
export function keptColumns(from: Schema, to: Schema, renames: Renames): readonly Kept[] {
  const applicable = applicableRenames(from, to, renames);
  return to.tables.flatMap((table) => {
    const before = from.tables.find(({ name }) => name === nameBefore(table.name, applicable.tables));
    if (before === undefined) return [];
    const renamed = applicable.columns.filter((rename) => rename.table === table.name);
    const columns = table.columns.flatMap((column) => {
      const oldName = nameBefore(column.name, renamed);
      const old = before.columns.find(({ name }) => name === oldName);
      return old !== undefined && keepsValues(old, column) ? [{ before: old.name, after: column.name }] : [];
    });
    return [{ before: before.name, after: table.name, columns }];
  });
}

function keepsValues(from: Column, to: Column): boolean {
  const plain = from.generated === null && to.generated === null;
  return plain && from.type === to.type && from.charset === to.charset && !(from.nullable && !to.nullable);
}

/** Every row of the kept columns as text, sorted. */
export async function readRows(
  session: Session,
  kept: readonly Kept[],
  side: "before" | "after",
): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  for (const table of kept) {
    const columns = table.columns.map((column) => `HEX(${quoteIdentifier(column[side])})`);
    const list = columns.length === 0 ? "'row'" : columns.join(", ':', ");
    const sql = `SELECT CONCAT_WS('', ${list}) AS line FROM ${quoteIdentifier(table[side])} ORDER BY 1`;
    found[table.before] = (await session.query(sql)).map((row: Row) => String(row.line));
  }
  return found;
}
