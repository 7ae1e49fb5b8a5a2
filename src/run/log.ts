import type { Settings } from "../config";
import { withSession } from "../database/connection";
import type { HistoryRow } from "../database/history";
import { readBranchedMigrations } from "../files/read-migrations";
import { foldHistory } from "../plan/fold-history";
import { currentVersion } from "../plan/plan";
import { parseRange } from "../plan/range";
import { readHistoryState } from "./history-state";
import { withTranslatedErrors } from "./translate-error";

export interface LogReport {
  readonly database: string;
  readonly table: string;
  /** Whether the history table exists. */
  readonly initialized: boolean;
  /** Oldest first. */
  readonly lines: readonly HistoryRow[];
}

/**
 * Reads the log of what was done. Changes nothing and takes no lock.
 * @param range such as `3:7`; null: all versions
 * @throws MigrateError `unknown-version` for a range that is none; RefusedError for folder and history
 */
export async function readLog(settings: Settings, range: string | null): Promise<LogReport> {
  // What was done does not depend on the folder; what "head" means does.
  const migrations = range === null ? [] : readBranchedMigrations(settings.dir).migrations;
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { exists, rows } = await readHistoryState(session, settings.table);
      const base = { database: session.database, table: settings.table, initialized: exists };
      if (range === null) return { ...base, lines: rows };
      const states = foldHistory(rows);
      const known = [...migrations.map(({ version }) => version), ...states.keys()];
      const versions = [...new Set(known)].sort((a, b) => a - b);
      const { from, to } = parseRange(range, versions, currentVersion(states));
      return { ...base, lines: rows.filter(({ version }) => version >= from && version <= to) };
    }),
  );
}
