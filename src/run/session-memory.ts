import { MigrateError } from "../errors";
import { serverErrno } from "../server/error-numbers";
import type { Session } from "../server/session";
import { LASTING } from "../server/tables";
import type { QualifiedTable, SavedTable } from "../server/temporary-tables";
import { readUserVariables, restoreUserVariable, type SavedValue, savedText } from "../server/user-variables";
import { type Classified, mentionsTable, type ObjectRef } from "../syntax/classify";
import { startsCompound } from "../syntax/compound";
import { readLockItems } from "../syntax/lock-list";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import type { Statement } from "../syntax/statement";
import { mayCreate } from "../syntax/temporary";
import { createTemporaries, type SavedTemporaries, type Temporaries } from "./temporaries";

/** A user variable of the runner's own. */
export const SCRATCH_VARIABLE = "mysql_updown";

/** Values that die with a session, saved beside the progress. Statements come from the file, values from here. */
interface Saved {
  readonly variables: Readonly<Record<string, SavedValue>>;
  /** Texts of the prepared statements still in use that were prepared from a variable or an expression. */
  readonly prepared: Readonly<Record<string, SavedValue>>;
  /** Of each SET of something else that reads user variables: what they held then, by statement number. */
  readonly borrowed: Readonly<Record<number, Readonly<Record<string, SavedValue>>>>;
  readonly temporaries: SavedTemporaries;
  readonly lastInsertId: string | null;
}

/** Characters of temporary tables that are saved, and which part of a packet they may be: they are sent with more. */
const MOST_SAVED = 4 * 1024 * 1024;
const PACKET_SHARE = 4;

/** What statements read from their session, as it was at one moment. */
export type SessionValues = Pick<Saved, "variables" | "lastInsertId">;

/** A statement that set something up in the session, to be replayed in the next one. */
interface Kept {
  readonly statement: Statement;
  readonly classified: Classified;
}

/**
 * Knows what a file's statements so far left in the session (SET, USE, PREPARE, LOCK TABLES, temporary tables, user
 * variables), so that a run which goes on in a new session can set it up again.
 */
export interface SessionMemory {
  /** The database that unqualified names mean: the session's own, or the last USE. */
  readonly database: string;
  readonly autocommit: boolean;
  readonly tablesLocked: boolean;
  /** Temporary tables that are alive, or may be. */
  readonly temporaries: Temporaries;
  /** Temporary tables that died with an earlier session and were too large to be kept. */
  readonly lost: readonly QualifiedTable[];
  /** User variables (lower case) that died with an earlier session and were too large to be kept. */
  readonly lostVariables: ReadonlySet<string>;
  /** Notes a statement that is applied, now or by an earlier run. @param prepared what a PREPARE was given, if not a literal */
  note(statement: Statement, classified: Classified, prepared?: SavedValue | null): void;
  /** Before a SET that reads user variables: remembers what they hold. */
  noteBorrowed(statement: Statement, values: Readonly<Record<string, SavedValue>>): void;
  /** Asks the server, after a statement that may have set autocommit to something only it can tell. */
  readAutocommit(session: Session): Promise<void>;
  /** Text of a prepared statement, or null when it is not known. */
  preparedText(name: string): string | null;
  /** What the statements to come can read from the session; null when the file reads nothing from it. */
  values(session: Session): Promise<SessionValues | null>;
  /** Gives the session such values back. */
  giveBack(session: Session, values: SessionValues): Promise<void>;
  /** JSON of the values to save with the progress; null when the file uses none. */
  save(session: Session): Promise<string | null>;
  /** Sets a new session up: replays the kept statements, then gives variables their saved values. */
  restore(session: Session, saved: string | null, lockTables: (text: string) => string): Promise<void>;
}

/** @param file what any statement of the file, also a later one, reads: a procedure may set a variable unseen */
export function createSessionMemory(
  ownDatabase: string,
  file: { readonly usesLastInsertId: boolean; readonly userVariables: readonly string[] },
): SessionMemory {
  let database = ownDatabase;
  let autocommit = true;
  let tablesLocked = false;
  let lost: readonly QualifiedTable[] = [];
  let lostVariables: ReadonlySet<string> = new Set();
  let kept: Kept[] = [];
  let prepared: Record<string, SavedValue> = {};
  let borrowed: Record<number, Readonly<Record<string, SavedValue>>> = {};
  const temporaries = createTemporaries();

  /** @param objects old and new names in turn */
  function renameTemporaries(objects: readonly ObjectRef[]): void {
    for (let index = 0; index + 1 < objects.length; index += 2) {
      const [from, to] = objects.slice(index, index + 2);
      if (from === undefined || to === undefined || !temporaries.has(from, database)) continue;
      temporaries.drop(from, database);
      temporaries.add(to, database);
    }
  }

  const forget = (unwanted: (kind: Kept["classified"]["statement"]) => boolean): void => {
    kept = kept.filter((entry) => !unwanted(entry.classified.statement));
  };

  return {
    get database() {
      return database;
    },
    get autocommit() {
      return autocommit;
    },
    get tablesLocked() {
      return tablesLocked;
    },
    get lost() {
      return lost;
    },
    get lostVariables() {
      return lostVariables;
    },
    temporaries,

    note(statement, classified, value = null) {
      const kind = classified.statement;
      switch (kind.kind) {
        case "use":
          database = kind.database;
          forget((other) => other.kind === "use");
          break;
        case "prepare":
          forget((other) => other.kind === "prepare" && other.name === kind.name);
          delete prepared[kind.name];
          if (value !== null) prepared[kind.name] = value;
          break;
        case "deallocate":
          forget((other) => other.kind === "prepare" && other.name === kind.name);
          delete prepared[kind.name];
          return;
        case "lock-tables":
          tablesLocked = true;
          forget((other) => other.kind === "lock-tables");
          break;
        // START TRANSACTION releases table locks too.
        case "begin":
        case "unlock-tables":
          tablesLocked = false;
          forget((other) => other.kind === "lock-tables");
          return;
        case "temporary":
          for (const table of kind.tables) {
            if (kind.action === "drop") temporaries.drop(table, database);
            else temporaries.add(table, database);
          }
          return;
        case "set":
          lostVariables = new Set([...lostVariables].filter((name) => !setsAnew(statement, name)));
          if (typeof kind.autocommit === "boolean") autocommit = kind.autocommit;
          break;
        case "self-committing":
        case "repeatable":
          // DROP TABLE without TEMPORARY drops a temporary table too, and so it is with RENAME.
          if (/^DROP\s+TABLES?\b/i.test(statement.text)) {
            for (const table of kind.objects) temporaries.drop(table, database);
          }
          if (/^(RENAME|ALTER)\s/i.test(statement.text)) renameTemporaries(kind.objects);
          return;
        case "transactional":
        case "unjudgeable":
          // A compound statement has statements inside.
          if (startsCompound(statement.head))
            for (const table of mayCreate(statement.text)) temporaries.add(table, database);
          return;
        default:
          return;
      }
      kept.push({ statement, classified });
    },

    noteBorrowed({ number }, values) {
      borrowed[number] = values;
    },

    async readAutocommit(session) {
      const [row] = await session.query("SELECT @@autocommit AS value");
      autocommit = Number(row?.value) === 1;
    },

    preparedText(name) {
      const entry = kept.find(
        ({ classified }) => classified.statement.kind === "prepare" && classified.statement.name === name,
      );
      const kind = entry?.classified.statement;
      if (kind?.kind !== "prepare") return null;
      if (kind.source.from === "text") return kind.source.text;
      return savedText(prepared[name]);
    },

    async values(session) {
      const { usesLastInsertId, userVariables } = file;
      if (userVariables.length === 0 && !usesLastInsertId) return null;
      const [row] = usesLastInsertId ? await session.query("SELECT LAST_INSERT_ID() AS id") : [];
      return {
        variables: await readUserVariables(session, userVariables),
        lastInsertId: row === undefined ? null : String(row.id),
      };
    },

    async giveBack(session, { variables, lastInsertId }) {
      await restoreUserVariables(session, variables);
      if (lastInsertId !== null && /^\d+$/.test(lastInsertId)) {
        await session.query(`SET last_insert_id = ${lastInsertId}`);
      }
    },

    async save(session) {
      const { usesLastInsertId, userVariables } = file;
      if (userVariables.length === 0 && !usesLastInsertId && temporaries.none) return null;
      const [row] = usesLastInsertId ? await session.query("SELECT LAST_INSERT_ID() AS id") : [];
      const saved: Saved = {
        variables: await readUserVariables(session, userVariables),
        prepared,
        borrowed,
        temporaries: await temporaries.save(
          session,
          Math.min(MOST_SAVED, session.server.maxPacketBytes / PACKET_SHARE),
        ),
        lastInsertId: row === undefined ? null : String(row.id),
      };
      return JSON.stringify(saved);
    },

    async restore(session, savedText, lockTables) {
      const saved = parseSaved(savedText, database);
      prepared = { ...saved.prepared };
      borrowed = { ...saved.borrowed };
      for (const { statement, classified } of kept) {
        await replay(session, statement, classified, saved, lockTables);
      }
      if (
        kept.some(
          ({ classified: { statement } }) => statement.kind === "set" && statement.autocommit !== null,
        )
      ) {
        await this.readAutocommit(session);
      }
      await restoreUserVariables(session, saved.variables);
      await temporaries.restore(session, saved.temporaries);
      lost = saved.temporaries.large;
      const variables = Object.entries(saved.variables);
      lostVariables = new Set(variables.filter(([, { type }]) => type === "large").map(([name]) => name));
      if (saved.lastInsertId !== null && /^\d+$/.test(saved.lastInsertId)) {
        await session.query(`SET last_insert_id = ${saved.lastInsertId}`);
      }
    },
  };
}

async function replay(
  session: Session,
  statement: Statement,
  classified: Classified,
  saved: Saved,
  lockTables: (text: string) => string,
): Promise<void> {
  const kind = classified.statement;
  switch (kind.kind) {
    case "prepare": {
      const value = saved.prepared[kind.name];
      if (value === undefined) return session.run(statement.text);
      await restoreUserVariable(session, SCRATCH_VARIABLE, value);
      return session.run(`PREPARE ${quoteIdentifier(kind.name)} FROM @${SCRATCH_VARIABLE}`);
    }
    case "set":
      // What it gave the variables is restored from the saved values; running it again might give something else.
      if (kind.onlyUserVariables) return;
      await restoreUserVariables(session, saved.borrowed[statement.number] ?? {});
      return session.run(statement.text);
    case "lock-tables":
      return lockAgain(session, statement.text, lockTables);
    default:
      await session.run(statement.text);
  }
}

/** A table that the file locked may be gone by now, dropped or renamed under its own lock. */
async function lockAgain(
  session: Session,
  text: string,
  lockTables: (text: string) => string,
): Promise<void> {
  try {
    await session.run(lockTables(text));
  } catch (error) {
    if (serverErrno(error) !== ER_NO_SUCH_TABLE) throw error;
    const there: string[] = [];
    for (const item of readLockItems(text)) {
      const [found] = await session.query(
        `SELECT 1 FROM information_schema.TABLES
          WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND ${LASTING}`,
        [item.database, item.name],
      );
      if (found !== undefined) there.push(item.text);
    }
    const rest = there.join(", ");
    // With none left the history table alone is locked: the statements to come expect to run under LOCK TABLES.
    await session.run(lockTables(`LOCK TABLES ${rest}`).replace(/,\s*$/, ""));
  }
}

const ER_NO_SUCH_TABLE = 1146;

async function restoreUserVariables(
  session: Session,
  values: Readonly<Record<string, SavedValue>>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) await restoreUserVariable(session, name, value);
}

function parseSaved(text: string | null, database: string): Saved {
  const empty: Saved = {
    variables: {},
    prepared: {},
    borrowed: {},
    temporaries: { kept: [], large: [] },
    lastInsertId: null,
  };
  if (text === null) return empty;
  try {
    const saved = JSON.parse(text) as Partial<Saved>;
    const { temporaries = empty.temporaries } = saved;
    const kept = Array.isArray(temporaries)
      ? { kept: fromEarlier(temporaries, database), large: [] }
      : temporaries;
    return { ...empty, ...saved, temporaries: kept };
  } catch (cause) {
    throw new MigrateError("history-damaged", "The saved session in the history table cannot be read.", {
      cause,
    });
  }
}

/** Earlier versions saved a list of tables, each with the name that the file gives it: `name` or `database.name`. */
function fromEarlier(
  tables: readonly (Omit<SavedTable, "table"> & { readonly name: string })[],
  current: string,
): readonly SavedTable[] {
  return tables.map(({ name, ...rest }) => {
    const parts = name.split(".");
    const [database = current, table = name] = parts.length === 2 ? parts : [current, name];
    return { ...rest, table: { database, name: table } };
  });
}

/**
 * LOCK TABLES would keep the runner from its own history table, so that is locked with the others.
 * @see https://dev.mysql.com/doc/refman/8.4/en/lock-tables.html
 */
export function lockingHistoryToo(text: string, database: string, table: string): string {
  return text.replace(/\bTABLES?\b/i, (word) => `${word} ${quoteQualified(database, table)} WRITE,`);
}

/** SET @name = …, without a look at what any variable held. */
function setsAnew({ text }: Statement, name: string): boolean {
  const [, assigned, value = "@"] = /^SET\s+@`?([\w$.]+)`?\s*:?=([\s\S]*)$/i.exec(text) ?? [];
  return assigned?.toLowerCase() === name && !value.includes("@");
}

/** Refuses a statement that needs a user variable which died with an earlier session. */
export function refuseLostVariable(
  statement: Statement,
  { userVariables }: Classified,
  lost: ReadonlySet<string>,
  fileName: string,
): void {
  const name = userVariables.find((variable) => lost.has(variable) && !setsAnew(statement, variable));
  if (name === undefined) return;
  throw new MigrateError(
    "session-lost",
    `${fileName}:${statement.line}:${statement.column}: statement ${statement.number} needs the user variable @${name}, ` +
      "which died with the session of an earlier run and was too large to be kept. Nothing more was run.",
    {
      hint: `Set it again in front of this statement (SET @${name} = …), or change this statement and those after it so that they do without it, then run up again.`,
    },
  );
}

/** Refuses a statement that needs a temporary table which died with an earlier session. */
export function refuseLostTemporary(
  statement: Statement,
  lost: readonly QualifiedTable[],
  fileName: string,
): void {
  const name = lost.find((table) => mentionsTable(statement.text, table.name))?.name;
  if (name === undefined) return;
  throw new MigrateError(
    "session-lost",
    `${fileName}:${statement.line}:${statement.column}: statement ${statement.number} needs the temporary table ${name}, ` +
      "which died with the session of an earlier run and was too large to be kept. Nothing more was run.",
    {
      hint: "Change this statement and those after it so that they do without it (a temporary table cannot outlive an ALTER safely), then run up again.",
    },
  );
}
