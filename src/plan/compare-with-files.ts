import type { Problem } from "../errors";
import type { Migration } from "../files/read-migrations";
import { isInForce, type VersionState } from "./fold-history";
import * as problem from "./problems";

/** What is wrong with one version, and the name that it goes by. */
export interface Comparison {
  readonly name: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What the rules below look at, the same for every version. */
interface Context {
  readonly states: ReadonlyMap<number, VersionState>;
  /** The folder's newest migration. */
  readonly newest: Migration | undefined;
  /** The highest version that is in force, whole or in part. */
  readonly highest: VersionState | undefined;
  /** Applied versions whose text the folder has under another version that is not applied. */
  readonly renumbered: ReadonlyMap<number, Migration>;
}

/**
 * Compares what is in force with what is in the folder.
 * @param migrations by rising version
 * @returns the versions that there is something to say of
 */
export function compareWithFiles(
  migrations: readonly Migration[],
  states: ReadonlyMap<number, VersionState>,
): ReadonlyMap<number, Comparison> {
  const byVersion = new Map(migrations.map((migration) => [migration.version, migration]));
  const inForce = [...states.values()].filter(isInForce).sort((a, b) => a.version - b.version);
  const renumbered = findRenumbered(migrations, inForce, byVersion, states);
  const context: Context = { states, newest: migrations.at(-1), highest: inForce.at(-1), renumbered };

  const comparisons = new Map<number, Comparison>();
  for (const state of inForce) {
    comparisons.set(state.version, compareOne(state, byVersion.get(state.version), context));
  }
  const taken = new Set([...renumbered.values()].map(({ version }) => version));
  for (const migration of migrations) {
    const { highest } = context;
    if (isInForce(states.get(migration.version)) || taken.has(migration.version)) continue;
    if (highest === undefined || migration.version > highest.version) continue;
    const problems = [problem.outOfOrder(migration, highest)];
    comparisons.set(migration.version, { name: migration.name, problems, warnings: [] });
  }
  return comparisons;
}

function compareOne(state: VersionState, migration: Migration | undefined, context: Context): Comparison {
  const moved = context.renumbered.get(state.version);
  if (moved !== undefined) return refuse(state.name, problem.renumbered(state, moved, migration));
  if (migration === undefined) return refuse(state.name, withoutFiles(state, context.newest));
  const sameName = state.name === migration.name;
  // Half-way, the file may be repaired from the failed statement on; the runner compares the part that is applied.
  if (state.state === "partial-up") {
    return sameName ? nothing(state.name) : refuse(migration.name, problem.renamed(state, migration));
  }
  const sameText = state.upChecksum === migration.up.checksum;
  if (sameName && !sameText) return refuse(migration.name, problem.modified(state, migration));
  if (!sameName && !sameText) return refuse(state.name, problem.replaced(state, migration));
  const problems = sameName ? [] : [problem.renamed(state, migration)];
  const warnings = isDownModified(state, migration) ? [problem.downModified(state, migration)] : [];
  return { name: migration.name, problems, warnings };
}

/** Says whether an applied migration's down file is another one than when it was applied. */
export function isDownModified(state: VersionState, migration: Migration): boolean {
  return state.state === "applied" && state.downChecksum !== (migration.down?.checksum ?? null);
}

function withoutFiles(state: VersionState, newest: Migration | undefined): Problem {
  const isAhead = newest === undefined || state.version > newest.version;
  return isAhead ? problem.ahead(state, newest) : problem.missing(state);
}

function refuse(name: string, found: Problem): Comparison {
  return { name, problems: [found], warnings: [] };
}

function nothing(name: string): Comparison {
  return { name, problems: [], warnings: [] };
}

function findRenumbered(
  migrations: readonly Migration[],
  inForce: readonly VersionState[],
  byVersion: ReadonlyMap<number, Migration>,
  states: ReadonlyMap<number, VersionState>,
): ReadonlyMap<number, Migration> {
  const homeless = inForce.filter((state) => {
    const home = byVersion.get(state.version);
    return home === undefined || (home.name !== state.name && home.up.checksum !== state.upChecksum);
  });
  const wanted = new Set(homeless.map(({ upChecksum }) => upChecksum));
  const free = migrations.filter(
    ({ version, up }) => wanted.has(up.checksum) && !isInForce(states.get(version)),
  );
  const found = new Map<number, Migration>();
  for (const state of homeless) {
    const same = free.filter(({ up }) => up.checksum === state.upChecksum);
    const best = same.find(({ name }) => name === state.name) ?? same[0];
    if (best === undefined) continue;
    found.set(state.version, best);
    free.splice(free.indexOf(best), 1);
  }
  return found;
}
