import type { ObjectRef } from "../syntax/classify";
import { type LexOptions, tokens } from "../syntax/lexer";
import { identifiersOf, qualifiersOf, renameQualifiers } from "../syntax/qualifiers";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { hasSequence, isKeyword } from "../syntax/token-reader";
import { serverErrno } from "./error-numbers";
import { describe, type Fingerprint, type ObjectPrint, printOf, readFingerprint } from "./fingerprint";
import type { Row, Session } from "./session";
import { LASTING } from "./tables";
import { clearLeftovers, createThrowaway } from "./throwaway";
import type { Work } from "./work-out-temporary";
import { workOutTemporary } from "./work-out-temporary";

/**
 * Lets the server work out what a statement makes of its tables. It runs on empty copies of the tables as they were, in
 * throwaway databases. Each database that the statement or a definition names is replaced by one of those, so nothing
 * real is reached.
 * @param session a separate one, with the settings that the statement ran with; nothing else may use it later. For a
 * user who may not create databases, a temporary table is used instead, as far as that goes.
 * @returns null when that cannot be done: the statement is of another kind, would reach beyond the databases, or is
 *   refused by the server
 * @throws the driver's error when the connection is lost
 */
export async function workOut(session: Session, work: Work): Promise<Fingerprint | null> {
  const definitions = work.before.objects.map(({ definition }) => definition ?? "");
  const all = [work.text, ...definitions];
  if (!KINDS.test(work.text) || all.some((text) => reachesBeyond(text, session.server))) return null;
  const copies = new Map<string, string>();
  try {
    await clearLeftovers(session).catch(() => []);
    for (const { name, charset, collation } of await readDatabases(session, work, all)) {
      copies.set(name, await createThrowaway(session, charset, collation));
    }
    if (!copies.has(work.database)) return null;
    return await makeOf(session, work, copies);
  } catch (error) {
    const errno = serverErrno(error);
    if (errno === null) throw error;
    return errno === ER_DBACCESS_DENIED_ERROR ? await workOutTemporary(session, work) : null;
  } finally {
    for (const copy of copies.values()) await drop(session, copy);
  }
}

async function drop(session: Session, copy: string): Promise<void> {
  // A copy that stays behind is cleared next time.
  await session.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(copy)}`).catch(() => 0);
}

const ER_DBACCESS_DENIED_ERROR = 1044;

/** Statements about tables, perhaps after SET STATEMENT … FOR or an executable comment. */
const KINDS =
  /^(?:\s|\/\*M?!\d*|\/\*(?!M?!)[\s\S]*?\*\/|SET\s+STATEMENT\s[\s\S]*?\sFOR\s)*(?:ALTER\s+(?:ONLINE\s+|IGNORE\s+)*TABLE|CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|SEQUENCE|(?:ONLINE\s+|UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+|VECTOR\s+)*INDEX)|DROP\s+INDEX|RENAME\s+TABLES?)\b/i;

/** Whether it names files, other servers or other tables that have no copy. */
function reachesBeyond(text: string, options: LexOptions): boolean {
  const words = [...tokens(text, options)].filter((token) => !isKeyword(token, "="));
  const engines = words.filter((_, at) => isKeyword(words[at - 1], "ENGINE"));
  return (
    BEYOND.some((sequence) => hasSequence(words, ...sequence)) ||
    engines.some(({ value }) => FAR_ENGINES.includes(value.toUpperCase())) ||
    words.some((token, at) => isKeyword(token, "CONNECTION") && words[at + 1]?.type === "string")
  );
}

const BEYOND: readonly (readonly string[])[] = [
  ["DATA", "DIRECTORY"],
  ["INDEX", "DIRECTORY"],
  ["EXCHANGE", "PARTITION"],
  ["IMPORT", "TABLESPACE"],
  ["DISCARD", "TABLESPACE"],
  ["INTO", "OUTFILE"],
  ["INTO", "DUMPFILE"],
];

/** Engines whose tables stand for other tables, here or elsewhere. */
const FAR_ENGINES = [
  "CONNECT",
  "FEDERATED",
  "MERGE",
  "MRG_MYISAM",
  "MROONGA",
  "NDB",
  "NDBCLUSTER",
  "OQGRAPH",
  "S3",
  "SPHINX",
  "SPIDER",
];

interface Database {
  readonly name: string;
  readonly charset: string;
  readonly collation: string;
}

/** The databases that the texts name. Other qualifiers are names of tables or aliases. */
async function readDatabases(
  session: Session,
  work: Work,
  texts: readonly string[],
): Promise<readonly Database[]> {
  const named = new Set([
    work.database,
    ...work.objects.map(({ database }) => database ?? work.database),
    ...texts.flatMap((text) => qualifiersOf(text, session.server)),
  ]);
  const folds = session.server.foldsTableNames;
  const wanted = new Set([...named].map((name) => fold(name, folds)));
  const rows = await session.query(
    `SELECT SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation
       FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('information_schema', 'performance_schema', 'sys')`,
  );
  return rows
    .map((row) => ({
      name: String(row.name),
      charset: String(row.charset),
      collation: String(row.collation),
    }))
    .filter(({ name }) => wanted.has(fold(name, folds)));
}

function fold(name: string, folds: boolean): string {
  return folds ? name.toLowerCase() : name;
}

async function makeOf(
  session: Session,
  work: Work,
  copies: ReadonlyMap<string, string>,
): Promise<Fingerprint | null> {
  const { server } = session;
  const toCopy = (name: string): string | null => copyOf(copies, name, server.foldsTableNames);
  // A table in the server's own database has no copy.
  if (work.objects.some(({ database }) => fold(database ?? work.database, true) === "mysql")) return null;
  if (work.objects.some(({ database }) => toCopy(database ?? work.database) === null)) return null;
  if (!(await putBefore(session, work, toCopy))) return null;
  await putOthers(session, work, copies);
  await session.run(`USE ${quoteIdentifier(toCopy(work.database) ?? "")}`);
  // A foreign key may refer to a table that has no copy. Nothing else depends on this.
  await session.run("SET SESSION foreign_key_checks = 0");
  await session.run(renameQualifiers(work.text, toCopy, server));
  const objects = work.objects.map((object) => ({
    ...object,
    database: toCopy(object.database ?? work.database),
  }));
  const made = await readFingerprint(session, objects, work.database);
  return { objects: made.objects.map((print, index) => named(print, work, index, copies)) };
}

function copyOf(copies: ReadonlyMap<string, string>, name: string, folds: boolean): string | null {
  for (const [database, copy] of copies) if (fold(database, folds) === fold(name, folds)) return copy;
  return null;
}

/** Makes the tables as they were. @returns whether all of them could be made */
async function putBefore(
  session: Session,
  { objects, before, database }: Work,
  toCopy: (name: string) => string | null,
): Promise<boolean> {
  await session.run("SET SESSION foreign_key_checks = 0");
  const done = new Set<string>();
  for (const [index, print] of before.objects.entries()) {
    const object = objects[index];
    if (object === undefined || object.type !== "table") return false;
    if (print.state === "absent" || print.state === "?" || done.has(print.object)) continue;
    done.add(print.object);
    const copy = toCopy(object.database ?? database);
    if (print.definition === undefined || copy === null) return false;
    const head = `CREATE TABLE ${quoteQualified(copy, object.name)}`;
    const body = renameQualifiers(print.definition.replace(/^CREATE TABLE/, ""), toCopy, session.server);
    await session.execute(head + body);
  }
  return true;
}

/** Makes empty copies of the other tables that the statement mentions: those in its SELECT or LIKE. */
async function putOthers(session: Session, work: Work, copies: ReadonlyMap<string, string>): Promise<void> {
  const words = identifiersOf(
    [work.text, ...work.before.objects.map(({ definition }) => definition ?? "")].join("\n;\n"),
  );
  const own = new Set(work.objects.map((object) => describe(object, work.database).toLowerCase()));
  for (const [database, copy] of copies) {
    const rows = await session.query(
      `SELECT TABLE_NAME AS name, TABLE_TYPE AS type, ENGINE AS engine
         FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND ${LASTING}`,
      [database],
    );
    for (const row of rows) {
      const name = String(row.name);
      if (FAR_ENGINES.includes(String(row.engine).toUpperCase())) continue;
      if (!words.has(name.toLowerCase()) || own.has(`table ${database}.${name}`.toLowerCase())) continue;
      await session.execute(likeOther(row, quoteQualified(copy, name), quoteQualified(database, name)));
    }
  }
}

function likeOther(row: Row, copy: string, original: string): string {
  switch (row.type) {
    case "VIEW":
      return `CREATE TABLE ${copy} AS SELECT * FROM ${original} LIMIT 0`;
    case "SEQUENCE":
      return `CREATE SEQUENCE ${copy}`;
    default:
      return `CREATE TABLE ${copy} LIKE ${original}`;
  }
}

/** Turns the print of a copy into that of the original. */
function named(
  print: ObjectPrint,
  { objects, before, database }: Work,
  index: number,
  copies: ReadonlyMap<string, string>,
): ObjectPrint {
  const object = before.objects[index]?.object ?? describe(objects[index] as ObjectRef, database);
  if (print.state === "absent") return { object, state: "absent", id: null };
  if (print.definition === undefined) return { object, state: "unreadable", id: null };
  let definition = print.definition;
  for (const [original, copy] of copies) {
    definition = definition.replaceAll(quoteIdentifier(copy), quoteIdentifier(original));
  }
  return printOf(object, definition, null);
}
