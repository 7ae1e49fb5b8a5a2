import { printsForeignKeyNamesRaw, printsReferenceSystems } from "../server/differences";
import { quoteIdentifier } from "../syntax/quote";
import { isSpatial } from "./diff-columns";
import { tidyExpressions } from "./expressions";
import type { Table } from "./model";
import { byName } from "./order";
import type { CharacterSet } from "./parse-column";
import { withoutDatabase } from "./parse-expression";
import { parseTable } from "./parse-table";
import { readExact } from "./read-exact";
import { type Listed, type Reader, showCreate, text } from "./reader";

/** What information_schema.tables calls tables. */
export const TABLE_TYPES: readonly string[] = ["BASE TABLE", "SYSTEM VERSIONED"];

/** Whether SHOW CREATE TABLE prints a column's collation depends on how it was declared; this does not. */
const CHARACTER_SETS = `
  SELECT table_name AS tbl, column_name AS name, character_set_name AS charset, collation_name AS collation
  FROM information_schema.columns
  WHERE table_schema = ? AND collation_name IS NOT NULL`;

/** Reads the tables among `listed`. */
export async function readTables(reader: Reader, listed: readonly Listed[]): Promise<readonly Table[]> {
  const collations = new Map(
    listed.flatMap(({ type, name, collation }) =>
      TABLE_TYPES.includes(type) ? [[name, collation ?? ""]] : [],
    ),
  );
  if (collations.size === 0) return [];
  const characterSets = new Map<string, Map<string, CharacterSet>>();
  // Many names are as quick to read as all of them.
  const names = collations.size > 20 ? [] : [...collations.keys()];
  const only = names.length === 0 ? "" : ` AND table_name IN (${names.map(() => "?").join(", ")})`;
  const query = `${CHARACTER_SETS}${only}`;
  for (const row of await reader.session.query(query, [reader.database, ...names])) {
    const table = text(row, "tbl");
    const columns = characterSets.get(table) ?? new Map<string, CharacterSet>();
    characterSets.set(table, columns);
    columns.set(text(row, "name"), { charset: text(row, "charset"), collation: text(row, "collation") });
  }
  const shown = await showCreate(reader, "TABLE", "Create Table", [...collations.keys()]);
  const tables = shown.map(({ name, row }) => {
    const printed = text(row, "Create Table");
    const isRaw = printsForeignKeyNamesRaw(reader.session.server);
    const quoted = isRaw ? withQuotedForeignKeys(printed) : printed;
    return parseTable(withoutDatabase(quoted, reader.database), {
      collation: collations.get(name) ?? "",
      characterSets: characterSets.get(name) ?? new Map(),
    });
  });
  const exact = await readExact(reader, await withReferenceSystems(reader, tables));
  return exact.map(tidyExpressions).sort(byName);
}

/** A foreign key stands on a line of its own; a line break within a comment is printed as `\\n`. */
const FOREIGN_KEY =
  /^( {2}CONSTRAINT )`(.*)`( FOREIGN KEY )\(`(.*)`\)( REFERENCES .*? )\(`(.*)`\)(?=,?$| ON )/gm;

function withQuotedForeignKeys(printed: string): string {
  const list = (names: string): string => `(${names.split("`, `").map(quoteIdentifier).join(", ")})`;
  return printed.replace(
    FOREIGN_KEY,
    (_, head: string, name: string, on: string, columns: string, table: string, referenced: string) =>
      head + quoteIdentifier(name) + on + list(columns) + table + list(referenced),
  );
}

const REFERENCE_SYSTEMS = `
  SELECT g_table_name AS tbl, g_geometry_column AS name, srid
  FROM information_schema.geometry_columns
  WHERE g_table_schema = ? AND srid <> 0`;

/** MariaDB keeps a column's REF_SYSTEM_ID, and prints it nowhere. https://mariadb.com/kb/en/create-table/#ref_system_id */
async function withReferenceSystems(reader: Reader, tables: readonly Table[]): Promise<readonly Table[]> {
  const isAsked = tables.some(({ columns }) => columns.some(({ type }) => isSpatial(type)));
  if (!isAsked || printsReferenceSystems(reader.session.server)) return tables;
  const systems = new Map<string, string>();
  for (const row of await reader.session.query(REFERENCE_SYSTEMS, [reader.database])) {
    systems.set(JSON.stringify([text(row, "tbl"), text(row, "name")]), text(row, "srid"));
  }
  return tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => {
      const srid = systems.get(JSON.stringify([table.name, column.name]));
      if (srid === undefined || !isSpatial(column.type)) return column;
      return { ...column, type: `${column.type} REF_SYSTEM_ID=${srid}` };
    }),
  }));
}
