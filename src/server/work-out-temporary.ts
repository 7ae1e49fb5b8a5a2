import type { ObjectRef } from "../syntax/classify";
import { type LexOptions, tokens } from "../syntax/lexer";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { isKeyword } from "../syntax/token-reader";
import { serverErrno } from "./error-numbers";
import { type Fingerprint, printOf, readFingerprint } from "./fingerprint";
import type { Session } from "./session";
import { isTemporaryTable } from "./temporary-tables";

/** A statement whose effect we want to work out. */
export interface Work {
  readonly text: string;
  /** The database for names in it that have none. */
  readonly database: string;
  /** What it names, each with its database. */
  readonly objects: readonly ObjectRef[];
  /** The objects as they were before the statement. */
  readonly before: Fingerprint;
}

/**
 * Lets the server work out what a statement makes of one table, for a user who may not create databases. It runs on a
 * temporary table of the same name, which hides the real one from this session. Temporary tables have no foreign keys
 * and no partitions; the keys that were there before are put back into the answer.
 * @param session a separate one, with the settings that the statement ran with; it ends afterwards
 * @returns null when the statement is about foreign keys or partitions, is about more than one table, or is refused by
 * the server
 * @throws the driver's error when the connection is lost
 */
export async function workOutTemporary(session: Session, work: Work): Promise<Fingerprint | null> {
  const [object, another] = work.objects;
  const [was] = work.before.objects;
  if (object === undefined || another !== undefined || was === undefined) return null;
  const { definition = "" } = was;
  const creates = was.state === "absent";
  if ((!creates && definition === "") || reachesBeyondOne(work.text, definition, session.server)) return null;
  const table = { database: object.database ?? work.database, name: object.name };
  const [own, keys] = parts(definition);
  const name = quoteQualified(table.database, table.name);
  try {
    await session.run(`USE ${quoteIdentifier(work.database)}`);
    await session.run("SET SESSION default_tmp_storage_engine = @@default_storage_engine");
    await session.run(
      creates ? asTemporary(work.text) : own.replace(/^CREATE TABLE/, `CREATE TEMPORARY TABLE ${name}`),
    );
    // A last check: the real table must never be touched.
    if (!(await isTemporaryTable(session, table))) return null;
    if (!creates) await session.run(work.text);
    const { objects } = await readFingerprint(session, work.objects, work.database);
    const made = objects[0]?.definition;
    if (made === undefined || !made.startsWith("CREATE TEMPORARY TABLE ")) return null;
    const plain = made.replace(/^CREATE TEMPORARY TABLE `(?:[^`]|``)*`/, "CREATE TABLE");
    return { objects: [printOf(was.object, withKeys(plain, keys), null)] };
  } catch (error) {
    if (serverErrno(error) === null) throw error;
    return null;
  }
}

/** What a temporary table cannot have, or what would reach another table. */
const BEYOND_ONE = [
  "RENAME",
  "PARTITION",
  "PARTITIONING",
  "REFERENCES",
  "FOREIGN",
  "SELECT",
  "LIKE",
  "VERSIONING",
];

function reachesBeyondOne(text: string, definition: string, options: LexOptions): boolean {
  const words = [...tokens(text, options)];
  // RENAME COLUMN and RENAME INDEX change only this table.
  const within = (at: number): boolean =>
    isKeyword(words[at], "RENAME") &&
    ["COLUMN", "INDEX", "KEY"].some((word) => isKeyword(words[at + 1], word));
  const leads = words.some((token, at) => BEYOND_ONE.some((word) => isKeyword(token, word)) && !within(at));
  return leads || /^ ?(?:\/\*!\d+ )?PARTITION BY /m.test(definition);
}

/** CREATE TABLE with TEMPORARY put in. */
function asTemporary(text: string): string {
  return text.replace(/\bTABLE\b/i, "TEMPORARY TABLE");
}

const FOREIGN_KEY = /^ {2}CONSTRAINT `(?:[^`]|``)*` FOREIGN KEY /;

/** Splits a definition into the rest and its foreign keys. */
function parts(definition: string): readonly [own: string, keys: readonly string[]] {
  const { head, items, tail } = itemsOf(definition);
  const keys = items.filter((item) => FOREIGN_KEY.test(item));
  // On MySQL a check's name is unique in a database: names that the server made up are left out, and it makes them up
  // again.
  const own = items
    .filter((item) => !FOREIGN_KEY.test(item))
    .map((item) => item.replace(/^ {2}CONSTRAINT `(?:[^`]|``)*_chk_\d+` CHECK /, "  CHECK "));
  return [[head, own.join(",\n"), tail].join("\n"), keys];
}

/** Puts them where the servers print them: after the other keys, before the checks. */
function withKeys(definition: string, keys: readonly string[]): string {
  if (keys.length === 0) return definition;
  const { head, items, tail } = itemsOf(definition);
  const checks = items.findIndex((item) => / CHECK \(/.test(item) && item.startsWith("  CONSTRAINT "));
  const at = checks === -1 ? items.length : checks;
  return [head, items.toSpliced(at, 0, ...keys).join(",\n"), tail].join("\n");
}

interface Items {
  readonly head: string;
  /** Columns, keys and constraints, one line each, without their commas. */
  readonly items: readonly string[];
  readonly tail: string;
}

function itemsOf(definition: string): Items {
  const [head = "", ...lines] = definition.split("\n");
  const end = lines.findIndex((line) => line.startsWith(")"));
  const items = lines.slice(0, end).map((line) => line.replace(/,$/, ""));
  return { head, items, tail: lines.slice(end).join("\n") };
}
