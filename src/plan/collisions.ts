import { isInForce, type VersionState } from "../history/fold";
import type { Migration } from "../migrations/read-migrations";

/** One of the migrations that claim the same place. */
export interface Side {
  readonly version: number;
  readonly name: string;
  /** File names; null when the folder has none. */
  readonly upFile: string | null;
  readonly downFile: string | null;
  /** In force in this database, whole or in part. */
  readonly applied: boolean;
  /** The version under which its text is in force, if that is another one; otherwise null. */
  readonly appliedAs: number | null;
}

/** Two branches that met: migrations of one version, or one that is pending below the newest applied one. */
export interface Collision {
  readonly kind: "same-version" | "out-of-order";
  readonly version: number;
  /** For `out-of-order`: the pending one, then the newest applied one. */
  readonly sides: readonly Side[];
}

/**
 * Finds where branches met.
 * @param migrations the folder's, by rising version; several may have one version
 */
export function findCollisions(
  migrations: readonly Migration[],
  states: ReadonlyMap<number, VersionState>,
): readonly Collision[] {
  const groups = groupByVersion(migrations);
  const inForce = [...states.values()].filter(isInForce);
  const owners = new Map(inForce.map((state) => [state, ownerOf(state, groups.get(state.version) ?? [])]));
  const newest = inForce.toSorted((a, b) => a.version - b.version).at(-1);
  const applied = new Set(owners.values());
  const orphans = inForce.filter((state) => owners.get(state) === null);
  const side = (migration: Migration): Side => toSide(migration, applied.has(migration), orphans);
  return [...groups].flatMap(([version, group]): readonly Collision[] => {
    const [only, another] = group;
    const recorded = states.get(version);
    const state = isInForce(recorded) ? recorded : undefined;
    if (another !== undefined) {
      const orphan = state !== undefined && owners.get(state) === null ? [orphanSide(state)] : [];
      return [{ kind: "same-version", version, sides: [...group.map(side), ...orphan] }];
    }
    if (only === undefined || newest === undefined || version > newest.version || state !== undefined)
      return [];
    const pending = side(only);
    if (pending.appliedAs !== null) return [];
    const owner = owners.get(newest) ?? null;
    return [
      { kind: "out-of-order", version, sides: [pending, owner === null ? orphanSide(newest) : side(owner)] },
    ];
  });
}

function groupByVersion(migrations: readonly Migration[]): ReadonlyMap<number, readonly Migration[]> {
  const groups = new Map<number, Migration[]>();
  for (const migration of migrations) {
    groups.set(migration.version, [...(groups.get(migration.version) ?? []), migration]);
  }
  return groups;
}

/** Which of the migrations with an applied version is the applied one; null: none of them. */
function ownerOf(state: VersionState, candidates: readonly Migration[]): Migration | null {
  const sameText = candidates.filter(({ up }) => up.checksum === state.upChecksum);
  const sameName = (among: readonly Migration[]): Migration | undefined =>
    among.find(({ name }) => name === state.name);
  return sameName(sameText) ?? sameText[0] ?? sameName(candidates) ?? null;
}

/** @param orphans versions in force that match none of the folder's migrations with that number */
function toSide(
  { version, name, up, down }: Migration,
  applied: boolean,
  orphans: readonly VersionState[],
): Side {
  const elsewhere = applied ? undefined : orphans.find((state) => state.upChecksum === up.checksum);
  return {
    version,
    name,
    upFile: up.fileName,
    downFile: down?.fileName ?? null,
    applied,
    appliedAs: elsewhere?.version ?? null,
  };
}

/** A version in force that matches none of the folder's migrations with that number. */
function orphanSide({ version, name }: VersionState): Side {
  return { version, name, upFile: null, downFile: null, applied: true, appliedAs: null };
}
