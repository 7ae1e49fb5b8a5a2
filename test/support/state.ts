import mysql from "mysql2/promise";
import { databaseOf, serverWideNames } from "./fixture";

/** A database as lines of text: what must be equal when two runs came to the same end. */
export type State = readonly string[];

export interface StateOptions {
  /** Its rows are told in short, as `history: 1 up 12/12`. */
  readonly historyTable: string;
}

type Row = Readonly<Record<string, unknown>>;
type Ask = (sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** For each table: its AUTO_INCREMENT column, and each column's rows' places in the order of that column. */
interface Numbering {
  readonly column: ReadonlyMap<string, string>;
  readonly references: ReadonlyMap<string, { readonly table: string; readonly column: string }>;
  readonly places: ReadonlyMap<string, ReadonlyMap<unknown, number>>;
}

/**
 * Reads definitions and rows of every table, view, trigger, routine and event of the URL's database.
 *
 * Values of AUTO_INCREMENT columns are told as `#7`, and foreign keys to them as the place of the row they point to, so that
 * they can be left out where somebody else took numbers as well (see `withoutNumbers`).
 */
export async function dumpState(url: string, options: StateOptions): Promise<State> {
  const plain = new URL(url);
  plain.search = "";
  const connection = await mysql.createConnection({
    uri: plain.href,
    timezone: "Z",
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  const database = databaseOf(url);
  const { other, user } = serverWideNames(database);
  const ask: Ask = async (sql, values = []) => {
    const [rows] = await connection.query(sql, [...values]);
    return rows as Row[];
  };
  try {
    // Some servers are told otherwise.
    await ask("SET time_zone = '+00:00', autocommit = 1, sql_mode = '', SESSION sql_select_limit = DEFAULT");
    const lines = [
      ...(await dumpDatabase(ask, database, options)),
      ...(await dumpDatabase(ask, other, options)).map((line) => `elsewhere, ${line}`),
      ...(await dumpAccounts(ask, user)),
    ];
    return lines.map((line) =>
      line.replaceAll(`\`${database}\`.`, "").replaceAll(other, "other").replaceAll(database, "here"),
    );
  } finally {
    connection.destroy();
  }
}

async function dumpDatabase(ask: Ask, database: string, options: StateOptions): Promise<string[]> {
  const [found] = await ask("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", [database]);
  if (found === undefined) return [];
  await ask(`USE ${database}`);
  const [own] = await ask(`SHOW CREATE DATABASE ${database}`);
  const objects = await ask(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME`,
    [database],
  );
  const tables = objects
    .filter((object) => object.type === "BASE TABLE")
    .map((object) => String(object.name));
  const views = objects.filter((object) => object.type === "VIEW").map((object) => String(object.name));
  return [
    `database ${own?.["Create Database"]}`,
    ...(await dumpTables(
      ask,
      database,
      tables.filter((table) => table !== options.historyTable),
    )),
    ...(await dumpDefinitions(ask, "VIEW", views)),
    ...(await dumpPrograms(ask, database)),
    ...(tables.includes(options.historyTable) ? await dumpHistory(ask, options.historyTable) : []),
  ];
}

/** The accounts of that name, on whichever host, and what they may do. */
async function dumpAccounts(ask: Ask, user: string): Promise<string[]> {
  const accounts = await ask("SELECT Host AS host FROM mysql.user WHERE User = ? ORDER BY Host", [user]);
  const lines: string[] = [];
  for (const { host } of accounts) {
    const [created] = await ask("SHOW CREATE USER ?@?", [user, host]);
    const grants = await ask("SHOW GRANTS FOR ?@?", [user, host]);
    lines.push(...[created ?? {}, ...grants].map((row) => `account ${Object.values(row).join("")}`));
  }
  return lines;
}

async function dumpTables(ask: Ask, database: string, tables: readonly string[]): Promise<string[]> {
  const rows = new Map<string, readonly Row[]>();
  for (const table of tables) rows.set(table, await ask(`SELECT * FROM \`${table}\``));
  const numbering = await readNumbering(ask, database, rows);
  const lines: string[] = [];
  for (const table of tables) {
    const [created] = await ask(`SHOW CREATE TABLE \`${table}\``);
    lines.push(`table ${String(created?.["Create Table"]).replace(/ AUTO_INCREMENT=\d+/, "")}`);
    lines.push(...dumpRows(table, rows.get(table) ?? [], numbering));
  }
  return lines;
}

async function readNumbering(
  ask: Ask,
  database: string,
  rows: ReadonlyMap<string, readonly Row[]>,
): Promise<Numbering> {
  const numbered = await ask(
    `SELECT TABLE_NAME AS t, COLUMN_NAME AS c FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ? AND EXTRA LIKE '%auto_increment%'`,
    [database],
  );
  const keys = await ask(
    `SELECT TABLE_NAME AS t, COLUMN_NAME AS c, REFERENCED_TABLE_NAME AS rt, REFERENCED_COLUMN_NAME AS rc
       FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IS NOT NULL`,
    [database],
  );
  const column = new Map(numbered.map((row) => [String(row.t), String(row.c)]));
  const places = new Map<string, Map<unknown, number>>();
  for (const [table, key] of column) {
    const values = (rows.get(table) ?? []).map((row) => Number(row[key])).sort((a, b) => a - b);
    places.set(table, new Map(values.map((value, index) => [value, index + 1])));
  }
  const references = new Map(
    keys
      .filter((row) => column.get(String(row.rt)) === String(row.rc))
      .map((row) => [`${row.t}.${row.c}`, { table: String(row.rt), column: String(row.rc) }]),
  );
  return { column, references, places };
}

function dumpRows(table: string, rows: readonly Row[], numbering: Numbering): string[] {
  const key = numbering.column.get(table);
  const told = rows.map((row) => {
    const values = Object.entries(row).map(([column, value]) => {
      if (column === key) return `#${value}`;
      const target = numbering.references.get(`${table}.${column}`);
      if (target === undefined || value === null) return JSON.stringify(value);
      const place = numbering.places.get(target.table)?.get(Number(value));
      return place === undefined ? `nothing in ${target.table}` : `${target.table} ${place}`;
    });
    return {
      order: key === undefined ? null : Number(row[key]),
      line: `row of ${table}: ${values.join(", ")}`,
    };
  });
  // In the order they were inserted where that is known, else in any fixed order.
  told.sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || (a.line < b.line ? -1 : 1));
  return told.map(({ line }) => line);
}

async function dumpPrograms(ask: Ask, database: string): Promise<string[]> {
  const named = async (list: string, value: string): Promise<string[]> =>
    (await ask(list, [value])).map((row) => String(row.name));
  const routines = "SELECT ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ?";
  const triggers = await named(
    "SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? ORDER BY 1",
    database,
  );
  const procedures = await named(`${routines} AND ROUTINE_TYPE = 'PROCEDURE' ORDER BY 1`, database);
  const functions = await named(`${routines} AND ROUTINE_TYPE = 'FUNCTION' ORDER BY 1`, database);
  const events = await named(
    "SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? ORDER BY 1",
    database,
  );
  return [
    ...(await dumpDefinitions(ask, "TRIGGER", triggers)),
    ...(await dumpDefinitions(ask, "PROCEDURE", procedures)),
    ...(await dumpDefinitions(ask, "FUNCTION", functions)),
    ...(await dumpDefinitions(ask, "EVENT", events)),
  ];
}

/** Everything the server says of them, their sql_mode and character sets too, less when they were created. */
async function dumpDefinitions(ask: Ask, type: string, names: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const name of names) {
    const [created] = await ask(`SHOW CREATE ${type} \`${name}\``);
    const { Created: _, ...definition } = created ?? {};
    lines.push(`${type.toLowerCase()} ${JSON.stringify(definition)}`);
  }
  return lines;
}

/** Less what a run left that ended before its first statement: that says nothing. */
async function dumpHistory(ask: Ask, table: string): Promise<string[]> {
  const rows = await ask(
    `SELECT version, action, statements, statements_done, intent, error, finished_at FROM \`${table}\`
      WHERE NOT (statements_done = 0 AND intent IS NULL AND error IS NULL AND finished_at IS NULL) ORDER BY id`,
  );
  return rows.map((row) => {
    const faults = [
      row.finished_at === null ? "unfinished" : "",
      row.intent === null ? "" : "with an intent",
      row.error === null ? "" : `with error ${row.error}`,
    ].filter((fault) => fault !== "");
    return ["history:", row.version, row.action, `${row.statements_done}/${row.statements}`, ...faults].join(
      " ",
    );
  });
}

/** The same less the values of AUTO_INCREMENT columns. */
export function withoutNumbers(state: State): State {
  return state.map((line) => line.replace(/(^row of \w+: |, )#\d+/g, "$1#"));
}

export interface Difference {
  readonly kind: "lost" | "doubled" | "wrong";
  /** Lines of the expected state that are missing (`-`), lines that should not be there (`+`). */
  readonly lines: readonly string[];
}

/** @returns null when the states are equal */
export function compareStates(expected: State, actual: State): Difference | null {
  const counts = new Map<string, number>();
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of actual) counts.set(line, (counts.get(line) ?? 0) - 1);
  const lines: string[] = [];
  for (const [line, count] of counts) {
    for (let i = 0; i < Math.abs(count); i++) lines.push(`${count > 0 ? "-" : "+"} ${line}`);
  }
  if (lines.length === 0) {
    const at = expected.findIndex((line, index) => actual[index] !== line);
    return at === -1 ? null : { kind: "wrong", lines: [`order differs from here on: ${expected[at]}`] };
  }
  const missing = lines.some((line) => line.startsWith("-"));
  const extra = lines.some((line) => line.startsWith("+"));
  return { kind: missing && extra ? "wrong" : missing ? "lost" : "doubled", lines };
}
