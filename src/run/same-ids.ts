import { type Counter, findCountedTables, readCounters, setBackCounters } from "../server/counters";
import { ROLLBACK, type Session } from "../server/session";
import type { QualifiedTable } from "../server/temporary-tables";
import type { Reach } from "../syntax/reaches";
import type { SessionMemory } from "./session-memory";

/**
 * Knows where the AUTO_INCREMENT counters of the tables that a file inserts into stood before each transaction, so that
 * rows which are inserted again get the same ids. They are saved with the progress, because a crash undoes the rows only.
 */
export interface Counters {
  /**
   * A transaction is about to begin: reads the counters, having set back what an earlier run used up.
   * @returns whether they are to be recorded first
   */
  prepare(session: Session): Promise<boolean>;
  /** A transaction begins: what was read right before is what it starts from. */
  began(): void;
  /** After a rollback: sets back what the transaction used up. */
  giveBack(session: Session): Promise<void>;
  /** The transaction that is about to be committed is followed by another one: its record tells where that starts. */
  goesOn(): void;
  /** Adds them to what is saved with the progress. */
  save(session: Session, saved: string | null): Promise<string | null>;
  /** A partial line is taken up: sets back what its undone transaction used up. @param saved with its progress */
  takeUp(session: Session, saved: string | null): Promise<void>;
  /** A statement ran that may have made or changed tables. */
  forget(): void;
}

/**
 * @param reaches what the file's statements use
 * @param earlier reads what an earlier run saved whose first transaction was undone; null: there was none
 */
export function createCounters(
  reaches: readonly Reach[],
  memory: SessionMemory,
  earlier: () => Promise<string | null>,
): Counters {
  /** Those that are there, seen from a database; null: not known. */
  let tables: { readonly from: string; readonly list: readonly QualifiedTable[] } | null = null;
  let latest: readonly Counter[] = [];
  let recorded = "[]";
  /** They were read for the transaction that is about to begin. */
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
      // Without autocommit the reading began another one.
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

/** The history table is not trusted: what is no counter is left out. */
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
