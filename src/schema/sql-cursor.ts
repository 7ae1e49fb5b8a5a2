import { type Token, tokens } from "../syntax/lexer";

/** A position in SQL that the server printed, moving forward token by token. */
export interface SqlCursor {
  readonly text: string;
  /** The token at the cursor, or the one `ahead` of it; null after the end. */
  peek(ahead?: number): Token | null;
  /** The token at the cursor; moves past it. @throws Error at the end of the text */
  next(): Token;
  /** Whether the next tokens are these unquoted words, in upper or lower case, or punctuation. Does not move. */
  at(...words: readonly string[]): boolean;
  /** Moves past these words if they are next. @returns whether they were */
  accept(...words: readonly string[]): boolean;
  /** Moves past these words. @throws Error when something else is next */
  expect(...words: readonly string[]): void;
  /** A name, quoted or not; double quotes (as under ANSI_QUOTES) also count. */
  name(): string;
  /** The text of a parenthesised group, parentheses included. */
  group(): string;
  /** The text up to the first token outside parentheses for which `stop` holds, or to the end; trimmed. */
  until(stop: (token: Token) => boolean): string;
  /** An attribute unknown to this program, as printed: its first token, then the text up to `stop`. */
  attribute(stop: (token: Token) => boolean): string;
  /**
   * The text from the next token to the end, without the semicolon that MySQL keeps of a program that was created among several
   * statements in one command: sent alone, it is cut off.
   */
  rest(): string;
}

/** A cursor at the start of SQL printed by a server (so with backslash escapes). */
export function sqlCursor(text: string): SqlCursor {
  const all = [...tokens(text)];
  let at = 0;

  const isWord = (token: Token | undefined, word: string): boolean =>
    token !== undefined &&
    (token.type === "word" || token.type === "punctuation") &&
    token.value.toUpperCase() === word;

  const cursor: SqlCursor = {
    text,
    peek: (ahead = 0) => all[at + ahead] ?? null,
    next: () => {
      const token = all[at++];
      if (token === undefined) throw unexpected(text, null, "more");
      return token;
    },
    at: (...words) => words.every((word, index) => isWord(all[at + index], word)),
    accept: (...words) => {
      if (!cursor.at(...words)) return false;
      at += words.length;
      return true;
    },
    expect: (...words) => {
      if (!cursor.accept(...words)) throw unexpected(text, cursor.peek(), words.join(" "));
    },
    name: () => {
      const token = cursor.next();
      if (token.type === "punctuation") throw unexpected(text, token, "a name");
      return token.value;
    },
    group: () => {
      const start = cursor.peek()?.start ?? text.length;
      cursor.expect("(");
      for (let depth = 1; depth > 0; ) {
        const token = cursor.next();
        if (token.type !== "punctuation") continue;
        if (token.value === "(") depth++;
        if (token.value === ")") depth--;
      }
      return text.slice(start, all[at - 1]?.end);
    },
    until: (stop) => {
      const start = cursor.peek()?.start ?? text.length;
      let end = start;
      for (let token = cursor.peek(); token !== null && !stop(token); token = cursor.peek()) {
        if (cursor.at("(")) cursor.group();
        else at++;
        end = all[at - 1]?.end ?? end;
      }
      return text.slice(start, end);
    },
    attribute: (stop) => {
      const first = cursor.next();
      const rest = cursor.until(stop);
      const separator = rest === "" || rest.startsWith("=") ? "" : " ";
      return `${text.slice(first.start, first.end)}${separator}${rest}`;
    },
    rest: () => text.slice(cursor.peek()?.start ?? text.length).replace(/\s*;[;\s]*$/, ""),
  };
  return cursor;
}

/** Whether a token is one of these unquoted words (given in upper case). */
export function isOneOf(token: Token, words: ReadonlySet<string>): boolean {
  return token.type === "word" && words.has(token.value.toUpperCase());
}

function unexpected(text: string, token: Token | null, wanted: string): Error {
  const found = token === null ? "the end" : JSON.stringify(text.slice(token.start, token.start + 40));
  return new Error(`Cannot read what the server rendered: wanted ${wanted}, found ${found} in: ${text}`);
}
