import type { Migration } from "../files/read-migrations";
import type { Plan } from "./plan";

/**
 * Plans an `up` to the head where the history is nothing but the folder's migrations, each applied whole, unchanged and
 * in order. Most runs find it so, and need no more of the history than this.
 * @param migrations the folder's, by rising version
 * @param lines as `readAppliedLines` reads them
 * @returns the plan that `makePlan` makes of it; null for any other history, of which only `makePlan` can tell
 */
export function planNothing(
  migrations: readonly Migration[],
  lines: readonly (string | null)[],
): Plan | null {
  const newest = migrations.at(-1);
  if (newest === undefined || migrations.length !== lines.length) return null;
  if (!migrations.every((migration, index) => lines[index] === appliedLine(migration, index + 1)))
    return null;
  return { direction: "up", from: newest.version, to: newest.version, steps: [], warnings: [] };
}

/** A folder's names and checksums have no spaces, so no other values in a line of the history make the same text. */
function appliedLine({ version, name, up, down }: Migration, id: number): string {
  return `${id} ${version} ${name} ${up.checksum} ${down === null ? "NULL" : `'${down.checksum}'`}`;
}
