import { renderPicture, renderTools } from "./html-diagrams";
import { renderTexts } from "./html-history";
import { linkTo, renderSql, type Section } from "./html-parts";
import type { Ids } from "./ids";
import { join, type Markup, markup } from "./markup";
import type { ChangedTable, Difference, Mark, Report, ReportedFinding } from "./model";
import type { Pictures } from "./pictures";
import { count } from "./text";

/** How the pending migrations change the schema. */
export function renderPending(report: Report, pictures: Pictures, ids: Ids): Section | null {
  const { difference, migrations } = report;
  const pending = migrations.filter(({ isPending }) => isPending);
  if (difference === null && pending.length === 0) {
    return report.history.length === 0
      ? null
      : { id: "pending", title: "Pending", count: 0, body: markup`<p>Nothing is pending.</p>` };
  }
  const list = pending.map(
    (migration) =>
      markup`<details><summary><b>${migration.label}</b> <span class="badge warn">${migration.state}</span></summary>${renderTexts(migration)}</details>`,
  );
  const files = pending.length === 0 ? null : markup`<h3>Migrations</h3>${list}`;
  const body = markup`${difference === null ? null : renderDifference(difference, pictures, ids)}${files}`;
  const title = difference?.title ?? "Pending";
  return { id: "pending", title, count: pending.length === 0 ? null : pending.length, body };
}

function renderDifference(difference: Difference, { difference: picture }: Pictures, ids: Ids): Markup {
  const { tables, others, sql, findings } = difference;
  if (tables.length === 0 && others.length === 0) {
    return markup`<p>The schema stays as it is.</p>${renderFindings(findings)}`;
  }
  const drawn =
    picture === null
      ? null
      : renderPicture(picture, "picture-difference", "Diagram of what changes", (name) => ids.table(name));
  const list = [...tables.map((table) => renderChange(table, ids)), ...others.map(renderOther)];
  return markup`<p class="legend"><span class="badge added">+ added</span> <span class="badge changed">~ changed</span> <span class="badge dropped">− dropped</span></p>${drawn === null ? null : renderTools()}${drawn}<h3>What changes</h3><ul class="changes">${list}</ul>${renderFindings(findings)}<details><summary>The difference as SQL</summary>${renderSql(sql)}</details>`;
}

const SIGNS: Readonly<Record<Mark, string>> = {
  added: "+ added",
  changed: "~ changed",
  dropped: "− dropped",
};

function renderChange({ name, mark, columns, notes, table }: ChangedTable, ids: Ids): Markup {
  const lines =
    mark === "changed"
      ? [
          ...columns.map((column) => {
            const note = column.note === "" ? "" : ` (${column.note})`;
            return markup`<li><span class="badge ${column.mark}">${SIGNS[column.mark]}</span> ${column.name} <code>${column.type}</code>${note}`;
          }),
          ...notes.map((note) => markup`<li>${note}`),
        ]
      : [];
  const inner = lines.length === 0 ? null : markup`<ul>${lines}</ul>`;
  return markup`<li><span class="badge ${mark}">${SIGNS[mark]}</span> ${table.kind} ${linkTo(name, ids)}${inner}`;
}

function renderOther({ mark, what }: Difference["others"][number]): Markup {
  return markup`<li><span class="badge ${mark}">${SIGNS[mark]}</span> ${what}`;
}

const TONES = { error: "bad", warning: "warn", allowed: "good", cost: "neutral" } as const;

function renderFindings(findings: readonly ReportedFinding[] | null): Markup | null {
  if (findings === null) return null;
  const list = findings.map(
    ({ place, sql, level, text }) =>
      markup`<li><span class="badge ${TONES[level]}">${level}</span> ${text} <span class="quiet">${place}</span> <code>${sql}</code>`,
  );
  const body =
    list.length === 0 ? markup`<p>Lint finds nothing.</p>` : markup`<ul class="named">${list}</ul>`;
  return markup`<h3>What lint finds</h3>${body}`;
}

/** How the database differs from what the migrations build. */
export function renderDrift({ drift }: Report): Section | null {
  if (drift === null) return null;
  const lines = drift.split("\n").length;
  const body =
    drift === ""
      ? markup`<p>The database is what its migrations build.</p>`
      : markup`<p class="bad">The database is not what its migrations build. This would make it so (${count(lines, "line")}):</p>${renderSql(drift)}`;
  return { id: "drift", title: "Drift", count: null, body: join([body]) };
}
