import type { ServerInfo } from "./session";

// Everything in which servers differ when a schema is read, compared or written. A predicate names the difference,
// its comment the reason; versions are compared nowhere else.

/** MariaDB's INDEX … IGNORED is MySQL's INVISIBLE. https://mariadb.com/kb/en/ignored-indexes/ */
export function callsInvisibleIndexesIgnored(server: ServerInfo): boolean {
  return server.family === "mariadb";
}

/**
 * MariaDB rewrites generated columns, checks and defaults that mention a column which is renamed. MySQL refuses the
 * rename (errors 3108, 3959, 3766, 3837) unless the same ALTER redefines them.
 */
export function rewritesExpressionsOnRename(server: ServerInfo): boolean {
  return server.family === "mariadb";
}

/** MySQL lets a check be switched off. https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html */
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

/** InnoDB of MySQL makes one FULLTEXT key a statement (error 1795). https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html */
export function takesOneFulltext(server: ServerInfo): boolean {
  return server.family === "mysql";
}

/**
 * MySQL adds no column whose default comes out otherwise on a replica (error 1674), whether it keeps a binary log or not,
 * but gives such a default to one that is there. Without these functions in it a default is taken.
 * https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html
 */
export function addsNoColumnWithDefault(server: ServerInfo, expression: string): boolean {
  return server.family === "mysql" && DIFFERS_ON_REPLICA.test(expression);
}

const DIFFERS_ON_REPLICA =
  /\b(?:uuid|uuid_short|rand|random_bytes|sysdate|user|current_user|session_user|system_user)\s*\(/i;

/**
 * MariaDB prints a foreign key's name and columns between backticks, and does not double those that are in them: seen on
 * 10.11. On 11.8 they are doubled; what is between was not tried.
 */
export function printsForeignKeyNamesRaw(server: ServerInfo): boolean {
  return server.family === "mariadb" && Number.parseInt(server.version, 10) < 11;
}

/** MySQL shows a column's SRID with its definition; MariaDB's REF_SYSTEM_ID is in information_schema alone. */
export function printsReferenceSystems(server: ServerInfo): boolean {
  return server.family === "mysql";
}

/** MySQL drops no column that generated ones are made of (error 3108), even if the same ALTER adds it again. */
export function keepsColumnsOthersAreMadeOf(server: ServerInfo): boolean {
  return server.family === "mysql";
}

/** MariaDB has a way between INSTANT and INPLACE. https://mariadb.com/kb/en/innodb-online-ddl-operations-with-the-nocopy-alter-algorithm/ */
export function triesNocopy(server: ServerInfo): boolean {
  return server.family === "mariadb";
}
