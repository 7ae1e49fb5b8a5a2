import type { Settings } from "../config";
import { withSession } from "../database/connection";
import type { Session } from "../database/session";
import { type Migration, readMigrations } from "../files/read-migrations";
import { foldHistory, type VersionState } from "../plan/fold-history";
import { currentVersion } from "../plan/plan";
import { judgeStates, type StatusEntry } from "../plan/status";
import { judgeChange, readAppliedTexts, worstChange } from "./applied-texts";
import { readHistoryState } from "./history-state";
import { findChangedPrefix } from "./prefix";
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
      const entries: StatusEntry[] = [];
      for (const entry of judgeStates(migrations, states)) {
        if (!isModified(entry) && entry.done === null) {
          entries.push(entry);
          continue;
        }
        const state = states.get(entry.version);
        const migration = migrations.find(({ version }) => version === entry.version);
        const changed = await findChangedPrefix(session, settings.table, state, migration);
        const problems = changed === null ? entry.problems : [...entry.problems, changed];
        const change = isModified(entry) ? await judgePair(session, settings.table, migration, state) : null;
        entries.push({ ...entry, problems, change });
      }
      return {
        database: session.database,
        table: settings.table,
        initialized: exists,
        current: currentVersion(states),
        entries,
        warnings,
      };
    }),
  );
}

function isModified({ problems, warnings }: StatusEntry): boolean {
  return [...problems, ...warnings].some(({ code }) => code === "modified");
}

/** The worse of what happened to the two files. */
async function judgePair(
  session: Session,
  table: string,
  migration: Migration | undefined,
  state: VersionState | undefined,
): Promise<StatusEntry["change"]> {
  if (migration === undefined || state === undefined) return null;
  const texts = await readAppliedTexts(session, table, state);
  return worstChange([
    judgeChange(migration.up, state.upChecksum, texts.up, session.server),
    judgeChange(migration.down, state.downChecksum, texts.down, session.server),
  ]);
}
