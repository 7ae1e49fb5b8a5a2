import { tokens } from "../syntax/lexer";

/**
 * Makes a parenthesised expression, as a server printed it, one that a person would have written and that the
 * same server prints the same way again: one pair of parentheses outside, and no `_utf8mb4` before strings, which
 * is the character set every session here speaks.
 */
export function expression(text: string): string {
  return withoutDoubleParentheses(withoutIntroducers(text));
}

/** Removes the `_utf8mb4` that MySQL puts before every string of an expression. */
export function withoutIntroducers(text: string): string {
  if (!text.includes("_utf8mb4")) return text;
  let result = "";
  let copied = 0;
  const all = [...tokens(text)];
  for (const [index, token] of all.entries()) {
    const next = all[index + 1];
    if (token.type !== "word" || token.value !== "_utf8mb4" || next?.type !== "string") continue;
    result += text.slice(copied, token.start);
    copied = next.start;
  }
  return result + text.slice(copied);
}

function withoutDoubleParentheses(text: string): string {
  let result = text;
  while (result.startsWith("((") && closesAtEnd(result.slice(1, -1))) result = result.slice(1, -1);
  return result;
}

/** Whether the parenthesis that opens the text is closed by its last character. */
function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (const token of tokens(text)) {
    if (token.type !== "punctuation") continue;
    if (token.value === "(") depth++;
    if (token.value === ")" && --depth === 0) return token.end === text.length;
  }
  return false;
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
