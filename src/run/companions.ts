import type { Classified } from "../syntax/classify";
import type { Statement } from "../syntax/statement";

/** A statement and what is known of it. */
export interface Work {
  readonly statement: Statement;
  readonly classified: Classified;
}

/** Characters of statements that are announced together: all of it goes into one command, and into the history. */
const MOST_CHARACTERS = 64 * 1024;

/** With fewer, telling the server that several are coming costs as much as it saves. */
export const FEWEST = 3;

/** Gathers statements that commit by themselves and are announced, sent and recorded together. */
export interface Companions {
  /** Takes the statement in, if what becomes of it and of those before can still be told of each by itself. */
  admit(work: Work): boolean;
}

/** @param maxPacketBytes what the server takes in one command */
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
 * The statements from the first on that are announced together; none when that one must go alone.
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

/** Whether a statement may be announced together with others: then it tells how long those take. */
export function hasCompanions(work: Work): boolean {
  return madeTable(work) !== null;
}

/**
 * The table that a plain CREATE TABLE makes, in lower case; null for every other statement. It makes something of nothing,
 * so that it is quick, and after a crash the table alone tells whether it ran, also to a user who may make no database.
 */
function madeTable({ statement: { text, head }, classified }: Work): string | null {
  const { statement: kind, userVariables, usesLastInsertId, usesPrevious } = classified;
  if (kind.kind !== "self-committing" || kind.verb !== "create") return null;
  const [table, another] = kind.objects;
  if (table?.type !== "table" || another !== undefined || !PLAIN_NAME.test(table.name)) return null;
  if (userVariables.length > 0 || usesLastInsertId || usesPrevious) return null;
  // Beyond its head there is nothing; a backslash or a semicolon may be read in more than one way.
  if (head !== text || /[\\;]/.test(text)) return null;
  if (!/^CREATE\s+TABLE\b(?![\s\S]*\bTABLE\b)/i.test(text)) return null;
  if (REACHES_OUT.test(text) || OTHER_ENGINE.test(text)) return null;
  return table.name.toLowerCase();
}

const PLAIN_NAME = /^[\w$]+$/;

/**
 * Words with which it may depend on other objects, fill itself, or be more than a user without privileges could have worked
 * out. In a name or a comment they only send the statement alone.
 */
const REACHES_OUT =
  /\b(?:REFERENCES|FOREIGN|SELECT|WITH|VALUES|LIKE|AS|PARTITION|CHECK|UNION|VERSIONING|PERIOD|DIRECTORY|TABLESPACE|CONNECTION|NEXTVAL|NEXT|SEQUENCE)\b|\/\*M?!/i;

/** A server that dies may keep half of those. */
const OTHER_ENGINE = /\bENGINE\b(?!\s*=?\s*InnoDB\b)/i;

/** All that may be a name, wherever it stands. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\w$]+/g) ?? [];
}
