import type { Check, Column, ForeignKey, Index, Period, Table, TableOption } from "./model";
import { byName } from "./order";
import type { CharacterSet } from "./parse-column";
import { parseColumn } from "./parse-column";
import { parseForeignKey, parseIndex } from "./parse-key";
import { parsePartitioning } from "./parse-partitions";
import { type SqlCursor, sqlCursor } from "./sql-cursor";

/** What SHOW CREATE TABLE leaves to be guessed: a collation that is a default is not always printed. */
export interface TableFacts {
  readonly collation: string;
  /** By column name; types without a character set are absent. */
  readonly characterSets: ReadonlyMap<string, CharacterSet>;
}

/**
 * Reads what SHOW CREATE TABLE printed with sql_quote_show_create = 1. Expressions stay as printed: see `tidyExpressions`.
 * @param facts of the same table, from information_schema
 * @throws Error when the text is not what a server prints
 */
export function parseTable(text: string, facts: TableFacts): Table {
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
 * What Aria prints stays behind, without effect, when the engine changes; and a table that comes back from another
 * tablespace says that it has one of its own, as tables have anyway.
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
 * MySQL prints an index's USING when it was written, even if it says what the engine does anyway, and gives
 * indexes a KEY_BLOCK_SIZE that InnoDB ignores when the table's changes.
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
