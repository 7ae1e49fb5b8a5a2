import { printsForeignKeyNamesRaw, printsReferenceSystems } from "../server/differences";
import { quoteIdentifier } from "../syntax/quote";
import { isSpatial } from "./diff-columns";
import { tidyExpressions } from "./expressions";
import type { Sequence, Table, View } from "./model";
import type { CharacterSet } from "./parse-column";
import { withoutDatabase } from "./parse-expression";
import { parseSequence, parseView } from "./parse-stored";
import { byName, parseTable } from "./parse-table";
import { readExact } from "./read-exact";
import { type Reader, type Shown, showCreate, text } from "./reader";

/** What shares one name space: tables, views and MariaDB's sequences. */
export interface Listed {
  readonly name: string;
  readonly type: "table" | "view" | "sequence";
  /** Null for views. */
  readonly collation: string | null;
}

const LIST = `
  SELECT table_name AS name, table_type AS type, table_collation AS collation
  FROM information_schema.tables
  WHERE table_schema = ? AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW', 'SEQUENCE')`;

/** Lists tables, views and sequences in one query. */
export async function listTables(reader: Reader): Promise<readonly Listed[]> {
  const rows = await reader.session.query(LIST, [reader.database]);
  return rows.map((row) => {
    const type = text(row, "type");
    return {
      name: text(row, "name"),
      type: type === "VIEW" ? "view" : type === "SEQUENCE" ? "sequence" : "table",
      collation: row.collation === null ? null : text(row, "collation"),
    };
  });
}

/** Whether SHOW CREATE TABLE prints a column's collation depends on how it was declared; this does not. */
const CHARACTER_SETS = `
  SELECT table_name AS tbl, column_name AS name, character_set_name AS charset, collation_name AS collation
  FROM information_schema.columns
  WHERE table_schema = ? AND collation_name IS NOT NULL`;

/** Reads the tables among `listed`. */
export async function readTables(reader: Reader, listed: readonly Listed[]): Promise<readonly Table[]> {
  const collations = new Map(
    listed.flatMap(({ type, name, collation }) => (type === "table" ? [[name, collation ?? ""]] : [])),
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

/** Reads the views among `listed`, each with the tables and views it depends on. */
export async function readViews(reader: Reader, listed: readonly Listed[]): Promise<readonly View[]> {
  const names = listed.filter(({ type }) => type === "view").map(({ name }) => name);
  const shown = await withoutLost(reader, await showCreate(reader, "VIEW", "Create View", names));
  const views = shown.map(({ name, row }): View => {
    const { algorithm, definer, security, definition, mentions } = parseView(
      text(row, "Create View"),
      reader.database,
    );
    // MariaDB has no table of what a view uses, so whatever it mentions counts; a column that happens to be
    // called like a table only makes the order stricter.
    const uses = listed.flatMap((other) =>
      other.name !== name && mentions.has(other.name) ? [other.name] : [],
    );
    return {
      name,
      algorithm,
      definer: definer === reader.creator.account ? null : definer,
      security,
      definition,
      uses: uses.sort(),
    };
  });
  return views.sort(byName);
}

const VIEWS = `
  SELECT table_name AS name, view_definition AS definition
  FROM information_schema.views
  WHERE table_schema = ?`;

/**
 * A string such as `_latin1 x'e9'` is printed as the byte it is, which arrives as U+FFFD. information_schema has `?`
 * for such a byte, and U+FFFD only where the view itself has that character.
 */
async function withoutLost(reader: Reader, shown: readonly Shown[]): Promise<readonly Shown[]> {
  const marks = (definition: string): number => definition.split("\ufffd").length;
  const suspects = shown.filter(({ row }) => marks(text(row, "Create View")) > 1);
  if (suspects.length === 0) return shown;
  const rows = await reader.session.query(VIEWS, [reader.database]);
  const stored = new Map(rows.map((row) => [text(row, "name"), String(row.definition)]));
  return shown.filter((view) => {
    if (!suspects.includes(view)) return true;
    if (marks(text(view.row, "Create View")) === marks(stored.get(view.name) ?? "")) return true;
    const why = "a string in it cannot be read exactly: the server prints it as bytes that are not text";
    reader.notCompared.push({ object: `view ${view.name}`, why });
    return false;
  });
}

/** Reads the sequences among `listed` (MariaDB). */
export async function readSequences(reader: Reader, listed: readonly Listed[]): Promise<readonly Sequence[]> {
  const names = listed.filter(({ type }) => type === "sequence").map(({ name }) => name);
  const shown = await showCreate(reader, "SEQUENCE", "Create Table", names);
  return shown.map(({ row }) => parseSequence(text(row, "Create Table"))).sort(byName);
}
