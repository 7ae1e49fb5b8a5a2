import { MigrateError, type Problem, RefusedError } from "../errors";
import { isInForce, type VersionState } from "../history/fold";
import {
  digitsAfter,
  formatMigration,
  formatVersion,
  parseFilename,
  type WrittenVersion,
} from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";
import { type Collision, findCollisions, type Side } from "./collisions";
import { unknownVersion } from "./target";

/** A pair that gets another version. */
export interface Renumbering {
  readonly migration: Migration;
  /** The new version, with its leading zeros. */
  readonly digits: string;
}

export interface MergePlan {
  /** In the order in which they will run. */
  readonly renumberings: readonly Renumbering[];
  /** What deserves a look before anybody runs them. */
  readonly warnings: readonly string[];
}

export interface MergeOptions {
  /** Pending versions that build on a moved one, and move with it. */
  readonly also: readonly number[];
  /** When no pair of a shared version is applied: the name of the one that keeps it. Default: the first. */
  readonly keep: string | null;
  /** For versions that are timestamps. */
  readonly now: Date;
}

/**
 * Gives new versions, above all others and in the same order, to the side that is not applied.
 * @param migrations the folder's, by rising version; several may have one version
 * @throws RefusedError `already-applied` when more than one side is in force; MigrateError `unknown-version`, `usage`
 */
export function planMerge(
  migrations: readonly Migration[],
  states: ReadonlyMap<number, VersionState>,
  { also, keep, now }: MergeOptions,
): MergePlan {
  const inForce = [...states.values()].filter(isInForce);
  const highest = Math.max(0, ...inForce.map(({ version }) => version));
  const collisions = findCollisions(migrations, states);
  const problems = collisions.flatMap(whyNotMergeable);
  if (problems.length > 0) throw new RefusedError(problems);
  const files = new Set(
    collisions.flatMap((each) => movingSides(each, highest, keep)).map(({ upFile }) => upFile),
  );
  if (keep !== null && !collisions.some(({ sides }) => sides.some(({ name }) => name === keep))) {
    throw new MigrateError("usage", `No migration that shares its version is named ${keep}.`);
  }
  if (files.size === 0) return { renumberings: [], warnings: [] };
  for (const version of also) files.add(findPending(version, migrations, inForce).up.fileName);
  const moving = migrations.filter(({ up }) => files.has(up.fileName));
  let newest = newestVersion(migrations, inForce);
  const renumberings: Renumbering[] = [];
  for (const migration of moving) {
    const digits = digitsAfter(newest, now);
    renumberings.push({ migration, digits });
    newest = { version: Number(digits), digits };
  }
  return { renumberings, warnings: overtaken(migrations, moving, inForce) };
}

function whyNotMergeable({ kind, version, sides }: Collision): readonly Problem[] {
  if (kind === "out-of-order") return [];
  return sides.flatMap((side): Problem[] => {
    if (side.upFile === null) {
      return [
        {
          code: "already-applied",
          file: null,
          message: `${formatMigration(side)} is applied, but none of the files with the version ${formatVersion(version)} is it.`,
          hint: `Restore the files of ${formatMigration(side)}, then merge again.`,
        },
      ];
    }
    if (side.appliedAs === null) return [];
    const was = formatMigration({ version: side.appliedAs, name: side.name });
    return [
      {
        code: "already-applied",
        file: side.upFile,
        message: `${formatMigration(side)} is applied already, as ${formatVersion(side.appliedAs)}.`,
        hint: `Name its files ${was} again, then merge again.`,
      },
    ];
  });
}

/** The sides that must get another version, so that one side keeps the shared one. */
function movingSides(
  { kind, version, sides }: Collision,
  highest: number,
  keep: string | null,
): readonly Side[] {
  const pending = sides.filter(({ applied }) => !applied);
  if (kind === "out-of-order" || pending.length < sides.length || version <= highest) return pending;
  const stays = pending.find(({ name }) => name === keep) ?? pending[0];
  return pending.filter((side) => side !== stays);
}

function findPending(
  version: number,
  migrations: readonly Migration[],
  inForce: readonly VersionState[],
): Migration {
  const [found, another] = migrations.filter((migration) => migration.version === version);
  if (found === undefined) throw unknownVersion(version, migrations);
  if (another !== undefined || inForce.some((state) => state.version === version)) {
    throw new MigrateError(
      another === undefined ? "already-applied" : "usage",
      another === undefined
        ? `${formatMigration(found)} is applied already, so it keeps its version.`
        : `${formatVersion(version)} is shared by several migrations; which of them moves is decided by what is applied.`,
    );
  }
  return found;
}

function newestVersion(migrations: readonly Migration[], inForce: readonly VersionState[]): WrittenVersion {
  const written = migrations.map(({ version, up }): WrittenVersion => {
    const parsed = parseFilename(up.fileName);
    return { version, digits: parsed.kind === "migration" ? parsed.digits : formatVersion(version) };
  });
  const recorded = inForce.map(({ version }) => ({ version, digits: formatVersion(version) }));
  return [...recorded, ...written].reduce(
    (newest, each) => (each.version >= newest.version ? each : newest),
    { version: 0, digits: "0000" },
  );
}

/** Pending migrations that came after a moved one and now run before it, perhaps without what they need. */
function overtaken(
  migrations: readonly Migration[],
  moving: readonly Migration[],
  inForce: readonly VersionState[],
): readonly string[] {
  const [first] = moving;
  if (first === undefined) return [];
  const applied = new Set(inForce.map(({ version }) => version));
  const passed = migrations.filter(
    (migration) =>
      migration.version > first.version && !moving.includes(migration) && !applied.has(migration.version),
  );
  return passed.map(
    (migration) =>
      `${formatMigration(migration)} came after ${formatMigration(first)} and will run before it. If it builds on it, name it too: npm run migrate:merge -- ${migration.version}`,
  );
}
