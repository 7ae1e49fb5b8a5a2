import { formatMigration } from "../migrations/names";
import { readBranchedMigrations } from "../migrations/read-migrations";
import { defineCommand } from "./verb";

/** The folder's newest migration, or those that share its version. */
export interface HeadsResult {
  readonly heads: readonly {
    readonly version: number;
    readonly name: string;
    /** File names, without their folder; null: the migration is irreversible. */
    readonly upFile: string;
    readonly downFile: string | null;
  }[];
}

/** Lists the newest migrations of the folder. */
export const heads = defineCommand({
  name: "heads",
  summary: "Show the folder's newest migration; more than one is a collision",
  details: ["Needs no database. Where it is, current says."],
  options: {},
  examples: ["heads", "heads --json"],
  run: async (context): Promise<HeadsResult> => {
    const { migrations } = readBranchedMigrations(context.folder().dir);
    const newest = migrations.at(-1)?.version;
    return {
      heads: migrations
        .filter(({ version }) => version === newest)
        .map(({ version, name, up, down }) => ({
          version,
          name,
          upFile: up.fileName,
          downFile: down?.fileName ?? null,
        })),
    };
  },
  render: (result) => {
    if (result.heads.length === 0) return ["There are no migrations."];
    const lines = result.heads.map(formatMigration);
    if (lines.length === 1) return lines;
    return [...lines, "They share a version: see npm run migrate:branches"];
  },
});
