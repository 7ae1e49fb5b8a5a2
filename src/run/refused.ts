import { neverBegan, serverErrno, wasNotUnderstood } from "../server/error-numbers";
import { isVisibleProcedure } from "../server/routines";
import type { Session } from "../server/session";
import { classify, type ObjectRef } from "../syntax/classify";
import { startsCompound } from "../syntax/compound";

/**
 * Whether the server's error alone proves that nothing of a statement happened. When the statement runs others, in a
 * procedure or a trigger, the error may come from one of those, after some of them took effect.
 * @param text what ran; for EXECUTE the prepared text, or the EXECUTE itself when the text is not known
 * @param currentDatabase where to look for names without a database
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
      // A user cannot run a procedure that they cannot see.
      return neverBegan(errno) && !(await isVisibleProcedure(session, statement.routine, currentDatabase));
    case "execute":
    case "execute-immediate":
      return errno === ER_UNKNOWN_STMT_HANDLER;
    case "self-committing":
    case "repeatable":
    case "unjudgeable":
      return isTakenWhole(statement.objects, text) ? neverBegan(errno) : wasNotUnderstood(errno);
    default:
      // With rows of a table without transactions, a trigger's error looks like the statement's own.
      return wasNotUnderstood(errno);
  }
}

/** MariaDB does a DROP or CREATE of several objects one by one; the SELECT that fills a table may call functions. */
function isTakenWhole(objects: readonly ObjectRef[], text: string): boolean {
  const fills = objects.some(({ type }) => type === "table") && /\bSELECT\b/i.test(text);
  // EXCHANGE PARTITION has two tables, but it is one change.
  return (objects.length < 2 || /\bEXCHANGE\s+PARTITION\b/i.test(text)) && !fills;
}

/** Syntax errors in what these run come late. */
const RUNS_TEXT = /\b(EXECUTE|CALL)\b/i;

const ER_UNKNOWN_STMT_HANDLER = 1243;
