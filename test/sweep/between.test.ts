import assert from "node:assert/strict";
import { test } from "node:test";
import { withGroups } from "../support/fixture";
import { type Subject, sweepPoint } from "../support/sweep";
import { MOMENTS, observeAll, pointsOf, runSweep } from "../support/sweep-plan";

/** Commands on either side of the change from one migration's session to the next one's. */
const NEAR = 5;

function isNearNewSession({ commands }: Subject, number: number): boolean {
  const session = commands[number - 1]?.connection;
  return commands.some((other) => Math.abs(other.number - number) <= NEAR && other.connection !== session);
}

test("a connection cut between two migrations costs nothing but a second run", (t) =>
  withGroups(2, async (groups) => {
    const points = pointsOf(await observeAll(groups), MOMENTS, isNearNewSession);
    assert.ok(points.length > 0, "no migration was given a session of its own");
    const { figures, failures } = await runSweep(points, {
      what: "between migrations, cut",
      check: sweepPoint,
    });
    for (const line of figures) t.diagnostic(line);
    assert.equal(failures, "");
  }));
