import { isConnectionLost, serverErrno } from "./error-numbers";
import { GRANTEE } from "./grantee";
import type { Row, Session } from "./session";
import { LASTING } from "./tables";

/**
 * Makes a session like new after it has written only rows of tables in the current database, by unqualified names. That
 * leaves only LAST_INSERT_ID(), which is set to 0 as in a new session. What triggers and functions leave cannot be
 * undone, so there must be none of these; nor views, which may lead to other databases; nor sequences, whose last value
 * the session remembers. And the account must be one that could see triggers.
 * @returns false when it may hold something else; then a new session is needed
 * @throws the driver's error
 */
export async function makeAsNew(session: Session): Promise<boolean> {
  const rows = await session
    .query(
      `SELECT LAST_INSERT_ID(0) AS id,
        EXISTS (SELECT 1 FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ?)
          OR EXISTS (SELECT 1 FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ?)
          OR EXISTS (SELECT 1 FROM information_schema.TABLES
                      WHERE TABLE_SCHEMA = ? AND ${LASTING} AND TABLE_TYPE NOT IN ('BASE TABLE', 'SYSTEM VERSIONED')) AS other,
        (EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES
                  WHERE PRIVILEGE_TYPE = 'TRIGGER' AND GRANTEE = ${GRANTEE})${WITHOUT_EXCEPTIONS})
          OR EXISTS (SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES
                      WHERE PRIVILEGE_TYPE = 'TRIGGER' AND GRANTEE = ${GRANTEE} AND ? LIKE TABLE_SCHEMA) AS sees`,
      [session.database, session.database, session.database, session.database],
    )
    .catch((error: unknown): Row[] => {
      // A time limit, for example: a question that fails is no reason to fail the run.
      if (serverErrno(error) === null || isConnectionLost(error)) throw error;
      return [];
    });
  const [row] = rows;
  return row !== undefined && Number(row.other) === 0 && Number(row.sees) === 1;
}

/** Sets LAST_INSERT_ID() to 0, as in a new session. */
export async function resetLastInsertId(session: Session): Promise<void> {
  await session.query("DO LAST_INSERT_ID(0)");
}

/**
 * If privileges can be revoked for single databases, a privilege for all of them proves nothing. MariaDB skips the
 * comment.
 * @see https://dev.mysql.com/doc/refman/8.4/en/partial-revokes.html
 */
const WITHOUT_EXCEPTIONS = " /*!80016 AND @@GLOBAL.partial_revokes = 0 */";
