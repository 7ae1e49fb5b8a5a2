import type { StatementKind } from "../syntax/classify";
import type { Statement } from "../syntax/statement";

/** A transaction of the file's own: the statement that began it, and how. */
export interface OpenTransaction {
  readonly statement: Statement;
  readonly why: "begin" | "autocommit";
}

/** Follows a file's own transactions, as the server would. */
export interface TransactionTracker {
  see(statement: Statement, kind: StatementKind): void;
  /** The transaction that is open now, or null. */
  open(): OpenTransaction | null;
}

/** @see https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html */
export function createTransactionTracker(): TransactionTracker {
  let open: OpenTransaction | null = null;
  let autocommit = true;
  let tablesLocked = false;

  function see(statement: Statement, kind: StatementKind): void {
    switch (kind.kind) {
      case "begin":
        open = { statement, why: "begin" };
        tablesLocked = false;
        break;
      case "commit":
      case "rollback":
        open = kind.chain ? { statement, why: "begin" } : null;
        break;
      case "set":
        // Turning it on commits; setting it again does not.
        if (kind.autocommit === true && !autocommit) open = null;
        if (typeof kind.autocommit === "boolean") autocommit = kind.autocommit;
        break;
      case "self-committing":
        open = null;
        break;
      case "repeatable":
      case "unjudgeable":
        if (kind.commits === "always") open = null;
        break;
      case "temporary":
        if (kind.commits) open = null;
        break;
      case "lock-tables":
        open = null;
        tablesLocked = true;
        break;
      case "unlock-tables":
        if (tablesLocked) open = null;
        tablesLocked = false;
        break;
      case "transactional":
      case "call":
      case "execute":
      case "execute-immediate":
        if (!autocommit && !isRead(statement.text)) open ??= { statement, why: "autocommit" };
        break;
      case "use":
      case "prepare":
      case "deallocate":
      case "refused":
        break;
      default:
        kind satisfies never;
    }
  }

  return { see, open: () => open };
}

/** @param why a clause that says why it can be neither judged nor repeated */
export function whyNotInTransaction(why: string): string {
  return `this statement cannot be run exactly once inside a transaction, which it does not commit: ${why}.`;
}

/** If nothing is written, nothing is lost when the session ends. */
function isRead(text: string): boolean {
  return /^[\s(]*(?:select|values|table|show|desc|describe|explain|help|checksum|savepoint|release)\b/i.test(
    text,
  );
}
