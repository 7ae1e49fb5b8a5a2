import { createHash } from "node:crypto";
import type { ObjectRef } from "../syntax/classify";
import { readDefinition, readGrants } from "./definitions";
import { serverErrno } from "./error-numbers";
import { readTableIds } from "./innodb-tables";
import type { Session } from "./session";
import { LASTING } from "./tables";

/** What objects were like at one moment: small, and safe to keep as JSON. */
export interface Fingerprint {
  /** One for each object asked for, in that order. */
  readonly objects: readonly ObjectPrint[];
}

export interface ObjectPrint {
  /** For people, and to find the same object again: `table db.name`, `schema db`. */
  readonly object: string;
  /** `absent`; `present`; `hidden` (it is there, but its definition is not shown); `unreadable` (neither is known); or a hash. */
  readonly state: string;
  /**
   * Tells the object from another one with the same name and definition; null when nothing does, or it was not looked
   * up.
   */
  readonly id: string | null;
  /** The definition that was hashed; left out when it may hold a password, is not shown, or is too large to keep. */
  readonly definition?: string;
}

/** Whether the object was there. */
export function exists({ state }: ObjectPrint): boolean {
  return state !== "absent";
}

/** The print of a definition, or of an object that has none. */
export function printOf(object: string, definition: string | null, id: string | null): ObjectPrint {
  if (definition === null) return { object, state: "absent", id };
  const state = createHash("sha256").update(definition).digest("hex").slice(0, 16);
  return mayHoldSecrets(object, definition) ? { object, state, id } : { object, state, id, definition };
}

/** MariaDB shows the password's hash with the first grant. */
function withoutPasswords(grants: readonly string[]): string {
  return grants
    .map((grant) => grant.replace(/ IDENTIFIED .*$/, ""))
    .sort()
    .join("\n");
}

/** Accounts and servers are defined with their passwords, and a FEDERATED table can be. */
function mayHoldSecrets(object: string, definition: string): boolean {
  return /^(account|server) /.test(object) || /\bCONNECTION=/i.test(definition);
}

/**
 * How to tell an object from another one with the same name and definition: not at all; by the time it was made, if
 * that will do; by InnoDB's number; or in the same way as last time.
 */
export type Identity = "none" | "any" | "innodb" | Fingerprint;

/**
 * Reads the definitions of objects as the server prints them, without what changes by itself.
 * @param currentDatabase where to look for names without a database
 * @throws the driver's error when the server failed in a way that says nothing about the object
 */
export async function readFingerprint(
  session: Session,
  objects: readonly ObjectRef[],
  currentDatabase: string,
  identity: Identity = "none",
): Promise<Fingerprint> {
  if (objects.length === 0) return { objects: [] };
  const states = new Map<string, ObjectPrint>();
  for (const object of objects) {
    const key = describe(object, currentDatabase);
    if (!states.has(key)) states.set(key, await readPrint(session, key, object, currentDatabase));
  }
  const there = objects.filter((object) => {
    const print = states.get(describe(object, currentDatabase));
    return print !== undefined && exists(print);
  });
  const ids = await readIdentities(session, there, currentDatabase, identity);
  return {
    objects: objects.map((object) => {
      const key = describe(object, currentDatabase);
      const print = states.get(key) ?? { object: key, state: "unreadable", id: null };
      return { ...print, id: ids.get(key) ?? null };
    }),
  };
}

/** What an object is called in a print. */
export function describe(object: ObjectRef, currentDatabase: string): string {
  if (object.type === "database" || object.type === "server" || object.type === "account") {
    return `${object.type} ${object.name}`;
  }
  return `${object.type} ${object.database ?? currentDatabase}.${object.name}`;
}

async function readIdentities(
  session: Session,
  objects: readonly ObjectRef[],
  currentDatabase: string,
  identity: Identity,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (identity === "none") return found;
  const settled = new Set<string>();
  for (const object of objects) {
    const key = describe(object, currentDatabase);
    if (found.has(key) || !isToldByTime(key, identity)) continue;
    const time = await readTimeMade(session, object, object.database ?? currentDatabase);
    if (time === null) continue;
    found.set(key, time.made);
    if (time.isOver || typeof identity !== "string") settled.add(key);
  }
  const tables = objects.filter(
    (object) => object.type === "table" && !settled.has(describe(object, currentDatabase)),
  );
  if (tables.length === 0) return found;
  const named = tables.map((table) => ({ database: table.database ?? currentDatabase, name: table.name }));
  const ids = await readTableIds(session, named);
  for (const [index, table] of tables.entries()) {
    const id = ids[index];
    if (id !== undefined && id !== null) found.set(describe(table, currentDatabase), id);
  }
  return found;
}

/** The same kind of identity as last time; otherwise the two could not be compared. */
function isToldByTime(key: string, identity: Identity): boolean {
  if (typeof identity === "string") return identity === "any";
  return identity.objects.some(({ object, id }) => object === key && id !== null && id.startsWith(MADE));
}

const MADE = "made ";

/** Where the server keeps the time at which an object was made. */
const TIMES: Partial<
  Record<ObjectRef["type"], readonly [table: string, schema: string, name: string, time: string]>
> = {
  table: ["TABLES", "TABLE_SCHEMA", "TABLE_NAME", "CREATE_TIME"],
  procedure: ["ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "CREATED"],
  function: ["ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "CREATED"],
  event: ["EVENTS", "EVENT_SCHEMA", "EVENT_NAME", "CREATED"],
  trigger: ["TRIGGERS", "TRIGGER_SCHEMA", "TRIGGER_NAME", "CREATED"],
};

/**
 * Times are in whole seconds, so an object made just now could be dropped and made again within the same second.
 * SYSDATE(), because a file can have changed what NOW() says.
 * @returns null when it is not known; `isOver`: that second is over
 */
async function readTimeMade(
  session: Session,
  object: ObjectRef,
  database: string,
): Promise<{ readonly made: string; readonly isOver: boolean } | null> {
  const source = TIMES[object.type];
  if (source === undefined) return null;
  const [table, schema, name, time] = source;
  const kind =
    table === "ROUTINES"
      ? ` AND ROUTINE_TYPE = '${object.type.toUpperCase()}'`
      : table === "TABLES"
        ? ` AND ${LASTING}`
        : "";
  const [row] = await session.query(
    `SELECT CAST(${time} AS CHAR) AS made, ${time} < SYSDATE() - INTERVAL 2 SECOND AS isOver
       FROM information_schema.${table} WHERE ${schema} = ? AND ${name} = ?${kind}`,
    [database, object.name],
  );
  if (row === undefined || row.made === null) return null;
  return { made: `${MADE}${row.made}`, isOver: Number(row.isOver) === 1 };
}

async function readPrint(
  session: Session,
  key: string,
  object: ObjectRef,
  currentDatabase: string,
): Promise<ObjectPrint> {
  const database = object.database ?? currentDatabase;
  try {
    const print = printOf(key, await readDefinition(session, object, database), null);
    if (object.type !== "account") return print;
    return { ...print, definition: withoutPasswords(await readGrants(session, object.name)) };
  } catch (error) {
    const errno = serverErrno(error);
    if (errno !== null && ABSENT.includes(errno)) return printOf(key, null, null);
    if (errno === null || !UNREADABLE.includes(errno)) throw error;
    const state = (await isListed(session, object, database)) ? "hidden" : "unreadable";
    return { object: key, state, id: null };
  }
}

/**
 * A table or view is listed for a user with any privilege on it; reading a view's definition also needs SHOW VIEW and
 * intact tables.
 */
async function isListed(session: Session, object: ObjectRef, database: string): Promise<boolean> {
  if (object.type !== "table") return false;
  const rows = await session.query(
    `SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND ${LASTING}`,
    [database, object.name],
  );
  return rows.length > 0;
}

/** ER_BAD_DB, ER_NONEXISTING_GRANT, ER_NO_SUCH_TABLE, ER_SP_DOES_NOT_EXIST, ER_TRG_DOES_NOT_EXIST, ER_EVENT_DOES_NOT_EXIST */
const ABSENT: readonly number[] = [1049, 1141, 1146, 1305, 1360, 1539];

/**
 * ER_CANT_OPEN_FILE, ER_DBACCESS_DENIED, ER_TABLE_NOT_LOCKED (under LOCK TABLES), ER_TABLEACCESS_DENIED, ER_SPECIFIC_ACCESS_DENIED, ER_UNKNOWN_STORAGE_ENGINE, ER_VIEW_INVALID,
 * ER_PROCACCESS_DENIED, ER_NO_SUCH_TABLE_IN_ENGINE
 */
const UNREADABLE: readonly number[] = [1016, 1044, 1100, 1142, 1227, 1286, 1356, 1370, 1932];
