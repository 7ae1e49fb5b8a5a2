import { MigrateError, type Problem, RefusedError } from "../errors";
import type { ForeignEntry, ForeignHistory, ForeignTool } from "../history/other-tools";
import { formatMigration, formatVersion } from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";

/** What another tool's table means for this folder. */
export interface Adoption {
  readonly tool: ForeignTool;
  readonly table: string;
  /** The newest that it has applied, as the tool writes it; null: nothing. */
  readonly newest: string | null;
  /** The database's version in this folder; null: base, or unknown (see `problems`). */
  readonly version: number | null;
  /** Why the history cannot be taken over as it is; empty: it can. */
  readonly problems: readonly Problem[];
}

/**
 * Finds the version in this folder that another tool's table means: by number, or else by name.
 * @param migrations the folder's, by rising version
 */
export function matchForeign(
  { tool, table, entries, dirty }: ForeignHistory,
  migrations: readonly Migration[],
): Adoption {
  const matches = entries.map((entry) => ({ entry, migration: findMatch(tool, entry, migrations) }));
  const matched = matches.flatMap(({ migration }) => (migration === null ? [] : [migration.version]));
  const version = matched.length === 0 ? null : Math.max(...matched);
  const covered = matches.flatMap(({ entry, migration }) =>
    entry.coversEarlier && migration !== null ? [migration.version] : [],
  );
  const isApplied = (candidate: number): boolean =>
    matched.includes(candidate) || covered.some((upTo) => candidate <= upTo);
  const left = migrations.filter(
    (migration) => migration.version < (version ?? 0) && !isApplied(migration.version),
  );
  return {
    tool,
    table,
    newest: entries.at(-1)?.label ?? null,
    version,
    problems: [
      ...(dirty === null ? [] : [isDirty(tool, table, dirty)]),
      ...matches.filter(({ migration }) => migration === null).map(({ entry }) => unmatched(tool, entry)),
      ...left.map((migration) => notApplied(tool, table, migration)),
    ],
  };
}

function findMatch(
  tool: ForeignTool,
  { label, version, name }: ForeignEntry,
  migrations: readonly Migration[],
): Migration | null {
  const sameVersion = migrations.find((migration) => migration.version === version);
  if (sameVersion !== undefined) return sameVersion;
  // Alembic's revisions have no number; a file that was written for one may have it in its name.
  const wanted = plain(tool === "alembic" ? label : (name ?? ""));
  if (wanted === "") return null;
  const sameName = migrations.filter((migration) =>
    tool === "alembic"
      ? `_${plain(migration.name)}_`.includes(`_${wanted}_`)
      : plain(migration.name) === wanted,
  );
  const [only, another] = sameName;
  return another === undefined ? (only ?? null) : null;
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
}

/**
 * Decides which version to stamp when a table is taken over.
 * @param given the version as given by a person; null: as the table says
 * @returns the version; 0: base
 * @throws RefusedError `foreign-dirty`, `foreign-unmatched`; MigrateError `foreign-unmatched` when there is no table
 */
export function versionToAdopt(tool: ForeignTool, found: readonly Adoption[], given: string | null): string {
  const adoption = found.find((each) => each.tool === tool);
  if (adoption === undefined) {
    const others = found.map((each) => `${each.table} of ${each.tool}`).join(", ");
    throw new MigrateError(
      "foreign-unmatched",
      `There is no table of ${tool} in this database; nothing was recorded.`,
      others === "" ? {} : { hint: `What there is: ${others}.` },
    );
  }
  // A person who names the version vouches for what cannot be matched, but not for a half-applied migration.
  const problems = adoption.problems.filter(({ code }) => given === null || code === "foreign-dirty");
  if (problems.length > 0) throw new RefusedError(problems);
  return given ?? String(adoption.version ?? 0);
}

function isDirty(tool: ForeignTool, table: string, why: string): Problem {
  return {
    code: "foreign-dirty",
    file: null,
    message: `${table} of ${tool} cannot be taken over: ${why}.`,
    hint: `Settle that with ${tool} first; nothing was recorded.`,
  };
}

function unmatched(tool: ForeignTool, { label }: ForeignEntry): Problem {
  return {
    code: "foreign-unmatched",
    file: null,
    message: `${tool} has applied ${label}, which is no migration in this folder.`,
    hint: `Name a file after it; or say yourself which version the database is at:\n  npm run migrate:stamp -- N --from ${tool}`,
  };
}

function notApplied(tool: ForeignTool, table: string, migration: Migration): Problem {
  return {
    code: "foreign-unmatched",
    file: migration.up.fileName,
    message: `${formatMigration(migration)} is not among what ${tool} has applied, according to ${table}.`,
    hint: `Apply it with ${tool}; or, if it is applied, say so:\n  npm run migrate:stamp -- ${formatVersion(migration.version)} --from ${tool}`,
  };
}
