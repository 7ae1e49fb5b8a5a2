/**
 * HTML and SVG that is safe to put into a page. Only `markup` makes it, and it escapes every value: there is no other
 * way for a name, a comment or a statement to get into a report.
 */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | Markup | readonly Markup[] | null;

/**
 * A template of HTML or SVG. Texts among its values are escaped, for content and for quoted attributes alike; null
 * gives nothing.
 * @example markup`<td title="${comment}">${name}</td>`
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let out = strings[0] ?? "";
  for (const [index, value] of values.entries()) out += render(value) + (strings[index + 1] ?? "");
  return { markup: out };
}

/** Our own text that is already markup: the page's script and style, and nothing from outside. */
export function trusted(text: string): Markup {
  return { markup: text };
}

/** Joins the parts, one after another. */
export function join(parts: readonly Markup[]): Markup {
  return { markup: parts.map((part) => part.markup).join("") };
}

function render(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  return "markup" in value ? value.markup : value.map((part) => part.markup).join("");
}

const ESCAPED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  // Attributes stand in double quotes, all of them, so the other two end nothing.
  '"': "&quot;",
};

/**
 * Characters that a browser would obey, or that mislead a reader: markup; control characters, of which XML and HTML
 * allow only tab and line feed; characters that change the direction of the text around them; and half characters,
 * which cannot be written as UTF-8.
 */
const ACTED_UPON =
  /[&<>"]|[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

/** The one place where text from outside becomes markup. */
export function escapeText(text: string): string {
  return text.replace(ACTED_UPON, (character) => ESCAPED[character] ?? spellOut(character));
}

/** Spells a character out, as `\u202e`, so that it is seen and not obeyed. */
function spellOut(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
