import type { QualifiedTable } from "../server/temporary-tables";
import { type SavedValue, savedText } from "../server/user-variables";
import type { Classified, ObjectRef, StatementKind } from "../syntax/classify";
import { startsCompound } from "../syntax/compound";
import type { Statement } from "../syntax/statement";
import { mayCreate } from "../syntax/temporary";
import { setsAnew } from "./lost";
import { createTemporaries, type Temporaries } from "./temporaries";

/** A statement that set something up in the session, to be replayed in the next one. */
export interface Kept {
  readonly statement: Statement;
  readonly classified: Classified;
}

/** What any statement of a file reads, even a later one: a procedure can set a variable without our seeing it. */
export interface SessionUse {
  readonly usesLastInsertId: boolean;
  readonly userVariables: readonly string[];
}

/**
 * What a file's statements so far left in the session (SET, USE, PREPARE, LOCK TABLES, temporary tables, user
 * variables), so that a run can go on in a new session (see saved-session.ts).
 */
export interface SessionMemory {
  readonly file: SessionUse;
  /** The database that unqualified names mean: the session's own, or the last USE. */
  database: string;
  autocommit: boolean;
  tablesLocked: boolean;
  /** Temporary tables that exist, or may exist. */
  readonly temporaries: Temporaries;
  /** Temporary tables that were lost with an earlier session because they were too large to save. */
  lost: readonly QualifiedTable[];
  /** User variables (lower case) that were lost with an earlier session because they were too large to save. */
  lostVariables: ReadonlySet<string>;
  kept: Kept[];
  /** Texts of prepared statements that are still in use and were prepared from a variable or an expression. */
  prepared: Record<string, SavedValue>;
  /** For each SET that reads user variables to set something else: their values at that moment, by statement number. */
  borrowed: Record<number, Readonly<Record<string, SavedValue>>>;
}

export function createSessionMemory(database: string, file: SessionUse): SessionMemory {
  return {
    file,
    database,
    autocommit: true,
    tablesLocked: false,
    temporaries: createTemporaries(),
    lost: [],
    lostVariables: new Set(),
    kept: [],
    prepared: {},
    borrowed: {},
  };
}

/**
 * Notes a statement that is applied, now or by an earlier run. @param value the value given to a PREPARE, if not a
 * literal
 */
export function noteStatement(
  memory: SessionMemory,
  statement: Statement,
  classified: Classified,
  value: SavedValue | null = null,
): void {
  const kind = classified.statement;
  switch (kind.kind) {
    case "use":
      memory.database = kind.database;
      forget(memory, (other) => other.kind === "use");
      break;
    case "prepare":
      forget(memory, (other) => other.kind === "prepare" && other.name === kind.name);
      delete memory.prepared[kind.name];
      if (value !== null) memory.prepared[kind.name] = value;
      break;
    case "deallocate":
      forget(memory, (other) => other.kind === "prepare" && other.name === kind.name);
      delete memory.prepared[kind.name];
      return;
    case "lock-tables":
      memory.tablesLocked = true;
      forget(memory, (other) => other.kind === "lock-tables");
      break;
    // START TRANSACTION releases table locks too.
    case "begin":
    case "unlock-tables":
      memory.tablesLocked = false;
      forget(memory, (other) => other.kind === "lock-tables");
      return;
    case "temporary":
      for (const table of kind.tables) {
        if (kind.action === "drop") memory.temporaries.drop(table, memory.database);
        else memory.temporaries.add(table, memory.database);
      }
      return;
    case "set":
      memory.lostVariables = new Set([...memory.lostVariables].filter((name) => !setsAnew(statement, name)));
      if (typeof kind.autocommit === "boolean") memory.autocommit = kind.autocommit;
      break;
    case "self-committing":
    case "repeatable":
      // DROP TABLE without TEMPORARY also drops a temporary table, and RENAME also renames one.
      if (/^DROP\s+TABLES?\b/i.test(statement.text)) {
        for (const table of kind.objects) memory.temporaries.drop(table, memory.database);
      }
      if (/^(RENAME|ALTER)\s/i.test(statement.text)) renameTemporaries(memory, kind.objects);
      return;
    case "transactional":
    case "unjudgeable":
      // A compound statement contains other statements.
      if (startsCompound(statement.head))
        for (const table of mayCreate(statement.text)) memory.temporaries.add(table, memory.database);
      return;
    case "commit":
    case "rollback":
    case "call":
    case "execute":
    case "execute-immediate":
    case "refused":
      return;
    default:
      kind satisfies never;
  }
  memory.kept.push({ statement, classified });
}

function forget(memory: SessionMemory, unwanted: (kind: StatementKind) => boolean): void {
  memory.kept = memory.kept.filter(({ classified }) => !unwanted(classified.statement));
}

/** @param objects old and new names, alternating */
function renameTemporaries({ temporaries, database }: SessionMemory, objects: readonly ObjectRef[]): void {
  for (let index = 0; index + 1 < objects.length; index += 2) {
    const [from, to] = objects.slice(index, index + 2);
    if (from === undefined || to === undefined || !temporaries.has(from, database)) continue;
    temporaries.drop(from, database);
    temporaries.add(to, database);
  }
}

/** Text of a prepared statement, or null when it is not known. */
export function preparedText({ kept, prepared }: SessionMemory, name: string): string | null {
  const entry = kept.find(
    ({ classified: { statement } }) => statement.kind === "prepare" && statement.name === name,
  );
  const kind = entry?.classified.statement;
  if (kind?.kind !== "prepare") return null;
  return kind.source.from === "text" ? kind.source.text : savedText(prepared[name]);
}
