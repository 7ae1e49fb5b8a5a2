import type { ObjectRef, TableName } from "../syntax/classify";
import { readCalls, simpleEffect } from "../syntax/compound";
import { type BodyEffect, NONE, readBody } from "../syntax/program-body";
import { mayCreate } from "../syntax/temporary";
import type { Session } from "./session";

/** A statement, and the database for names in it that have none. */
export interface Executed {
  readonly text: string;
  readonly database: string;
  /**
   * The sql_mode it ran with, when that was not the session's own: a procedure keeps the sql_mode it was created with.
   */
  readonly sqlMode: string | null;
}

/**
 * - `transactional`: rows only, so a CALL can share a transaction with its record.
 * - `single-ddl`: at most one statement that commits by itself and shows in the schema; no rows are written.
 * - `mixed`: anything else, so it can stop half-way.
 * - `unknown`: the body cannot be read or followed.
 */
export type RoutineEffect = "transactional" | "single-ddl" | "mixed" | "unknown";

/** What a CALL of a procedure can do. */
export interface RoutineUse {
  readonly effect: RoutineEffect;
  /** Temporary tables that it can create, each with its database. */
  readonly temporaries: readonly TableName[];
}

/**
 * Reads what a CALL of a procedure can do, including the procedures that it calls.
 * @param currentDatabase where to look for names without a database
 * @throws the driver's error
 */
export async function readRoutineUse(
  session: Session,
  routine: ObjectRef,
  currentDatabase: string,
): Promise<RoutineUse> {
  const temporaries: TableName[] = [];
  const effect = await readEffect(session, routine, currentDatabase, [], temporaries);
  return { effect: summarize(effect), temporaries };
}

function summarize(effect: BodyEffect | null): RoutineEffect {
  if (effect === null) return "unknown";
  if (effect.commits === 0) return "transactional";
  return effect.commits === 1 && !effect.writes ? "single-ddl" : "mixed";
}

/**
 * @param callers the procedures on the way here; one that calls itself is not followed
 * @param temporaries collects what the bodies can create
 */
async function readEffect(
  session: Session,
  routine: ObjectRef,
  currentDatabase: string,
  callers: readonly string[],
  temporaries: TableName[],
): Promise<BodyEffect | null> {
  const database = routine.database ?? currentDatabase;
  const key = `${database}.${routine.name}`.toLowerCase();
  const body = callers.includes(key) ? null : await readText(session, database, routine.name);
  if (body === null) return null;
  for (const table of mayCreate(body.text)) {
    temporaries.push({ ...table, database: table.database ?? database });
  }
  const called = new Map<string, BodyEffect | null>();
  for (const call of readCalls(body.text, body)) {
    called.set(keyOf(call), await readEffect(session, call, database, [...callers, key], temporaries));
  }
  return readBody(
    body.text,
    (statement, verb) =>
      statement.kind === "call"
        ? (called.get(keyOf(statement.routine)) ?? null)
        : simpleEffect(statement, verb),
    body,
  );
}

/**
 * Reads the one statement that commits by itself in a procedure with the effect `single-ddl`, or in one that it calls.
 * @returns null when there are several (a CALL runs at most one of them)
 * @throws the driver's error
 */
export async function readSingleDdl(
  session: Session,
  routine: ObjectRef,
  currentDatabase: string,
): Promise<Executed | null> {
  const database = routine.database ?? currentDatabase;
  const body = await readText(session, database, routine.name);
  if (body === null) return null;
  const found: (Executed | null)[] = [];
  readBody(
    body.text,
    (statement, verb, text) => {
      const commits = (simpleEffect(statement, verb)?.commits ?? 0) > 0;
      if (commits) found.push({ text, database, sqlMode: body.sqlMode });
      return NONE;
    },
    body,
  );
  for (const call of readCalls(body.text, body)) {
    const { effect } = await readRoutineUse(session, call, database);
    if (effect !== "transactional") found.push(await readSingleDdl(session, call, database));
  }
  const [only, another] = found;
  return another === undefined ? (only ?? null) : null;
}

/** Whether the user can see a procedure. Any privilege on it is enough, even the one to run it. */
export async function isVisibleProcedure(
  session: Session,
  routine: ObjectRef,
  currentDatabase: string,
): Promise<boolean> {
  const rows = await session.query(
    `SELECT 1 FROM information_schema.ROUTINES
      WHERE ROUTINE_SCHEMA = ? AND ROUTINE_NAME = ? AND ROUTINE_TYPE = 'PROCEDURE'`,
    [routine.database ?? currentDatabase, routine.name],
  );
  return rows.length > 0;
}

function keyOf({ database, name }: ObjectRef): string {
  return `${database ?? ""}.${name}`;
}

interface Body {
  readonly text: string;
  readonly noBackslashEscapes: boolean;
  readonly sqlMode: string;
}

/** Null when there is no such procedure, it is not SQL, or the user may not see it. */
async function readText(session: Session, database: string, name: string): Promise<Body | null> {
  const [row] = await session.query(
    `SELECT ROUTINE_DEFINITION AS text, ROUTINE_BODY AS language, SQL_MODE AS mode FROM information_schema.ROUTINES
      WHERE ROUTINE_SCHEMA = ? AND ROUTINE_NAME = ? AND ROUTINE_TYPE = 'PROCEDURE'`,
    [database, name],
  );
  if (row === undefined || row.text === null || row.language !== "SQL") return null;
  const modes = String(row.mode).split(",");
  // In Oracle mode blocks have another syntax.
  if (modes.includes("ORACLE")) return null;
  return {
    text: String(row.text),
    noBackslashEscapes: modes.includes("NO_BACKSLASH_ESCAPES"),
    sqlMode: String(row.mode),
  };
}
