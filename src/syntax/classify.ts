/** Tables, views and MariaDB sequences share one name space, so all three are "table" here. */
export type ObjectType = "table" | "trigger" | "procedure" | "function" | "event" | "database" | "account";

/** An object that a statement names. */
export interface ObjectRef {
  readonly type: ObjectType;
  /** null: the session's current database. */
  readonly database: string | null;
  readonly name: string;
}

/** The text a PREPARE or EXECUTE IMMEDIATE takes: a literal, or a user variable's value. */
export type PreparedSource =
  | { readonly from: "text"; readonly text: string }
  | { readonly from: "variable"; readonly name: string };

/**
 * What the runner must know of a statement to run it exactly once.
 *
 * - `transactional`: can share a transaction with the UPDATE that records it (DML, reads).
 * - `self-committing`: commits by itself; whether it was applied shows in its objects' definitions.
 * - `repeatable`: commits by itself, or has no lasting effect, and is safe to run twice.
 * - `unjudgeable`: commits by itself, and neither repeating it nor looking at definitions is safe.
 * - `refused`: cannot be run exactly once at all; the whole file is refused before anything runs.
 */
export type StatementKind =
  | { readonly kind: "transactional" }
  | { readonly kind: "begin"; readonly readOnly: boolean }
  | { readonly kind: "commit"; readonly chain: boolean }
  | { readonly kind: "rollback"; readonly chain: boolean }
  | {
      readonly kind: "set";
      /** The value given to `autocommit`, or null when the statement does not set it. */
      readonly autocommit: boolean | null;
      /** Assigns user variables and nothing else, so restoring their values replaces running it. */
      readonly onlyUserVariables: boolean;
    }
  | { readonly kind: "use"; readonly database: string }
  | { readonly kind: "prepare"; readonly name: string; readonly source: PreparedSource }
  | { readonly kind: "execute"; readonly name: string }
  | { readonly kind: "execute-immediate"; readonly source: PreparedSource }
  | { readonly kind: "deallocate"; readonly name: string }
  | { readonly kind: "lock-tables" }
  | { readonly kind: "unlock-tables" }
  /** CREATE, ALTER or DROP of a TEMPORARY table: does not commit, and dies with the session. */
  | {
      readonly kind: "temporary";
      readonly action: "create" | "drop" | "alter";
      readonly names: readonly string[];
      /** Filled from other tables (… SELECT …), so running it again later may give other rows. */
      readonly fromTables: boolean;
    }
  | { readonly kind: "self-committing"; readonly objects: readonly ObjectRef[]; readonly verb: DdlVerb }
  | { readonly kind: "repeatable"; readonly objects: readonly ObjectRef[] }
  | { readonly kind: "call"; readonly routine: ObjectRef }
  | { readonly kind: "unjudgeable"; readonly objects: readonly ObjectRef[]; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

/** How to judge a self-committing statement from before and after. */
export type DdlVerb =
  /** Applied exactly when the object exists: CREATE of something that must not exist before. */
  | "create"
  /** Applied exactly when none of the objects exists any more. */
  | "drop"
  /** RENAME TABLE; may be a permutation (a swap), which definitions alone do not show. */
  | "rename"
  /** Applied exactly when the definition changed. */
  | "alter";

export interface Classified {
  readonly statement: StatementKind;
  /** User variables it mentions (`@name`, lower case, without the @), to be saved with the progress. */
  readonly userVariables: readonly string[];
  /** Mentions LAST_INSERT_ID(), @@last_insert_id or @@identity. */
  readonly usesLastInsertId: boolean;
  /** Reads what the statement right before it left (ROW_COUNT(), FOUND_ROWS(), GET DIAGNOSTICS, SHOW WARNINGS). */
  readonly usesPrevious: boolean;
}
