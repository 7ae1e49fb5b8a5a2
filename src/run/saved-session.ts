import { MigrateError } from "../errors";
import { ER_NO_SUCH_TABLE, serverErrno } from "../server/error-numbers";
import type { Session } from "../server/session";
import { LASTING } from "../server/tables";
import type { SavedTable } from "../server/temporary-tables";
import { readUserVariables, restoreUserVariable, type SavedValue } from "../server/user-variables";
import type { Classified } from "../syntax/classify";
import { readLockItems } from "../syntax/lock-list";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import type { Statement } from "../syntax/statement";
import type { SessionMemory } from "./session-memory";
import type { SavedTemporaries } from "./temporaries";

/** A user variable of the runner's own. */
export const SCRATCH_VARIABLE = "mysql_updown";

/** Values that die with a session, saved with the progress. Statements come from the file, values from here. */
interface Saved {
  readonly variables: Readonly<Record<string, SavedValue>>;
  /** Texts of prepared statements that are still in use and were prepared from a variable or an expression. */
  readonly prepared: Readonly<Record<string, SavedValue>>;
  /** For each SET that reads user variables to set something else: their values at that moment, by statement number. */
  readonly borrowed: Readonly<Record<number, Readonly<Record<string, SavedValue>>>>;
  readonly temporaries: SavedTemporaries;
  readonly lastInsertId: string | null;
}

/** The most characters of temporary tables that are saved, and their share of a packet, which contains more. */
const MOST_SAVED = 4 * 1024 * 1024;
const PACKET_SHARE = 4;

/** What statements read from their session, as it was at one moment. */
export type SessionValues = Pick<Saved, "variables" | "lastInsertId">;

/** Asks the server for autocommit, after a statement that may have set it in a way that only the server knows. */
export async function readAutocommit(session: Session, memory: SessionMemory): Promise<void> {
  const [row] = await session.query("SELECT @@autocommit AS value");
  memory.autocommit = Number(row?.value) === 1;
}

/** What later statements can read from the session; null when the file reads nothing from it. */
export async function readSessionValues(
  session: Session,
  { file: { usesLastInsertId, userVariables } }: SessionMemory,
): Promise<SessionValues | null> {
  if (userVariables.length === 0 && !usesLastInsertId) return null;
  const [row] = usesLastInsertId ? await session.query("SELECT LAST_INSERT_ID() AS id") : [];
  return {
    variables: await readUserVariables(session, userVariables),
    lastInsertId: row === undefined ? null : String(row.id),
  };
}

/** Restores such values in the session. */
export async function giveBackValues(
  session: Session,
  { variables, lastInsertId }: SessionValues,
): Promise<void> {
  await restoreUserVariables(session, variables);
  await restoreLastInsertId(session, lastInsertId);
}

async function restoreLastInsertId(session: Session, id: string | null): Promise<void> {
  if (id !== null && /^\d+$/.test(id)) await session.query(`SET last_insert_id = ${id}`);
}

/** JSON of the values to save with the progress; null when the file uses none. */
export async function saveSession(session: Session, memory: SessionMemory): Promise<string | null> {
  const { temporaries, prepared, borrowed } = memory;
  const values = await readSessionValues(session, memory);
  if (values === null && temporaries.none) return null;
  const { variables = {}, lastInsertId = null } = values ?? {};
  const room = Math.min(MOST_SAVED, session.server.maxPacketBytes / PACKET_SHARE);
  const saved: Saved = {
    variables,
    prepared,
    borrowed,
    temporaries: await temporaries.save(session, room),
    lastInsertId,
  };
  return JSON.stringify(saved);
}

/** Sets a new session up: replays the kept statements, then gives variables their saved values. */
export async function restoreSession(
  session: Session,
  memory: SessionMemory,
  text: string | null,
  lockTables: (text: string) => string,
): Promise<void> {
  const { kept, temporaries } = memory;
  const saved = parseSaved(text, memory.database);
  memory.prepared = { ...saved.prepared };
  memory.borrowed = { ...saved.borrowed };
  for (const { statement, classified } of kept) {
    await replay(session, statement, classified, saved, lockTables);
  }
  const kinds = kept.map(({ classified }) => classified.statement);
  if (kinds.some((kind) => kind.kind === "set" && kind.autocommit !== null)) {
    await readAutocommit(session, memory);
  }
  await restoreUserVariables(session, saved.variables);
  await temporaries.restore(session, saved.temporaries);
  memory.lost = saved.temporaries.large;
  const variables = Object.entries(saved.variables);
  memory.lostVariables = new Set(variables.filter(([, { type }]) => type === "large").map(([name]) => name));
  await restoreLastInsertId(session, saved.lastInsertId);
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
      // The variables get their saved values; running the SET again could give others.
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
    // If none is left, only the history table is locked: later statements expect to run under LOCK TABLES.
    await session.run(lockTables(`LOCK TABLES ${rest}`).replace(/,\s*$/, ""));
  }
}

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

/** Earlier versions saved a list of tables, each with its name from the file: `name` or `database.name`. */
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
 * LOCK TABLES would lock the runner out of its own history table, so that table is locked as well.
 * @see https://dev.mysql.com/doc/refman/8.4/en/lock-tables.html
 */
export function lockingHistoryToo(text: string, database: string, table: string): string {
  return text.replace(/\bTABLES?\b/i, (word) => `${word} ${quoteQualified(database, table)} WRITE,`);
}
