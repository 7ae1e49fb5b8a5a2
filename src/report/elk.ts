import { createRequire } from "node:module";
import { join } from "node:path";
import type { Diagram } from "./diagram";
import {
  anchor,
  type LayOut,
  type Placed,
  type PlacedBox,
  type PlacedEdge,
  type Point,
  sizeOf,
} from "./layout";

/** The part of elkjs that we use. https://github.com/kieler/elkjs */
interface Elk {
  layout(graph: ElkNode): Promise<ElkNode>;
}

interface ElkNode {
  readonly id: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly layoutOptions?: Readonly<Record<string, string>>;
  readonly ports?: readonly ElkNode[];
  readonly children?: readonly ElkNode[];
  readonly edges?: readonly ElkEdge[];
}

interface ElkEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly sections?: readonly {
    readonly startPoint: Point;
    readonly bendPoints?: readonly Point[];
    readonly endPoint: Point;
  }[];
}

/**
 * Finds elkjs, in the user's project or beside this package. It is not a dependency, because it takes 8 MB and is
 * needed only for diagrams.
 * @param folder the project's folder; null: not known
 * @returns null when it is not installed
 */
export function findElk(folder: string | null): LayOut | null {
  for (const from of [...(folder === null ? [] : [join(folder, "package.json")]), __filename]) {
    try {
      const Constructor = createRequire(from)("elkjs/lib/elk.bundled.js") as new () => Elk;
      const elk = new Constructor();
      return async (diagram) => placed(diagram, await elk.layout(graphOf(diagram)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return null;
}

/** https://eclipse.dev/elk/reference/options.html */
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.aspectRatio": "1.6",
  "elk.padding": "[top=16,left=16,bottom=16,right=16]",
  "elk.spacing.nodeNode": "24",
  "elk.spacing.componentComponent": "32",
  "elk.spacing.edgeNode": "14",
  "elk.spacing.edgeEdge": "8",
  "elk.layered.spacing.nodeNodeBetweenLayers": "48",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
  "elk.layered.thoroughness": "3",
  // So that the same schema always gives the same picture.
  "elk.randomSeed": "1",
};

/** Tables that others refer to are on the left: edges go from them to the others here, and are reversed afterwards. */
function graphOf(diagram: Diagram): ElkNode {
  const index = new Map(diagram.boxes.map((box, at) => [box.name, { box, at, size: sizeOf(box) }]));
  const ports = new Map<string, ElkNode[]>();
  const addPort = (name: string, id: string, side: "EAST" | "WEST", row: string | null): void => {
    const found = index.get(name);
    if (found === undefined) return;
    const x = side === "EAST" ? found.size.width : 0;
    const layoutOptions = { "elk.port.side": side };
    const port = { id, x, y: anchor(found.box, row), width: 0, height: 0, layoutOptions };
    ports.set(name, [...(ports.get(name) ?? []), port]);
  };
  const edges = diagram.edges.map((edge, at): ElkEdge => {
    addPort(edge.to, `s${at}`, "EAST", edge.toRow);
    addPort(edge.from, `t${at}`, "WEST", edge.fromRow);
    return { id: `e${at}`, sources: [`s${at}`], targets: [`t${at}`] };
  });
  const children = [...index.values()].map(
    ({ box, at, size }): ElkNode => ({
      id: `b${at}`,
      width: size.width,
      height: size.height,
      ports: ports.get(box.name) ?? [],
      layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    }),
  );
  return { id: "root", layoutOptions: OPTIONS, children, edges };
}

function placed(diagram: Diagram, graph: ElkNode): Placed {
  const boxes = diagram.boxes.map((box, at): PlacedBox => {
    const { x = 0, y = 0 } = graph.children?.[at] ?? {};
    return { box, ...sizeOf(box), x: round(x), y: round(y) };
  });
  const edges = diagram.edges.map((edge, at): PlacedEdge => {
    const [section] = graph.edges?.[at]?.sections ?? [];
    if (section === undefined) return { edge, points: [] };
    const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    return { edge, points: points.reverse().map(({ x, y }) => ({ x: round(x), y: round(y) })) };
  });
  return { width: Math.ceil(graph.width ?? 0), height: Math.ceil(graph.height ?? 0), boxes, edges };
}

function round(value: number): number {
  return Math.round(value * 2) / 2;
}
