import type { ObjectRef } from "../syntax/classify";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import type { Row, Session } from "./session";

/** The definition in the server's words; null when the object does not exist but the server reports no error. */
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

/** When the definition may not be shown (only its owner sees a routine's), the object is still there. */
function column(rows: readonly Row[], name: string): string {
  return String(rows[0]?.[name] ?? "");
}

function tableDefinition(rows: readonly Row[], database: string): string {
  const [row] = rows;
  // Whether a view's text names its own database depends on which database is current.
  if (row?.["Create View"] !== undefined)
    return String(row["Create View"])
      .replaceAll(`${quoteIdentifier(database)}.`, "")
      .replace(/ VIEW `(?:[^`]|``)*` AS /, " VIEW AS ");
  return withoutVolatile(String(row?.["Create Table"] ?? ""));
}

/**
 * Inserts move AUTO_INCREMENT; MariaDB adds partitions by itself to a table with PARTITION BY SYSTEM_TIME … AUTO. The
 * name is left out so that a renamed table keeps its definition.
 * @see https://mariadb.com/kb/en/system-versioned-tables/#automatically-creating-partitions
 */
function withoutVolatile(definition: string): string {
  return definition
    .replace(/^CREATE TABLE (?:`(?:[^`]|``)*`)/, "CREATE TABLE")
    .replace(/^(\)(?: \/\*!50100 TABLESPACE .*? \*\/)? ENGINE=\w+) AUTO_INCREMENT=\d+/m, "$1")
    .replace(/(PARTITION BY SYSTEM_TIME\b[^\n]* AUTO\n)PARTITIONS \d+/, "$1");
}

/** The server switches an event off when it has run for the last time. As for a table, the name is left out. */
function eventDefinition(rows: readonly Row[]): string {
  return column(rows, "Create Event")
    .replace(/ EVENT `(?:[^`]|``)*` ON SCHEDULE /, " EVENT ON SCHEDULE ")
    .replace(/(ON COMPLETION (?:NOT )?PRESERVE) (?:ENABLE|DISABLE)\b/, "$1");
}

function serverDefinition(rows: readonly Row[]): string | null {
  return rows.length === 0 ? null : JSON.stringify(rows);
}

/**
 * Grants come in no particular order. MySQL keeps the password apart from them; MariaDB's roles have none. As for a
 * table, the name is left out.
 */
async function accountDefinition(session: Session, account: string): Promise<string> {
  // First, because its error says whether the account exists.
  const grants = await readGrants(session, account);
  const user = session.server.family === "mysql" ? await session.query(`SHOW CREATE USER ${account}`) : [];
  return [...grants, ...linesOf(user, account)].sort().join("\n");
}

/** An account's grants, one line each, without the account's name. @throws the driver's error */
export async function readGrants(session: Session, account: string): Promise<readonly string[]> {
  return linesOf(await session.query(`SHOW GRANTS FOR ${account}`), account);
}

function linesOf(rows: readonly Row[], account: string): readonly string[] {
  return rows.map((row) => Object.values(row).join().replaceAll(account, ""));
}
