import { formatVersion } from "../files/filename";
import type { Adoption } from "../plan/adopt";
import type { Layout } from "./layout";

/**
 * What the tables of other tools say, and how to take them over.
 * @param at the version that the database is at, or will be: what is at it needs no taking over
 */
export function renderAdoptions(
  found: readonly Adoption[],
  at: number | null,
  layout: Layout,
): readonly string[] {
  return found.flatMap(({ tool, table, newest, version, problems }) => {
    const says = newest === null ? "nothing is applied" : `the newest is ${newest}`;
    const here = version === null ? "" : `, which is ${formatVersion(version)} here`;
    return [
      `Found ${table} of ${tool}: ${says}${newest === null ? "" : here}.`,
      ...problems.map(({ message }) => layout.paint("yellow", `  ${message}`)),
      ...(problems.length > 0 || newest === null || version === at
        ? []
        : [`  To take it over: npm run migrate:stamp -- --from ${tool}`]),
    ];
  });
}
