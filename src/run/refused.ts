import { neverBegan, serverErrno, wasNotUnderstood } from "../server/error-numbers";
import { isVisibleProcedure } from "../server/routines";
import type { Session } from "../server/session";
import { classify, type ObjectRef } from "../syntax/classify";
import { startsCompound } from "../syntax/compound";

/**
 * Whether the server's error alone proves that nothing of a statement happened. Where the statement runs others, in a
 * procedure or a trigger, the error may be one of theirs, and come after some of them took effect.
 * @param text what was run; for EXECUTE the prepared text, or the EXECUTE itself when that is not known
 * @param currentDatabase where names without a database are looked for
 */
export async function provesNothingHappened(
  session: Session,
  error: unknown,
  text: string,
  currentDatabase: string,
): Promise<boolean> {
  const errno = serverErrno(error);
  if (errno === null) return false;
  if (startsCompound(text, session.server)) return wasNotUnderstood(errno) && !RUNS_TEXT.test(text);
  const { statement } = classify(text, session.server);
  switch (statement.kind) {
    case "call":
      // A procedure that this user does not see is one that this user cannot run.
      return neverBegan(errno) && !(await isVisibleProcedure(session, statement.routine, currentDatabase));
    case "execute":
    case "execute-immediate":
      return errno === ER_UNKNOWN_STMT_HANDLER;
    case "self-committing":
    case "repeatable":
    case "unjudgeable":
      return isTakenWhole(statement.objects, text) ? neverBegan(errno) : wasNotUnderstood(errno);
    default:
      // Rows of a table without transactions: a trigger's own error looks like the statement's.
      return wasNotUnderstood(errno);
  }
}

/** MariaDB does a DROP or CREATE of several objects one by one; the SELECT that fills a table may call functions. */
function isTakenWhole(objects: readonly ObjectRef[], text: string): boolean {
  const fills = objects.some(({ type }) => type === "table") && /\bSELECT\b/i.test(text);
  // EXCHANGE PARTITION has two tables, and is one change all the same.
  return (objects.length < 2 || /\bEXCHANGE\s+PARTITION\b/i.test(text)) && !fills;
}

/** In what these run, syntax errors come late. */
const RUNS_TEXT = /\b(EXECUTE|CALL)\b/i;

const ER_UNKNOWN_STMT_HANDLER = 1243;
