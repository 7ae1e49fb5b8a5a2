import type { Partition, Partitioning } from "./model";
import { isOneOf, type SqlCursor } from "./sql-cursor";

const AFTER_METHOD: ReadonlySet<string> = new Set(["PARTITIONS", "SUBPARTITION", "SUBPARTITIONS"]);
/** Reads PARTITION BY … at the end of SHOW CREATE TABLE. */
export function parsePartitioning(cursor: SqlCursor): Partitioning {
  cursor.expect("PARTITION", "BY");
  const by = parseMethod(cursor);
  let count = parseCount(cursor, "PARTITIONS");
  let subpartitionBy: string | null = null;
  let subpartitionCount: number | null = null;
  if (cursor.accept("SUBPARTITION", "BY")) {
    subpartitionBy = parseMethod(cursor);
    subpartitionCount = parseCount(cursor, "SUBPARTITIONS");
  }
  const partitions = cursor.at("(") ? parsePartitions(cursor, "PARTITION") : [];
  if (partitions.length > 0) count = null;
  return { by, count, subpartitionBy, subpartitionCount, partitions };
}

/** The method with its expression or columns, white space tidied: MySQL prints `LIST  COLUMNS(a,b)`. */
function parseMethod(cursor: SqlCursor): string {
  const words: string[] = [];
  while (words.length === 0 || (cursor.peek()?.type === "word" && !isListStart(cursor) && !isCount(cursor))) {
    const token = cursor.next();
    words.push(cursor.text.slice(token.start, token.end));
    if (token.value.toUpperCase() === "ALGORITHM") {
      cursor.expect("=");
      words[words.length - 1] = `ALGORITHM = ${cursor.next().value}`;
    }
    if (cursor.at("(") && !isListStart(cursor)) words.push(cursor.group());
    else if (cursor.peek()?.type === "string" || cursor.peek()?.type === "number")
      words.push(literal(cursor));
  }
  return words.join(" ");
}

function literal(cursor: SqlCursor): string {
  const token = cursor.next();
  return cursor.text.slice(token.start, token.end);
}

function isListStart(cursor: SqlCursor): boolean {
  return cursor.at("(", "PARTITION") || cursor.at("(", "SUBPARTITION");
}

function isCount(cursor: SqlCursor): boolean {
  const token = cursor.peek();
  return token !== null && isOneOf(token, AFTER_METHOD);
}

function parseCount(cursor: SqlCursor, word: string): number | null {
  return cursor.accept(word) ? Number(cursor.next().value) : null;
}

function parsePartitions(cursor: SqlCursor, word: "PARTITION" | "SUBPARTITION"): Partition[] {
  const partitions: Partition[] = [];
  cursor.expect("(");
  do {
    cursor.expect(word);
    const name = cursor.name();
    const values = parseValues(cursor);
    const options: string[] = [];
    while (!cursor.at(",") && !cursor.at(")") && !cursor.at("(")) {
      const option = parseOption(cursor);
      if (option !== null) options.push(option);
    }
    const subpartitions = cursor.at("(") ? parsePartitions(cursor, "SUBPARTITION") : [];
    partitions.push({ name, values, options: options.join(" "), subpartitions });
  } while (cursor.accept(","));
  cursor.expect(")");
  return partitions;
}

/** Also MariaDB's `DEFAULT` of a list and the `HISTORY` and `CURRENT` of SYSTEM_TIME. */
function parseValues(cursor: SqlCursor): string | null {
  if (cursor.accept("VALUES", "LESS", "THAN")) {
    return `VALUES LESS THAN ${cursor.accept("MAXVALUE") ? "MAXVALUE" : cursor.group()}`;
  }
  if (cursor.accept("VALUES", "IN")) return `VALUES IN ${cursor.group()}`;
  for (const word of ["HISTORY", "CURRENT", "DEFAULT"]) if (cursor.accept(word)) return word;
  return null;
}

/** @returns the option as SQL; null for the engine, which is the table's */
function parseOption(cursor: SqlCursor): string | null {
  let name = cursor.next().value.toUpperCase();
  if (name === "DATA" || name === "INDEX") name += ` ${cursor.name().toUpperCase()}`;
  cursor.accept("=");
  const value = literal(cursor);
  return name === "ENGINE" ? null : `${name} = ${value}`;
}
