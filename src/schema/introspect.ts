import { hasSequences } from "../server/differences";
import type { Session } from "../server/session";
import type { Schema } from "./model";
import { byName } from "./parse-table";
import { readHidden } from "./privileges";
import { readEvents, readRoutines, readTriggers } from "./read-programs";
import { type Listed, listTables, readSequences, readTables, readViews } from "./read-tables";
import { type Reader, withReader } from "./reader";

export interface IntrospectOptions {
  /** Names of tables to leave out, with their triggers: the history table. */
  readonly except?: readonly string[];
  /** What is known from before, so that only what changed is read. Left out: all is read. */
  readonly since?: Since;
}

/** A schema that was read before, and what may have changed since. */
export interface Since {
  readonly schema: Schema;
  /** Tables and views, by their names in lower case. */
  readonly changed: ReadonlySet<string>;
  /** Triggers, routines and events may have changed. */
  readonly programs: boolean;
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
    // What could not be compared may be so no longer, and belongs to the reading that found it.
    if (options.since !== undefined && options.since.schema.notCompared.length === 0) {
      return await readChanged(reader, listed, except, options.since);
    }
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

async function readChanged(
  reader: Reader,
  listed: readonly Listed[],
  except: ReadonlySet<string>,
  { schema, changed, programs }: Since,
): Promise<Schema> {
  const isThere = new Set(listed.map(({ name }) => name));
  const kept = schema.tables.filter(({ name }) => isThere.has(name) && !changed.has(name.toLowerCase()));
  const known = new Set(kept.map(({ name }) => name));
  const fresh = await readTables(
    reader,
    listed.filter(({ name }) => !known.has(name)),
  );
  return {
    tables: [...kept, ...fresh].sort(byName),
    sequences: hasSequences(reader.session.server) ? await readSequences(reader, listed) : [],
    views: await readViews(reader, listed),
    // A trigger goes with its table.
    triggers: programs || schema.triggers.length > 0 ? await readTriggers(reader, except) : [],
    routines: programs ? await readRoutines(reader) : schema.routines,
    events: programs ? await readEvents(reader) : schema.events,
    notCompared: reader.notCompared,
  };
}
