import { type Child, startChild, within } from "./child";
import type { PointResult } from "./figures";
import type { Outcome } from "./runner";
import { checkPoint, type Point, TIME_LIMIT } from "./sweep";

/** Like `sweepPoint`, but the first run is a process that is killed (SIGKILL) at the point. */
export async function killPoint(bin: string, point: Point): Promise<PointResult> {
  const { subject, command, moment } = point;
  let child: Child | null = null;
  const strike = async (): Promise<void> => {
    child?.process.kill("SIGKILL");
    await child?.ended;
  };
  return checkPoint(
    point,
    { cut: { command, moment, strike } },
    async ({ proxy, url, dir }): Promise<Outcome> => {
      const args = subject.direction === "up" ? ["up"] : ["down", "--to", "0"];
      child = startChild(bin, args, proxy.through(url), dir);
      const end = await within(child, TIME_LIMIT);
      if (end === "hung") return { ended: "hung" };
      if (end.code === 0) return { ended: "done" };
      return { ended: "failed", code: end.signal ?? `exit ${end.code}`, message: end.stderr };
    },
  );
}
