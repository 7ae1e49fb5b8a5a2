import { MigrateError, type Problem, RefusedError } from "../errors";
import type { VersionState } from "../history/fold";
import { formatMigration, formatVersion } from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";
import { unknownVersion } from "./target";
import type { JudgedVersion } from "./version-state";

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
export function findRepairs(judgedVersions: readonly JudgedVersion[]): readonly Repair[] {
  return judgedVersions.map(repairOf).filter((repair) => repair !== null);
}

/**
 * Chooses the repairs for these versions; a renumbered migration can be named by either of its versions.
 * @throws RefusedError with every version that cannot be repaired; then none is
 */
export function planRepair(
  judgedVersions: readonly JudgedVersion[],
  versions: readonly number[],
): readonly Repair[] {
  const repairs = findRepairs(judgedVersions);
  const chosen = new Set<Repair>();
  const problems: Problem[] = [];
  for (const version of versions) {
    const repair =
      repairs.find(({ held }) => held.version === version) ??
      repairs.find(({ migration }) => migration.version === version);
    if (repair !== undefined) chosen.add(repair);
    else problems.push(...whyNot(judgedVersions, version));
  }
  if (problems.length > 0) throw new RefusedError(problems);
  return repairs.filter((repair) => chosen.has(repair));
}

function repairOf({ held, migration, moved, problems, warnings }: JudgedVersion): Repair | null {
  // A half-way migration is judged statement by statement when it goes on: there is nothing to accept.
  if (held === null || held.state !== "applied") return null;
  if (moved !== null) return { kind: "renumber", held, migration: moved };
  const codes = [...problems, ...warnings].map(({ code }) => code);
  const isOurs = codes.length > 0 && codes.every((code) => code === "modified" || code === "renamed");
  return isOurs && migration !== null ? { kind: "accept", held, migration } : null;
}

function whyNot(judgedVersions: readonly JudgedVersion[], version: number): readonly Problem[] {
  const judged = judgedVersions.find((each) => each.version === version);
  if (judged === undefined) {
    const { code, message, hint } = unknownVersion(version, judgedVersions);
    return [{ code, file: null, message, hint }];
  }
  const found = [...judged.problems, ...judged.warnings];
  if (found.length > 0 && judged.held?.state !== "partial-up" && judged.held?.state !== "partial-down") {
    return found;
  }
  const file = judged.migration?.up.fileName ?? null;
  const name = formatMigration(judged);
  if (judged.state === "partial-up" || judged.state === "partial-down") {
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
    judged.state === "pending"
      ? `${name} is not applied, so there is nothing to repair.`
      : `${name} is what was applied, so there is nothing to repair.`;
  return [{ code: "nothing-to-do", file, message, hint: "To see what can be:\n  npm run migrate:repair" }];
}

/** Refuses to repair without a reason. */
export function requireReason(reason: string | null, versions: readonly number[]): string {
  if (reason !== null) return reason;
  throw new MigrateError("usage", "repair needs a reason, which is kept in the history.", {
    hint: `Nothing was changed. Say why:\n  npm run migrate:repair -- ${versions.map(formatVersion).join(" ")} --reason "why"`,
  });
}
