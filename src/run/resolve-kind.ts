import { MigrateError } from "../errors";
import { type Executed, type RoutineEffect, readRoutineUse, readSingleDdl } from "../server/routines";
import { readUserVariables, type SavedValue, savedText } from "../server/user-variables";
import {
  type Classified,
  classify,
  mentionsAny,
  type ObjectRef,
  type PreparedSource,
  type StatementKind,
} from "../syntax/classify";
import { withoutTemporary } from "../syntax/temporary";
import type { Announcement, ResolvedKind } from "./decide";
import type { Execution } from "./execution";
import type { Work } from "./group";
import { readBefore } from "./judge-intent";
import { SCRATCH_VARIABLE } from "./saved-session";
import { preparedText } from "./session-memory";

type Asker = Pick<Execution, "session" | "memory" | "nonTransactional" | "online">;

export interface Resolved {
  readonly kind: ResolvedKind;
  /** What it means for the session: EXECUTE does what the prepared text does. */
  readonly noted: Classified;
  /** The value given to a PREPARE, if that is not a literal. */
  readonly prepared: SavedValue | null;
}

/**
 * Asks the server what a statement's text leaves open: what a procedure does, what a prepared text says, whether a
 * table is temporary, whether its rows can be rolled back.
 * @param readers the statements right after it that read what it leaves
 * @throws MigrateError `unsupported-statement`; the driver's error
 */
export async function resolveKind(
  asker: Asker,
  work: Work,
  readers: readonly Work[] = [],
  written: StatementKind = work.classified.statement,
  text: string = work.statement.text,
): Promise<Resolved> {
  const { memory } = asker;
  const { statement } = work;
  const itself = text === statement.text;
  const executes = itself ? null : { text, database: memory.database, sqlMode: null };
  const as = (resolved: ResolvedKind, prepared: SavedValue | null = null): Resolved => ({
    kind: resolved,
    noted: { ...work.classified, statement: written },
    prepared,
  });
  const rows = (head = statement.head): Promise<ResolvedKind> =>
    resolveRows(asker, work, [head, ...readers.map((reader) => reader.statement.head)]);
  const kind = await withoutTemporaries(asker, written);
  if (statement.online === true && asker.online !== null && isAltering(kind))
    return as({
      kind: "online",
      announcement: { how: "alter", objects: kind.objects, before: null, executes: null, text },
    });
  switch (kind.kind) {
    case "transactional":
      return as(await rows(itself ? statement.head : text));
    case "temporary":
      if (!kind.commits) return as(await rows());
      return as({ kind: "repeatable", objects: [], commits: "always" });
    case "set":
      // A function or a subquery in it may write rows, or must not run twice: it needs one transaction with its record.
      if (kind.onlyUserVariables && statement.text.includes("(")) return as(await rows());
      return as({ ...kind, usesUp: USED_UP.test(statement.text) });
    case "self-committing":
      return as({
        kind: "self-committing",
        announcement: { how: kind.verb, objects: kind.objects, before: null, executes, text },
      });
    case "unjudgeable":
      if (kind.commits === "perhaps") return as({ kind: "perhaps-committing", announcement: unknown(text) });
      return as({
        kind: "unjudgeable",
        announcement: { ...unknown(text), objects: kind.objects, executes },
        whyNotInside: kind.commits === "never" ? kind.why : null,
      });
    case "call":
      return as((await resolveCall(asker, work, kind.routine)) ?? (await rows()));
    case "prepare":
      return as(kind, await readPreparedValue(asker, kind.source));
    case "execute":
      return resolveText(asker, work, readers, preparedText(memory, kind.name));
    case "execute-immediate":
      return resolveText(asker, work, readers, await readImmediateText(asker, kind.source));
    case "begin":
    case "commit":
    case "rollback":
    case "repeatable":
    case "use":
    case "deallocate":
    case "lock-tables":
    case "unlock-tables":
    case "refused":
      return as(kind);
    default:
      return kind satisfies never;
  }
}

/** Whether the table's definition decides if it is done again or not at all. */
function isAltering(
  kind: StatementKind,
): kind is Extract<StatementKind, { readonly kind: "self-committing" | "repeatable" }> {
  return kind.kind === "repeatable" || (kind.kind === "self-committing" && kind.verb === "alter");
}

/** System variables that the next statements use up, and that cannot be read from a session. */
const USED_UP = /\b(?:insert_id|rand_seed[12])\b/i;

/** Nothing that the server can tell would settle it. */
function unknown(text: string): Announcement {
  return { how: "ask", objects: [], before: null, executes: null, text };
}

async function withoutTemporaries(
  { session, memory: { database, temporaries } }: Asker,
  kind: StatementKind,
): Promise<StatementKind> {
  if (temporaries.none || kind.kind !== "self-committing") return kind;
  const tables = kind.objects.filter(({ type }) => type === "table");
  await temporaries.look(session, tables, database);
  return withoutTemporary(kind, (table) => temporaries.has(table, database));
}

async function resolveRows(
  asker: Asker,
  { statement }: Work,
  texts: readonly string[],
): Promise<ResolvedKind> {
  if (!(await writesOutside(asker, texts))) return { kind: "transactional" };
  return { kind: "outside", announcement: unknown(statement.text) };
}

/** Whether one of them writes something that no transaction can undo. */
export async function writesOutside(
  { session, memory, nonTransactional }: Asker,
  texts: readonly string[],
): Promise<boolean> {
  const names = await nonTransactional.namesSeenFrom(session, memory.database);
  return texts.some((text) => mentionsAny(text, names, { ansiQuotes: true }));
}

/** @returns null for a procedure that only changes rows */
async function resolveCall(
  asker: Asker,
  { statement }: Work,
  routine: ObjectRef,
): Promise<ResolvedKind | null> {
  const { session, memory } = asker;
  const effect = await readCallEffect(asker, routine);
  if (effect === "transactional") return null;
  const ddl = effect === "single-ddl" ? await readSingleDdl(session, routine, memory.database) : null;
  return { kind: "perhaps-committing", announcement: await announceDdlOf(asker, statement.text, ddl) };
}

/**
 * What a CALL can do. Temporary tables that it can create are noted as suspects even before it runs: the next record
 * looks for them.
 */
export async function readCallEffect(
  { session, memory }: Pick<Asker, "session" | "memory">,
  routine: ObjectRef,
): Promise<RoutineEffect> {
  const { effect, temporaries } = await readRoutineUse(session, routine, memory.database);
  for (const table of temporaries) memory.temporaries.add(table, memory.database);
  return effect;
}

/** A procedure that runs nothing but one DDL is judged by that. */
async function announceDdlOf({ session }: Asker, text: string, ddl: Executed | null): Promise<Announcement> {
  const inside = ddl === null ? null : classify(ddl.text).statement;
  if (ddl === null || inside?.kind !== "self-committing") return unknown(text);
  const before = await readBefore(session, inside.verb, inside.objects, ddl.database);
  return { ...before, executes: ddl, text };
}

/** EXECUTE does what the prepared text does, so we classify and judge that text. */
async function resolveText(
  asker: Asker,
  work: Work,
  readers: readonly Work[],
  inner: string | null,
): Promise<Resolved> {
  if (inner === null) {
    const announcement = unknown(work.statement.text);
    return { kind: { kind: "perhaps-committing", announcement }, noted: work.classified, prepared: null };
  }
  const kind = classify(inner).statement;
  if (kind.kind === "lock-tables") {
    throw new MigrateError(
      "unsupported-statement",
      "LOCK TABLES from a prepared text would lock the history table out.",
      { hint: "Write the LOCK TABLES out as a statement of its own." },
    );
  }
  return resolveKind(asker, work, readers, kind, inner);
}

/**
 * Asks the server for the value that a PREPARE or EXECUTE IMMEDIATE is about to get; null for a literal, which is in
 * the text.
 */
async function readPreparedValue({ session }: Asker, source: PreparedSource): Promise<SavedValue | null> {
  if (source.from === "text") return null;
  const name = source.from === "variable" ? source.name : SCRATCH_VARIABLE;
  if (source.from === "expression") await session.query(`SET @${SCRATCH_VARIABLE} = ${source.text}`);
  return (await readUserVariables(session, [name]))[name] ?? { type: "null" };
}

/** The text that EXECUTE IMMEDIATE will run; null when the value is not a text. */
async function readImmediateText(asker: Asker, source: PreparedSource): Promise<string | null> {
  if (source.from === "text") return source.text;
  return savedText((await readPreparedValue(asker, source)) ?? undefined);
}
