/**
 * HTML and SVG that is safe to put into a page. Only `markup` makes it, and everything that it is given as a value is escaped:
 * there is no other way for a name, a comment or a statement to get into a report.
 */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | Markup | readonly Markup[] | null;

/**
 * A template of HTML or SVG. A text among its values is escaped, for content and for a quoted attribute alike; null is nothing.
 * @example markup`<td title="${comment}">${name}</td>`
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let out = strings[0] ?? "";
  for (const [index, value] of values.entries()) out += render(value) + (strings[index + 1] ?? "");
  return { markup: out };
}

/** Text of our own that is markup already: the page's script and style, and nothing that came from outside. */
export function trusted(text: string): Markup {
  return { markup: text };
}

/** One behind the other. */
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
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * What a browser, or who reads the page, would act upon: markup; control characters, of which XML and HTML take none but tab and
 * line feed; what turns the direction of the text around it; and halves of a character, which cannot be written as UTF-8.
 */
const ACTED_UPON =
  /[&<>"'`]|[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

/** The one place where text from outside becomes markup. */
export function escapeText(text: string): string {
  return text.replace(ACTED_UPON, (character) => ESCAPED[character] ?? spellOut(character));
}

/** `\u202e`, to be seen instead of followed. */
function spellOut(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
