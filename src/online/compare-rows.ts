import type { Row, Session } from "../server/session";
import { LASTING } from "../server/tables";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";

/** The result of comparing a table with its copy. */
export interface Compared {
  readonly rows: number;
  /** Where they differ; null: nowhere. */
  readonly difference: string | null;
  /** Common columns whose values were not compared, because the new type prints them differently. */
  readonly notCompared: readonly string[];
}

/** How many rows are read in one snapshot. */
const CHUNK_ROWS = 50_000;

/**
 * Compares the rows of a table with those of its copy, while others write to it. Triggers change both in one
 * transaction, so both have the same rows in any snapshot. Each piece of the table is read in a snapshot of its own: if
 * it was equal then, the triggers have kept it equal since.
 * @param session a session that does nothing else and has no open transaction
 * @param goOn called before each piece, with the number of rows so far; an error from it ends the comparison
 * @throws the driver's error
 */
export async function compareRows(
  session: Session,
  database: string,
  table: string,
  copy: string,
  goOn: (rows: number, percent: number) => void,
): Promise<Compared> {
  const { compared, notCompared } = await commonColumns(session, database, table, copy);
  const key = await integerKey(session, database, table);
  const values = compared.map(({ text }) => text).join(", ");
  const all = await estimate(session, database, table);
  let rows = 0;
  for (let from: string | null = null; ; ) {
    goOn(rows, Math.min(100, Math.round((100 * rows) / Math.max(all, rows, 1))));
    const end: string | null =
      key === null ? null : await endOfChunk(session, quoteQualified(database, table), key, from);
    const where = key === null ? "TRUE" : between(key, from, end);
    const [ours, theirs] = await inSnapshot(session, async () => [
      await sum(session, quoteQualified(database, table), values, where),
      await sum(session, quoteQualified(database, copy), values, where),
    ]);
    rows += Number(ours?.n);
    const difference = tell(ours, theirs, where);
    if (difference !== null || end === null) return { rows, difference, notCompared };
    from = end;
  }
}

async function estimate(session: Session, database: string, table: string): Promise<number> {
  const [row] = await session.query(
    `SELECT TABLE_ROWS AS n FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND ${LASTING}`,
    [database, table],
  );
  return Number(row?.n ?? 0);
}

function tell(ours: Row | undefined, theirs: Row | undefined, where: string): string | null {
  const place = where === "TRUE" ? "" : ` where ${where}`;
  if (String(ours?.n) !== String(theirs?.n))
    return `it has ${ours?.n} rows, and its copy ${theirs?.n}${place}`;
  const same = String(ours?.high) === String(theirs?.high) && String(ours?.low) === String(theirs?.low);
  return same ? null : `values differ in its copy${place}`;
}

async function inSnapshot<T>(session: Session, body: () => Promise<T>): Promise<T> {
  await session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  await session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  try {
    return await body();
  } finally {
    await session.execute("COMMIT");
  }
}

/** This needs no order, and no two rows are equal. MySQL 9 no longer has MD5(). */
async function sum(session: Session, table: string, values: string, where: string): Promise<Row | undefined> {
  const half = (at: number): string => `BIT_XOR(CAST(CONV(SUBSTR(h, ${at}, 16), 16, 10) AS UNSIGNED))`;
  const [row] = await session.query(
    `SELECT CAST(COUNT(*) AS CHAR) AS n, CAST(${half(1)} AS CHAR) AS high, CAST(${half(17)} AS CHAR) AS low
       FROM (SELECT SHA2(CONCAT_WS('|', ${values}), 256) AS h FROM ${table} WHERE ${where}) AS piece`,
  );
  return row;
}

function between(key: string, from: string | null, end: string | null): string {
  const column = quoteIdentifier(key);
  const parts = [
    ...(from === null ? [] : [`${column} > ${from}`]),
    ...(end === null ? [] : [`${column} <= ${end}`]),
  ];
  return parts.length === 0 ? "TRUE" : parts.join(" AND ");
}

/** @returns the last key of a piece; null: the rest is the last piece */
async function endOfChunk(
  session: Session,
  table: string,
  key: string,
  from: string | null,
): Promise<string | null> {
  const column = quoteIdentifier(key);
  const [row] = await session.query(
    `SELECT CAST(${column} AS CHAR) AS last FROM ${table} WHERE ${between(key, from, null)}
      ORDER BY ${column} LIMIT 1 OFFSET ${CHUNK_ROWS}`,
  );
  return row === undefined || !/^-?\d+$/.test(String(row.last)) ? null : String(row.last);
}

/** The only column of the primary key, if it is an integer; otherwise everything is read in one snapshot. */
async function integerKey(session: Session, database: string, table: string): Promise<string | null> {
  const rows = await session.query(
    `SELECT COLUMN_NAME AS name, DATA_TYPE AS type FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND COLUMN_KEY = 'PRI'`,
    [database, table],
  );
  const [only, another] = rows;
  return only !== undefined && another === undefined && INTEGERS.includes(String(only.type))
    ? String(only.name)
    : null;
}

interface Column {
  readonly name: string;
  /** Its value as text, which also tells NULL apart. */
  readonly text: string;
}

async function commonColumns(
  session: Session,
  database: string,
  table: string,
  copy: string,
): Promise<{ readonly compared: readonly Column[]; readonly notCompared: readonly string[] }> {
  const read = (name: string): Promise<readonly Row[]> =>
    session.query(
      `SELECT COLUMN_NAME AS name, DATA_TYPE AS data, COLUMN_TYPE AS type FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
      [database, name],
    );
  const before = await read(table);
  const after = new Map((await read(copy)).map((row) => [String(row.name).toLowerCase(), row]));
  const compared: Column[] = [];
  const notCompared: string[] = [];
  for (const was of before) {
    const is = after.get(String(was.name).toLowerCase());
    if (is === undefined) continue;
    const column = quoteIdentifier(String(was.name));
    const text = String(was.type) === String(is.type) ? asText(column, was) : asEither(column, was, is);
    if (text === null) notCompared.push(String(was.name));
    else compared.push({ name: String(was.name), text: `ISNULL(${column}), ${text}` });
  }
  return { compared, notCompared };
}

const INTEGERS: readonly string[] = ["tinyint", "smallint", "mediumint", "int", "bigint"];
const TEXTS: readonly string[] = [
  "char",
  "varchar",
  "tinytext",
  "text",
  "mediumtext",
  "longtext",
  "enum",
  "set",
];
const NUMBERS: readonly string[] = ["decimal", "float", "double", "year"];
const TIMES: readonly string[] = ["date", "time", "datetime", "timestamp"];

function asText(column: string, { data }: Row): string {
  const type = String(data);
  if (TEXTS.includes(type)) return `CONVERT(${column} USING utf8mb4)`;
  const plain = [...INTEGERS, ...NUMBERS, ...TIMES, "json"].includes(type);
  return plain ? `CAST(${column} AS CHAR)` : `HEX(${column})`;
}

/** Whether the types print the same value in the same way. */
function asEither(column: string, was: Row, is: Row): string | null {
  const both = [String(was.data), String(is.data)];
  for (const kind of [INTEGERS, TEXTS]) {
    if (both.every((type) => kind.includes(type))) return asText(column, was);
  }
  return null;
}
