import type { Classified } from "../syntax/classify";
import type { LexOptions } from "../syntax/lexer";
import { identifiersOf, qualifiersOf } from "../syntax/qualifiers";
import type { Work } from "./companions";

/**
 * What statements leave in their session for the next migration: nothing; only LAST_INSERT_ID(), unless triggers or
 * functions ran; or anything else (settings, user variables, temporary tables, locks). In rising order.
 */
export const LEFTOVERS = ["nothing", "last-insert-id", "anything"] as const;

export type Leftovers = (typeof LEFTOVERS)[number];

/** The greater of two. */
export function more(a: Leftovers, b: Leftovers): Leftovers {
  return LEFTOVERS.indexOf(a) < LEFTOVERS.indexOf(b) ? b : a;
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

/** Functions that leave something else; stored functions are looked up on the server. */
const LEAVING: readonly string[] = ["get_lock", "nextval", "setval", "lastval", "next", "previous"];

function read(head: string, { statement, userVariables }: Classified, options: LexOptions): Leftovers {
  if (userVariables.length > 0) return "anything";
  if (statement.kind === "self-committing" || statement.kind === "repeatable") return "nothing";
  if (statement.kind !== "transactional" || head.length > LOOKED_AT || !WRITES_ROWS.test(head))
    return "anything";
  // A table in another database may have triggers there, and a qualified name may be that of a function.
  if (qualifiersOf(head, options).length > 0) return "anything";
  const names = identifiersOf(head, options);
  return LEAVING.some((name) => names.has(name)) ? "anything" : "last-insert-id";
}
