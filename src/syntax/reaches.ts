import type { TableName } from "./statement-kind";

/** A table, a view or a routine that a statement uses, or may use. */
export interface Reach extends TableName {
  /** `target`: rows may go into it. `used`: a table or view, whose triggers may run. `called`: a procedure or function. */
  readonly as: "target" | "used" | "called";
}

/** A data file's INSERT is short here, because only its head is read; of any other statement we read this much. */
const LOOKED_AT = 64 * 1024;

/** Everything has a bound, and a word is matched only from its first letter, because a value can be very long. */
const LETTER = "[\\w$\\u0080-\\uffff]";
const NAME = `(?:\`(?:[^\`]|\`\`){1,64}\`|"[^"]{1,64}"|(?<!${LETTER})${LETTER}{1,64}(?!${LETTER}))`;
const GAP = "(?:\\s|/\\*[^*]{0,200}\\*/)";
const NAMES = new RegExp(NAME, "g");
const MOST_GAPS = 20;
const QUALIFIED = `(${NAME}(?:${GAP}{0,${MOST_GAPS}}\\.${GAP}{0,${MOST_GAPS}}${NAME})?)`;
const MODIFIER = "INTO|IGNORE|TABLE|LOW_PRIORITY|HIGH_PRIORITY|DELAYED";

/** The name after such a word: rows go into it, or it may have triggers, or it is a procedure. */
const BEHIND_WORD = new RegExp(
  `\\b(INSERT|REPLACE|${MODIFIER}|UPDATE|FROM|JOIN|CALL)${GAP}{1,${MOST_GAPS}}(?!(?:${MODIFIER})\\b)${QUALIFIED}`,
  "gis",
);
const AS: Readonly<Record<string, Reach["as"]>> = {
  UPDATE: "used",
  FROM: "used",
  JOIN: "used",
  CALL: "called",
};
/** Read backwards from a parenthesis: there are fewer parentheses than words. */
const BEFORE_PARENTHESIS = new RegExp(`${QUALIFIED}${GAP}{0,${MOST_GAPS}}$`, "is");
/** Two names in backticks, a dot and a gap. */
const LONGEST_NAME = 160;
/** EXTRACT(YEAR FROM day) */
const FROM_IN_FUNCTION = /\b(?:EXTRACT|TRIM|SUBSTRING|SUBSTR|MID)\s{0,20}\([^()]{0,500}\)/gi;
/** Some words that come before a parenthesis and are not stored functions. */
const NO_FUNCTION =
  /^(?:VALUES?|IN|AND|OR|NOT|ON|AS|USING|SELECT|FROM|EXISTS|COUNT|SUM|MIN|MAX|IF|IFNULL|COALESCE|CONCAT|NOW)$/i;

/**
 * The tables a statement inserts into, and what it uses that may insert: tables with triggers, views, procedures and
 * functions. Also looks into strings, since they may be prepared. Some of the results may not be such objects.
 * @param text a statement, or its head
 */
export function readReaches(text: string): readonly Reach[] {
  const all = text.slice(0, LOOKED_AT);
  const part = all.includes("(") ? all.replaceAll(FROM_IN_FUNCTION, " ") : all;
  const named = [...part.matchAll(BEHIND_WORD)].map(
    ([, word = "", name = ""]): Reach => ({ ...readName(name), as: AS[word.toUpperCase()] ?? "target" }),
  );
  return [...named, ...readFunctions(part)];
}

function readFunctions(text: string): readonly Reach[] {
  const found: Reach[] = [];
  for (let at = text.indexOf("("); at !== -1; at = text.indexOf("(", at + 1)) {
    if (!/[\w$`"\s/\u0080-\uffff]/.test(text.charAt(at - 1))) continue;
    const [, name] = BEFORE_PARENTHESIS.exec(text.slice(Math.max(0, at - LONGEST_NAME), at)) ?? [];
    if (name !== undefined && !NO_FUNCTION.test(name)) found.push({ ...readName(name), as: "called" });
  }
  return found;
}

/** What the definition of a view uses: rows that go into the view go into one of its tables. */
export function readReachesOfView(text: string): readonly Reach[] {
  return readReaches(text).map((reach) => (reach.as === "used" ? { ...reach, as: "target" } : reach));
}

function readName(qualified: string): TableName {
  const [first = "", second] = [...qualified.matchAll(NAMES)].map(([name]) => unquoted(name));
  return second === undefined ? { database: null, name: first } : { database: first, name: second };
}

function unquoted(name: string): string {
  if (name.startsWith("`")) return name.slice(1, -1).replaceAll("``", "`");
  return name.startsWith('"') ? name.slice(1, -1) : name;
}

/** The most names kept; a file that uses more tables than this does not care about their numbers. */
const MOST = 500;

/**
 * The most statements looked at (rows of data that begin alike count once): even a million different ones are about a
 * few tables.
 */
const MOST_LOOKED_AT = 20_000;

/** Gathers what the statements of a file reach, without duplicates. */
export interface ReachList {
  add(head: string): void;
  list(): readonly Reach[];
}

export function createReachList(): ReachList {
  const found = new Map<string, Reach>();
  let last = "";
  let looked = 0;
  return {
    add(head) {
      if (head === last || looked >= MOST_LOOKED_AT) return;
      looked++;
      last = head;
      for (const reach of readReaches(head)) {
        if (found.size < MOST) found.set(JSON.stringify(reach), reach);
      }
    },
    list: () => [...found.values()],
  };
}
