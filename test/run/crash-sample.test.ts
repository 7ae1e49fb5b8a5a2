import assert from "node:assert/strict";
import { test } from "node:test";
import { withBuiltRunner } from "../support/child";
import { withGroups } from "../support/fixture";
import { killPoint } from "../support/kill-point";
import { isOwnWork, lockedPoint } from "../support/somebody";
import { reconnectPoint, sweepPoint } from "../support/sweep";
import { MOMENTS, observeAll, pointsOf, runSweep } from "../support/sweep-plan";

// All points are swept by `npm run test:sweep`. Primes, so that the samples do not fall on one kind of command.
const CUTS = 1_201;
const KILLS = 4_001;
const RECONNECTS = 2_803;
const LOCKED = 4_001;

test("a sample of connections cut and runners killed costs nothing but a second run", (t) =>
  withBuiltRunner((bin) =>
    withGroups(1, async (groups) => {
      const subjects = await observeAll(groups);
      const cuts = await runSweep(pointsOf(subjects, MOMENTS), {
        what: "cut",
        check: sweepPoint,
        every: CUTS,
      });
      for (const line of cuts.figures) t.diagnostic(line);
      const kills = await runSweep(pointsOf(subjects, ["before", "after"]), {
        what: "runner killed",
        check: (point) => killPoint(bin, point),
        every: KILLS,
      });
      for (const line of kills.figures) t.diagnostic(line);
      const reconnected = await runSweep(pointsOf(subjects, MOMENTS), {
        what: "reconnected",
        check: reconnectPoint,
        every: RECONNECTS,
      });
      for (const line of reconnected.figures) t.diagnostic(line);
      const locked = await runSweep(pointsOf(subjects, ["before"], isOwnWork), {
        what: "locked by somebody",
        check: lockedPoint,
        every: LOCKED,
      });
      for (const line of locked.figures) t.diagnostic(line);
      assert.equal(`${cuts.failures}${kills.failures}${reconnected.failures}${locked.failures}`, "");
    }),
  ));
