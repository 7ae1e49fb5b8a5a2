import type { Session } from "../server/session";
import {
  isTemporaryTable,
  type QualifiedTable,
  readTemporaryTable,
  restoreTemporaryTable,
  type SavedTable,
} from "../server/temporary-tables";
import type { TableName } from "../syntax/classify";

/** Temporary tables as they are saved with the progress. */
export interface SavedTemporaries {
  readonly kept: readonly SavedTable[];
  /** Existing, but too large to save. */
  readonly large: readonly QualifiedTable[];
}

/**
 * The temporary tables that a session has, or may have. No server lists them, and what a procedure or a prepared text
 * creates or drops we can only guess. So we look for them when it matters.
 */
export interface Temporaries {
  /** None exists, as far as we know. */
  readonly none: boolean;
  /** @param current the database that a bare name means */
  has(table: TableName, current: string): boolean;
  /** One was created, or may have been. */
  add(table: TableName, current: string): void;
  drop(table: TableName, current: string): void;
  /** Forgets the suspects that do not exist. */
  look(session: Session, suspects: readonly TableName[], current: string): Promise<void>;
  /**
   * Reads the rows of those that exist.
   * @param room how many characters they may take as JSON, in total
   */
  save(session: Session, room: number): Promise<SavedTemporaries>;
  /** Creates them again in a new session. Those that were too large are lost. */
  restore(session: Session, saved: SavedTemporaries): Promise<void>;
}

export function createTemporaries(): Temporaries {
  const tables = new Map<string, QualifiedTable>();
  /** Those lost with an earlier session; we must remember that. */
  const dead = new Set<string>();

  /**
   * Only some servers ignore case in table names. Ignoring it here everywhere can only add suspects, which are then not
   * found.
   */
  function keyOf({ database, name }: TableName, current: string): string {
    return JSON.stringify([database ?? current, name]).toLowerCase();
  }

  return {
    get none() {
      return tables.size === 0;
    },
    has: (table, current) => tables.has(keyOf(table, current)),
    add(table, current) {
      dead.delete(keyOf(table, current));
      tables.set(keyOf(table, current), { database: table.database ?? current, name: table.name });
    },
    drop(table, current) {
      tables.delete(keyOf(table, current));
    },
    async look(session, suspects, current) {
      for (const table of suspects) {
        const suspect = tables.get(keyOf(table, current));
        if (suspect !== undefined && !(await isTemporaryTable(session, suspect))) this.drop(table, current);
      }
    },
    async save(session, room) {
      const kept: SavedTable[] = [];
      const large: QualifiedTable[] = [];
      let left = room;
      for (const table of tables.values()) {
        const found = await readTemporaryTable(session, table, left);
        const isDead = dead.has(keyOf(table, table.database));
        if (found === "gone" && !isDead) continue;
        if (found === "gone" || found === "large") {
          large.push(table);
          continue;
        }
        kept.push(found);
        left -= JSON.stringify(found).length;
      }
      return { kept, large };
    },
    async restore(session, { kept, large }) {
      tables.clear();
      for (const saved of kept) {
        await restoreTemporaryTable(session, saved);
        this.add(saved.table, saved.table.database);
      }
      // They are lost, but a statement that names one must not be taken for one about a permanent table.
      for (const table of large) {
        this.add(table, table.database);
        dead.add(keyOf(table, table.database));
      }
    },
  };
}
