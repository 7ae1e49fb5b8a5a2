import type { Box, BoxRow, Diagram, Edge } from "./diagram";
import { cellsOf, cutTo } from "./text";

/** A diagram with a position for everything, in CSS pixels. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
}

export interface PlacedBox extends Size {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly edge: Edge;
  /** Corners, from the end at `from` to the end at `to`. */
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How large a box is, and what fits into it. */
export interface Size {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly rows: readonly SizedRow[];
}

export interface SizedRow {
  readonly row: BoxRow;
  readonly name: string;
  readonly type: string;
}

/** Decides where everything goes. */
export type LayOut = (diagram: Diagram) => Promise<Placed>;

/** Width of a character in the diagrams' font, which is monospaced and 12 px high. */
export const CELL = 7.25;
export const HEAD_HEIGHT = 30;
export const ROW_HEIGHT = 20;
/** Between the frame and its content. */
export const PADDING = 10;
/** For `PK`, `FK`, `+`. */
export const KEY_WIDTH = 30;

const MOST_NAME = 28;
const MOST_TYPE = 26;
const MOST_TITLE = 40;

/** The size of a box for its content; long names and types are cut. */
export function sizeOf(box: Box): Size {
  const isWordy = box.rows.some(({ mark }) => mark !== null);
  const rows = box.rows.map((row) => ({
    row,
    name: cutTo(row.name, MOST_NAME),
    type: cutTo(row.type, isWordy ? MOST_TYPE * 2 : MOST_TYPE),
  }));
  const title = cutTo(box.name, MOST_TITLE);
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(cellsOf));
  const note = box.note === "" ? 0 : cellsOf(box.note) + 2;
  const mark = box.mark === null ? 0 : box.mark.length + 2;
  const head = cellsOf(title) + note + mark + 1;
  const types = widest(rows.map(({ type }) => type));
  const row = widest(rows.map(({ name }) => name)) + (types === 0 ? 0 : types + 2);
  const key = rows.length === 0 ? 0 : KEY_WIDTH;
  const width = Math.ceil(Math.max(head * CELL, row * CELL + key, 90) + 2 * PADDING);
  const shown = rows.length + (box.hidden > 0 ? 1 : 0);
  return { width, height: HEAD_HEIGHT + shown * ROW_HEIGHT + (shown > 0 ? 6 : 0), title, rows };
}

/** The height at which an edge meets a box: in the middle of a row, or of the head. */
export function anchor(box: Box, row: string | null): number {
  const at = row === null ? -1 : box.rows.findIndex(({ name }) => name === row);
  return at === -1 ? HEAD_HEIGHT / 2 : HEAD_HEIGHT + at * ROW_HEIGHT + ROW_HEIGHT / 2;
}

const MARGIN = 16;
const GAP_X = 64;
const GAP_Y = 28;

/**
 * A plain layout without the library: boxes in columns, with a table to the left of those that refer to it, and
 * straight lines between them.
 */
export const layOutPlainly: LayOut = async (diagram) => {
  const sized = new Map(diagram.boxes.map((box) => [box.name, { box, ...sizeOf(box) }]));
  const layers = layersOf(diagram);
  const total = [...sized.values()].reduce((sum, { height }) => sum + height + GAP_Y, 0);
  const tallest = Math.max(600, Math.sqrt(total * 260), ...[...sized.values()].map(({ height }) => height));
  const boxes: PlacedBox[] = [];
  let x = MARGIN;
  let height = 0;
  for (const layer of layers) {
    let [y, width] = [MARGIN, 0];
    for (const name of layer) {
      const size = sized.get(name);
      if (size === undefined) continue;
      if (y > MARGIN && y + size.height > tallest) {
        x += width + GAP_X;
        [y, width] = [MARGIN, 0];
      }
      boxes.push({ ...size, x, y });
      y += size.height + GAP_Y;
      height = Math.max(height, y);
      width = Math.max(width, size.width);
    }
    x += width + GAP_X;
  }
  return {
    width: x - GAP_X + MARGIN,
    height: height - GAP_Y + MARGIN,
    boxes,
    edges: straight(diagram, boxes),
  };
};

/** Names by their distance from those that refer to nothing; a circle ends where it meets itself. */
function layersOf({ boxes, edges }: Diagram): readonly (readonly string[])[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (from !== to) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const depth = new Map<string, number>();
  const visit = (name: string, way: ReadonlySet<string>): number => {
    const known = depth.get(name);
    if (known !== undefined) return known;
    if (way.has(name)) return 0;
    const next = new Set(way).add(name);
    const found = Math.max(0, ...(targets.get(name) ?? []).map((to) => visit(to, next) + 1));
    depth.set(name, found);
    return found;
  };
  const layers: string[][] = [];
  for (const { name } of boxes) {
    const at = visit(name, new Set());
    layers[at] = [...(layers[at] ?? []), name];
  }
  return [...layers].map((layer) => layer ?? []);
}

function straight({ edges }: Diagram, boxes: readonly PlacedBox[]): readonly PlacedEdge[] {
  const byName = new Map(boxes.map((placed) => [placed.box.name, placed]));
  return edges.flatMap((edge): PlacedEdge[] => {
    const [from, to] = [byName.get(edge.from), byName.get(edge.to)];
    if (from === undefined || to === undefined) return [];
    const start = { x: from.x, y: from.y + anchor(from.box, edge.fromRow) };
    const goesLeft = to.x + to.width <= from.x;
    const end = { x: goesLeft ? to.x + to.width : to.x, y: to.y + anchor(to.box, edge.toRow) };
    const bend = goesLeft ? (start.x + end.x) / 2 : Math.min(start.x, end.x) - GAP_X / 3;
    return [{ edge, points: [start, { x: bend, y: start.y }, { x: bend, y: end.y }, end] }];
  });
}
