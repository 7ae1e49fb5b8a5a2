import { createHash } from "node:crypto";
import { renderDiagrams } from "./html-diagrams";
import { renderHistory, renderMigrations } from "./html-history";
import { formatTime, type Section } from "./html-parts";
import { renderDrift, renderPending } from "./html-pending";
import { renderPrograms, renderTableList, renderTables } from "./html-tables";
import { createIds } from "./ids";
import { join, type Markup, markup, trusted } from "./markup";
import type { Report } from "./model";
import type { Pictures } from "./pictures";
import { count } from "./text";

/** The page's own script and style, from page/. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
}

/**
 * The whole report as one HTML file. It loads nothing: its policy allows only the script and style that it contains, by
 * their hashes.
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP
 */
export function renderHtml(report: Report, pictures: Pictures, page: PageParts): string {
  const ids = createIds(report);
  const sections = [
    renderDiagrams(report, pictures, ids),
    renderTableList(report, ids),
    renderPending(report, pictures, ids),
    renderDrift(report),
    renderHistory(report, ids),
    renderMigrations(report, ids),
    renderPrograms(report),
  ].filter((section) => section !== null);
  const policy = `default-src 'none'; script-src '${hashOf(page.script)}'; style-src '${hashOf(page.style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const html = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="mysql-updown ${report.tool}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${report.title}: schema and history</title>
<style>${trusted(page.style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${renderHead(report)}
${renderNavigation(sections)}
<main id="main" tabindex="-1">
${renderRemarks(report)}
${sections.map(renderSection)}
${renderTables(report, ids)}
</main>
<footer>Made by mysql-updown ${report.tool} at ${formatTime(report.made)} UTC. This file asks nobody for anything.</footer>
<script>${trusted(page.script)}</script>
</body>
</html>
`;
  return html.markup;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function renderHead({ title, of, server, made }: Report): Markup {
  return markup`<header>
<div><h1>${title}</h1><p>${of} · ${server} · ${formatTime(made)} UTC</p></div>
<div class="search" role="search">
<label for="search">Search all names <kbd>/</kbd></label>
<input id="search" type="search" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list" autocomplete="off" spellcheck="false">
<ul id="found" class="found" role="listbox" aria-label="Found" hidden></ul>
<p id="told" class="unseen" role="status"></p>
</div>
</header>`;
}

function renderNavigation(sections: readonly Section[]): Markup {
  const links = sections.map(({ id, title, count: number }) => {
    const badge = number === null ? null : markup` <span>${number.toLocaleString("en-US")}</span>`;
    return markup`<li><a href="#${id}">${title}${badge}</a></li>`;
  });
  return markup`<nav aria-label="Parts of the report"><ul>${links}</ul></nav>`;
}

function renderSection({ id, title, body }: Section): Markup {
  return markup`<section id="${id}" class="part" aria-labelledby="${id}-title"><h2 id="${id}-title" tabindex="-1">${title}</h2>${body}</section>
`;
}

function renderRemarks({ remarks }: Report): Markup {
  if (remarks.length === 0) return join([]);
  const lines = remarks.map((remark) => markup`<li>${remark}</li>`);
  return markup`<details class="remarks"><summary>${count(remarks.length, "remark")}</summary><ul>${lines}</ul></details>`;
}
