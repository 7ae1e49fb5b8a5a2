import type { Section } from "./html-parts";
import type { Ids } from "./ids";
import { type Markup, markup } from "./markup";
import type { Report } from "./model";
import type { Picture, Pictures } from "./pictures";
import { renderSvg } from "./svg";
import { count } from "./text";

/** The diagrams of tables and relations; one is shown at a time. */
export function renderDiagrams(report: Report, { overview, groups }: Pictures, ids: Ids): Section {
  const { tables } = report;
  const relations = tables.reduce((sum, table) => sum + table.references.length, 0);
  const summary = `${count(tables.filter(({ kind }) => kind === "table").length, "table")}, ${count(relations, "foreign key")}.`;
  const target = (name: string): string | null => ids.table(name);
  const pictures = groups.map((picture, index) => {
    const label = `Diagram of ${groups.length === 1 ? "all tables" : `the tables ${picture.name}`}`;
    return renderPicture(picture, `picture-${index}`, label, target);
  });
  const groupId = new Map(groups.map(({ name }, index) => [name, `picture-${index}`]));
  const first =
    overview === null
      ? null
      : renderPicture(
          overview,
          "picture-groups",
          "Diagram of the groups",
          (name) => groupId.get(name) ?? null,
        );
  return {
    id: "diagram",
    title: "Diagram",
    count: null,
    body: markup`<p>${summary} What a foreign key refers to is on its left. Every table is also in the list of tables, with its relations in words.</p>${renderChoice(overview, groups)}${renderTools()}${first}${pictures}`,
  };
}

function renderChoice(overview: Picture | null, groups: readonly Picture[]): Markup | null {
  if (overview === null) return null;
  const options = groups.map(({ name, placed }, index) => {
    const inside = placed.boxes.filter(({ box }) => box.kind !== "elsewhere").length;
    return markup`<option value="picture-${index}">${name} (${inside})</option>`;
  });
  return markup`<p class="choice"><label for="group">Group</label> <select id="group"><option value="picture-groups">All groups</option>${options}</select></p>`;
}

/** The buttons above a picture, and the place that says what was chosen. */
export function renderTools(): Markup {
  return markup`<div class="tools" role="toolbar" aria-label="Diagram"><button type="button" data-zoom="in" aria-label="Larger">+</button><button type="button" data-zoom="out" aria-label="Smaller">−</button><button type="button" data-zoom="fit">Fit</button><button type="button" data-zoom="full">100 %</button><p class="chosen" role="status"></p></div>`;
}

/** A picture in a frame that scrolls. */
export function renderPicture(
  { placed }: Picture,
  id: string,
  label: string,
  target: (name: string) => string | null,
): Markup {
  return markup`<div class="frame" id="${id}" tabindex="0" role="region" aria-label="${label}, scrolls">${renderSvg(placed, { label, target })}</div>`;
}
