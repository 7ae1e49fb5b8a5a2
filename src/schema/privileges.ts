import { KINDS } from "./kinds/all-kinds";
import { type NotCompared, type Reader, text } from "./show-create";
import { sqlCursor } from "./sql-cursor";

/**
 * What the account cannot see, so that nobody takes an empty list for an empty database.
 * https://dev.mysql.com/doc/refman/8.4/en/privileges-provided.html
 */
export async function readHidden({ session, database, creator }: Reader): Promise<readonly NotCompared[]> {
  const grants = await session.query("SHOW GRANTS");
  const [role] = await session.query("SELECT CURRENT_ROLE() AS name");
  const name = role?.name === null || role === undefined ? "NONE" : text(role, "name");
  const more =
    name === "NONE" || name === "" ? [] : await session.query(grantsOfRoles(session.server.family, name));
  const held = new Set(
    [...grants, ...more].flatMap((row) => privilegesOn(database, String(Object.values(row)[0]))),
  );
  if (held.has("ALL PRIVILEGES")) return [];
  // Kinds that the server silently leaves out for accounts that may not see them.
  return KINDS.flatMap(({ list, shownTo: [privilege, ...others] }) => {
    if (privilege === undefined || [privilege, ...others].some((each) => held.has(each))) return [];
    const why = `account ${creator.account} may not see them (it needs ${privilege.replace("_", " ")})`;
    return [{ object: list, why }];
  });
}

/** MySQL gives active roles as a list that the statement accepts; MariaDB has only one. */
function grantsOfRoles(family: "mysql" | "mariadb", names: string): string {
  return family === "mysql"
    ? `SHOW GRANTS FOR CURRENT_USER() USING ${names}`
    : "SHOW GRANTS FOR CURRENT_ROLE";
}

/** The privileges that one line of SHOW GRANTS gives on a whole database. */
export function privilegesOn(database: string, grant: string): readonly string[] {
  const cursor = sqlCursor(grant);
  if (!cursor.accept("GRANT")) return [];
  const list = cursor.until((token) => token.type === "word" && token.value.toUpperCase() === "ON");
  if (!cursor.accept("ON")) return [];
  cursor.accept("TABLE");
  const scope = cursor.accept("*") ? "%" : cursor.peek()?.type === "variable" ? "" : cursor.name();
  if (!cursor.accept(".", "*") || !matches(database, scope)) return [];
  return list.split(",").map((privilege) => privilege.trim().toUpperCase());
}

/** Grants use patterns for databases: `%` and `_`, unless escaped. */
function matches(database: string, pattern: string): boolean {
  const source = pattern.replace(
    /\\([%_])|[%_]|[.*+?^${}()|[\]\\]/g,
    (found, escaped: string | undefined) => {
      if (escaped !== undefined) return escaped;
      if (found === "%") return ".*";
      return found === "_" ? "." : `\\${found}`;
    },
  );
  return new RegExp(`^${source}$`, "s").test(database);
}
