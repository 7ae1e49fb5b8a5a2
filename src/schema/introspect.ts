import type { Session } from "../server/session";
import { KINDS, objectLists } from "./kinds/all-kinds";
import type { NamedObject } from "./kinds/kind";
import { readTables, TABLE_TYPES } from "./kinds/table";
import type { Schema } from "./model";
import { byName } from "./order";
import { readHidden } from "./privileges";
import { type Listed, type Reader, text, withReader } from "./show-create";

export interface IntrospectOptions {
  /** Names of tables to leave out, with their triggers: the history table. */
  readonly except?: readonly string[];
  /** What is known from an earlier reading, so that only changes are read. Left out: everything is read. */
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
 * Reads the schema of a database: a handful of queries to list the objects, then SHOW CREATE for each, the only
 * complete description that a server gives. What the account may not see is listed in `notCompared`.
 * @param database need not be the session's own; the session has its old one again afterwards
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
    // Something that could not be read then may be readable now, so an incomplete reading is not reused.
    const since = options.since?.schema.notCompared.length === 0 ? options.since : null;
    const tables = await readTablesSince(reader, listed, since);
    const objects = new Map<string, readonly NamedObject[]>();
    for (const kind of KINDS) {
      const known = since?.schema[kind.list];
      const isKnown = known !== undefined && since !== null && !kind.mayDiffer(known, since.programs);
      objects.set(kind.list, isKnown ? known : await kind.read(reader, { listed, except }));
    }
    if (since === null) reader.notCompared.push(...(await readHidden(reader)));
    const notCompared = [...reader.notCompared].sort((a, b) => (a.object < b.object ? -1 : 1));
    return { tables, ...objectLists(({ list }) => objects.get(list) ?? []), notCompared };
  });
}

const TYPES = [...TABLE_TYPES, ...KINDS.flatMap(({ tableType }) => tableType ?? [])];
const LIST = `
  SELECT table_name AS name, table_type AS type, table_collation AS collation
  FROM information_schema.tables
  WHERE table_schema = ? AND table_type IN (${TYPES.map((type) => `'${type}'`).join(", ")})`;

/** Lists tables, and everything else in their name space, in one query. */
async function listTables(reader: Reader): Promise<readonly Listed[]> {
  const rows = await reader.session.query(LIST, [reader.database]);
  return rows.map((row) => ({
    name: text(row, "name"),
    type: text(row, "type"),
    collation: row.collation === null ? null : text(row, "collation"),
  }));
}

async function readTablesSince(
  reader: Reader,
  listed: readonly Listed[],
  since: Since | null,
): Promise<Schema["tables"]> {
  if (since === null) return await readTables(reader, listed);
  const isThere = new Set(listed.map(({ name }) => name));
  const isKept = (name: string): boolean => isThere.has(name) && !since.changed.has(name.toLowerCase());
  const kept = since.schema.tables.filter(({ name }) => isKept(name));
  const known = new Set(kept.map(({ name }) => name));
  const fresh = await readTables(
    reader,
    listed.filter(({ name }) => !known.has(name)),
  );
  return [...kept, ...fresh].sort(byName);
}
