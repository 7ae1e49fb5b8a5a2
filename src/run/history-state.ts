import { type HistoryRow, readHistory } from "../database/history";
import { type HistoryTableState, inspectHistoryTable } from "../database/history-table";
import type { Session } from "../database/session";
import { MigrateError, RefusedError } from "../errors";
import { checkHistory } from "../plan/fold-history";

export interface HistoryState {
  readonly exists: boolean;
  readonly rows: readonly HistoryRow[];
}

/**
 * Reads the history and refuses one that cannot be trusted. Changes nothing.
 * @param known what the table itself was found to say; left out: it is looked at
 * @throws MigrateError `history-foreign`, `history-newer`, `history-damaged`
 */
export async function readHistoryState(
  session: Session,
  table: string,
  known?: HistoryTableState,
): Promise<HistoryState> {
  const state = known ?? (await inspectHistoryTable(session, table));
  if (state === "absent") return { exists: false, rows: [] };
  const rows = await readHistory(session, table);
  if (rows.length === 0 && state !== "new") {
    throw new MigrateError(
      "history-damaged",
      `The history table ${session.database}.${table} was emptied: it is not new, and has no line. Nothing was run.`,
      {
        hint: `Restore it from a backup; if no migration was ever applied here, drop it:\n  DROP TABLE ${table};`,
      },
    );
  }
  const problems = checkHistory(rows);
  if (problems.length > 0) throw new RefusedError(problems);
  return { exists: true, rows };
}
