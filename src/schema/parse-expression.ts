import { tokens } from "../syntax/lexer";
import { closesAtEnd, isNoise, type Literal, replaceLiterals } from "./rendered-literals";

/**
 * Turns a parenthesised expression, as a server printed it, into one that a person would write and that the same server
 * prints the same way again: with one pair of outer parentheses, and without useless introducers.
 */
export function expression(text: string): string {
  return withoutDoubleParentheses(withoutIntroducers(text));
}

/** Removes useless introducers before an expression's strings: see `isNoise`. */
export function withoutIntroducers(text: string): string {
  return withoutThose(text, isNoise);
}

/** Removes `_binary` where it is useless because bytes are compared with bytes anyway. */
export function withoutBinary(text: string): string {
  return withoutThose(text, ({ charset, alone }) => charset === "binary" && !alone);
}

/** Removes the introducers of the character set that all our sessions use. (A view is printed as it was written.) */
export function withoutOwnIntroducers(text: string): string {
  return withoutThose(text, ({ charset }) => charset === "utf8mb4");
}

function withoutThose(text: string, isThat: (literal: Literal) => boolean): string {
  return replaceLiterals(text, (literal) => {
    if (literal.charset === null || !isThat(literal)) return null;
    return text.slice(text.indexOf("'", literal.start), literal.end);
  });
}

function withoutDoubleParentheses(text: string): string {
  let result = text;
  while (result.startsWith("((") && closesAtEnd(result.slice(1, -1))) result = result.slice(1, -1);
  return result;
}

/**
 * Removes the database's own name before other names, in a text where only a table, routine or sequence can follow it.
 */
export function withoutDatabase(text: string, database: string): string {
  const quoted = `\`${database.replaceAll("`", "``")}\``;
  if (!text.includes(quoted)) return text;
  let result = "";
  let copied = 0;
  const all = [...tokens(text)];
  for (const [index, token] of all.entries()) {
    if (token.type !== "quoted-identifier" || token.value !== database) continue;
    const [dot, name, before] = [all[index + 1], all[index + 2], all[index - 1]];
    if (dot?.value !== "." || dot.type !== "punctuation" || name?.type !== "quoted-identifier") continue;
    if (before?.type === "punctuation" && before.value === ".") continue;
    result += text.slice(copied, token.start);
    copied = name.start;
  }
  return result + text.slice(copied);
}
