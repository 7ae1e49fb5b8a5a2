import type { Classified } from "../syntax/classify";
import type { Statement } from "../syntax/statement";

/** A statement and what is known about it. */
export interface Work {
  readonly statement: Statement;
  readonly classified: Classified;
}

/** The most characters that are announced together: they all go into one command, and into the history. */
const MOST_CHARACTERS = 64 * 1024;

/** With fewer, telling the server that several are coming costs as much as it saves. */
export const FEWEST = 3;

/** Gathers statements that commit by themselves, to be announced, sent and recorded together. */
export interface Companions {
  /** Takes the statement in, if the fate of each statement can still be judged by itself afterwards. */
  admit(work: Work): boolean;
}

/** @param maxPacketBytes the largest command that the server takes */
export function createCompanions(maxPacketBytes: number): Companions {
  const most = Math.min(MOST_CHARACTERS, maxPacketBytes / 16);
  const made = new Set<string>();
  const mentioned = new Set<string>();
  let characters = 0;
  return {
    admit(work) {
      const name = madeTable(work);
      if (name === null) return false;
      const words = wordsOf(work.statement.text);
      characters += work.statement.text.length;
      if (characters > most || mentioned.has(name) || words.some((word) => made.has(word))) return false;
      made.add(name);
      for (const word of words) mentioned.add(word);
      return true;
    },
  };
}

/**
 * The statements, from the first on, that are announced together; none when the first one must go alone.
 * @param most how many, at most
 */
export function gatherCompanions(
  works: Iterable<Work>,
  most: number,
  maxPacketBytes: number,
): readonly Work[] {
  const companions = createCompanions(maxPacketBytes);
  const found: Work[] = [];
  if (most < FEWEST) return found;
  for (const work of works) {
    if (found.length >= most || !companions.admit(work)) break;
    found.push(work);
  }
  return found.length < FEWEST ? [] : found;
}

/** Whether a statement may be announced together with others: then its time counts for the size of groups. */
export function hasCompanions(work: Work): boolean {
  return madeTable(work) !== null;
}

/**
 * The table that a plain CREATE TABLE makes, in lower case; null for every other statement. It is quick because there
 * are no rows yet, and after a crash the table alone tells whether it ran, even to a user who may not create databases.
 */
function madeTable({ statement: { text, head }, classified }: Work): string | null {
  const { statement: kind, userVariables, usesLastInsertId, usesPrevious } = classified;
  if (kind.kind !== "self-committing" || kind.verb !== "create") return null;
  const [table, another] = kind.objects;
  if (table?.type !== "table" || another !== undefined || !PLAIN_NAME.test(table.name)) return null;
  if (userVariables.length > 0 || usesLastInsertId || usesPrevious) return null;
  // The head must be the whole text; a backslash or a semicolon can be read in more than one way.
  if (head !== text || /[\\;]/.test(text)) return null;
  if (!/^CREATE\s+TABLE\b(?![\s\S]*\bTABLE\b)/i.test(text)) return null;
  if (REACHES_OUT.test(text) || OTHER_ENGINE.test(text)) return null;
  return table.name.toLowerCase();
}

const PLAIN_NAME = /^[\w$]+$/;

/**
 * With these words a table can depend on other objects, get rows, or be more than the server can work out for a user
 * without privileges. A false alarm (in a name or a comment) only means that the statement goes alone.
 */
const REACHES_OUT =
  /\b(?:REFERENCES|FOREIGN|SELECT|WITH|VALUES|LIKE|AS|PARTITION|CHECK|UNION|VERSIONING|PERIOD|DIRECTORY|TABLESPACE|CONNECTION|NEXTVAL|NEXT|SEQUENCE)\b|\/\*M?!/i;

/** A server that dies can leave half of such a table. */
const OTHER_ENGINE = /\bENGINE\b(?!\s*=?\s*InnoDB\b)/i;

/** Every word that could be a name, wherever it stands. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\w$]+/g) ?? [];
}
