import { tokens } from "../syntax/lexer";
import { closesAtEnd, isNoise, type Literal, replaceLiterals } from "./rendered-literals";

/**
 * Makes a parenthesised expression, as a server printed it, one that a person would have written and that the
 * same server prints the same way again: one pair of parentheses outside, and no introducers that say nothing.
 */
export function expression(text: string): string {
  return withoutDoubleParentheses(withoutIntroducers(text));
}

/** Removes the introducers before an expression's strings that say nothing: see `isNoise`. */
export function withoutIntroducers(text: string): string {
  return withoutThose(text, isNoise);
}

/** Removes `_binary` where that says nothing: bytes are compared with bytes anyway. */
export function withoutBinary(text: string): string {
  return withoutThose(text, ({ charset, alone }) => charset === "binary" && !alone);
}

/** Removes the introducers of the character set that every session here speaks. A view prints what was written. */
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
 * Removes the database's own name from before a name, in text where nothing but a table, routine or sequence can
 * stand there.
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
