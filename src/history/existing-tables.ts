import { MigrateError } from "../errors";
import type { Session } from "../server/session";
import { LASTING } from "../server/tables";
import { createMatcher } from "../settings/ignored";
import type { Settings } from "../settings/settings";
import { readHistoryState } from "./fold";
import { findForeignHistories } from "./other-tools";

/**
 * Refuses a database that has tables but no history, before anything runs in it: the migrations may be about to make
 * the same tables. Call it only while the history is empty; it asks the server once.
 * @throws MigrateError `existing-tables`, with the ways to go on
 */
export async function refuseExistingTables(session: Session, settings: Settings): Promise<void> {
  const { tables, histories } = await listExisting(session, settings);
  if (tables.length === 0) return;
  // Another runner may have begun between the look at the history and the look at the tables.
  if ((await readHistoryState(session, settings.table)).rows.length > 0) return;
  const tools = await findForeignHistories(session);
  const kept = [
    ...tools.map(({ tool, table }) => `In ${table}, ${tool} keeps its history.`),
    ...histories.map((table) => `In ${table}, this tool keeps another history.`),
  ];
  const found = `${session.database} has no history of migrations, but it has ${countTables(tables)}: ${listed(tables)}.`;
  throw new MigrateError("existing-tables", [found, ...kept, "Nothing was run."].join("\n"), {
    hint: [
      ...(histories.length === 0
        ? []
        : ["If that is the history of these migrations, name it: --table NAME"]),
      waysToAdopt(tools.map(({ tool }) => tool)),
      "If the migrations come on top of what is there (or set MIGRATE_ALLOW_EXISTING=1):",
      "  npm run migrate:up -- --allow-existing",
    ].join("\n"),
  });
}

/**
 * What to do when tables were there before the first migration.
 * @param tools the tools whose tables are there; left out: not known
 */
export function waysToAdopt(tools?: readonly string[]): string {
  return [
    "If the schema is to become the first migration:",
    "  npm run migrate:baseline -- <name>",
    "If migrations of this folder made it, say up to which, and nothing of them is run:",
    "  npm run migrate:stamp -- <version>",
    ...(tools ?? ["<tool>"]).map((tool) => `  npm run migrate:stamp -- --from ${tool}`),
  ].join("\n");
}

/** What is in a database that has no history. */
export interface Existing {
  /** Names of tables and views, without this history, other histories of this tool, and ignored names. */
  readonly tables: readonly string[];
  /** History tables of other programs that use this tool. */
  readonly histories: readonly string[];
}

/** Lists what is in the session's database. */
export async function listExisting(
  session: Session,
  { table, ignore = [] }: Pick<Settings, "table" | "ignore">,
): Promise<Existing> {
  const rows = await session.query(
    `SELECT TABLE_NAME AS name, TABLE_COMMENT LIKE 'mysql-updown history,%' AS isHistory
       FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_COMMENT <> 'mysql-updown lease' AND ${LASTING} ORDER BY TABLE_NAME`,
    [session.database],
  );
  const isIgnored = createMatcher(ignore);
  const own = table.toLowerCase();
  const others = rows.filter(({ name }) => String(name).toLowerCase() !== own);
  const named = (histories: boolean): readonly string[] =>
    others.filter(({ isHistory }) => (Number(isHistory) === 1) === histories).map(({ name }) => String(name));
  return { tables: named(false).filter((name) => !isIgnored(name)), histories: named(true) };
}

/** How many tables there are, in words. */
export function countTables(tables: readonly string[]): string {
  return tables.length === 1 ? "a table" : `${tables.length} tables`;
}

/** A longer list does not help anybody to recognise the database. */
const LISTED = 8;

function listed(tables: readonly string[]): string {
  if (tables.length <= LISTED + 1) return tables.join(", ");
  return `${tables.slice(0, LISTED).join(", ")} and ${tables.length - LISTED} more`;
}
