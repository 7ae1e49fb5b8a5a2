import type { Ids } from "./ids";
import { type Markup, markup } from "./markup";

/** A part of the page, and the link to it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** The number shown after its link: how many there are. */
  readonly count: number | null;
  readonly body: Markup;
}

/** `2026-03-01 12:00:07`. */
export function formatTime(iso: string): string {
  return iso.slice(0, 19).replace("T", " ");
}

/** A link to a table's own page; only its name if there is none. */
export function linkTo(name: string, ids: Ids): Markup {
  const id = ids.table(name);
  return id === null ? markup`${name}` : markup`<a href="#${id}">${name}</a>`;
}

/** SQL, which the page's script colours when it becomes visible. */
export function renderSql(sql: string): Markup {
  return markup`<pre class="sql"><code>${sql}</code></pre>`;
}
