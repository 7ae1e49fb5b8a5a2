import { type LexOptions, type Token, tokens } from "./lexer";

/**
 * Whether any identifier in the statement is this name, in upper or lower case, qualified or not. Ignores names in
 * strings (the text of a PREPARE).
 */
export function mentionsTable(text: string, name: string, options: LexOptions = {}): boolean {
  const wanted = name.toLowerCase();
  if (!wanted.includes("`") && !text.toLowerCase().includes(wanted)) return false;
  for (const token of tokens(text, options)) {
    if (isIdentifier(token) && token.value.toLowerCase() === wanted) return true;
  }
  return false;
}

/**
 * Whether the statement names any of the tables.
 * @param names lower case, `database.table`, and `table` for those that need no qualifier here
 */
export function mentionsAny(text: string, names: ReadonlySet<string>, options: LexOptions = {}): boolean {
  if (names.size === 0 || !mayMention(text, names)) return false;
  let qualifier: string | null = null; // the identifier before a dot
  let previous: Token | null = null;
  for (const token of tokens(text, options)) {
    if (isIdentifier(token)) {
      const name = token.value.toLowerCase();
      if (names.has(qualifier === null ? name : `${qualifier}.${name}`)) return true;
      qualifier = null;
    } else if (token.value === "." && previous !== null && isIdentifier(previous)) {
      qualifier = previous.value.toLowerCase();
    } else {
      qualifier = null;
    }
    previous = token;
  }
  return false;
}

/**
 * Quickly rules out most texts: a data file's INSERT is long, and because of system tables the names are never empty.
 * Looks for the first part of each name, so that `database.` covers all tables in it.
 */
function mayMention(text: string, names: ReadonlySet<string>): boolean {
  let pattern = patterns.get(names);
  if (pattern === undefined) {
    const parts = new Set([...names].map((name) => name.split(".", 1)[0] ?? name));
    // A backtick inside a name is written twice; and too many alternatives are slower than reading tokens.
    const usable = parts.size <= 50 && ![...parts].some((part) => part.includes("`"));
    const escaped = [...parts].map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    pattern = usable ? new RegExp(escaped.join("|"), "i") : /^/;
    patterns.set(names, pattern);
  }
  return pattern.test(text);
}

const patterns = new WeakMap<ReadonlySet<string>, RegExp>();

function isIdentifier(token: Token): boolean {
  return token.type === "word" || token.type === "quoted-identifier";
}
