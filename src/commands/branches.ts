import { formatMigration, formatVersion } from "../files/filename";
import type { Collision } from "../plan/collisions";
import { readBranches } from "../run/branches";
import { defineCommand } from "./command";

/** Shows where two branches met. */
export const branches = defineCommand({
  name: "branches",
  summary: "Show colliding and out-of-order migrations, and which side is applied",
  details: [
    "Two branches took one number, or one is pending below the newest applied migration. Changes nothing.",
    "Which side is applied is what this database says; others may differ.",
  ],
  options: {},
  examples: ["branches", "branches --json"],
  run: async (context) => readBranches(context.settings()),
  render: ({ collisions, database }) => {
    if (collisions.length === 0) return ["There are no branches: every version is there once, and in order."];
    return [
      ...collisions.flatMap((collision) => renderCollision(collision, database)),
      "Give what is not applied a number of its own, after all others: npm run migrate:merge -- --dry-run",
    ];
  },
});

type Side = Collision["sides"][number];

function renderCollision({ kind, version, sides }: Collision, database: string): readonly string[] {
  const title =
    kind === "same-version"
      ? `${formatVersion(version)} is there ${sides.length} times:`
      : `${formatVersion(version)} is out of order:`;
  return [title, ...sides.map((side) => `  ${formatMigration(side)}  ${describe(side, database)}`), ""];
}

function describe({ applied, appliedAs, upFile }: Side, database: string): string {
  if (appliedAs !== null) return `applied in ${database} as ${formatVersion(appliedAs)}`;
  if (!applied) return "not applied";
  return `applied in ${database}${upFile === null ? ", without files here" : ""}`;
}
