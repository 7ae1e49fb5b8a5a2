import { MigrateError } from "../errors";
import { requireSchemaFile, schemaPath } from "../migrations/schema-file";
import { createPair } from "../migrations/write";
import { type Proposal, proposeMigration } from "../scratch/proposal";
import {
  flag,
  ignoreOptions,
  optional,
  partitionOptions,
  text,
  usageError,
  value,
  withIgnored,
} from "./options";
import { defineCommand } from "./verb";

/** What diff found, and wrote. */
export interface DiffResult extends Proposal {
  /** Null when there was nothing to write, or nothing should be written. */
  readonly upPath: string | null;
  readonly downPath: string | null;
}

/** Writes the pair that turns the migrations' schema into the declared one. */
export const diff = defineCommand({
  name: "diff",
  summary: "Write the next pair from what schema.sql says, executed both ways before it is written",
  details: [
    "Replays the migrations on one throwaway database and loads schema.sql into another, then tries",
    "the SQL between them there and back. Tables and columns are renamed only where schema.sql says",
    "`-- renamed from old_name`.",
  ],
  options: {
    name: optional(
      "NAME",
      text,
      "What the migration does, such as add_email_to_users; not with --check or --dry-run",
    ),
    schema: value("FILE", text, "The declared schema; default schema.sql beside the migrations folder"),
    ...ignoreOptions,
    ...partitionOptions,
    check: flag("Write nothing; exit 1 when there is a difference"),
    dryRun: flag("Print the pair and write nothing"),
    allowDestructive: flag("Write it even if its up file loses data"),
  },
  examples: ["diff add_email_to_users", "diff cleanup --allow-destructive", "diff --check"],
  run: async (context): Promise<DiffResult> => {
    const { options } = context;
    const { name } = options;
    const writes = !options.check && !options.dryRun;
    if (writes && name === null) throw usageError("diff", "diff takes a name for what it writes.");
    const settings = withIgnored(context.settings(), context.options);
    const path = options.schema ?? schemaPath(settings.dir);
    const declared = { path, sql: requireSchemaFile(path) };
    const stop = { signal: context.signal, killSignal: context.killSignal };
    const proposal = await proposeMigration(settings, context.scratch(), declared, stop);
    if (proposal.changes === 0 || !writes || name === null)
      return { ...proposal, upPath: null, downPath: null };
    if (!options.allowDestructive) refuseLosses(proposal.losses);
    const { upPath, downPath } = createPair(settings.dir, name, new Date(), proposal);
    return { ...proposal, upPath, downPath };
  },
  script: ({ changes, upPath }) => (changes > 0 && upPath === null ? ["up", "down"] : null),
  render: (result, layout) => [
    ...result.remarks.map((remark) => layout.paint("yellow", remark)),
    ...result.notCompared.map(({ object, why }) =>
      layout.paint("yellow", `Not compared: ${object}: ${why}.`),
    ),
    ...result.keptNames.map(
      ({ kind, table, name, wanted }) =>
        `Kept: ${kind} ${name} of ${table}, which differs from ${wanted} in nothing but its name. To have it made again under the new one, write "-- renamed from ${name}" on its line.`,
    ),
    ...describe(result),
  ],
  exitCode: ({ changes }, { check }) => (check && changes > 0 ? 1 : 0),
});

function describe({ changes, up, down, losses, upPath, downPath }: DiffResult): readonly string[] {
  if (changes === 0) return ["No difference: the migrations build what schema.sql says."];
  const lost = losses.map((loss) => `Loses data: ${loss}.`);
  if (upPath !== null) return [`Created ${upPath}`, `Created ${downPath}`, ...lost];
  return ["-- up", ...up.trimEnd().split("\n"), "", "-- down", ...down.trimEnd().split("\n"), "", ...lost];
}

/** @throws MigrateError `destructive` */
function refuseLosses(losses: readonly string[]): void {
  if (losses.length === 0) return;
  const lines = losses.map((loss) => `  it ${loss}`).join("\n");
  throw new MigrateError("destructive", `This migration would lose data:\n${lines}\nNothing was written.`, {
    hint: "If that is what you want:\n  npm run migrate:diff -- <name> --allow-destructive\nIf something was renamed, say so in schema.sql: -- renamed from old_name",
  });
}
