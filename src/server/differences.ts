import type { ServerInfo } from "./session";

// Every way in which servers differ when a schema is read, compared or written. A predicate names the difference, and
// its comment gives the reason; versions are compared nowhere else.

/** MariaDB's INDEX … IGNORED is MySQL's INVISIBLE. https://mariadb.com/kb/en/ignored-indexes/ */
export function callsInvisibleIndexesIgnored(server: ServerInfo): boolean {
  return server.family === "mariadb";
}

/**
 * MariaDB rewrites generated columns, checks and defaults that mention a renamed column. MySQL refuses the rename
 * (errors 3108, 3959, 3766, 3837) unless the same ALTER redefines them.
 */
export function rewritesExpressionsOnRename(server: ServerInfo): boolean {
  return server.family === "mariadb";
}

/** On MySQL a check can be switched off. https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html */
export function canDisableChecks(server: ServerInfo): boolean {
  return server.family === "mysql";
}

/** CREATE OR REPLACE of routines, triggers and events: atomic, and grants survive. https://mariadb.com/kb/en/create-procedure/ */
export function canReplacePrograms(server: ServerInfo): boolean {
  return server.family === "mariadb";
}

/** MySQL calls a check without a name `table_chk_1` and renames it with the table; MariaDB says `CONSTRAINT_1`. */
export function namesChecksAfterTables(server: ServerInfo): boolean {
  return server.family === "mysql";
}

/**
 * MySQL's InnoDB can create only one FULLTEXT key per statement (error 1795).
 * https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html
 */
export function takesOneFulltext(server: ServerInfo): boolean {
  return server.family === "mysql";
}

/**
 * MySQL does not add a column whose default gives other values on a replica (error 1674), with or without a binary log,
 * but it does give such a default to an existing column. Defaults without these functions are fine.
 * https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html
 */
export function addsNoColumnWithDefault(server: ServerInfo, expression: string): boolean {
  return server.family === "mysql" && DIFFERS_ON_REPLICA.test(expression);
}

const DIFFERS_ON_REPLICA =
  /\b(?:uuid|uuid_short|rand|random_bytes|sysdate|user|current_user|session_user|system_user)\s*\(/i;

/**
 * MariaDB prints a foreign key's name and columns between backticks, and does not double the backticks in them: seen on
 * 10.11. 11.8 doubles them; the releases between were not tried.
 */
export function printsForeignKeyNamesRaw(server: ServerInfo): boolean {
  return server.family === "mariadb" && Number.parseInt(server.version, 10) < 11;
}

/** MySQL shows a column's SRID with its definition; MariaDB has REF_SYSTEM_ID only in information_schema. */
export function printsReferenceSystems(server: ServerInfo): boolean {
  return server.family === "mysql";
}

/** MySQL does not drop a column that generated columns use (error 3108), even if the same ALTER adds it again. */
export function keepsColumnsOthersAreMadeOf(server: ServerInfo): boolean {
  return server.family === "mysql";
}

/**
 * MariaDB has an algorithm between INSTANT and INPLACE.
 * https://mariadb.com/kb/en/innodb-online-ddl-operations-with-the-nocopy-alter-algorithm/
 */
export function triesNocopy(server: ServerInfo): boolean {
  return server.family === "mariadb";
}
