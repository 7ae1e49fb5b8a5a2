import { readHistoryState, type VersionState } from "../history/fold";
import { formatMigration, formatVersion } from "../migrations/names";
import { type Folder, readBranchedMigrations } from "../migrations/read-migrations";
import { type FileRename, renameFiles, renamesFor } from "../migrations/rename";
import { type Collision, findCollisions } from "../plan/collisions";
import { type MergeOptions, planMerge } from "../plan/plan-merge";
import { foldWith } from "../plan/squashed";
import { withSession } from "../server/connection";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { defineCommand } from "./verb";

/** Shows where two branches met. */
export const branches = defineCommand({
  name: "branches",
  summary: "Show colliding and out-of-order migrations, and which side is applied",
  details: [
    "Two branches took one number, or one is pending below the newest applied migration. Changes nothing.",
    "Which side is applied is what this database says; others may differ.",
  ],
  options: {},
  examples: ["branches", "branches --json"],
  run: async (context) => readBranches(context.settings()),
  render: ({ collisions, database }) => {
    if (collisions.length === 0) return ["There are no branches: every version is there once, and in order."];
    return [
      ...collisions.flatMap((collision) => renderCollision(collision, database)),
      "Give what is not applied a number of its own, after all others: npm run migrate:merge -- --dry-run",
    ];
  },
});

type Side = Collision["sides"][number];

function renderCollision({ kind, version, sides }: Collision, database: string): readonly string[] {
  const title =
    kind === "same-version"
      ? `${formatVersion(version)} is there ${sides.length} times:`
      : `${formatVersion(version)} is out of order:`;
  return [title, ...sides.map((side) => `  ${formatMigration(side)}  ${describe(side, database)}`), ""];
}

function describe({ applied, appliedAs, upFile }: Side, database: string): string {
  if (appliedAs !== null) return `applied in ${database} as ${formatVersion(appliedAs)}`;
  if (!applied) return "not applied";
  return `applied in ${database}${upFile === null ? ", without files here" : ""}`;
}

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
  /** Whether the files were moved with `git mv`. */
  readonly git: boolean;
  readonly warnings: readonly string[];
}

/**
 * Renumbers migrations that collide and are not applied; they come after all others. The database is only read.
 * @throws RefusedError `already-applied`; MigrateError `unwritable`: then every file has its old name
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
      return await body(session.database, folder, foldWith(folder.migrations, rows));
    }),
  );
}
