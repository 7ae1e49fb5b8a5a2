import { MigrateError } from "../errors";
import { ER_NO_SUCH_TABLE, serverErrno } from "../server/error-numbers";
import type { Session } from "../server/session";
import { quoteQualified } from "../syntax/quote";

/** Raised with every change of the columns below; an older layout is upgraded under the lock. */
export const LAYOUT = 1;

/** Every column of the history table, in order: name and definition. docs/files-and-history.md explains them. */
export const HISTORY_COLUMNS: readonly (readonly [name: string, definition: string])[] = [
  ["id", "BIGINT UNSIGNED NOT NULL AUTO_INCREMENT"],
  ["version", "BIGINT UNSIGNED NOT NULL"],
  ["name", "VARCHAR(255) NOT NULL"],
  ["action", "VARCHAR(16) NOT NULL"],
  ["up_checksum", "CHAR(64) NOT NULL"],
  ["down_checksum", "CHAR(64) NULL"],
  ["statements", "INT UNSIGNED NOT NULL"],
  ["statements_done", "INT UNSIGNED NOT NULL"],
  ["done_hash", "CHAR(64) NULL"],
  ["intent", "MEDIUMTEXT NULL"],
  ["session", "MEDIUMTEXT NULL"],
  ["error", "TEXT NULL"],
  ["started_at", "DATETIME(3) NOT NULL"],
  ["finished_at", "DATETIME(3) NULL"],
  ["duration_ms", "BIGINT UNSIGNED NULL"],
  ["db_user", "VARCHAR(288) NOT NULL"],
  ["os_user", "VARCHAR(255) NOT NULL"],
  ["host", "VARCHAR(255) NOT NULL"],
  ["tool_version", "VARCHAR(32) NOT NULL"],
  ["reason", "TEXT NULL"],
  ["up_text", "LONGBLOB NULL"],
  ["down_text", "LONGBLOB NULL"],
];

/** What the table itself tells: whether it exists, and whether an empty one is new or was emptied. */
export type HistoryTableState = "absent" | "new" | "used";

/**
 * Looks at the history table without changing it.
 * @throws MigrateError `history-foreign` (not ours), `history-damaged` (columns or key lost, wrong engine),
 *   `history-newer` (made by a later version of this tool)
 */
export async function inspectHistoryTable(session: Session, table: string): Promise<HistoryTableState> {
  const shown = await showCreate(session, table);
  if (shown === null) return "absent";
  const layout = /COMMENT='mysql-updown history, layout (\d+)'/.exec(shown)?.[1];
  if (layout === undefined) {
    throw new MigrateError(
      "history-foreign",
      `${session.database}.${table} exists but is not a history table of mysql-updown (its comment does not say so). Nothing was run.`,
      { hint: "Choose another name: --table NAME or MIGRATIONS_TABLE=NAME" },
    );
  }
  if (Number(layout) > LAYOUT) {
    throw new MigrateError(
      "history-newer",
      `${session.database}.${table} has layout ${layout}; this version of mysql-updown knows layouts up to ${LAYOUT}. Nothing was run.`,
      { hint: "Upgrade it: npm install mysql-updown@latest" },
    );
  }
  refuseDamage(session, table, shown);
  // The table is created with AUTO_INCREMENT=2 and we number the lines ourselves. TRUNCATE resets it, so that shows.
  return /\) ENGINE=\w+ AUTO_INCREMENT=2 /.test(shown) ? "new" : "used";
}

/**
 * Creates the history table unless it exists. It is one DDL statement, so the table is created completely or not at
 * all.
 */
export async function createHistoryTable(session: Session, table: string): Promise<void> {
  const columns = HISTORY_COLUMNS.map(([name, definition]) => `  ${name} ${definition},`).join("\n");
  await session.execute(
    `CREATE TABLE IF NOT EXISTS ${quoteQualified(session.database, table)} (\n${columns}\n  PRIMARY KEY (id)\n)` +
      ` ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin` +
      ` COMMENT='mysql-updown history, layout ${LAYOUT}'`,
  );
}

async function showCreate(session: Session, table: string): Promise<string | null> {
  try {
    const [row] = await session.query(`SHOW CREATE TABLE ${quoteQualified(session.database, table)}`);
    // For a view of that name the column is "Create View"; then it is not ours.
    return String(row?.["Create Table"] ?? "");
  } catch (error) {
    if (serverErrno(error) === ER_NO_SUCH_TABLE) return null;
    throw error;
  }
}

function refuseDamage(session: Session, table: string, shown: string): void {
  const present = new Set([...shown.matchAll(/^ {2}[`"]?(\w+)[`"]? /gm)].map(([, name]) => name));
  const lost = HISTORY_COLUMNS.map(([name]) => name).filter((name) => !present.has(name));
  const found = [
    ...(lost.length === 0 ? [] : [`it lost the column${lost.length === 1 ? "" : "s"} ${lost.join(", ")}`]),
    ...(/PRIMARY KEY \([`"]?id[`"]?\)/.test(shown) ? [] : ["it lost its primary key (id)"]),
    ...(/\) ENGINE=InnoDB\b/.test(shown) ? [] : ["its engine is not InnoDB"]),
  ];
  if (found.length === 0) return;
  throw new MigrateError(
    "history-damaged",
    `The history table ${session.database}.${table} is damaged: ${found.join("; ")}. Nothing was run.`,
    { hint: "Restore the table from a backup." },
  );
}
