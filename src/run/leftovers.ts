import { makeAsNew, resetLastInsertId } from "../server/as-new";
import type { Session } from "../server/session";
import type { Classified } from "../syntax/classify";
import type { LexOptions } from "../syntax/lexer";
import { identifiersOf, qualifiersOf } from "../syntax/qualifiers";
import type { Work } from "./companions";

/**
 * What statements leave in their session for the next migration to find: nothing; nothing, but there may be triggers and the like
 * from now on; LAST_INSERT_ID() alone, unless triggers or functions ran; or anything else (settings, user variables, temporary
 * tables, locks).
 */
export type Leftovers = "nothing" | "programs" | "last-insert-id" | "anything";

/** What two statements leave together. */
export function more(a: Leftovers, b: Leftovers): Leftovers {
  if (a === b || b === "nothing") return a;
  // Rows before a trigger was made, or behind it.
  return a === "nothing" ? b : "anything";
}

/** Rows of data that begin alike are classified once, and looked at once. */
const known = new WeakMap<Classified, Leftovers>();

/** What a statement leaves. */
export function leftoversOf({ statement, classified }: Work, options: LexOptions): Leftovers {
  let found = known.get(classified);
  if (found === undefined) {
    found = read(statement.head, classified, options);
    known.set(classified, found);
  }
  return found;
}

/** We do not look at longer statements, because that would take longer than a new session. */
const LOOKED_AT = 16 * 1024;

const WRITES_ROWS = /^\s*(?:INSERT|REPLACE|UPDATE|DELETE)\b/i;

/** What may bring a trigger, a routine, a view or a sequence into the database. */
const MAKES_PROGRAMS = /\b(?:TRIGGER|FUNCTION|PROCEDURE|PACKAGE|VIEW|SEQUENCE|RENAME|DATABASE|SCHEMA)\b/i;

/** Functions that leave something else; stored functions are looked up on the server. */
const LEAVING: readonly string[] = ["get_lock", "nextval", "setval", "lastval", "next", "previous"];

function read(head: string, { statement, userVariables }: Classified, options: LexOptions): Leftovers {
  if (userVariables.length > 0) return "anything";
  if (statement.kind === "self-committing" || statement.kind === "repeatable")
    return MAKES_PROGRAMS.test(head) ? "programs" : "nothing";
  if (statement.kind !== "transactional" || head.length > LOOKED_AT || !WRITES_ROWS.test(head))
    return "anything";
  // A table in another database may have triggers there, and a qualified name may be that of a function.
  if (qualifiersOf(head, options).length > 0) return "anything";
  const names = identifiersOf(head, options);
  return LEAVING.some((name) => names.has(name)) ? "anything" : "last-insert-id";
}

/** How old an answer may be, in milliseconds: on MariaDB the question costs the more, the more tables there are. */
const FRESH_MS = 1_000;

/** Whether a session can be used for the next migration, which must find nothing of the one before in it. */
export type Stays = (session: Session, leftovers: Leftovers) => Promise<boolean>;

/** For all migrations of a run: what was answered just now is not asked again, and neither is what was asked in vain. */
export function createStays(): Stays {
  let inVain = false;
  let answeredAt = Number.NEGATIVE_INFINITY;
  return async (session, leftovers) => {
    if (leftovers === "nothing") return true;
    if (leftovers !== "last-insert-id") {
      // There may be triggers and the like from now on.
      answeredAt = Number.NEGATIVE_INFINITY;
      return leftovers === "programs";
    }
    if (inVain) return false;
    if (performance.now() - answeredAt <= FRESH_MS) {
      await resetLastInsertId(session);
      return true;
    }
    answeredAt = performance.now();
    inVain = !(await makeAsNew(session));
    return !inVain;
  };
}
