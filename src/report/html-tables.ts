import { linkTo, renderSql, type Section } from "./html-parts";
import type { Ids } from "./ids";
import { join, type Markup, markup } from "./markup";
import type { Report, ReportedColumn, ReportedKey, ReportedTable } from "./model";
import { bytes, count } from "./text";

/** All tables, one line each. */
export function renderTableList({ tables }: Report, ids: Ids): Section {
  const lines = tables.map(({ name, kind, columns, references, referencedBy, size, comment }) => {
    const what = kind === "table" ? columns.length.toString() : kind;
    const rows = size === null ? "" : size.rows.toLocaleString("en-US");
    const takes = size === null ? "" : bytes(size.bytes);
    return markup`<tr><th scope="row">${linkTo(name, ids)}<td class="n">${what}<td class="n">${references.length}<td class="n">${referencedBy.length}<td class="n">${rows}<td class="n">${takes}<td>${comment}`;
  });
  const body =
    lines.length === 0
      ? markup`<p>There are no tables.</p>`
      : markup`<div class="wide" tabindex="0" role="region" aria-label="List of tables"><table><thead><tr><th scope="col">Table<th scope="col">Columns<th scope="col">Refers to<th scope="col">Referred to by<th scope="col">Rows, about<th scope="col">Size<th scope="col">Comment</thead><tbody>${lines}</tbody></table></div>`;
  return { id: "tables", title: "Tables", count: tables.length, body };
}

/** Routines and events. */
export function renderPrograms({ programs }: Report): Section | null {
  if (programs.length === 0) return null;
  const body = programs.map(
    ({ kind, name, definition }) =>
      markup`<details class="program"><summary><b>${name}</b> <span class="kind">${kind}</span></summary>${renderSql(definition)}</details>`,
  );
  return { id: "programs", title: "Routines and events", count: programs.length, body: join(body) };
}

/** A page for each table. */
export function renderTables({ tables }: Report, ids: Ids): Markup {
  return join(tables.map((table) => renderTable(table, ids)));
}

function renderTable(table: ReportedTable, ids: Ids): Markup {
  const { name, kind, comment, size, storage, definition } = table;
  const id = ids.table(name) ?? "";
  const facts = [
    storage,
    size === null ? "" : `about ${count(size.rows, "row")}, ${bytes(size.bytes)}`,
  ].filter((fact) => fact !== "");
  return markup`<section class="part page" id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title" tabindex="-1">${name} <span class="kind">${kind}</span></h2>
${comment === "" ? null : markup`<p class="comment">${comment}</p>`}${facts.length === 0 ? null : markup`<p class="facts">${facts.join(" · ")}</p>`}${renderColumns(table.columns)}${renderIndexes(table)}${renderKeys("Refers to", table.references, ids)}${renderKeys("Referred to by", table.referencedBy, ids)}${renderNames("Uses", table.uses, ids)}${renderNames("Used by views", table.usedBy, ids)}${renderChecks(table)}${renderTriggers(table)}${definition === "" ? null : markup`<details><summary>Definition</summary>${renderSql(definition)}</details>`}</section>
`;
}

const KEYS: Readonly<Record<NonNullable<ReportedColumn["key"]>, string>> = {
  primary: "primary",
  foreign: "foreign",
  unique: "unique",
  index: "index",
};

function renderColumns(columns: readonly ReportedColumn[]): Markup | null {
  if (columns.length === 0) return null;
  const lines = columns.map((column) => {
    const { name, type, nullable, more, comment, key } = column;
    const extra = more === "" ? null : markup` <small>${more}</small>`;
    const value = column.default ?? "";
    return markup`<tr><th scope="row">${name}<td>${type}${extra}<td>${nullable ? "null" : ""}<td>${value}<td>${key === null ? "" : KEYS[key]}<td>${comment}`;
  });
  return markup`<div class="wide" role="region" aria-label="Columns"><table class="columns"><thead><tr><th scope="col">Column<th scope="col">Type<th scope="col">Null<th scope="col">Default<th scope="col">Key<th scope="col">Comment</thead><tbody>${lines}</tbody></table></div>`;
}

function renderIndexes({ indexes }: ReportedTable): Markup | null {
  if (indexes.length === 0) return null;
  const lines = indexes.map(
    ({ name, kind, parts, more }) =>
      markup`<li><b>${name}</b> <span class="kind">${kind}</span> <code>${parts.join(", ")}</code>${more === "" ? null : markup` <small>${more}</small>`}`,
  );
  return markup`<h3>Keys and indexes</h3><ul class="named">${lines}</ul>`;
}

function renderKeys(title: string, keys: readonly ReportedKey[], ids: Ids): Markup | null {
  if (keys.length === 0) return null;
  const lines = keys.map((key) => {
    const { name, table, database, columns, referencedColumns, actions } = key;
    const other = database === null ? linkTo(table, ids) : markup`${database}.${table}`;
    const [own, theirs] = title === "Refers to" ? [columns, referencedColumns] : [referencedColumns, columns];
    const arrow = title === "Refers to" ? "→" : "←";
    return markup`<li><code>${own.join(", ")}</code> ${arrow} ${other} <code>${theirs.join(", ")}</code>${actions === "" ? null : markup` <small>${actions}</small>`} <b class="quiet">${name}</b>`;
  });
  return markup`<h3>${title}</h3><ul class="named">${lines}</ul>`;
}

function renderNames(title: string, names: readonly string[], ids: Ids): Markup | null {
  if (names.length === 0) return null;
  const lines = names.map((name) => markup`<li>${linkTo(name, ids)}`);
  return markup`<h3>${title}</h3><ul class="named">${lines}</ul>`;
}

function renderChecks({ checks }: ReportedTable): Markup | null {
  if (checks.length === 0) return null;
  const lines = checks.map(({ name, expression }) => markup`<li><b>${name}</b> <code>${expression}</code>`);
  return markup`<h3>Checks</h3><ul class="named">${lines}</ul>`;
}

function renderTriggers({ triggers }: ReportedTable): Markup | null {
  if (triggers.length === 0) return null;
  const lines = triggers.map(
    ({ name, when, body }) =>
      markup`<details><summary><b>${name}</b> <span class="kind">${when}</span></summary>${renderSql(body)}</details>`,
  );
  return markup`<h3>Triggers</h3>${lines}`;
}
