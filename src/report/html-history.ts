import { formatDuration } from "./duration";
import { formatTime, renderSql, type Section } from "./html-parts";
import type { Ids } from "./ids";
import { join, type Markup, markup } from "./markup";
import type { Report, ReportedLine, ReportedMigration } from "./model";
import { count } from "./text";

/** More lines would make the page slow; the verb `history` has them all. */
const MOST_LINES = 2_000;

/** What was done, newest first, with a bar for the time it took. */
export function renderHistory({ history }: Report, ids: Ids): Section {
  const shown = history.slice(-MOST_LINES).reverse();
  const longest = Math.max(1, ...shown.map(({ durationMs }) => durationMs ?? 0));
  const left = history.length - shown.length;
  const note = left === 0 ? null : markup`<p>The oldest ${count(left, "line")} are left out.</p>`;
  const body =
    shown.length === 0
      ? markup`<p>Nothing was done yet, or no database was asked.</p>`
      : markup`<p>Newest first. Times are in UTC.</p><ol class="timeline" reversed>${shown.map((line) => renderLine(line, longest, ids))}</ol>${note}`;
  return { id: "history", title: "History", count: history.length, body };
}

const ARROWS = { up: "↑ up", down: "↓ down" } as const;

function renderLine(line: ReportedLine, longest: number, ids: Ids): Markup {
  const { label, what, tone, direction, startedAt, durationMs, who, reason, error, version } = line;
  const id = ids.migration(version);
  const name = id === null ? markup`<b>${label}</b>` : markup`<a href="#${id}">${label}</a>`;
  const way = direction === null ? null : markup` <span class="kind">${ARROWS[direction]}</span>`;
  const took =
    durationMs === null
      ? null
      : markup`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${Math.max(0.5, Math.round((durationMs / longest) * 1000) / 10)}" height="8"/></svg><span class="took">${formatDuration(durationMs)}</span>`;
  const why = reason === null ? null : markup`<p>Why: ${reason}</p>`;
  const failed = error === null ? null : markup`<p class="bad">${error}</p>`;
  return markup`<li class="${tone}"><div><time datetime="${startedAt}">${formatTime(startedAt)}</time> <span class="badge ${tone}">${what}</span>${way} ${name}</div>${took}<p class="quiet">${who}</p>${why}${failed}</li>`;
}

/** Each migration with its SQL. */
export function renderMigrations({ migrations }: Report, ids: Ids): Section {
  const body =
    migrations.length === 0
      ? markup`<p>The folder has no migrations.</p>`
      : join([...migrations].reverse().map((migration) => renderMigration(migration, ids)));
  return { id: "migrations", title: "Migrations", count: migrations.length, body };
}

function renderMigration(migration: ReportedMigration, ids: Ids): Markup {
  const { version, label, state, isPending, problems } = migration;
  const tone = problems.length > 0 ? "bad" : isPending ? "warn" : "good";
  const wrong = problems.map((problem) => markup`<p class="bad">${problem}</p>`);
  return markup`<details class="migration" id="${ids.migration(version) ?? ""}"><summary><b>${label}</b> ${state === "" ? null : markup`<span class="badge ${tone}">${state}</span>`}</summary>${wrong}${renderTexts(migration)}</details>`;
}

/** Both files of a pair. */
export function renderTexts({ up, down, missingText }: ReportedMigration): Markup {
  const missing = missingText === null ? null : markup`<p>${missingText}</p>`;
  const first = up === null ? null : markup`<h3>Up</h3>${renderSql(up)}`;
  const second = down === null ? null : markup`<h3>Down</h3>${renderSql(down)}`;
  return markup`${first}${second}${missing}`;
}
