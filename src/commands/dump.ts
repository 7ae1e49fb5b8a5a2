import { schemaPath, writeSchemaFile } from "../files/schema-file";
import { readLiveSchema } from "../scratch/live-schema";
import { defineCommand } from "./command";
import { ignoreOptions, withIgnored } from "./ignore-options";
import { flag, text, value } from "./options";

/** The database's schema as one SQL file. */
export interface DumpResult {
  readonly sql: string;
  /** Where it was written; null: nowhere. */
  readonly path: string | null;
  /** What is not in it. */
  readonly notCompared: readonly { readonly object: string; readonly why: string }[];
}

/** Writes the database's schema as SQL. */
export const dump = defineCommand({
  name: "dump",
  summary: "Print the database's schema as SQL, ordered and stable, for review in git",
  details: ["Loaded into an empty database it gives the same schema again. The history table is left out."],
  options: {
    write: flag("Write it to schema.sql"),
    schema: value("FILE", text, "Where to write it; default schema.sql beside the migrations folder"),
    ...ignoreOptions,
  },
  examples: ["dump", "dump --write"],
  run: async (context): Promise<DumpResult> => {
    const settings = withIgnored(context.settings(), context.options);
    const { write, schema } = context.options;
    const live = await readLiveSchema(settings);
    const { notCompared } = live.schema;
    if (!write && schema === null) return { sql: live.sql, path: null, notCompared };
    const path = schema ?? schemaPath(settings.dir);
    writeSchemaFile(path, live.sql);
    return { sql: live.sql, path, notCompared };
  },
  render: ({ sql, path }) => (path === null ? sql.trimEnd().split("\n") : [`Wrote ${path}`]),
});
