import { printsForeignKeyNamesRaw, printsReferenceSystems } from "../../server/differences";
import type { ServerInfo } from "../../server/session";
import { quoteIdentifier, quoteString } from "../../syntax/quote";
import { tidyExpressions } from "../expressions";
import type { Check, Column, ForeignKey, Index, Period, Table, TableOption } from "../model";
import { byName } from "../order";
import { withoutDatabase } from "../parse-expression";
import { readExact } from "../read-exact";
import { type Listed, type Reader, showCreate, text } from "../show-create";
import { type SqlCursor, sqlCursor } from "../sql-cursor";
import { checkDefinition } from "./check-constraint";
import { type CharacterSet, columnDefinition, isSpatial, parseColumn } from "./column";
import { foreignKeyDefinition, nameList, parseForeignKey } from "./foreign-key";
import { indexDefinition, parseIndex } from "./key";
import { parsePartitioning, partitioningClause } from "./partition";

/** The types of tables in information_schema.tables. */
export const TABLE_TYPES: readonly string[] = ["BASE TABLE", "SYSTEM VERSIONED"];

/** Whether SHOW CREATE TABLE prints a column's collation depends on how it was declared; this query does not. */
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
  // With many names, reading all columns is just as quick.
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

/** A foreign key has a line of its own; a line break within a comment is printed as `\\n`. */
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

/**
 * MariaDB stores a column's REF_SYSTEM_ID, but does not print it. https://mariadb.com/kb/en/create-table/#ref_system_id
 */
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

/** What SHOW CREATE TABLE does not tell: a default collation is not always printed. */
interface TableFacts {
  readonly collation: string;
  /** By column name; types without a character set are absent. */
  readonly characterSets: ReadonlyMap<string, CharacterSet>;
}

/**
 * Reads what SHOW CREATE TABLE printed with sql_quote_show_create = 1. Expressions stay as printed: see `tidyExpressions`.
 * @param facts facts of the same table, from information_schema
 * @throws Error when no server prints such a text
 */
function parseTable(text: string, facts: TableFacts): Table {
  const cursor = sqlCursor(text);
  cursor.expect("CREATE", "TABLE");
  const name = cursor.name();
  const body = parseBody(cursor, facts);
  const { engine, charset, comment, systemVersioned, options } = parseOptions(cursor);
  const partitioning = cursor.at("PARTITION", "BY") ? parsePartitioning(cursor) : null;
  const left = cursor.peek();
  if (left !== null) throw new Error(`Cannot read what follows table ${name}: ${text.slice(left.start)}`);
  const usesBtree = engine.toUpperCase() !== "MEMORY";
  return {
    name,
    columns: body.columns,
    indexes: body.indexes.map((index) => withoutDefaults(index, usesBtree, engine)),
    foreignKeys: body.foreignKeys.sort(byName),
    checks: body.checks.sort(byName),
    periods: body.periods.sort(byName),
    engine,
    charset,
    collation: facts.collation,
    comment,
    systemVersioned,
    options: options.filter((option) => isAbout(engine, option)).sort(byName),
    partitioning,
  };
}

interface Body {
  readonly columns: Column[];
  readonly indexes: Index[];
  readonly foreignKeys: ForeignKey[];
  readonly checks: Check[];
  readonly periods: Period[];
}

function parseBody(cursor: SqlCursor, facts: TableFacts): Body {
  const body: Body = { columns: [], indexes: [], foreignKeys: [], checks: [], periods: [] };
  cursor.expect("(");
  do {
    if (cursor.peek()?.type === "quoted-identifier") {
      body.columns.push(parseColumn(cursor, facts.characterSets));
    } else if (cursor.accept("CONSTRAINT")) {
      const name = cursor.name();
      if (cursor.accept("CHECK")) {
        const condition = cursor.group();
        body.checks.push({ name, expression: condition, enforced: !cursor.accept("NOT", "ENFORCED") });
      } else {
        body.foreignKeys.push(parseForeignKey(cursor, name));
      }
    } else if (cursor.accept("PERIOD", "FOR")) {
      body.periods.push(parsePeriod(cursor));
    } else {
      body.indexes.push(parseIndex(cursor));
    }
  } while (cursor.accept(","));
  cursor.expect(")");
  return body;
}

function parsePeriod(cursor: SqlCursor): Period {
  const token = cursor.next();
  const name = cursor.text.slice(token.start, token.end);
  cursor.expect("(");
  const start = cursor.name();
  cursor.expect(",");
  const end = cursor.name();
  cursor.expect(")");
  return { name, start, end };
}

interface Options {
  engine: string;
  charset: string;
  comment: string;
  systemVersioned: boolean;
  readonly options: TableOption[];
}

function parseOptions(cursor: SqlCursor): Options {
  const found: Options = { engine: "", charset: "", comment: "", systemVersioned: false, options: [] };
  while (cursor.peek() !== null && !cursor.at("PARTITION", "BY")) {
    if (cursor.accept("WITH", "SYSTEM", "VERSIONING")) {
      found.systemVersioned = true;
      continue;
    }
    const name = optionName(cursor);
    cursor.accept("=");
    if (name === "ENGINE") found.engine = cursor.name();
    else if (name === "CHARSET") found.charset = cursor.name();
    else if (name === "COMMENT") found.comment = cursor.next().value;
    else {
      const value = optionValue(cursor);
      // The collation is known from information_schema; the counter is data, not schema.
      if (name !== "COLLATE" && name !== "AUTO_INCREMENT") found.options.push({ name, value });
    }
  }
  return found;
}

/**
 * Options of Aria remain, without effect, when the engine changes. And a table that comes back from another tablespace
 * says that it has its own, which is normal anyway.
 */
function isAbout(engine: string, { name, value }: TableOption): boolean {
  if (name === "TABLESPACE") return value.replaceAll("`", "") !== "innodb_file_per_table";
  return engine.toUpperCase() === "ARIA" || (name !== "PAGE_CHECKSUM" && name !== "TRANSACTIONAL");
}

/** `DEFAULT CHARSET`, `DATA DIRECTORY`, `TABLESPACE`, or an engine-defined option in backticks. */
function optionName(cursor: SqlCursor): string {
  const first = cursor.next();
  if (first.type === "quoted-identifier") return cursor.text.slice(first.start, first.end);
  const word = first.value.toUpperCase();
  if (word === "DEFAULT") return cursor.name().toUpperCase();
  if (word === "DATA" || word === "INDEX") return `${word} ${cursor.name().toUpperCase()}`;
  return word;
}

function optionValue(cursor: SqlCursor): string {
  if (cursor.at("(")) return cursor.group();
  const token = cursor.next();
  return cursor.text.slice(token.start, token.end);
}

/**
 * MySQL prints an index's USING if it was written, even if it is the engine's default, and when the table's
 * KEY_BLOCK_SIZE changes it gives indexes one that InnoDB ignores.
 * https://dev.mysql.com/doc/refman/8.4/en/create-table.html
 */
function withoutDefaults(index: Index, usesBtree: boolean, engine: string): Index {
  const innodb = engine.toUpperCase() === "INNODB";
  const attributes = index.attributes.filter((attribute) => {
    if (attribute === "USING BTREE") return !usesBtree;
    if (attribute === "USING HASH") return usesBtree;
    if (attribute === "USING RTREE") return false;
    return !(innodb && attribute.startsWith("KEY_BLOCK_SIZE"));
  });
  return { ...index, attributes };
}

/**
 * CREATE TABLE, without semicolon.
 * @param foreignKeys the table's foreign keys that can be created with it
 */
export function createTable(server: ServerInfo, table: Table, foreignKeys: readonly ForeignKey[]): string {
  const lines = [
    ...table.columns.map((column) => columnDefinition(column, table)),
    ...table.periods.map(({ name, start, end }) => `PERIOD FOR ${name} ${nameList([start, end])}`),
    ...table.indexes.map((index) => indexDefinition(server, index)),
    ...foreignKeys.map(foreignKeyDefinition),
    ...table.checks.map(checkDefinition),
  ];
  const partitions = table.partitioning === null ? "" : `\n${partitioningClause(table.partitioning)}`;
  const name = quoteIdentifier(table.name);
  return `CREATE TABLE ${name} (\n  ${lines.join(",\n  ")}\n) ${tableOptions(table)}${partitions}`;
}

function tableOptions(table: Table): string {
  return [
    `ENGINE=${table.engine}`,
    ...characterSetOptions(table),
    ...table.options.map(({ name, value }) => tableOption(name, value)),
    ...(table.comment === "" ? [] : [`COMMENT=${quoteString(table.comment)}`]),
    ...(table.systemVersioned ? ["WITH SYSTEM VERSIONING"] : []),
  ].join(" ");
}

/** Only TABLESPACE takes no equals sign. */
export function tableOption(name: string, value: string): string {
  return name === "TABLESPACE" ? `${name} ${value}` : `${name}=${value}`;
}

/** The default character set as options; tables of engines such as SEQUENCE have none. */
export function characterSetOptions(table: Table): string[] {
  return table.charset === "" ? [] : [`DEFAULT CHARSET=${table.charset}`, `COLLATE=${table.collation}`];
}
