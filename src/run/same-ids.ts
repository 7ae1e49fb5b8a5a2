import { type Counter, findCountedTables, readCounters, setBackCounters } from "../server/counters";
import { ROLLBACK, type Session } from "../server/session";
import type { QualifiedTable } from "../server/temporary-tables";
import type { Reach } from "../syntax/reaches";
import type { SessionMemory } from "./session-memory";

/**
 * Knows where the AUTO_INCREMENT counters of a file's tables stood before each transaction, so that rows inserted again
 * get the same ids. The counters are saved with the progress, because a crash undoes only the rows.
 */
export interface Counters {
  /**
   * A transaction is about to begin: sets back what an earlier run used up, then reads the counters.
   * @returns whether they must be recorded first
   */
  prepare(session: Session): Promise<boolean>;
  /** A transaction begins: it starts from the counters just read. */
  began(): void;
  /** After a rollback: sets back what the transaction used up. */
  giveBack(session: Session): Promise<void>;
  /** Another transaction follows the one about to be committed: its record says where the next one starts. */
  goesOn(): void;
  /** Adds the counters to what is saved with the progress. */
  save(session: Session, saved: string | null): Promise<string | null>;
  /**
   * A partial line is resumed: sets back what its undone transaction used up. @param saved what was saved with its
   * progress
   */
  takeUp(session: Session, saved: string | null): Promise<void>;
  /** A statement ran that may have created or changed tables. */
  forget(): void;
}

/**
 * @param reaches the names that the file's statements use
 * @param earlier reads what an earlier run saved before its first transaction, which was undone; null: there was none
 */
export function createCounters(
  reaches: readonly Reach[],
  memory: SessionMemory,
  earlier: () => Promise<string | null>,
): Counters {
  /** The existing tables, as seen from a database; null: not known. */
  let tables: { readonly from: string; readonly list: readonly QualifiedTable[] } | null = null;
  let latest: readonly Counter[] = [];
  let recorded = "[]";
  /** Whether they were read for the transaction that is about to begin. */
  let fresh = false;
  let goingOn = false;
  let settled = false;
  let base: readonly Counter[] = [];

  async function find(session: Session): Promise<readonly QualifiedTable[]> {
    if (tables?.from !== memory.database) {
      const list = await findCountedTables(session, reaches, memory.database);
      tables = { from: memory.database, list };
    }
    const { database, temporaries } = memory;
    // A temporary table hides the other one, and dies with its rows.
    return tables.list.filter((table) => !temporaries.has(table, database));
  }

  async function read(session: Session): Promise<void> {
    const found = await find(session);
    if (found.length > 0 && !settled) {
      settled = true;
      await setBackCounters(session, readSaved(await earlier()));
    }
    latest = await readCounters(session, found);
    fresh = true;
  }

  return {
    async prepare(session) {
      if (fresh || reaches.length === 0) return false;
      await read(session);
      return JSON.stringify(latest) !== recorded;
    },
    began() {
      base = fresh ? latest : [];
      fresh = false;
    },
    async giveBack(session) {
      if (base.length === 0) return;
      await setBackCounters(session, base);
      // Without autocommit, reading them began another transaction.
      if (!memory.autocommit) await session.run(ROLLBACK);
    },
    goesOn() {
      goingOn = reaches.length > 0;
    },
    async save(session, saved) {
      if (goingOn) await read(session);
      goingOn = false;
      const counters = fresh ? latest : [];
      recorded = JSON.stringify(counters);
      if (counters.length === 0) return saved;
      return JSON.stringify({ ...(saved === null ? {} : JSON.parse(saved)), counters });
    },
    async takeUp(session, saved) {
      settled = true;
      await setBackCounters(session, readSaved(saved));
    },
    forget() {
      tables = null;
      fresh = false;
    },
  };
}

/** The history table is not trusted: anything that is not a counter is left out. */
function readSaved(saved: string | null): readonly Counter[] {
  if (saved === null) return [];
  const { counters } = JSON.parse(saved) as { readonly counters?: unknown };
  return Array.isArray(counters) ? counters.filter(isCounter) : [];
}

function isCounter(value: unknown): value is Counter {
  if (typeof value !== "object" || value === null) return false;
  const { database, name, next } = value as Record<string, unknown>;
  return [database, name].every((text) => typeof text === "string") && /^\d+$/.test(String(next));
}
