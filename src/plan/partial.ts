import type { VersionState } from "./fold-history";
import type { Situation } from "./plan";

/** The versions that were left half-way in a direction and have files to finish them with, by rising version. */
export function partialStates(
  { entries, states, byVersion }: Situation,
  state: "partial-up" | "partial-down",
): readonly VersionState[] {
  return entries
    .filter((entry) => entry.state === state && byVersion.has(entry.version))
    .map(({ version }) => states.get(version))
    .filter((found) => found !== undefined);
}

/** The command that finishes what was left half-way. */
export function finishCommand({ entries }: Situation, { state, version }: VersionState): string {
  if (state === "partial-up") return `npm run migrate:up -- --to ${version}`;
  const below = entries.filter((entry) => entry.state === "applied" && entry.version < version).at(-1);
  return `npm run migrate:down -- --to ${below?.version ?? 0}`;
}
