import { inParallel, type PointResult, renderFailures, renderFigures } from "./figures";
import type { Group } from "./fixture";
import type { CutMoment } from "./proxy";
import type { Direction } from "./runner";
import { type TestServer, testServers } from "./servers";
import { observe, type Point, pointName, type Subject } from "./sweep";

export const DIRECTIONS: readonly Direction[] = ["up", "down"];
export const MOMENTS: readonly CutMoment[] = ["before", "after", "during"];

/** Points in flight at once: one core runs these, the other the servers. */
const WIDTH = 4;

/** Runs every group in both directions on the servers (both of the tests', if not said otherwise) without harm. */
export async function observeAll(
  groups: readonly Group[],
  servers: readonly TestServer[] = testServers(),
): Promise<Subject[]> {
  const all = servers.flatMap((server) =>
    DIRECTIONS.flatMap((direction) => groups.map((group) => ({ server, direction, group }))),
  );
  const only = process.env.SWEEP_ONLY ?? "";
  const wanted = all.filter(({ server, direction, group }) => {
    const name = `${server.family} ${direction} ${group.name} `;
    return name.startsWith(only) || `${only} `.startsWith(name);
  });
  return inParallel(wanted, WIDTH, ({ server, direction, group }) => observe(server, direction, group));
}

/** Every moment of every command that `wanted` accepts. */
export function pointsOf(
  subjects: readonly Subject[],
  moments: readonly CutMoment[],
  wanted: (subject: Subject, command: number) => boolean = () => true,
): Point[] {
  return subjects.flatMap((subject) =>
    subject.commands
      .filter(({ number }) => wanted(subject, number))
      .flatMap(({ number }) => moments.map((moment) => ({ subject, command: number, moment }))),
  );
}

/** Whether every point is asked for, and not the sample that `npm test` takes. */
export function isWhole(): boolean {
  return process.env.SWEEP === "full" && process.env.SWEEP_EVERY === undefined;
}

/** SWEEP_EVERY thins all sweeps out by that factor, for a machine that has not the time for all of them. */
export function thinning(): number {
  return Number(process.env.SWEEP_EVERY ?? 1);
}

export interface SweepOptions {
  /** What is done at the points, in a word or two: `cut`, `runner killed`. */
  readonly what: string;
  readonly check: (point: Point) => Promise<PointResult>;
  /** Take every n-th point only; no multiple of 3, or all of them have the same moment. */
  readonly every?: number;
  /** Points left out before the first. */
  readonly offset?: number;
  readonly width?: number;
}

export interface SweepReport {
  /** For people: the figures, and which points they are about. */
  readonly figures: readonly string[];
  /** Empty when every point was fine. */
  readonly failures: string;
}

/** Checks the points, or those alone that SWEEP_ONLY names, thinned out as SWEEP_EVERY says, and tells how they ended. */
export async function runSweep(points: readonly Point[], options: SweepOptions): Promise<SweepReport> {
  const { offset = 0 } = options;
  const only = process.env.SWEEP_ONLY;
  const every = (only === undefined ? (options.every ?? 1) : 1) * thinning();
  const chosen = points
    .filter((point) => only === undefined || pointName(point).startsWith(only))
    .filter((_, index) => index % every === offset % every);
  const started = performance.now();
  const ended = await inParallel(chosen, options.width ?? WIDTH, async (point) => ({
    point,
    result: await options.check(point),
  }));
  const results = new Map<string, PointResult[]>();
  for (const { point, result } of ended) {
    const { server, direction } = point.subject;
    const kind = `${server.family} ${direction}, ${options.what} ${point.moment}`;
    results.set(kind, [...(results.get(kind) ?? []), result]);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  const which =
    only ??
    (every === 1
      ? "every point"
      : `points ${[1, 1 + every, 1 + 2 * every].map((point) => point + offset).join(", ")}, …`);
  return {
    figures: [
      `${options.what}: ${which} of ${points.length} (command x moment x server x direction), in ${seconds} s`,
      ...renderFigures(results),
    ],
    failures: renderFailures(results, Number(process.env.SWEEP_SHOW ?? 8)),
  };
}
