import { type LexOptions, type Token, tokens } from "./lexer";

/** Walks over a statement's tokens, reading no further than asked: an INSERT may be megabytes long. */
export interface TokenReader {
  readonly text: string;
  /** The next token (or a later one) without consuming it; null at the end. */
  peek(ahead?: number): Token | null;
  next(): Token | null;
  /** Whether these keywords or punctuation come next, in upper or lower case. */
  sees(...expected: readonly string[]): boolean;
  /** Consumes them if they do. */
  accept(...expected: readonly string[]): boolean;
  /** The next token as an upper-case keyword, or "" when it is not one. */
  keyword(ahead?: number): string;
  /** Consumes and returns everything that is left. */
  rest(): readonly Token[];
}

/** Reads a whole text. */
export function createReader(text: string, options: LexOptions = {}): TokenReader {
  return readTokens(text, tokens(text, options)[Symbol.iterator]());
}

/** Reads a part of a text that is already in tokens. */
export function readerOver(text: string, part: readonly Token[]): TokenReader {
  return readTokens(text, part[Symbol.iterator]());
}

function readTokens(text: string, source: Iterator<Token>): TokenReader {
  const ahead: Token[] = [];
  const peek = (distance = 0): Token | null => {
    while (ahead.length <= distance) {
      const step = source.next();
      if (step.done === true) return null;
      ahead.push(step.value);
    }
    return ahead[distance] ?? null;
  };
  const reader: TokenReader = {
    text,
    peek,
    next() {
      const token = peek();
      ahead.shift();
      return token;
    },
    sees: (...expected) => expected.every((word, index) => isKeyword(peek(index), word)),
    accept(...expected) {
      if (!reader.sees(...expected)) return false;
      ahead.splice(0, expected.length);
      return true;
    },
    keyword(distance = 0) {
      const token = peek(distance);
      return token?.type === "word" ? token.value.toUpperCase() : "";
    },
    rest() {
      const left: Token[] = [];
      for (let token = reader.next(); token !== null; token = reader.next()) left.push(token);
      return left;
    },
  };
  return reader;
}

/** Whether a token is this keyword (given in upper case) or punctuation. A quoted identifier never is. */
export function isKeyword(token: Token | null | undefined, expected: string): boolean {
  if (token?.type === "word") return token.value.toUpperCase() === expected;
  return token?.type === "punctuation" && token.value === expected;
}

/** Splits at the commas outside of parentheses. */
export function splitAtCommas(list: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of list) {
    if (isKeyword(token, "(")) depth++;
    if (isKeyword(token, ")")) depth--;
    if (depth === 0 && isKeyword(token, ",")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** Whether these keywords follow each other anywhere in the list. */
export function hasSequence(list: readonly Token[], ...expected: readonly string[]): boolean {
  return list.some((_, at) => expected.every((word, index) => isKeyword(list[at + index], word)));
}
