import type { Settings } from "../config";
import { withSession } from "../database/connection";
import type { HistoryRow } from "../database/history";
import type { ServerInfo } from "../database/session";
import { type Direction, formatMigration } from "../files/filename";
import { type Migration, type MigrationFile, readMigrations } from "../files/read-migrations";
import { readStatements } from "../files/read-statements";
import { readText, STORED_TEXT_LIMIT, type StoredTexts } from "../files/read-text";
import { foldHistory, isInForce, type VersionState } from "../plan/fold-history";
import { currentVersion } from "../plan/plan";
import { judgeStates, type StatusEntry } from "../plan/status";
import { parseTarget, unknownVersion, versionAt } from "../plan/target";
import { unifiedDiff } from "../syntax/unified-diff";
import { type FileChange, judgeChange, readAppliedTexts, worstChange } from "./applied-texts";
import { readHistoryState } from "./history-state";
import { findChangedPrefix } from "./prefix";
import { withTranslatedErrors } from "./translate-error";

/** One half of a migration, on disk and as it was applied. */
export interface ShownFile {
  readonly direction: Direction;
  /** Name on disk; null: it is not in the folder. */
  readonly file: string | null;
  /** Statements in the file on disk; null when there is none, or when it cannot be split. */
  readonly statements: number | null;
  readonly checksum: string | null;
  /** Checksum of what was applied; null: it is not applied, or had no such file. */
  readonly appliedChecksum: string | null;
  /** How the file differs from what was applied; null: it is not applied, or is not in the folder. */
  readonly change: FileChange | null;
  /** Unified diff from what was applied to what is on disk, line by line; null when there is none to make. */
  readonly diff: readonly string[] | null;
  /** What was applied, as the history keeps it; null: not asked for, not applied, or too large to keep. */
  readonly appliedText: string | null;
}

export interface ShowReport {
  readonly database: string;
  readonly entry: StatusEntry;
  readonly files: readonly ShownFile[];
  /** What was done with this version, oldest first. */
  readonly lines: readonly HistoryRow[];
}

/**
 * Says everything about one migration. Changes nothing and takes no lock.
 * @param which a version, `head`, or a distance from the current one
 * @param withTexts give what was applied as well, whole
 * @throws MigrateError `unknown-version`; RefusedError for folder and history
 */
export async function readOne(
  settings: Settings,
  which: string,
  { withTexts = false }: { readonly withTexts?: boolean } = {},
): Promise<ShowReport> {
  const target = parseTarget(which);
  const { migrations } = readMigrations(settings.dir);
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { rows } = await readHistoryState(session, settings.table);
      const states = foldHistory(rows);
      const entries = judgeStates(migrations, states);
      const versions = entries.map(({ version }) => version);
      const version = versionAt(target, versions, currentVersion(states));
      const entry = entries.find((each) => each.version === version);
      if (entry === undefined) throw unknownVersion(version, entries);
      const state = states.get(version);
      const applied = isInForce(state) ? state : null;
      const texts = applied === null ? null : await readAppliedTexts(session, settings.table, applied);
      const migration = migrations.find((each) => each.version === version) ?? null;
      const files: ShownFile[] = [];
      for (const direction of ["up", "down"] as const) {
        const file = await showFile(direction, migration, applied, texts, session.server);
        files.push(withTexts ? { ...file, appliedText: texts?.[direction] ?? null } : file);
      }
      const lines = rows.filter((row) => row.version === version);
      const change = worstChange(files.map((file) => file.change));
      const changed = await findChangedPrefix(session, settings.table, state, migration);
      const problems = changed === null ? entry.problems : [...entry.problems, changed];
      return { database: session.database, entry: { ...entry, change, problems }, files, lines };
    }),
  );
}

async function showFile(
  direction: Direction,
  migration: Migration | null,
  applied: VersionState | null,
  texts: StoredTexts | null,
  server: ServerInfo,
): Promise<ShownFile> {
  const file = migration?.[direction] ?? null;
  const appliedChecksum = (direction === "up" ? applied?.upChecksum : applied?.downChecksum) ?? null;
  const text = texts?.[direction] ?? null;
  const change =
    applied === null || migration === null ? null : judgeChange(file, appliedChecksum, text, server);
  return {
    direction,
    file: file?.fileName ?? null,
    statements: file === null ? null : await countStatements(file, server),
    checksum: file?.checksum ?? null,
    appliedChecksum,
    change,
    appliedText: null,
    diff:
      applied === null || change === null || change === "none"
        ? null
        : makeDiff(`${formatMigration(applied)}.${direction}.sql`, appliedChecksum, text, file),
  };
}

function makeDiff(
  appliedName: string,
  appliedChecksum: string | null,
  text: string | null,
  file: MigrationFile | null,
): readonly string[] | null {
  const isStored = appliedChecksum === null || text !== null;
  if (!isStored || (file !== null && file.bytes > STORED_TEXT_LIMIT)) return null;
  return unifiedDiff(text ?? "", file === null ? "" : readText(file), {
    before: appliedChecksum === null ? "/dev/null" : `${appliedName} (as applied)`,
    after: file === null ? "/dev/null" : `${file.fileName} (on disk)`,
  });
}

async function countStatements(file: MigrationFile, server: ServerInfo): Promise<number | null> {
  let total = 0;
  try {
    for await (const batch of readStatements(file, { noBackslashEscapes: server.noBackslashEscapes })) {
      total += batch.length;
    }
    return total;
  } catch {
    // What is wrong with it is said when it is about to run; here it is only being looked at.
    return null;
  }
}
