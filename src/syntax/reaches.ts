import type { TableName } from "./statement-kind";

/** A table, a view or a routine that a statement uses, or may. */
export interface Reach extends TableName {
  /** `target`: rows may go into it. `used`: a table or view, whose triggers may run. `called`: a procedure or function. */
  readonly as: "target" | "used" | "called";
}

/** A data file's INSERT is short here, being a head; of anything else this much is looked at. */
const LOOKED_AT = 64 * 1024;

const NAME = '(?:`(?:[^`]|``)+`|"[^"]+"|[\\w$\\u0080-\\uffff]+)';
const GAP = "(?:\\s|/\\*.*?\\*/)";
const QUALIFIED = `(${NAME}(?:${GAP}*\\.${GAP}*${NAME})?)`;
const MODIFIER = "INTO|IGNORE|TABLE|LOW_PRIORITY|HIGH_PRIORITY|DELAYED";

/** Behind these stands what rows go into. */
const INSERTS = new RegExp(
  `\\b(?:INSERT|REPLACE|${MODIFIER})${GAP}+(?!(?:${MODIFIER})\\b)${QUALIFIED}`,
  "gis",
);
/** Behind these stands what may have triggers. */
const USES = new RegExp(`\\b(?:UPDATE|FROM|JOIN)${GAP}+(?!(?:${MODIFIER})\\b)${QUALIFIED}`, "gis");
const CALLS = new RegExp(`\\bCALL${GAP}+${QUALIFIED}|${QUALIFIED}${GAP}*\\(`, "gis");
/** EXTRACT(YEAR FROM day) */
const FROM_IN_FUNCTION = /\b(?:EXTRACT|TRIM|SUBSTRING|SUBSTR|MID)\s*\([^()]*\)/gi;
/** Some of what stands before a parenthesis and is no function of anybody's. */
const NO_FUNCTION =
  /^(?:VALUES?|IN|AND|OR|NOT|ON|AS|USING|SELECT|FROM|EXISTS|COUNT|SUM|MIN|MAX|IF|IFNULL|COALESCE|CONCAT|NOW)$/i;

/**
 * What a statement inserts into, and what it uses that may do so: tables with triggers, views, procedures and functions.
 * Strings are looked into as well, since they may be prepared. Some of what is returned can be no such thing.
 * @param text a statement, or its head
 */
export function readReaches(text: string): readonly Reach[] {
  const part = text.slice(0, LOOKED_AT).replaceAll(FROM_IN_FUNCTION, " ");
  const all = (pattern: RegExp, as: Reach["as"]): Reach[] =>
    [...part.matchAll(pattern)].map(([, name, other]) => ({ ...readName(name ?? other ?? ""), as }));
  const called = all(CALLS, "called").filter(({ name }) => !NO_FUNCTION.test(name));
  return [...all(INSERTS, "target"), ...all(USES, "used"), ...called];
}

/** What the definition of a view uses: rows that go into the view go into one of its tables. */
export function readReachesOfView(text: string): readonly Reach[] {
  return readReaches(text).map((reach) => (reach.as === "used" ? { ...reach, as: "target" } : reach));
}

function readName(qualified: string): TableName {
  const [first = "", second] = [...qualified.matchAll(new RegExp(NAME, "g"))].map(([name]) => unquoted(name));
  return second === undefined ? { database: null, name: first } : { database: first, name: second };
}

function unquoted(name: string): string {
  if (name.startsWith("`")) return name.slice(1, -1).replaceAll("``", "`");
  return name.startsWith('"') ? name.slice(1, -1) : name;
}

/** Names that are kept; a file that uses more tables than this has no business with their numbers. */
const MOST = 500;

/** Gathers what the statements of a file reach, each once. */
export interface ReachList {
  add(head: string): void;
  list(): readonly Reach[];
}

export function createReachList(): ReachList {
  const found = new Map<string, Reach>();
  let last = "";
  return {
    add(head) {
      if (head === last) return;
      last = head;
      for (const reach of readReaches(head)) {
        if (found.size < MOST) found.set(JSON.stringify(reach), reach);
      }
    },
    list: () => [...found.values()],
  };
}
