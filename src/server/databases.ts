import type { Session } from "./session";
import { isThrowaway } from "./throwaway";

/** Databases that every server has and nobody owns. */
const OF_THE_SERVER: readonly string[] = [
  "information_schema",
  "mysql",
  "ndbinfo",
  "performance_schema",
  "sys",
];

/** The server puts this before the name of a folder that it did not make, such as `lost+found`. */
const NO_DATABASE = "#mysql50#";

/**
 * The databases whose names match a pattern, as SHOW DATABASES LIKE would find them, sorted by name. Leaves out the
 * server's own and throwaway ones. We compare here: the server would convert the pattern to its character set for
 * names, which has no four-byte characters.
 * @throws the driver's error, such as when the user may not list them
 */
export async function listDatabases(session: Session, pattern: string): Promise<readonly string[]> {
  const matches = createLike(pattern, session.server.foldsTableNames);
  const names = (await session.query("SHOW DATABASES")).map((row) => String(Object.values(row)[0]));
  return names
    .filter((name) => !OF_THE_SERVER.includes(name.toLowerCase()))
    .filter((name) => !name.startsWith(NO_DATABASE) && !isThrowaway(name))
    .filter(matches)
    .sort();
}

/**
 * LIKE for names: `%` stands for any characters, `_` for one, and a backslash before either for itself.
 * @param foldsCase the server tells no upper from lower case in names
 * @see https://dev.mysql.com/doc/refman/8.4/en/string-comparison-functions.html#operator_like
 */
export function createLike(pattern: string, foldsCase: boolean): (name: string) => boolean {
  const expression = pattern.replace(/\\([\s\S])|[%_]|[\^$.*+?()[\]{}|\\/-]/gu, (found, escaped?: string) => {
    if (escaped !== undefined) return escapeForExpression(escaped);
    if (found === "%") return ".*";
    return found === "_" ? "." : escapeForExpression(found);
  });
  const whole = new RegExp(`^${expression}$`, foldsCase ? "isu" : "su");
  return (name) => whole.test(name);
}

function escapeForExpression(character: string): string {
  return /[\^$.*+?()[\]{}|\\/]/.test(character) ? `\\${character}` : character;
}
