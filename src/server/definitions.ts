import type { ObjectRef } from "../syntax/classify";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import type { Row, Session } from "./session";

/** The definition in the server's words; null when the object does not exist and no error says so. */
export async function readDefinition(
  session: Session,
  object: ObjectRef,
  database: string,
): Promise<string | null> {
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
    return String(row["Create View"])
      .replaceAll(`${quoteIdentifier(database)}.`, "")
      .replace(/ VIEW `(?:[^`]|``)*` AS /, " VIEW AS ");
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

/** The server switches an event off when it has run for the last time. Like a table's, the definition is without the name. */
function eventDefinition(rows: readonly Row[]): string {
  return column(rows, "Create Event")
    .replace(/ EVENT `(?:[^`]|``)*` ON SCHEDULE /, " EVENT ON SCHEDULE ")
    .replace(/(ON COMPLETION (?:NOT )?PRESERVE) (?:ENABLE|DISABLE)\b/, "$1");
}

function serverDefinition(rows: readonly Row[]): string | null {
  return rows.length === 0 ? null : JSON.stringify(rows);
}

/**
 * Grants are shown in no particular order. MySQL keeps the password apart from them; MariaDB's roles have none. Like a
 * table's, the definition is without the name.
 */
async function accountDefinition(session: Session, account: string): Promise<string> {
  // First, because its error says that there is none.
  const grants = await readGrants(session, account);
  const user = session.server.family === "mysql" ? await session.query(`SHOW CREATE USER ${account}`) : [];
  return [...grants, ...linesOf(user, account)].sort().join("\n");
}

/** What an account may do, a line for each grant, without its name. @throws the driver's error */
export async function readGrants(session: Session, account: string): Promise<readonly string[]> {
  return linesOf(await session.query(`SHOW GRANTS FOR ${account}`), account);
}

function linesOf(rows: readonly Row[], account: string): readonly string[] {
  return rows.map((row) => Object.values(row).join().replaceAll(account, ""));
}
