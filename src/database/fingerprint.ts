import { createHash } from "node:crypto";
import type { ObjectRef } from "../syntax/classify";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { readTableIds } from "./innodb-tables";
import { serverErrno } from "./server-errors";
import type { Row, Session } from "./session";

export { judge, type Verdict } from "./judge";
export { readSchemaFingerprint } from "./schema-fingerprint";

/** What objects were like at one moment: small, and safe to keep as JSON. */
export interface Fingerprint {
  /** One for each object asked for, in that order. */
  readonly objects: readonly ObjectPrint[];
}

export interface ObjectPrint {
  /** For people and for finding the same object twice: `table db.name`, `schema db`. */
  readonly object: string;
  /** `absent`; `hidden` (it is there, but its definition is not shown); `unreadable` (neither is known); or a hash. */
  readonly state: string;
  /** InnoDB's number of the table, which a rename keeps; null when there is none, or it was not looked up. */
  readonly id: string | null;
}

/**
 * Reads the definitions of objects as the server renders them, less what changes by itself.
 * @param currentDatabase where names without a database are looked for
 * @throws the driver's error when the server failed in a way that says nothing about the object
 */
export async function readFingerprint(
  session: Session,
  objects: readonly ObjectRef[],
  currentDatabase: string,
): Promise<Fingerprint> {
  if (objects.length === 0) return { objects: [] };
  const states = new Map<string, string>();
  for (const object of objects) {
    const key = describe(object, currentDatabase);
    if (!states.has(key)) states.set(key, await readState(session, object, currentDatabase));
  }
  // Only a rename needs ids, and it has at least two tables.
  const ids = states.size < 2 ? new Map<string, string>() : await tableIds(session, objects, currentDatabase);
  return {
    objects: objects.map((object) => {
      const key = describe(object, currentDatabase);
      return { object: key, state: states.get(key) ?? "unreadable", id: ids.get(key) ?? null };
    }),
  };
}

function describe(object: ObjectRef, currentDatabase: string): string {
  if (object.type === "database" || object.type === "server" || object.type === "account") {
    return `${object.type} ${object.name}`;
  }
  return `${object.type} ${object.database ?? currentDatabase}.${object.name}`;
}

async function tableIds(
  session: Session,
  objects: readonly ObjectRef[],
  currentDatabase: string,
): Promise<ReadonlyMap<string, string>> {
  const tables = objects.filter(({ type }) => type === "table");
  const named = tables.map((table) => ({ database: table.database ?? currentDatabase, name: table.name }));
  const ids = await readTableIds(session, named);
  return new Map(
    tables.flatMap((table, index) => {
      const id = ids[index];
      return id === undefined || id === null ? [] : [[describe(table, currentDatabase), id] as const];
    }),
  );
}

async function readState(session: Session, object: ObjectRef, currentDatabase: string): Promise<string> {
  try {
    const definition = await readDefinition(session, object, object.database ?? currentDatabase);
    return definition === null
      ? "absent"
      : createHash("sha256").update(definition).digest("hex").slice(0, 16);
  } catch (error) {
    const errno = serverErrno(error);
    if (errno !== null && ABSENT.includes(errno)) return "absent";
    if (errno === null || !UNREADABLE.includes(errno)) throw error;
    return (await isListed(session, object, object.database ?? currentDatabase)) ? "hidden" : "unreadable";
  }
}

/** Any privilege on a table or view has it listed; a view's definition needs SHOW VIEW, and its tables in order. */
async function isListed(session: Session, object: ObjectRef, database: string): Promise<boolean> {
  if (object.type !== "table") return false;
  const rows = await session.query(
    "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
    [database, object.name],
  );
  return rows.length > 0;
}

/** ER_BAD_DB, ER_NONEXISTING_GRANT, ER_NO_SUCH_TABLE, ER_SP_DOES_NOT_EXIST, ER_TRG_DOES_NOT_EXIST, ER_EVENT_DOES_NOT_EXIST */
const ABSENT: readonly number[] = [1049, 1141, 1146, 1305, 1360, 1539];

/**
 * ER_CANT_OPEN_FILE, ER_DBACCESS_DENIED, ER_TABLE_NOT_LOCKED (under LOCK TABLES), ER_TABLEACCESS_DENIED, ER_SPECIFIC_ACCESS_DENIED, ER_UNKNOWN_STORAGE_ENGINE, ER_VIEW_INVALID,
 * ER_PROCACCESS_DENIED, ER_NO_SUCH_TABLE_IN_ENGINE
 */
const UNREADABLE: readonly number[] = [1016, 1044, 1100, 1142, 1227, 1286, 1356, 1370, 1932];

/** The definition in the server's words; null when the object does not exist and no error says so. */
async function readDefinition(session: Session, object: ObjectRef, database: string): Promise<string | null> {
  const name = quoteQualified(database, object.name);
  switch (object.type) {
    case "table":
      return tableDefinition(await session.query(`SHOW CREATE TABLE ${name}`), database);
    case "trigger":
      return column(await session.query(`SHOW CREATE TRIGGER ${name}`), "SQL Original Statement");
    case "procedure":
      return column(await session.query(`SHOW CREATE PROCEDURE ${name}`), "Create Procedure");
    case "function":
      return column(await session.query(`SHOW CREATE FUNCTION ${name}`), "Create Function");
    case "event":
      return eventDefinition(await session.query(`SHOW CREATE EVENT ${name}`));
    case "database":
      return column(
        await session.query(`SHOW CREATE DATABASE ${quoteIdentifier(object.name)}`),
        "Create Database",
      );
    case "server":
      return serverDefinition(
        await session.query("SELECT * FROM mysql.servers WHERE Server_name = ?", [object.name]),
      );
    case "account":
      return accountDefinition(session, object.name);
    default:
      return object.type satisfies never;
  }
}

/** A definition that may not be shown (only its owner may see a routine's) is still there. */
function column(rows: readonly Row[], name: string): string {
  return String(rows[0]?.[name] ?? "");
}

function tableDefinition(rows: readonly Row[], database: string): string {
  const [row] = rows;
  // A view's text names its own database or not, depending on which one is current.
  if (row?.["Create View"] !== undefined)
    return String(row["Create View"]).replaceAll(`${quoteIdentifier(database)}.`, "");
  return withoutVolatile(String(row?.["Create Table"] ?? ""));
}

/**
 * Inserts move AUTO_INCREMENT; MariaDB adds partitions by itself to a table with PARTITION BY SYSTEM_TIME … AUTO.
 * The name is left out so that a renamed table has the definition it had.
 * @see https://mariadb.com/kb/en/system-versioned-tables/#automatically-creating-partitions
 */
function withoutVolatile(definition: string): string {
  return definition
    .replace(/^CREATE TABLE (?:`(?:[^`]|``)*`)/, "CREATE TABLE")
    .replace(/^(\)(?: \/\*!50100 TABLESPACE .*? \*\/)? ENGINE=\w+) AUTO_INCREMENT=\d+/m, "$1")
    .replace(/(PARTITION BY SYSTEM_TIME\b[^\n]* AUTO\n)PARTITIONS \d+/, "$1");
}

/** The server switches an event off when it has run for the last time. */
function eventDefinition(rows: readonly Row[]): string {
  return column(rows, "Create Event").replace(/(ON COMPLETION (?:NOT )?PRESERVE) (?:ENABLE|DISABLE)\b/, "$1");
}

function serverDefinition(rows: readonly Row[]): string | null {
  return rows.length === 0 ? null : JSON.stringify(rows);
}

/** Grants are shown in no particular order. MySQL keeps the password apart from them; MariaDB's roles have none. */
async function accountDefinition(session: Session, account: string): Promise<string> {
  const grants = await session.query(`SHOW GRANTS FOR ${account}`);
  const user = session.server.family === "mysql" ? await session.query(`SHOW CREATE USER ${account}`) : [];
  return [...grants, ...user]
    .map((row) => Object.values(row).join())
    .sort()
    .join("\n");
}
