import { type LexOptions, type Token, tokens } from "./lexer";
import { quoteIdentifier } from "./quote";
import { createReader } from "./token-reader";

/** The names in front of a dot: databases, but also tables and aliases. In order, as written. */
export function qualifiersOf(text: string, options: LexOptions = {}): readonly string[] {
  return findQualifiers(text, options).map(({ value }) => value);
}

/**
 * Replaces the databases that qualify names.
 * @param rename gives the new name, or null for one that stays
 */
export function renameQualifiers(
  text: string,
  rename: (name: string) => string | null,
  options: LexOptions = {},
): string {
  let end = 0;
  let renamed = "";
  for (const token of findQualifiers(text, options)) {
    const name = rename(token.value);
    if (name === null) continue;
    renamed += text.slice(end, token.start) + quoteIdentifier(name);
    end = token.end;
  }
  return renamed + text.slice(end);
}

/**
 * Replaces the name that follows a keyword, including its database.
 * @returns null when there is none
 */
export function renameBehind(
  text: string,
  keywords: readonly string[],
  name: string,
  options: LexOptions = {},
): string | null {
  const reader = createReader(text, options);
  while (reader.peek() !== null && !keywords.some((word) => reader.accept(word))) reader.next();
  reader.accept("IF", "NOT", "EXISTS");
  const first = reader.next();
  if (first === null) return null;
  const end = reader.accept(".") ? (reader.next()?.end ?? first.end) : first.end;
  return text.slice(0, first.start) + quoteIdentifier(name) + text.slice(end);
}

/** Every identifier in the text, in lower case, whatever it names. */
export function identifiersOf(text: string, options: LexOptions = {}): ReadonlySet<string> {
  const names = new Set<string>();
  for (const token of tokens(text, options)) {
    if (canBeName(token, text)) names.add(token.value.toLowerCase());
  }
  return names;
}

function findQualifiers(text: string, options: LexOptions): readonly Token[] {
  const found: Token[] = [];
  let previous: Token | null = null;
  for (const token of tokens(text, options)) {
    if (
      token.value === "." &&
      token.type === "punctuation" &&
      previous !== null &&
      canBeName(previous, text)
    ) {
      found.push(previous);
    }
    previous = token;
  }
  return found;
}

/** With ANSI_QUOTES a text in double quotes is a name, and the text does not show whether that is in force. */
function canBeName(token: Token, text: string): boolean {
  if (token.type === "string") return text.charAt(token.start) === '"';
  return token.type === "word" || token.type === "quoted-identifier";
}
