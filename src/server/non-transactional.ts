import { mentionsAny } from "../syntax/classify";
import { readReaches } from "../syntax/reaches";
import { GRANTEE } from "./grantee";
import type { Row, Session, SqlValue } from "./session";
import { LASTING } from "./tables";

/**
 * Reads the names through which a statement can reach a table whose engine cannot roll back: these tables, and all
 * views, triggers and routines that mention them, however many steps away. DML that mentions one of these names cannot
 * be undone together with its record.
 *
 * Usually this is one query, because there is no such table. If the account cannot see everything, its views, triggers
 * and routines are read as well: what they mention in other databases and the account cannot see counts as such a
 * table, and so does a program that it cannot read.
 * @param currentDatabase the database whose objects need no qualifier
 * @returns lower case, `database.name`, and `name` for what is in the current database
 * @throws the driver's error
 */
export async function readNonTransactionalNames(
  session: Session,
  currentDatabase: string = session.database,
): Promise<ReadonlySet<string>> {
  const { tables, seesAll } = await readTables(session);
  const reached = new Set(tables.map(({ database, name }) => qualify(database, name)));
  if (!seesAll || tables.some(({ database }) => !isSystem(database))) {
    const programs = await readPrograms(session);
    if (!seesAll) for (const name of await readUnseen(session, programs)) reached.add(name);
    closeOver(reached, programs);
  }
  return visibleFrom(currentDatabase, reached);
}

interface NamedTable {
  readonly database: string;
  readonly name: string;
}

/** An object that runs SQL of its own or stands for it. */
export interface Program {
  readonly database: string;
  /** The name whose mention sets it off: its own, or a trigger's table. */
  readonly name: string;
  /** null: the user may not see it, so it could do anything. */
  readonly text: string | null;
}

/** The tables of information_schema, performance_schema and sys are only ever read. */
async function readTables(
  session: Session,
): Promise<{ readonly tables: readonly NamedTable[]; readonly seesAll: boolean }> {
  const rows = await session.query(
    `SELECT t.TABLE_SCHEMA AS db, t.TABLE_NAME AS name
       FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
      WHERE t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
        AND t.TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'sys')
        AND (e.TRANSACTIONS IS NULL OR e.TRANSACTIONS <> 'YES')
      UNION ALL
     SELECT NULL, NULL FROM information_schema.USER_PRIVILEGES
      WHERE PRIVILEGE_TYPE = 'SELECT' AND GRANTEE = ${GRANTEE}`,
  );
  const tables = rows.filter(({ name }) => name !== null);
  return {
    tables: tables.map((row) => ({ database: String(row.db), name: String(row.name) })),
    seesAll: tables.length < rows.length,
  };
}

const NOT_UNSEEN = /^(?:new|old|mysql|information_schema|performance_schema|sys)$/i;

/** The names that programs mention in other databases and the user cannot see. @returns as `qualify` writes it */
async function readUnseen(session: Session, programs: readonly Program[]): Promise<readonly string[]> {
  const mentioned = new Map<string, readonly SqlValue[]>();
  for (const program of programs) {
    for (const { database, name } of readReaches(program.text ?? "")) {
      if (database === null || NOT_UNSEEN.test(database)) continue;
      if (database.toLowerCase() === program.database.toLowerCase()) continue;
      mentioned.set(qualify(database, name), [database, name]);
    }
  }
  if (mentioned.size === 0) return [];
  const any = (schema: string, name: string): string =>
    [...mentioned].map(() => `(${schema} = ? AND ${name} = ?)`).join(" OR ");
  const values = [...mentioned.values()].flat();
  const rows = await session.query(
    `SELECT TABLE_SCHEMA AS db, TABLE_NAME AS name FROM information_schema.TABLES
      WHERE ${LASTING} AND (${any("TABLE_SCHEMA", "TABLE_NAME")})
      UNION ALL
     SELECT ROUTINE_SCHEMA, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ${any("ROUTINE_SCHEMA", "ROUTINE_NAME")}`,
    [...values, ...values],
  );
  const seen = new Set(rows.map((row) => qualify(String(row.db), String(row.name))));
  return [...mentioned.keys()].filter((name) => !seen.has(name));
}

function isSystem(database: string): boolean {
  return database.toLowerCase() === "mysql";
}

export async function readPrograms(session: Session): Promise<readonly Program[]> {
  const rows: Row[] = [];
  for (const [table, schema, name, text] of PROGRAMS) {
    const found = await session.query(
      `SELECT ${schema} AS db, ${name} AS name, ${text} AS text FROM information_schema.${table}
        WHERE ${schema} NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')`,
    );
    rows.push(...found);
  }
  return rows.map((row) => ({
    database: String(row.db),
    name: String(row.name),
    text: row.text === null || row.text === "" ? null : String(row.text),
  }));
}

const PROGRAMS = [
  ["VIEWS", "TABLE_SCHEMA", "TABLE_NAME", "VIEW_DEFINITION"],
  ["TRIGGERS", "EVENT_OBJECT_SCHEMA", "EVENT_OBJECT_TABLE", "ACTION_STATEMENT"],
  ["ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "ROUTINE_DEFINITION"],
] as const;

/**
 * Adds the programs that mention one of the names, until there are no more. A program may have been made with
 * ANSI_QUOTES.
 */
export function closeOver(reached: Set<string>, programs: readonly Program[]): void {
  for (let grown = true; grown; ) {
    grown = false;
    for (const { database, name, text } of programs) {
      const own = qualify(database, name);
      if (reached.has(own)) continue;
      if (text !== null && !mentionsAny(text, visibleFrom(database, reached), { ansiQuotes: true })) continue;
      reached.add(own);
      grown = true;
    }
  }
}

export function qualify(database: string, name: string): string {
  return `${database}.${name}`.toLowerCase();
}

export function visibleFrom(database: string, qualified: ReadonlySet<string>): ReadonlySet<string> {
  const prefix = `${database.toLowerCase()}.`;
  const bare = [...qualified]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  return new Set([...qualified, ...bare]);
}

/**
 * Reads the names through which a statement reaches a routine or trigger that may change what the session holds: user
 * variables, LAST_INSERT_ID(), temporary tables, prepared statements. A program that cannot be read counts as well.
 * @returns lower case, `database.name`, and `name` for what is in the current database
 * @throws the driver's error
 */
export async function readSessionProgramNames(
  session: Session,
  currentDatabase: string,
): Promise<ReadonlySet<string>> {
  const programs = await readPrograms(session);
  const reached = new Set(
    programs
      .filter(({ text }) => text === null || CHANGES_SESSION.test(text))
      .map(({ database, name }) => qualify(database, name)),
  );
  closeOver(reached, programs);
  return visibleFrom(currentDatabase, reached);
}

const CHANGES_SESSION = /@|\b(?:TEMPORARY|PREPARE|EXECUTE|LAST_INSERT_ID)\b/i;

/** The next migration reuses an answer that is no older than this, in milliseconds. */
const FRESH_MS = 1_000;

/** Knows the names through which a statement reaches a table whose engine cannot roll back. */
export interface NonTransactional {
  /** @returns as `readNonTransactionalNames`  @throws the driver's error */
  namesSeenFrom(session: Session, database: string): Promise<ReadonlySet<string>>;
  /** A migration begins: an answer that is not fresh is thrown away. Until it ends, only `forget` does that. */
  begin(): void;
  /** A statement ran that may have changed them. */
  forget(): void;
}

/**
 * One for a whole run: the query takes milliseconds on a server with many tables, and short migrations come by the
 * hundred.
 */
export function createNonTransactional(): NonTransactional {
  let known: { readonly database: string; readonly names: ReadonlySet<string>; readonly at: number } | null =
    null;
  return {
    async namesSeenFrom(session, database) {
      if (known?.database !== database) {
        const names = await readNonTransactionalNames(session, database);
        known = { database, names, at: performance.now() };
      }
      return known.names;
    },
    begin() {
      if (known !== null && performance.now() - known.at > FRESH_MS) known = null;
    },
    forget() {
      known = null;
    },
  };
}
