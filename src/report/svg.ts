import type { BoxRow } from "./diagram";
import {
  CELL,
  HEAD_HEIGHT,
  KEY_WIDTH,
  PADDING,
  type Placed,
  type PlacedBox,
  type PlacedEdge,
  type Point,
  ROW_HEIGHT,
} from "./layout";
import { join, type Markup, markup, trusted } from "./markup";
import { cellsOf } from "./text";

export interface SvgOptions {
  /** What the picture shows, for readers who cannot see it. */
  readonly label: string;
  /** Id of the part of the page that a box links to; left out: the picture stands alone. */
  readonly target?: (name: string) => string | null;
  /** A style of its own, for a picture that stands alone. */
  readonly style?: string;
}

/**
 * A diagram as SVG. In a page the script makes buttons of boxes, since a click marks the neighbours: `data-box` numbers
 * them, `data-ends` has the numbers of the two boxes of an edge, and `data-to` the part of the page about a box.
 */
export function renderSvg(
  { width, height, boxes, edges }: Placed,
  { label, target, style }: SvgOptions,
): Markup {
  const number = new Map(boxes.map(({ box }, index) => [box.name, index]));
  const drawnEdges = edges.map((edge) => renderEdge(edge, number));
  const drawnBoxes = boxes.map((box, index) => renderBox(box, index, target));
  const role = target === undefined ? "img" : "group";
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="${role}" aria-label="${label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${style === undefined ? null : markup`<style>${trusted(style)}</style>`}${drawnEdges}${drawnBoxes}</svg>`;
}

function renderEdge({ edge, points }: PlacedEdge, number: ReadonlyMap<string, number>): Markup {
  const [first] = points;
  if (first === undefined) return join([]);
  const ends = `${number.get(edge.from)} ${number.get(edge.to)}`;
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
  const kind = edge.kind === "key" ? "" : edge.kind === "uses" ? " uses" : " between";
  const mark = edge.mark === null ? "" : ` ${edge.mark}`;
  return markup`<g class="edge${kind}${mark}" data-ends="${ends}"><title>${edge.label}</title><path d="${path}"/>${renderEnds(points)}</g>`;
}

/** A crow's foot at the end with many, a bar at the end with one. */
function renderEnds(points: readonly Point[]): Markup {
  const [start, next] = points;
  const [before, end] = points.slice(-2);
  if (start === undefined || next === undefined || before === undefined || end === undefined) return join([]);
  const out = Math.sign(next.x - start.x) || -1;
  const back = Math.sign(before.x - end.x) || 1;
  const foot = `M${start.x} ${start.y - 5}L${start.x + out * 9} ${start.y}L${start.x} ${start.y + 5}`;
  return markup`<path d="${foot}M${end.x + back * 6} ${end.y - 5}v10"/>`;
}

function renderBox(placed: PlacedBox, index: number, target: SvgOptions["target"]): Markup {
  const { box, x, y, width, height, title, rows } = placed;
  const to = target?.(box.name) ?? null;
  const words = box.mark === null ? box.note : `${box.mark}${box.note === "" ? "" : `, ${box.note}`}`;
  const note = words === "" ? null : markup`<text class="note" x="${width - PADDING}" y="19">${words}</text>`;
  const lines = rows.map(({ row, name, type }, at) => {
    const top = HEAD_HEIGHT + at * ROW_HEIGHT;
    return renderRow({ row, name, type, top, width });
  });
  const hidden =
    box.hidden === 0
      ? null
      : markup`<text class="more" x="${PADDING + KEY_WIDTH}" y="${HEAD_HEIGHT + rows.length * ROW_HEIGHT + 14}">… ${box.hidden} more</text>`;
  const tip = `${box.name}${words === "" ? "" : ` (${words})`}`;
  const mark = box.mark === null ? "" : ` ${box.mark}`;
  const inner = markup`<title>${tip}</title><rect class="outline" width="${width}" height="${height}" rx="5"/><path class="head" d="M0 ${HEAD_HEIGHT}V5a5 5 0 0 1 5-5h${width - 10}a5 5 0 0 1 5 5v${HEAD_HEIGHT - 5}z"/><text class="title" x="${PADDING}" y="19">${title}</text>`;
  const rest = markup`${note}${lines}${hidden}`;
  if (target === undefined)
    return markup`<g class="box ${box.kind}${mark}" transform="translate(${x} ${y})">${inner}${rest}</g>`;
  // Screen readers get the title; the table's page has the rest.
  return markup`<g class="box ${box.kind}${mark}" transform="translate(${x} ${y})" data-box="${index}" data-to="${to ?? ""}">${inner}<g aria-hidden="true">${rest}</g></g>`;
}

const KEY_WORDS: Readonly<Record<string, string>> = {
  primary: "PK",
  foreign: "FK",
  unique: "UK",
  index: "·",
};

interface RowToDraw {
  readonly row: BoxRow;
  readonly name: string;
  readonly type: string;
  readonly top: number;
  readonly width: number;
}

function renderRow({ row, name, type, top, width }: RowToDraw): Markup {
  const base = top + 14;
  const sign = { added: "+", changed: "~", dropped: "−" };
  const word = row.mark === null ? (KEY_WORDS[row.key ?? ""] ?? "") : sign[row.mark];
  const key = word === "" ? null : markup`<text class="key" x="${PADDING}" y="${base}">${word}</text>`;
  const shownType =
    type === "" ? null : markup`<text class="type" x="${width - PADDING}" y="${base}">${type}</text>`;
  const band =
    row.mark === null
      ? null
      : markup`<rect class="band" x="1" y="${top}" width="${width - 2}" height="${ROW_HEIGHT}"/>`;
  const line = row.mark === "dropped" ? struck(name, base) : null;
  const text = markup`${key}<text x="${PADDING + KEY_WIDTH}" y="${base}">${name}</text>${shownType}`;
  if (row.mark === null) return text;
  return markup`<g class="${row.mark}">${band}${text}${line}</g>`;
}

function struck(name: string, base: number): Markup {
  const x = PADDING + KEY_WIDTH;
  return markup`<path class="struck" d="M${x} ${base - 4}h${Math.round(cellsOf(name) * CELL)}"/>`;
}
