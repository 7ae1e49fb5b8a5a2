import type { VersionState } from "./fold-history";
import type { Standing } from "./standing";

/** The versions that were left half-way in a direction and have files to finish them with, by rising version. */
export function partialStates(
  standings: readonly Standing[],
  wanted: "partial-up" | "partial-down",
): readonly VersionState[] {
  return standings
    .filter(({ state, migration }) => state === wanted && migration !== null)
    .map(({ held }) => held)
    .filter((held) => held !== null);
}

/** The command that finishes what was left half-way. */
export function finishCommand(standings: readonly Standing[], { state, version }: VersionState): string {
  if (state === "partial-up") return `npm run migrate:up -- --to ${version}`;
  const below = standings
    .filter((standing) => standing.state === "applied" && standing.version < version)
    .at(-1);
  return `npm run migrate:down -- --to ${below?.version ?? 0}`;
}
