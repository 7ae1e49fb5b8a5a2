/** Tables, views and MariaDB sequences share one name space, so all three are "table" here. */
export type ObjectType =
  | "table"
  | "trigger"
  | "procedure"
  | "function"
  | "event"
  | "database"
  | "server"
  | "account";

/** A table's name; its database is null when the statement leaves it to the current one. */
export interface TableName {
  readonly database: string | null;
  readonly name: string;
}

/** An object that a statement names. */
export interface ObjectRef {
  readonly type: ObjectType;
  /** null: the session's current database, or a type that belongs to no database (database, server, account). */
  readonly database: string | null;
  /** For an account the SQL that names it: `` `user`@`host` ``, `` `role` `` or `CURRENT_USER()`. */
  readonly name: string;
}

/** The text a PREPARE or EXECUTE IMMEDIATE takes: a literal, a user variable's value, or (MariaDB) any expression. */
export type PreparedSource =
  | { readonly from: "text"; readonly text: string }
  | { readonly from: "variable"; readonly name: string }
  /** `text` is SQL: `SELECT text` gives the statement. */
  | { readonly from: "expression"; readonly text: string };

/**
 * What the runner must know about a statement to run it exactly once.
 *
 * - `transactional`: can share a transaction with the UPDATE that records it (DML, reads, savepoints).
 * - `self-committing`: commits by itself; whether it was applied shows in its objects' definitions.
 * - `repeatable`: no rollback undoes it, but it is safe to run twice.
 * - `unjudgeable`: no rollback undoes it, it is not safe to run twice, and definitions do not show whether it was
 *   applied.
 * - `refused`: cannot be run exactly once at all; the whole file is refused before anything runs.
 */
export type StatementKind =
  | { readonly kind: "transactional" }
  | { readonly kind: "begin"; readonly readOnly: boolean }
  | { readonly kind: "commit"; readonly chain: boolean }
  | { readonly kind: "rollback"; readonly chain: boolean }
  | {
      readonly kind: "set";
      /** The value given to `autocommit`; "unknown" when only the server can tell; null when it is not set. */
      readonly autocommit: boolean | "unknown" | null;
      /** Assigns user variables and nothing else, so restoring their values replaces running it. */
      readonly onlyUserVariables: boolean;
      /**
       * SET TRANSACTION without a scope: the next transaction uses it up, so the next one must not be the runner's own.
       */
      readonly nextTransaction: boolean;
    }
  | { readonly kind: "use"; readonly database: string }
  | { readonly kind: "prepare"; readonly name: string; readonly source: PreparedSource }
  | { readonly kind: "execute"; readonly name: string }
  | { readonly kind: "execute-immediate"; readonly source: PreparedSource }
  | { readonly kind: "deallocate"; readonly name: string }
  | { readonly kind: "lock-tables" }
  | { readonly kind: "unlock-tables" }
  /** CREATE or DROP of a TEMPORARY table, which dies with the session. */
  | {
      readonly kind: "temporary";
      readonly action: "create" | "drop";
      readonly tables: readonly TableName[];
      /** Creating a table does not commit; creating a sequence does. */
      readonly commits: boolean;
    }
  | { readonly kind: "self-committing"; readonly objects: readonly ObjectRef[]; readonly verb: DdlVerb }
  | { readonly kind: "repeatable"; readonly objects: readonly ObjectRef[]; readonly commits: Commits }
  | { readonly kind: "call"; readonly routine: ObjectRef }
  | {
      readonly kind: "unjudgeable";
      readonly objects: readonly ObjectRef[];
      readonly why: string;
      readonly commits: Commits;
    }
  | { readonly kind: "refused"; readonly why: string };

/**
 * Whether a statement ends the transaction that is open when it runs; `perhaps` when that depends on the server or on
 * what is in it. (`never` does not mean that it can be rolled back: such statements are `transactional`.)
 * @see https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
 * @see https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/
 */
export type Commits = "always" | "perhaps" | "never";

/** How to judge a self-committing statement by comparing before and after. */
export type DdlVerb =
  /** CREATE of something that must not exist yet. */
  | "create"
  /** CREATE OR REPLACE of something with data or grants: doing it twice would lose what was added in between. */
  | "replace"
  /** Applied if none of the objects exists any more. */
  | "drop"
  /**
   * RENAME: the objects are old and new names, alternating; it can be a permutation (a swap), which definitions alone
   * do not show.
   */
  | "rename"
  /** Shows in the definition. */
  | "alter"
  /** Shows only in InnoDB's number of the table. */
  | "truncate"
  /** EXCHANGE PARTITION: a partition and a table take each other's numbers. */
  | "exchange";

/** Can share a transaction with its record. */
export function transactional(): StatementKind {
  return { kind: "transactional" };
}

/** Safe to run twice. */
export function repeatable(objects: readonly ObjectRef[] = [], commits: Commits = "always"): StatementKind {
  return { kind: "repeatable", objects, commits };
}

/** Shows in the definitions of its objects. */
export function selfCommitting(verb: DdlVerb, objects: readonly ObjectRef[]): StatementKind {
  return { kind: "self-committing", verb, objects };
}

/**
 * Neither running it twice nor looking at definitions helps. @param why one clause that follows "it cannot be judged
 * because"
 */
export function unjudgeable(
  why: string,
  objects: readonly ObjectRef[] = [],
  commits: Commits = "always",
): StatementKind {
  return { kind: "unjudgeable", objects, why, commits };
}

/** Cannot be run exactly once at all. @param why a whole sentence */
export function refused(why: string): StatementKind {
  return { kind: "refused", why };
}
