import { MigrateError, type Problem, RefusedError } from "../errors";
import type { VersionState } from "../history/fold";
import { formatMigration, formatVersion } from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";
import { unknownVersion } from "./target";
import type { Standing } from "./version-state";

/** What a repair would record: that a version in force is what the folder has. */
export interface Repair {
  /** `accept`: other texts or another name; `renumber`: the same text under another version. */
  readonly kind: "accept" | "renumber";
  /** What the history says. */
  readonly held: VersionState;
  /** What the folder has instead. */
  readonly migration: Migration;
}

/** Everything that could be repaired, by rising version. */
export function findRepairs(standings: readonly Standing[]): readonly Repair[] {
  return standings.map(repairOf).filter((repair) => repair !== null);
}

/**
 * Chooses the repairs of these versions; a renumbered migration goes by either of its versions.
 * @throws RefusedError with every version that is not to be repaired; then none is
 */
export function planRepair(standings: readonly Standing[], versions: readonly number[]): readonly Repair[] {
  const repairs = findRepairs(standings);
  const chosen = new Set<Repair>();
  const problems: Problem[] = [];
  for (const version of versions) {
    const repair =
      repairs.find(({ held }) => held.version === version) ??
      repairs.find(({ migration }) => migration.version === version);
    if (repair !== undefined) chosen.add(repair);
    else problems.push(...whyNot(standings, version));
  }
  if (problems.length > 0) throw new RefusedError(problems);
  return repairs.filter((repair) => chosen.has(repair));
}

function repairOf({ held, migration, moved, problems, warnings }: Standing): Repair | null {
  // Half-way, what is applied is judged statement by statement, and the line goes on: nothing to accept.
  if (held === null || held.state !== "applied") return null;
  if (moved !== null) return { kind: "renumber", held, migration: moved };
  const codes = [...problems, ...warnings].map(({ code }) => code);
  const isOurs = codes.length > 0 && codes.every((code) => code === "modified" || code === "renamed");
  return isOurs && migration !== null ? { kind: "accept", held, migration } : null;
}

function whyNot(standings: readonly Standing[], version: number): readonly Problem[] {
  const standing = standings.find((each) => each.version === version);
  if (standing === undefined) {
    const { code, message, hint } = unknownVersion(version, standings);
    return [{ code, file: null, message, hint }];
  }
  const found = [...standing.problems, ...standing.warnings];
  if (found.length > 0 && standing.held?.state !== "partial-up" && standing.held?.state !== "partial-down") {
    return found;
  }
  const file = standing.migration?.up.fileName ?? null;
  const name = formatMigration(standing);
  if (standing.state === "partial-up" || standing.state === "partial-down") {
    return [
      {
        code: "partial",
        file,
        message: `${name} is partial; only what is applied as a whole can be repaired.`,
        hint: `See how to go on:\n  npm run migrate:show ${version}`,
      },
    ];
  }
  const message =
    standing.state === "pending"
      ? `${name} is not applied, so there is nothing to repair.`
      : `${name} is what was applied, so there is nothing to repair.`;
  return [{ code: "nothing-to-do", file, message, hint: "To see what can be:\n  npm run migrate:repair" }];
}

/** Refuses to repair without a word about why. */
export function requireReason(reason: string | null, versions: readonly number[]): string {
  if (reason !== null) return reason;
  throw new MigrateError("usage", "repair needs a reason, which is kept in the history.", {
    hint: `Nothing was changed. Say why:\n  npm run migrate:repair -- ${versions.map(formatVersion).join(" ")} --reason "why"`,
  });
}
