import { type Problem, RefusedError } from "../errors";
import type { VersionState } from "../history/fold";
import { formatMigration, formatVersion } from "../migrations/names";
import type { Migration } from "../migrations/read-migrations";
import type { Situation } from "./planned";
import { type Target, unknownVersion, versionAt } from "./target";
import type { JudgedVersion } from "./version-state";

/** What a stamp would record, without running anything. */
export interface StampPlan {
  /** The database's version; null: base. */
  readonly from: number | null;
  readonly to: number | null;
  /** Recorded as applied, by rising version. */
  readonly stamps: readonly Migration[];
  /** Recorded as not applied, by falling version. */
  readonly unstamps: readonly VersionState[];
}

/**
 * Plans to record that exactly the versions up to a target are applied.
 * @throws MigrateError `unknown-version`; RefusedError `partial`, `renamed` for what must be settled first
 */
export function planStamp({ judgedVersions, current }: Situation, target: Target): StampPlan {
  const versions = judgedVersions.map(({ version }) => version);
  const to = versionAt(target, versions, current);
  if (to !== 0 && !versions.includes(to)) throw unknownVersion(to, judgedVersions);
  const touched = judgedVersions.filter(({ version, state }) => (state === "pending") === version <= to);
  const partial = judgedVersions.filter(({ state }) => state === "partial-up" || state === "partial-down");
  const moved = judgedVersions.filter(
    ({ version, moved }) => moved !== null && Math.min(version, moved.version) <= to,
  );
  const problems = [...partial.map(notWhole), ...moved.flatMap((judged) => judged.problems)];
  if (problems.length > 0) throw new RefusedError(problems);
  const stamps = touched.map(({ state, migration }) => (state === "pending" ? migration : null));
  const unstamps = touched.toReversed().map(({ held }) => held);
  return {
    from: current,
    to: to === 0 ? null : to,
    stamps: stamps.filter((migration) => migration !== null),
    unstamps: unstamps.filter((held) => held !== null),
  };
}

function notWhole({ version, name, migration, held }: JudgedVersion): Problem {
  const progress = `${held?.row.done} of ${held?.row.total} statements`;
  return {
    code: "partial",
    file: migration?.up.fileName ?? null,
    message: `${formatMigration({ version, name })} is partial (${progress}); stamp would hide that.`,
    hint: `See how to go on:\n  npm run migrate:show ${formatVersion(version)}`,
  };
}
