import { serverErrno } from "./error-numbers";
import type { Session } from "./session";

/** A table by its full name. */
export interface TableName {
  readonly database: string;
  readonly name: string;
}

/**
 * Reads the numbers that InnoDB gave the tables. They survive every RENAME and are new after a TRUNCATE. To find them,
 * the server looks through all of its tables.
 * @returns one for each name, in order: the number, or those of a partitioned table as `p0=1, p1=2`; null when it is
 *   not an InnoDB table, has a name that cannot be looked up, or the user lacks the PROCESS privilege
 * @see https://dev.mysql.com/doc/refman/8.4/en/information-schema-innodb-tables-table.html
 */
export async function readTableIds(
  session: Session,
  tables: readonly TableName[],
): Promise<readonly (string | null)[]> {
  const folds = session.server.foldsTableNames;
  const wanted = tables.map((table) => innodbName(table, folds));
  const known = wanted.filter((name) => name !== null);
  if (known.length === 0) return wanted.map(() => null);
  const source = session.server.family === "mysql" ? "INNODB_TABLES" : "INNODB_SYS_TABLES";
  const names = `SUBSTRING_INDEX(SUBSTRING_INDEX(NAME, '#p#', 1), '#P#', 1)`;
  try {
    const rows = await session.query(
      `SELECT ${names} AS name, SUBSTR(NAME, CHAR_LENGTH(${names}) + 4) AS part, CAST(TABLE_ID AS CHAR) AS id
         FROM information_schema.${source} WHERE ${names} IN (${known.map(() => "?").join(", ")})`,
      known,
    );
    const ids = new Map<string, string[]>();
    for (const row of rows) {
      const id = row.part === "" ? String(row.id) : `${row.part}=${row.id}`;
      ids.set(String(row.name), [...(ids.get(String(row.name)) ?? []), id]);
    }
    return wanted.map((name) => (name === null ? null : (ids.get(name)?.sort().join(", ") ?? null)));
  } catch (error) {
    if (serverErrno(error) === ER_SPECIFIC_ACCESS_DENIED) return wanted.map(() => null);
    throw error;
  }
}

const ER_SPECIFIC_ACCESS_DENIED = 1227;

/**
 * `database/table` with every character that is not a letter, digit or underscore as `@` and its code. Letters beyond
 * ASCII have codes of their own, which are left alone here.
 * @see https://dev.mysql.com/doc/refman/8.4/en/identifier-mapping.html
 */
function innodbName({ database, name }: TableName, folds: boolean): string | null {
  const both = [database, name].map((part) => (folds ? part.toLowerCase() : part));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is "ASCII"
  if (!both.every((part) => /^[\x00-\x7f]+$/.test(part))) return null;
  return both
    .map((part) => part.replace(/\W/g, (c) => `@${c.charCodeAt(0).toString(16).padStart(4, "0")}`))
    .join("/");
}
