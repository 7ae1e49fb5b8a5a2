import type { Intent } from "../history/lines";
import { whyNotInTransaction } from "../migrations/transaction-tracker";
import type { ObjectRef, StatementKind } from "../syntax/classify";

/**
 * What an intent says about a statement that may commit by itself. `before` is null as long as nobody has looked at its
 * objects.
 */
export interface Announcement extends Pick<Intent, "how" | "objects" | "before"> {
  /** What the statement runs, if that is another text. */
  readonly executes: NonNullable<Intent["executes"]> | null;
  /** The text that an error is about: the statement's, or the one that was prepared. */
  readonly text: string;
}

/**
 * What a statement is, after we asked the server what the text leaves open (see resolve-kind.ts):
 *
 * - `outside`: changes rows that no transaction can undo.
 * - `self-committing`, `unjudgeable`: as in `StatementKind`, with what the intent says.
 * - `set`: `usesUp` means that it sets something that the next statement uses up and that cannot be read from a
 *   session.
 * - `online`: is marked `online` and changes a table that others may write to meanwhile.
 * - `perhaps-committing`: only running it shows whether it commits: a CALL with branches, a text put together at run
 *   time.
 */
export type ResolvedKind =
  | Exclude<StatementKind, { readonly kind: Asked }>
  | { readonly kind: "outside"; readonly announcement: Announcement }
  | { readonly kind: "self-committing"; readonly announcement: Announcement }
  | {
      readonly kind: "unjudgeable";
      readonly announcement: Announcement;
      readonly whyNotInside: string | null;
    }
  | { readonly kind: "perhaps-committing"; readonly announcement: Announcement }
  /** An ALTER TABLE that is marked `online`, on a table that others may write to. */
  | { readonly kind: "online"; readonly announcement: Announcement }
  | (SetKind & { readonly usesUp: boolean });

type SetKind = Extract<StatementKind, { readonly kind: "set" }>;

/** The kinds whose text alone does not say enough. */
type Asked =
  | "self-committing"
  | "unjudgeable"
  | "set"
  | "temporary"
  | "call"
  | "execute"
  | "execute-immediate";

/** Where a run is, right before a statement. */
export interface State {
  /** The transaction that is open. `full`: one of the runner's own that should not grow further. */
  readonly transaction: {
    readonly owner: "runner" | "file";
    readonly readOnly: boolean;
    readonly full: boolean;
  } | null;
  readonly autocommit: boolean;
  readonly tablesLocked: boolean;
  /** Whether temporary tables exist, or may exist. */
  readonly temporaries: boolean;
  /** A statement that commits by itself ran, and neither a record nor the next intent says so yet. */
  readonly unrecorded: boolean;
  /** The next statements read what this one leaves behind: nothing may be sent in between. */
  readonly readersFollow: boolean;
}

/** One thing to do for a statement. `send` sends the statement itself; all others go with it. */
export type Action =
  /** Stops here, before anything was done for the statement. */
  | { readonly do: "refuse"; readonly why: string; readonly hint: string | null }
  /** Ends the open transaction, with the record of what ran in it. */
  | { readonly do: "commit" }
  /** The same, when the statement itself commits. */
  | { readonly do: "commit-by-it" }
  /** The next record says where the transaction after it starts. */
  | { readonly do: "go-on" }
  | { readonly do: "record" }
  /** Records what ran so far, and where AUTO_INCREMENT counters stand, if either is new. */
  | { readonly do: "record-start" }
  /** A transaction of the runner's own; when the file has turned autocommit off for good, it is the file's. */
  | { readonly do: "begin"; readonly implicit: boolean }
  /** The statement began a transaction of the file's. */
  | { readonly do: "began"; readonly readOnly: boolean }
  /** Asks the server whether a transaction is open now; if so it is the file's. */
  | { readonly do: "look"; readonly recordIfNone: boolean }
  /** A transaction is open, although no statement began one. */
  | { readonly do: "chained" }
  | { readonly do: "cannot-repeat" }
  | { readonly do: "next-cannot-repeat" }
  /** Reads what the statement's objects are like, and records that it is about to run. */
  | { readonly do: "announce"; readonly announcement: Announcement }
  | {
      readonly do: "send";
      readonly how: "in-transaction" | "announced" | "online" | "in-session" | "variables" | "lock";
    }
  | { readonly do: "send-repeatable"; readonly objects: readonly ObjectRef[] }
  /** Sends it in the file's transaction, which it may end. */
  | { readonly do: "send-perhaps-ending"; readonly announcement: Announcement | null; readonly held: boolean }
  /** Before a SET that reads user variables: remembers their values. */
  | { readonly do: "borrow" }
  /** Asks now which tables have no transactions, because nothing may come between this and the next transaction. */
  | { readonly do: "know-non-transactional" }
  | { readonly do: "read-autocommit" };

/** @returns what to do for a statement, in this order; the first failure ends it */
export function decide(kind: ResolvedKind, state: State): readonly Action[] {
  const inFile = state.transaction?.owner === "file";
  switch (kind.kind) {
    case "transactional":
      return [...enter(state), send("in-transaction")];
    case "outside":
      if (inFile) return [OUTSIDE_IN_TRANSACTION];
      return [...commitOwn(state), ...alone(kind.announcement, state)];
    case "self-committing":
      return [...leave(state), ...alone(kind.announcement, state)];
    case "online":
      if (state.tablesLocked || state.readersFollow) return [NOT_ONLINE_HERE];
      return [...leave(state), { do: "announce", announcement: kind.announcement }, send("online")];
    case "unjudgeable":
      if (inFile && kind.whyNotInside !== null) return [notInTransaction(kind.whyNotInside)];
      return [...leave(state), ...alone(kind.announcement, state)];
    case "perhaps-committing":
      return perhapsCommitting(kind.announcement, state);
    case "repeatable":
      if (kind.commits !== "always" && inFile && state.transaction?.readOnly === false)
        return [{ do: "send-perhaps-ending", announcement: null, held: state.readersFollow }];
      // Each is safe to repeat, but two in a row may not be: TRUNCATE a; DROP TABLE IF EXISTS a.
      return [
        ...leave(state),
        ...recordEffect(state),
        ...hold(state, false),
        { do: "send-repeatable", objects: kind.objects },
      ];
    case "begin":
      return [
        ...leave(state),
        ...(kind.readOnly ? recordEffect(state) : [RECORD_START]),
        ...inSession(state, false),
        { do: "began", readOnly: kind.readOnly },
      ];
    case "commit":
      // The record goes in just before the file's own COMMIT, and counts the COMMIT as done.
      if (inFile && state.transaction?.readOnly === false)
        return [...(kind.chain ? [GO_ON] : []), { do: "commit-by-it" }, ended(kind.chain)];
      return [...commitOwn(state), ...inSession(state, inFile), ended(kind.chain)];
    case "rollback":
      return [...commitOwn(state), ...inSession(state, inFile), ended(kind.chain)];
    case "set":
      return set(kind, state);
    case "use":
    case "deallocate":
    case "prepare":
      return inSession(state, state.transaction !== null);
    case "lock-tables":
      return [...leave(state), send("lock")];
    case "unlock-tables":
      // Without table locks it does nothing at all.
      if (state.tablesLocked) return [...leave(state), ...inSession(state, false)];
      return inSession(state, state.transaction !== null);
    case "refused":
      return [{ do: "refuse", why: kind.why, hint: null }];
    default:
      return kind satisfies never;
  }
}

const COMMIT: Action = { do: "commit" };
const GO_ON: Action = { do: "go-on" };
const RECORD: Action = { do: "record" };
const RECORD_START: Action = { do: "record-start" };

function send(how: Extract<Action, { readonly do: "send" }>["how"]): Action {
  return { do: "send", how };
}

/**
 * Commits, as the server would do by itself before a statement that commits, but with the record in the transaction.
 */
function leave({ transaction }: State): readonly Action[] {
  return transaction === null ? [] : [COMMIT];
}

function commitOwn({ transaction }: State): readonly Action[] {
  return transaction?.owner === "runner" ? [COMMIT] : [];
}

/** Outside of a transaction, because a rollback must not undo the record of something that cannot be rolled back. */
function recordEffect({ transaction, unrecorded }: State): readonly Action[] {
  return transaction === null && unrecorded ? [RECORD] : [];
}

/** Into the transaction that is open, or a new one of the runner's own. */
function enter({ transaction, temporaries }: State): readonly Action[] {
  const begin: readonly Action[] = [RECORD_START, { do: "begin", implicit: false }];
  if (transaction === null) return begin;
  // A record would have to read all rows of the temporary tables.
  return transaction.full && !temporaries ? [GO_ON, COMMIT, ...begin] : [];
}

/**
 * Right before a statement whose outcome the next ones read. These need a transaction for themselves and their record,
 * but they would notice a START TRANSACTION in between; without autocommit a transaction begins by itself.
 */
function hold({ readersFollow }: State, open: boolean): readonly Action[] {
  if (!readersFollow) return [];
  return open ? [{ do: "cannot-repeat" }] : [{ do: "begin", implicit: true }, { do: "cannot-repeat" }];
}

/** A statement about the session itself: it has no lasting effect, so nothing is written for it. */
function inSession(state: State, open: boolean): readonly Action[] {
  return [...hold(state, open), send("in-session")];
}

/** Outside of a transaction, after its intent. */
function alone(announcement: Announcement, state: State): readonly Action[] {
  // A statement that nothing can judge is recorded at once; for the others the next record or intent is soon enough.
  const atOnce = announcement.how === "ask" && !state.readersFollow;
  return [
    { do: "announce", announcement },
    ...hold(state, false),
    send("announced"),
    ...(atOnce ? [RECORD] : []),
  ];
}

function perhapsCommitting(announcement: Announcement, state: State): readonly Action[] {
  const inside: Action = { do: "send-perhaps-ending", announcement, held: state.readersFollow };
  if (state.transaction?.owner === "file") return [state.transaction.readOnly ? UNRECORDABLE : inside];
  if (!state.autocommit && state.transaction === null)
    return [...recordEffect(state), { do: "begin", implicit: false }, inside];
  return [
    ...commitOwn(state),
    { do: "announce", announcement },
    // Without autocommit a ROLLBACK inside it would undo too much, so no transaction is begun for the statements that
    // read it.
    send("announced"),
    // It may have begun a transaction, which is then the file's: the record waits for its COMMIT.
    { do: "look", recordIfNone: announcement.how === "ask" && !state.readersFollow },
  ];
}

/** With completion_type another transaction begins, although the file does not say so. */
function ended(chain: boolean): Action {
  return chain ? { do: "chained" } : { do: "look", recordIfNone: false };
}

function set(kind: Extract<ResolvedKind, { readonly kind: "set" }>, state: State): readonly Action[] {
  const after: Action[] = [];
  if (kind.usesUp) after.push({ do: "next-cannot-repeat" });
  if (kind.autocommit === "unknown") after.push({ do: "read-autocommit" });
  if (kind.onlyUserVariables)
    return [...hold(state, state.transaction !== null), send("variables"), ...after];
  const inFile = state.transaction?.owner === "file";
  return [
    ...commitOwn(state),
    { do: "borrow" },
    ...(kind.nextTransaction ? [{ do: "know-non-transactional" } as const] : []),
    // Turning it on commits the open transaction, so the record has to be in it.
    ...(inFile && !state.autocommit && (kind.autocommit === true || kind.autocommit === "unknown")
      ? [{ do: "commit-by-it" } as const]
      : inSession(state, inFile)),
    ...after,
  ];
}

const OUTSIDE_IN_TRANSACTION: Action = {
  do: "refuse",
  why: "It writes to a table whose engine has no transactions, inside a transaction: after a failure it could not be rolled back with the rest.",
  hint: "Move it out of the transaction, or convert the table: ALTER TABLE … ENGINE=InnoDB",
};

/** A tool would wait for the file's locks, and the file for the tool; and a tool leaves no outcome to read. */
const NOT_ONLINE_HERE: Action = {
  do: "refuse",
  why: "It is to be done online, and the file has tables locked, or reads what the statement leaves (ROW_COUNT()).",
  hint: "Move it out of there, or take the mark away.",
};

const UNRECORDABLE: Action = {
  do: "refuse",
  why: "It may commit the READ ONLY transaction that it is in and write then, and in such a transaction its progress cannot be recorded before it.",
  hint: "Move it out of the transaction, or begin that without READ ONLY.",
};

function notInTransaction(why: string): Action {
  return { do: "refuse", why: whyNotInTransaction(why), hint: "Move it out of the transaction." };
}
