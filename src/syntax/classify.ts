import { classifyKind } from "./classify-kind";
import { compoundKind, startsCompound } from "./compound";
import type { LexOptions } from "./lexer";
import { readSessionUse } from "./session-use";
import type { Statement } from "./statement";
import { refused, type StatementKind } from "./statement-kind";

export { mentionsAny, mentionsTable } from "./mentions";
export type {
  Commits,
  DdlVerb,
  ObjectRef,
  ObjectType,
  PreparedSource,
  StatementKind,
  TableName,
} from "./statement-kind";

export interface Classified {
  readonly statement: StatementKind;
  /** User variables it mentions (`@name`, lower case, without the @), to be saved with the progress. */
  readonly userVariables: readonly string[];
  /** Mentions LAST_INSERT_ID(), @@last_insert_id or @@identity. */
  readonly usesLastInsertId: boolean;
  /** Reads what the statement right before it left (ROW_COUNT(), FOUND_ROWS(), GET DIAGNOSTICS, SHOW WARNINGS). */
  readonly usesPrevious: boolean;
}

/**
 * Finds what the runner must know about a statement to run it exactly once. Never throws: an unknown statement is
 * `unjudgeable`, and one that the server will refuse is classified as far as it can be read.
 * @param text one statement, without its delimiter; an executable comment counts as its content
 */
export function classify(text: string, options: LexOptions = {}): Classified {
  const { userVariables, usesLastInsertId, usesPrevious, releasesLocks } = readSessionUse(text, options);
  const statement = releasesLocks ? refused(RELEASES_LOCKS) : readStatement(text, options);
  return { statement, userVariables, usesLastInsertId, usesPrevious };
}

/** Classifies a file's statements one after the other; rows of data that begin alike are classified once. */
export function createClassifier(options: LexOptions = {}): (statement: Statement) => Classified {
  let head: string | null = null;
  let classified: Classified | null = null;
  return (statement) => {
    if (classified === null || statement.head !== head) {
      head = statement.head;
      classified = classify(head, options);
    }
    return classified;
  };
}

const RELEASES_LOCKS =
  "RELEASE_ALL_LOCKS() would release the runner's own lock; RELEASE_LOCK('name') releases one of yours.";

/** MariaDB runs BEGIN NOT ATOMIC … END, IF, LOOP and the like outside of stored programs, too. */
function readStatement(text: string, options: LexOptions): StatementKind {
  return startsCompound(text, options) ? compoundKind(text, options) : classifyKind(text, options);
}
