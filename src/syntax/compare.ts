import { type LexOptions, type Token, tokens } from "./lexer";
import { splitText } from "./splitter";

/** How two texts of a migration differ: not at all, only in comments and white space, or in what runs. */
export type TextChange = "none" | "comments" | "code";

/**
 * Compares two texts as the server would read them. When in doubt it is `code`: a text that cannot be split, a blank
 * that tells a function from a name, an optimizer hint.
 */
export function compareTexts(before: string, after: string, options: LexOptions = {}): TextChange {
  if (before === after) return "none";
  try {
    const [old, now] = [splitText(before, options), splitText(after, options)];
    const isSame =
      old.length === now.length &&
      old.every(({ text }, index) => essence(text, options) === essence(now[index]?.text ?? "", options));
    return isSame ? "comments" : "code";
  } catch {
    return "code";
  }
}

/** A statement reduced to what matters. */
function essence(text: string, options: LexOptions): string {
  const parts: string[] = [];
  let last: Token | null = null;
  for (const token of tokens(text, options)) {
    if (last !== null && !isGlued(text, last, token)) parts.push(" ");
    parts.push(text.slice(token.start, token.end));
    last = token;
  }
  // The lexer drops optimizer hints and the versions of executable comments.
  return [...parts, ...(text.match(/\/\*\+[\s\S]*?\*\/|\/\*M?!\d*/g) ?? [])].join("");
}

const OPERATOR = /[<>=!|&:.-]/;

/** Whether it matters that there is no blank between two tokens: `count(*)`, `<=`. */
function isGlued(text: string, last: Token, token: Token): boolean {
  if (last.end !== token.start) return false;
  const [before, after] = [text.charAt(last.end - 1), text.charAt(token.start)];
  return (after === "(" && last.type === "word") || (OPERATOR.test(before) && OPERATOR.test(after));
}
