import { schemaPath, writeSchemaFile } from "../migrations/schema-file";
import { introspect } from "../schema/introspect";
import type { Schema } from "../schema/model";
import { renderSchema } from "../schema/render";
import { withoutIgnored } from "../scratch/ignored";
import { withSession } from "../server/connection";
import { leaseTable } from "../server/lease";
import type { ServerInfo, Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { flag, ignoreOptions, text, value, withIgnored } from "./options";
import { defineCommand } from "./verb";

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
  script: ({ path }) => (path === null ? ["sql"] : null),
  render: ({ sql, path }) => (path === null ? sql.trimEnd().split("\n") : [`Wrote ${path}`]),
});

export interface LiveSchema {
  readonly schema: Schema;
  readonly server: ServerInfo;
  /** As SQL, ordered and stable. */
  readonly sql: string;
}

/** Reads the target database's schema, without the history table. Read privileges are enough. */
export async function readLiveSchema(settings: Settings): Promise<LiveSchema> {
  const read = async (session: Session): Promise<LiveSchema> => {
    const whole = await introspect(session, session.database, {
      except: [settings.table, leaseTable(settings.table)],
    });
    const schema = withoutIgnored(whole, settings);
    return { schema, server: session.server, sql: renderSchema(schema, session.server) };
  };
  return await withTranslatedErrors(() => withSession(settings.database, read, { unlimited: true }));
}
