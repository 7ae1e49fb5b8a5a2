import assert from "node:assert/strict";
import { test } from "node:test";
import { type Action, type Announcement, decide, type ResolvedKind, type State } from "../../src/run/decide";

const announcement: Announcement = { how: "alter", objects: [], before: null, executes: null, text: "" };
const ask: Announcement = { ...announcement, how: "ask" };

/**
 * Where a run is, by its name in the table. `own` is a transaction of the runner's, `file` one of the file's; `off`: without
 * autocommit; `effect`: one that is not recorded; `readers`: those behind the statement read what it leaves.
 */
const STATES = {
  none: {},
  effect: { unrecorded: true },
  own: { transaction: { owner: "runner", readOnly: false, full: false } },
  full: { transaction: { owner: "runner", readOnly: false, full: true } },
  "full+temporary": {
    transaction: { owner: "runner", readOnly: false, full: true },
    temporaries: true,
  },
  file: { transaction: { owner: "file", readOnly: false, full: false } },
  "read-only": { transaction: { owner: "file", readOnly: true, full: false } },
  off: { autocommit: false },
  "off+effect": { autocommit: false, unrecorded: true },
  "off+file": { autocommit: false, transaction: { owner: "file", readOnly: false, full: false } },
  "own+locked": {
    tablesLocked: true,
    transaction: { owner: "runner", readOnly: false, full: false },
  },
  readers: { readersFollow: true },
  "readers+own": {
    readersFollow: true,
    transaction: { owner: "runner", readOnly: false, full: false },
  },
  "readers+file": {
    readersFollow: true,
    transaction: { owner: "file", readOnly: false, full: false },
  },
} satisfies Record<string, Partial<State>>;

const CALM: State = {
  transaction: null,
  autocommit: true,
  tablesLocked: false,
  temporaries: false,
  unrecorded: false,
  readersFollow: false,
};

const set = {
  kind: "set",
  autocommit: null,
  onlyUserVariables: false,
  nextTransaction: false,
  usesUp: false,
} as const;

/** Each kind, in its variants. */
const KINDS: { readonly [K in ResolvedKind["kind"]]: Readonly<Record<string, ResolvedKind & { kind: K }>> } =
  {
    transactional: { INSERT: { kind: "transactional" } },
    outside: { "INSERT into a MyISAM table": { kind: "outside", announcement: ask } },
    "self-committing": { "ALTER TABLE": { kind: "self-committing", announcement } },
    online: { "ALTER TABLE that is marked online": { kind: "online", announcement } },
    unjudgeable: {
      "OPTIMIZE TABLE": { kind: "unjudgeable", announcement: ask, whyNotInside: null },
      "what neither commits nor can be judged": { kind: "unjudgeable", announcement: ask, whyNotInside: "x" },
    },
    "perhaps-committing": {
      "CALL with a branch": { kind: "perhaps-committing", announcement: ask },
      "CALL of one ALTER TABLE": { kind: "perhaps-committing", announcement },
    },
    repeatable: {
      "DROP TABLE IF EXISTS": { kind: "repeatable", objects: [], commits: "always" },
      FLUSH: { kind: "repeatable", objects: [], commits: "perhaps" },
    },
    begin: {
      "START TRANSACTION": { kind: "begin", readOnly: false },
      "START TRANSACTION READ ONLY": { kind: "begin", readOnly: true },
    },
    commit: {
      COMMIT: { kind: "commit", chain: false },
      "COMMIT AND CHAIN": { kind: "commit", chain: true },
    },
    rollback: {
      ROLLBACK: { kind: "rollback", chain: false },
      "ROLLBACK AND CHAIN": { kind: "rollback", chain: true },
    },
    set: {
      "SET of a system variable": set,
      "SET @a = 1": { ...set, onlyUserVariables: true },
      "SET insert_id": { ...set, usesUp: true },
      "SET TRANSACTION": { ...set, nextTransaction: true },
      "SET autocommit = 1": { ...set, autocommit: true },
      "SET autocommit = 0": { ...set, autocommit: false },
      "SET autocommit = @a": { ...set, autocommit: "unknown" },
    },
    use: { USE: { kind: "use", database: "d" } },
    prepare: { PREPARE: { kind: "prepare", name: "p", source: { from: "text", text: "DO 0" } } },
    deallocate: { "DEALLOCATE PREPARE": { kind: "deallocate", name: "p" } },
    "lock-tables": { "LOCK TABLES": { kind: "lock-tables" } },
    "unlock-tables": { "UNLOCK TABLES": { kind: "unlock-tables" } },
    refused: { "what is refused": { kind: "refused", why: "No." } },
  };

function words(action: Action): string {
  switch (action.do) {
    case "begin":
      return action.implicit ? "begin unseen" : "begin";
    case "began":
      return action.readOnly ? "began READ ONLY" : "began";
    case "look":
      return action.recordIfNone ? "look or record" : "look";
    case "send":
      return `send ${action.how}`;
    case "send-perhaps-ending":
      return `send ${action.announcement === null ? "repeatable" : "announced"} inside${action.held ? " held" : ""}`;
    case "send-repeatable":
      return "send repeatable";
    default:
      return action.do;
  }
}

/** What is done in all states; those that come to the same are in one line. */
function lines(kind: ResolvedKind): string {
  const by = new Map<string, string[]>();
  for (const [name, state] of Object.entries(STATES)) {
    const actions = decide(kind, { ...CALM, ...state })
      .map(words)
      .join(", ");
    by.set(actions, [...(by.get(actions) ?? []), name]);
  }
  return [...by].map(([actions, names]) => `${names.join(" ")}: ${actions}`).join("\n");
}

const IN_SESSION = `
    none effect own full full+temporary file read-only off off+effect off+file own+locked: send in-session
    readers: begin unseen, cannot-repeat, send in-session
    readers+own readers+file: cannot-repeat, send in-session`;

/** The actions in each state, by the statement's name in the table of kinds. */
const EXPECTED: Readonly<Record<string, string>> = {
  INSERT: `
    none effect off off+effect readers: record-start, begin, send in-transaction
    own full+temporary file read-only off+file own+locked readers+own readers+file: send in-transaction
    full: go-on, commit, record-start, begin, send in-transaction`,
  "INSERT into a MyISAM table": `
    none effect off off+effect: announce, send announced, record
    own full full+temporary own+locked: commit, announce, send announced, record
    file read-only off+file readers+file: refuse
    readers: announce, begin unseen, cannot-repeat, send announced
    readers+own: commit, announce, begin unseen, cannot-repeat, send announced`,
  "ALTER TABLE": `
    none effect off off+effect: announce, send announced
    own full full+temporary file read-only off+file own+locked: commit, announce, send announced
    readers: announce, begin unseen, cannot-repeat, send announced
    readers+own readers+file: commit, announce, begin unseen, cannot-repeat, send announced`,
  "ALTER TABLE that is marked online": `
    none effect off off+effect: announce, send online
    own full full+temporary file read-only off+file: commit, announce, send online
    own+locked readers readers+own readers+file: refuse`,
  "OPTIMIZE TABLE": `
    none effect off off+effect: announce, send announced, record
    own full full+temporary file read-only off+file own+locked: commit, announce, send announced, record
    readers: announce, begin unseen, cannot-repeat, send announced
    readers+own readers+file: commit, announce, begin unseen, cannot-repeat, send announced`,
  "what neither commits nor can be judged": `
    none effect off off+effect: announce, send announced, record
    own full full+temporary own+locked: commit, announce, send announced, record
    file read-only off+file readers+file: refuse
    readers: announce, begin unseen, cannot-repeat, send announced
    readers+own: commit, announce, begin unseen, cannot-repeat, send announced`,
  "CALL with a branch": `
    none effect: announce, send announced, look or record
    own full full+temporary own+locked: commit, announce, send announced, look or record
    file off+file: send announced inside
    read-only: refuse
    off: begin, send announced inside
    off+effect: record, begin, send announced inside
    readers: announce, send announced, look
    readers+own: commit, announce, send announced, look
    readers+file: send announced inside held`,
  "CALL of one ALTER TABLE": `
    none effect readers: announce, send announced, look
    own full full+temporary own+locked readers+own: commit, announce, send announced, look
    file off+file: send announced inside
    read-only: refuse
    off: begin, send announced inside
    off+effect: record, begin, send announced inside
    readers+file: send announced inside held`,
  "DROP TABLE IF EXISTS": `
    none off: send repeatable
    effect off+effect: record, send repeatable
    own full full+temporary file read-only off+file own+locked: commit, send repeatable
    readers: begin unseen, cannot-repeat, send repeatable
    readers+own readers+file: commit, begin unseen, cannot-repeat, send repeatable`,
  FLUSH: `
    none off: send repeatable
    effect off+effect: record, send repeatable
    own full full+temporary read-only own+locked: commit, send repeatable
    file off+file: send repeatable inside
    readers: begin unseen, cannot-repeat, send repeatable
    readers+own: commit, begin unseen, cannot-repeat, send repeatable
    readers+file: send repeatable inside held`,
  "START TRANSACTION": `
    none effect off off+effect: record-start, send in-session, began
    own full full+temporary file read-only off+file own+locked: commit, record-start, send in-session, began
    readers: record-start, begin unseen, cannot-repeat, send in-session, began
    readers+own readers+file: commit, record-start, begin unseen, cannot-repeat, send in-session, began`,
  "START TRANSACTION READ ONLY": `
    none off: send in-session, began READ ONLY
    effect off+effect: record, send in-session, began READ ONLY
    own full full+temporary file read-only off+file own+locked: commit, send in-session, began READ ONLY
    readers: begin unseen, cannot-repeat, send in-session, began READ ONLY
    readers+own readers+file: commit, begin unseen, cannot-repeat, send in-session, began READ ONLY`,
  COMMIT: `
    none effect read-only off off+effect: send in-session, look
    own full full+temporary own+locked: commit, send in-session, look
    file off+file readers+file: commit-by-it, look
    readers: begin unseen, cannot-repeat, send in-session, look
    readers+own: commit, begin unseen, cannot-repeat, send in-session, look`,
  "COMMIT AND CHAIN": `
    none effect read-only off off+effect: send in-session, chained
    own full full+temporary own+locked: commit, send in-session, chained
    file off+file readers+file: go-on, commit-by-it, chained
    readers: begin unseen, cannot-repeat, send in-session, chained
    readers+own: commit, begin unseen, cannot-repeat, send in-session, chained`,
  ROLLBACK: `
    none effect file read-only off off+effect off+file: send in-session, look
    own full full+temporary own+locked: commit, send in-session, look
    readers: begin unseen, cannot-repeat, send in-session, look
    readers+own: commit, begin unseen, cannot-repeat, send in-session, look
    readers+file: cannot-repeat, send in-session, look`,
  "ROLLBACK AND CHAIN": `
    none effect file read-only off off+effect off+file: send in-session, chained
    own full full+temporary own+locked: commit, send in-session, chained
    readers: begin unseen, cannot-repeat, send in-session, chained
    readers+own: commit, begin unseen, cannot-repeat, send in-session, chained
    readers+file: cannot-repeat, send in-session, chained`,
  "SET of a system variable": `
    none effect file read-only off off+effect off+file: borrow, send in-session
    own full full+temporary own+locked: commit, borrow, send in-session
    readers: borrow, begin unseen, cannot-repeat, send in-session
    readers+own: commit, borrow, begin unseen, cannot-repeat, send in-session
    readers+file: borrow, cannot-repeat, send in-session`,
  "SET @a = 1": `
    none effect own full full+temporary file read-only off off+effect off+file own+locked: send variables
    readers: begin unseen, cannot-repeat, send variables
    readers+own readers+file: cannot-repeat, send variables`,
  "SET insert_id": `
    none effect file read-only off off+effect off+file: borrow, send in-session, next-cannot-repeat
    own full full+temporary own+locked: commit, borrow, send in-session, next-cannot-repeat
    readers: borrow, begin unseen, cannot-repeat, send in-session, next-cannot-repeat
    readers+own: commit, borrow, begin unseen, cannot-repeat, send in-session, next-cannot-repeat
    readers+file: borrow, cannot-repeat, send in-session, next-cannot-repeat`,
  "SET TRANSACTION": `
    none effect file read-only off off+effect off+file: borrow, know-non-transactional, send in-session
    own full full+temporary own+locked: commit, borrow, know-non-transactional, send in-session
    readers: borrow, know-non-transactional, begin unseen, cannot-repeat, send in-session
    readers+own: commit, borrow, know-non-transactional, begin unseen, cannot-repeat, send in-session
    readers+file: borrow, know-non-transactional, cannot-repeat, send in-session`,
  "SET autocommit = 1": `
    none effect file read-only off off+effect: borrow, send in-session
    own full full+temporary own+locked: commit, borrow, send in-session
    off+file: borrow, commit-by-it
    readers: borrow, begin unseen, cannot-repeat, send in-session
    readers+own: commit, borrow, begin unseen, cannot-repeat, send in-session
    readers+file: borrow, cannot-repeat, send in-session`,
  "SET autocommit = 0": `
    none effect file read-only off off+effect off+file: borrow, send in-session
    own full full+temporary own+locked: commit, borrow, send in-session
    readers: borrow, begin unseen, cannot-repeat, send in-session
    readers+own: commit, borrow, begin unseen, cannot-repeat, send in-session
    readers+file: borrow, cannot-repeat, send in-session`,
  "SET autocommit = @a": `
    none effect file read-only off off+effect: borrow, send in-session, read-autocommit
    own full full+temporary own+locked: commit, borrow, send in-session, read-autocommit
    off+file: borrow, commit-by-it, read-autocommit
    readers: borrow, begin unseen, cannot-repeat, send in-session, read-autocommit
    readers+own: commit, borrow, begin unseen, cannot-repeat, send in-session, read-autocommit
    readers+file: borrow, cannot-repeat, send in-session, read-autocommit`,
  USE: IN_SESSION,
  PREPARE: IN_SESSION,
  "DEALLOCATE PREPARE": IN_SESSION,
  "LOCK TABLES": `
    none effect off off+effect readers: send lock
    own full full+temporary file read-only off+file own+locked readers+own readers+file: commit, send lock`,
  "UNLOCK TABLES": `
    none effect own full full+temporary file read-only off off+effect off+file: send in-session
    own+locked: commit, send in-session
    readers: begin unseen, cannot-repeat, send in-session
    readers+own readers+file: cannot-repeat, send in-session`,
  "what is refused": `
    none effect own full full+temporary file read-only off off+effect off+file own+locked readers readers+own readers+file: refuse`,
};

for (const variants of Object.values(KINDS)) {
  for (const [name, kind] of Object.entries(variants)) {
    test(`what is done for ${name}`, () =>
      assert.equal(lines(kind), EXPECTED[name]?.replace(/\n\s+/g, "\n").trim()));
  }
}
