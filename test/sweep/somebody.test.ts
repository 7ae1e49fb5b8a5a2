import assert from "node:assert/strict";
import { test } from "node:test";
import { withGroups } from "../support/fixture";
import { alteredPoint, isOwnWork, lockedPoint } from "../support/somebody";
import { pointName } from "../support/sweep";
import { MOMENTS, observeAll, pointsOf, runSweep } from "../support/sweep-plan";

// Primes. Somebody's doings are alike for statements of a kind, and each refusal of a lock takes a second.
const ALTERED = 17;

// Not 0026: an EXCHANGE PARTITION needs two tables alike, and here somebody makes one of them another.
const LOCKED = 7;

test("somebody who inserts and alters between a cut and the second run is not mistaken for the first", (t) =>
  withGroups(1, async (groups) => {
    const points = pointsOf(await observeAll(groups), MOMENTS, isOwnWork).filter(
      (point) => !/ 0026 /.test(pointName(point)),
    );
    const { figures, failures } = await runSweep(points, {
      what: "altered meanwhile, cut",
      check: alteredPoint,
      every: ALTERED,
    });
    for (const line of figures) t.diagnostic(line);
    assert.equal(failures, "");
  }));

test("somebody who locks all tables is waited for, and nothing is done twice", (t) =>
  withGroups(1, async (groups) => {
    const points = pointsOf(await observeAll(groups), ["before"], isOwnWork);
    const { figures, failures } = await runSweep(points, {
      what: "locked",
      check: lockedPoint,
      every: LOCKED,
      width: 8,
    });
    for (const line of figures) t.diagnostic(line);
    assert.equal(failures, "");
  }));
