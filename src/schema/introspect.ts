import type { Session } from "../database/session";
import type { Schema } from "./model";
import { readHidden } from "./privileges";
import { readEvents, readRoutines, readTriggers } from "./read-programs";
import { listTables, readSequences, readTables, readViews } from "./read-tables";
import { withReader } from "./reader";
import { hasSequences } from "./server-differences";

export interface IntrospectOptions {
  /** Names of tables to leave out, with their triggers: the history table. */
  readonly except?: readonly string[];
}

/**
 * Reads the schema of a database: a handful of queries for what there is, then SHOW CREATE for each, which is the
 * only complete description that a server gives. What the account may not see is listed in `notCompared`.
 * @param database need not be the session's own; the session is back on its former one afterwards
 * @throws the driver's error when the server refuses to list what the database has
 */
export async function introspect(
  session: Session,
  database: string,
  options: IntrospectOptions = {},
): Promise<Schema> {
  return await withReader(session, database, async (reader) => {
    const except = new Set(options.except ?? []);
    const listed = (await listTables(reader)).filter(({ name }) => !except.has(name));
    const schema = {
      tables: await readTables(reader, listed),
      sequences: hasSequences(session.server) ? await readSequences(reader, listed) : [],
      views: await readViews(reader, listed),
      triggers: await readTriggers(reader, except),
      routines: await readRoutines(reader),
      events: await readEvents(reader),
    };
    const notCompared = [...reader.notCompared, ...(await readHidden(reader))].sort((a, b) =>
      a.object < b.object ? -1 : 1,
    );
    return { ...schema, notCompared };
  });
}
