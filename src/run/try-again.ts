import type { Judgement } from "../database/history";
import type { Classified } from "../syntax/classify";
import { tokens } from "../syntax/lexer";

/** How a statement outside of a transaction is made exactly once: by an intent of that kind, or by being repeatable. */
export type Alone = Judgement | "repeatable";

/**
 * Why a statement that commits by itself must not be tried again after it could not have its locks; null: it may, if its
 * objects are still as they were. The server takes the locks of a plain DDL before it begins, and undoes it as a whole.
 * All else may have got half-way: rows of a MyISAM table stay, a procedure went on to its second statement.
 * @param text what is run, for EXECUTE the prepared text
 */
export function whyNotAgainAlone(how: Alone, text: string, userVariables: readonly string[]): string | null {
  if (how === "ask") return "what it did before that may have stayed";
  if (how === "schema" || /^CALL\b/i.test(text)) return "what its procedure did before that may have stayed";
  if (userVariables.length > 0) return "it may have changed user variables";
  if (fillsTable(text)) return "it fills a table, which may not have been undone";
  return null;
}

/** CREATE TABLE … SELECT, and MySQL's CREATE TABLE … TABLE. */
function fillsTable(text: string): boolean {
  if (!/^(?:\/\*M?!\d*\s*)?CREATE\b/i.test(text)) return false;
  const words = [...tokens(text)]
    .filter(({ type }) => type === "word")
    .map(({ value }) => value.toUpperCase());
  const at = words.indexOf("TABLE");
  // A view, a routine or a trigger holds its SELECT, and does not run it.
  if (at === -1 || words.slice(0, at).some((word) => HOLDS_ITS_TEXT.has(word))) return false;
  return words.includes("SELECT") || words.indexOf("TABLE", at + 1) !== -1;
}

const HOLDS_ITS_TEXT: ReadonlySet<string> = new Set(["VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"]);

/**
 * Why a statement cannot be run a second time with its whole transaction, after that was rolled back and the session was
 * given back what it held at its beginning; null: it can.
 * @param first nothing of the transaction ran before it
 */
export function whyNotAgainInTransaction(
  { statement, usesPrevious }: Classified,
  first: boolean,
): string | null {
  // What a statement leaves for the next one only (ROW_COUNT()) cannot be given back.
  if (usesPrevious && first) return "it reads what the statement before its transaction left";
  switch (statement.kind) {
    case "transactional":
    case "call":
      return null;
    case "set":
      return statement.onlyUserVariables ? null : "it sets what a rollback does not set back";
    case "temporary":
      return "a temporary table stays when its transaction is rolled back";
    case "execute":
    case "execute-immediate":
      return "what a prepared text does to the session is not known";
    default:
      return "a rollback does not undo it";
  }
}
