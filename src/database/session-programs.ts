import { closeOver, qualify, readPrograms, visibleFrom } from "./engines";
import type { Session } from "./session";

/**
 * Reads the names through which a statement reaches a routine or trigger that may change what the session holds: user
 * variables, LAST_INSERT_ID(), temporary tables, prepared statements. One that cannot be read counts as well.
 * @returns lower case, `database.name`, and `name` for what is in the current database
 * @throws the driver's error
 */
export async function readSessionProgramNames(
  session: Session,
  currentDatabase: string,
): Promise<ReadonlySet<string>> {
  const programs = await readPrograms(session);
  const reached = new Set(
    programs
      .filter(({ text }) => text === null || CHANGES_SESSION.test(text))
      .map(({ database, name }) => qualify(database, name)),
  );
  closeOver(reached, programs);
  return visibleFrom(currentDatabase, reached);
}

const CHANGES_SESSION = /@|\b(?:TEMPORARY|PREPARE|EXECUTE|LAST_INSERT_ID)\b/i;
