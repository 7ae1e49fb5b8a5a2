import type { Settings } from "../config";
import { withSession } from "../database/connection";
import { readMigrations } from "../files/read-migrations";
import { foldHistory } from "../plan/fold-history";
import { currentVersion } from "../plan/plan";
import { judgeStates, type StatusEntry } from "../plan/status";
import { readHistoryState } from "./history-state";
import { withTranslatedErrors } from "./translate-error";

export interface StatusReport {
  /** The database as the server spells it, and the history table in it. */
  readonly database: string;
  readonly table: string;
  /** Whether the history table exists. */
  readonly initialized: boolean;
  /** The version the database is at; null: base. */
  readonly current: number | null;
  readonly entries: readonly StatusEntry[];
  readonly warnings: readonly string[];
}

/**
 * Holds the folder against the database. Changes nothing and takes no lock.
 * @throws RefusedError for what is wrong with the folder as a whole, MigrateError for server and history
 */
export async function readStatus(settings: Settings): Promise<StatusReport> {
  const { migrations, warnings } = readMigrations(settings.dir);
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { exists, rows } = await readHistoryState(session, settings.table);
      const states = foldHistory(rows);
      return {
        database: session.database,
        table: settings.table,
        initialized: exists,
        current: currentVersion(states),
        entries: judgeStates(migrations, states),
        warnings,
      };
    }),
  );
}
