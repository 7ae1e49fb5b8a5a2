import type { Settings } from "../config";
import { withSession } from "../database/connection";
import { type Folder, readBranchedMigrations } from "../files/read-migrations";
import { type FileRename, renameFiles, renamesFor } from "../files/rename-files";
import { type Collision, findCollisions } from "../plan/collisions";
import { foldHistory, type VersionState } from "../plan/fold-history";
import { type MergeOptions, planMerge } from "../plan/plan-merge";
import { readHistoryState } from "./history-state";
import { withTranslatedErrors } from "./translate-error";

export interface BranchesReport {
  /** The database whose history says which side is applied. */
  readonly database: string;
  readonly collisions: readonly Collision[];
}

/** Finds the places where two branches met. Changes nothing and takes no lock.  @throws RefusedError, MigrateError */
export async function readBranches(settings: Settings): Promise<BranchesReport> {
  return await withBranches(settings, async (database, folder, states) => ({
    database,
    collisions: findCollisions(folder.migrations, states),
  }));
}

export interface Renumbered {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly files: readonly FileRename[];
}

export interface MergeResult {
  readonly database: string;
  readonly dryRun: boolean;
  readonly renumbered: readonly Renumbered[];
  /** The files were moved with `git mv`. */
  readonly git: boolean;
  readonly warnings: readonly string[];
}

/**
 * Renumbers what collides and is not applied, after everything there is. The database is only read.
 * @throws RefusedError `already-applied`; MigrateError `unwritable`: then every file has the name that it had
 */
export async function merge(
  settings: Settings,
  options: Omit<MergeOptions, "now"> & { readonly dryRun: boolean },
): Promise<MergeResult> {
  return await withBranches(settings, async (database, folder, states) => {
    const { renumberings, warnings } = planMerge(folder.migrations, states, { ...options, now: new Date() });
    const renumbered = renumberings.map(({ migration, digits }) => ({
      name: migration.name,
      from: migration.version,
      to: Number(digits),
      files: renamesFor(migration, digits),
    }));
    const renames = renumbered.flatMap(({ files }) => files);
    const { git } = options.dryRun ? { git: false } : renameFiles(folder.dir, renames);
    return { database, dryRun: options.dryRun, renumbered, git, warnings };
  });
}

async function withBranches<T>(
  settings: Settings,
  body: (database: string, folder: Folder, states: ReadonlyMap<number, VersionState>) => Promise<T>,
): Promise<T> {
  const folder = readBranchedMigrations(settings.dir);
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      const { rows } = await readHistoryState(session, settings.table);
      return await body(session.database, folder, foldHistory(rows));
    }),
  );
}
