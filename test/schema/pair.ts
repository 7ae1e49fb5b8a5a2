import { isDeepStrictEqual } from "node:util";
import type { Change } from "../../src/schema/change";
import { diffSchemas, reachableSchema } from "../../src/schema/diff";
import { introspect } from "../../src/schema/introspect";
import { lossesOf } from "../../src/schema/losses";
import type { Index, Schema } from "../../src/schema/model";
import { byName } from "../../src/schema/order";
import { NO_RENAMES, type Renames, reverseRenames } from "../../src/schema/renames";
import { renderChanges, renderSchema } from "../../src/schema/render";
import type { Session } from "../../src/server/session";
import { quoteIdentifier } from "../../src/syntax/quote";
import { splitText } from "../../src/syntax/splitter";
import { fillTables, keptColumns, readRows } from "./rows";

/** What became of one pair of schemas. */
export type Outcome =
  | { readonly result: "ok"; readonly rows: "kept" | "refused"; readonly changes: readonly Change[] }
  /** The generator made something that the server does not take. */
  | { readonly result: "invalid"; readonly message: string }
  | { readonly result: "failed"; readonly step: string; readonly message: string; readonly sql: string };

/** Empties the database and loads a script. @throws the server's error, with the statement */
export async function load(session: Session, script: string): Promise<void> {
  const name = quoteIdentifier(session.database);
  await session.query(`DROP DATABASE IF EXISTS ${name}`);
  await session.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  await session.query(`USE ${name}`);
  await session.run("SET SESSION sql_mode = DEFAULT");
  await apply(session, script);
  // What the script set must not look like the reader's own.
  await session.run("SET SESSION sql_mode = DEFAULT");
}

/** Runs a script statement by statement, as a migration is. */
export async function apply(session: Session, script: string): Promise<void> {
  for (const { text } of splitText(script)) {
    try {
      await session.run(text);
    } catch (error) {
      throw new StatementFailed(text, error);
    }
  }
}

export class StatementFailed extends Error {
  readonly errno: number;

  constructor(
    readonly statement: string,
    cause: unknown,
  ) {
    super(`${cause instanceof Error ? cause.message : String(cause)}\nin: ${statement}`, { cause });
    this.errno = Number((cause as { errno?: unknown }).errno);
  }
}

/** The server looked at rows and refused: duplicates, nulls, values that do not fit, rows without parent. */
const ABOUT_ROWS: ReadonlySet<number> = new Set([
  1048, 1062, 1138, 1264, 1265, 1292, 1364, 1366, 1406, 1411, 1416, 1452, 1526, 1690, 1748, 1761, 3140, 3156,
  3819, 4025, 1367, 1215, 3854, 1263, 1071, 3819, 1467, 3903, 1300,
]);

/** Everything that is promised of a pair: A loads, the diff takes it to B and back, rows survive, nothing is left. */
export async function tryPair(session: Session, a: Schema, b: Schema, renames: Renames): Promise<Outcome> {
  const { server, database } = session;
  const read = (): Promise<Schema> => introspect(session, database);
  let to: Schema;
  let from: Schema;
  try {
    await load(session, renderSchema(b, server));
    const declared = await read();
    await load(session, renderSchema(a, server));
    from = await read();
    to = reachableSchema(from, declared, { server, renames }).schema;
  } catch (error) {
    if (error instanceof StatementFailed) return { result: "invalid", message: error.message };
    throw error;
  }
  const up = diffSchemas(from, to, { server, renames });
  const upSql = renderChanges(up, server);
  const back = reverseRenames(renames);
  const failed = (step: string, message: string, sql: string): Outcome => ({
    result: "failed",
    step,
    message,
    sql,
  });
  try {
    const upProblem = await applyAndCompare(session, from, to, up, upSql);
    if (upProblem !== null) return failed("up", upProblem, upSql);
    const down = diffSchemas(to, from, { server, renames: back, exactNames: true });
    const downSql = renderChanges(down, server);
    const downProblem = await applyAndCompare(session, to, from, down, downSql).catch((error: unknown) => {
      if (error instanceof StatementFailed) return error.message;
      throw error;
    });
    if (downProblem !== null) return failed("down", downProblem, downSql);
    await load(session, renderSchema(from, server));
    const again = await read();
    const noise = difference(from, again, session);
    if (noise !== null) return failed("dump and load", noise, renderSchema(from, server));
    const rowProblem = await tryWithRows(session, from, to, up, upSql, renames);
    if (rowProblem === "refused") return { result: "ok", rows: "refused", changes: up };
    if (rowProblem !== null) return failed("rows", rowProblem, upSql);
    return { result: "ok", rows: "kept", changes: up };
  } catch (error) {
    if (error instanceof StatementFailed) return failed("up", error.message, upSql);
    throw error;
  }
}

async function applyAndCompare(
  session: Session,
  from: Schema,
  to: Schema,
  changes: readonly Change[],
  sql: string,
): Promise<string | null> {
  if (isDeepStrictEqual(from, to) && changes.length > 0) return "equal schemas differ";
  await apply(session, sql);
  return difference(to, await introspect(session, session.database), session);
}

/** Null when the schemas are the same in both senses: no change between them, and the same to the letter. */
export function difference(expected: Schema, actual: Schema, { server }: Session): string | null {
  const changes = diffSchemas(actual, expected, { server, renames: NO_RENAMES, exactNames: true });
  if (changes.length > 0) return `a second diff is not empty:\n${renderChanges(changes, server)}`;
  const found = firstDifference(comparable(expected), comparable(actual));
  return found === "" ? null : `no change, but not equal:\n${found}`;
}

/** Less what nobody can see: how far away a one-time event was, and the order of indexes that are not unique. */
function comparable(schema: Schema): Schema {
  const isOrdered = ({ kind }: Index): boolean => kind === "primary" || kind === "unique";
  return {
    ...schema,
    tables: schema.tables.map((table) => ({
      ...table,
      indexes: [
        ...table.indexes.filter(isOrdered),
        ...table.indexes.filter((index) => !isOrdered(index)).sort(byName),
      ],
    })),
    events: schema.events.map((event) => ({ ...event, delay: null })),
  };
}

function firstDifference(expected: unknown, actual: unknown, path = "schema"): string {
  if (isDeepStrictEqual(expected, actual)) return "";
  const both = [expected, actual];
  if (both.every((value) => typeof value === "object" && value !== null)) {
    const [left, right] = both as Record<string, unknown>[];
    for (const key of new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])) {
      const found = firstDifference(left?.[key], right?.[key], `${path}.${key}`);
      if (found !== "") return found;
    }
  }
  return `${path}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`;
}

async function tryWithRows(
  session: Session,
  from: Schema,
  to: Schema,
  changes: readonly Change[],
  sql: string,
  renames: Renames,
): Promise<string | null> {
  await fillTables(session, from);
  const kept = keptColumns(from, to, renames);
  const before = await readRows(session, kept, "before");
  try {
    await apply(session, sql);
  } catch (error) {
    if (error instanceof StatementFailed && ABOUT_ROWS.has(error.errno)) return "refused";
    throw error;
  }
  const after = await readRows(session, kept, "after");
  if (isDeepStrictEqual(before, after)) return null;
  const lost = changes.flatMap(lossesOf).join("; ");
  for (const [table, rows] of Object.entries(before)) {
    if (isDeepStrictEqual(rows, after[table])) continue;
    // Partitions and engines that do not keep rows are announced.
    if (lost.includes("with its rows") || lost.includes("keeps none")) continue;
    return `rows of ${table} changed, losses said: ${lost || "none"}\nbefore ${rows.join(" ")}\nafter  ${after[table]?.join(" ")}`;
  }
  return null;
}
