import { classifyKind } from "../syntax/classify-kind";
import { serverErrno } from "./error-numbers";
import type { Row } from "./session";
import { literal } from "./values";

/**
 * A session's settings come from the server's globals, the account's init_connect and the SETs of a file. The file's
 * statements run under them. The runner's own SQL needs some of them to be different: ANSI mode drops whole clauses of
 * a definition, sql_select_limit cuts lists, a time limit ends what must not end, a narrow character set turns letters
 * into question marks.
 */
export interface OwnSettings {
  /**
   * Call before the runner's own SQL. No round trip when the settings are as they should be, which they nearly always
   * are.
   */
  enterOwn(): Promise<void>;
  /** Call before a statement of a file: gives it back its settings. */
  enterFile(): Promise<void>;
  /** Call after a file's statement was sent: it may have changed the settings. */
  sent(text: string): void;
  /** Remembers that the runner's own writes must not run at READ COMMITTED here. @returns whether that is new */
  needRepeatableRead(): boolean;
}

/** How to read and write the settings: SQL that returns a row, and SQL that returns none. */
export interface SettingsLink {
  query(sql: string): Promise<readonly Row[]>;
  execute(sql: string): Promise<unknown>;
}

/** ER_STATEMENT_TIMEOUT (MariaDB), ER_QUERY_TIMEOUT (MySQL) */
const CUT_OFF: readonly (number | null)[] = [1969, 3024];
const MOST_TRIES = 100;

/**
 * Reads or writes a session's settings, and tries again when a time limit cut that off: with a limit of a millisecond
 * even the statement that lifts the limit may be too slow.
 */
export async function despiteTimeLimit<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === MOST_TRIES || !CUT_OFF.includes(serverErrno(error))) throw error;
    }
  }
}

type Family = "mysql" | "mariadb";
type Values = ReadonlyMap<string, string | null>;

/** What the runner's own SQL needs. */
const NEEDED: Readonly<Record<string, string>> = {
  character_set_client: "utf8mb4",
  character_set_results: "utf8mb4",
  sql_select_limit: "18446744073709551615",
  // When off, max_join_size can keep us from reading a long history.
  sql_big_selects: "1",
  sql_safe_updates: "0",
  sql_quote_show_create: "1",
  // Milliseconds on MySQL, seconds on MariaDB: a limit would end the wait for the lock, or make the record fail.
  max_execution_time: "0",
  max_statement_time: "0",
  // Otherwise SHOW CREATE TABLE prints more than the definition.
  show_create_table_verbosity: "0",
  transaction_isolation: "REPEATABLE-READ",
  tx_isolation: "REPEATABLE-READ",
};

/**
 * Settings that must be as they were when the session began; otherwise the same definition would read differently in
 * the next session.
 */
const AS_CONNECTED = ["collation_connection", "time_zone", "old_mode"];

const COMMON = [
  "sql_mode",
  "character_set_client",
  "character_set_results",
  "sql_select_limit",
  "sql_big_selects",
  "sql_safe_updates",
  "sql_quote_show_create",
  "collation_connection",
  "time_zone",
];
const MYSQL = ["max_execution_time", "show_create_table_verbosity"];
const MARIADB = ["max_statement_time", "old_mode"];

/**
 * For a SELECT on a server that is not known yet.
 * @see https://mariadb.com/kb/en/comment-syntax/ (MariaDB passes over comments of versions 50700 to 50799)
 */
export const SETTINGS_OF_BOTH = `${columns(COMMON)} /*!50708 , ${columns(MYSQL)} */ /*M! , ${columns(MARIADB)} */`;

function columns(names: readonly string[]): string {
  return names.map((name) => `@@SESSION.${name} AS ${name}`).join(", ");
}

/** @param row the settings of the new session, and perhaps more */
export function createOwnSettings(link: SettingsLink, family: Family, row: Row): OwnSettings {
  const names = [...COMMON, ...(family === "mysql" ? MYSQL : MARIADB)];
  const connected = read(row, names);
  let file: Values = connected;
  /** The file may have changed some since they were read. */
  let stale = false;
  let saysTimestamp = false;
  /**
   * The settings that were changed for the runner's own SQL, with the file's values; null while the file's settings are
   * in force.
   */
  let changed: Values | null = null;

  async function readFile(): Promise<Values> {
    const fixed = saysTimestamp ? `, ${FIXED_TIMESTAMP}` : "";
    // As bytes, and found by position: the file may have asked for results, column names included, in a character set
    // that we do not decode here.
    const bytes = names.map((name) => `CAST(@@SESSION.${name} AS BINARY) AS ${name}`).join(", ");
    const [found = {}] = await link.query(`SELECT ${bytes}${fixed} LIMIT 1`);
    const values = Object.values(found);
    return new Map(
      [...names, ...(saysTimestamp ? ["timestamp"] : [])].map((name, at) => [name, asText(values[at])]),
    );
  }

  return {
    async enterOwn() {
      if (changed !== null) return;
      if (stale) file = await readFile();
      stale = false;
      const needed = settingsNeeded(file, connected);
      if (needed.size > 0) await link.execute(assignments(needed));
      changed = new Map([...needed.keys()].map((name) => [name, file.get(name) ?? null]));
    },
    async enterFile() {
      if (changed !== null && changed.size > 0) await link.execute(assignments(changed));
      changed = null;
    },
    sent(text) {
      if (!maySet(text)) return;
      stale = true;
      saysTimestamp ||= /timestamp/i.test(text);
    },
    needRepeatableRead() {
      const name = family === "mysql" ? "transaction_isolation" : "tx_isolation";
      if (names.includes(name)) return false;
      names.push(name);
      stale = true;
      return true;
    },
  };
}

/** The time at which SET timestamp stopped the session's clock; NULL when it runs. */
const FIXED_TIMESTAMP =
  "CAST(IF(ABS(@@SESSION.timestamp - UNIX_TIMESTAMP(SYSDATE(6))) > 1, @@SESSION.timestamp, NULL) AS BINARY) AS fixed";

function read(row: Row, names: readonly string[]): Values {
  return new Map(names.map((name) => [name, asText(row[name])]));
}

function asText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** What has to be set for the runner's own SQL, with the values. Pure. */
export function settingsNeeded(file: Values, connected: Values): Values {
  const needed = new Map<string, string | null>();
  for (const [name, now] of file) {
    const wanted = neededValue(name, now, connected);
    if (!isSame(now, wanted)) needed.set(name, wanted);
  }
  return needed;
}

function neededValue(name: string, now: string | null, connected: Values): string | null {
  if (name === "sql_mode") return isPlainMode(now ?? "") ? now : PLAIN_MODE;
  if (name === "timestamp") return now === null ? null : "0";
  if (AS_CONNECTED.includes(name)) return connected.get(name) ?? now;
  return NEEDED[name] ?? now;
}

function isSame(a: string | null, b: string | null): boolean {
  return a === b || (isNumber(a) && isNumber(b) && Number(a) === Number(b));
}

function isNumber(value: string | null): value is string {
  return value !== null && /^\d+(\.\d+)?$/.test(value);
}

const PLAIN_MODE = "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION";

/**
 * Modes that change neither the meaning of the runner's SQL nor how the server prints a definition. Any other mode can.
 */
const HARMLESS_MODES: readonly string[] = [
  "",
  "ALLOW_INVALID_DATES",
  "ERROR_FOR_DIVISION_BY_ZERO",
  "NO_AUTO_CREATE_USER",
  "NO_AUTO_VALUE_ON_ZERO",
  "NO_DIR_IN_CREATE",
  "NO_ENGINE_SUBSTITUTION",
  "NO_ZERO_DATE",
  "NO_ZERO_IN_DATE",
  "ONLY_FULL_GROUP_BY",
  "STRICT_ALL_TABLES",
  "STRICT_TRANS_TABLES",
  "TRADITIONAL",
];

function isPlainMode(mode: string): boolean {
  return mode.split(",").every((one) => HARMLESS_MODES.includes(one));
}

function assignments(values: Values): string {
  return `SET ${[...values].map(([name, value]) => `SESSION ${name} = ${valueText(value)}`).join(", ")}`;
}

/** A number must be sent as a number: switches take no text. */
function valueText(value: string | null): string {
  return isNumber(value) ? value : literal(value);
}

/** Whether a statement may change settings of its session. Triggers and functions that do so are not considered. */
function maySet(text: string): boolean {
  if (!MAY_SET.test(text) || /^SET autocommit = [01]$/.test(text)) return false;
  const kind = /^SET\b/i.test(text) ? classifyKind(text) : null;
  return kind?.kind !== "set" || !kind.onlyUserVariables;
}

/** A text that begins with a sign is a comment that the server executes. */
const MAY_SET = /^(?:SET|CALL|EXECUTE|BEGIN\s+NOT|IF|CASE|LOOP|WHILE|REPEAT|FOR)\b|^[^A-Za-z(]|^\w+\s*:/i;
