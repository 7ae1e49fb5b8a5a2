import assert from "node:assert/strict";
import { test } from "node:test";
import { withGroups } from "../support/fixture";
import { isOwnWork, lockedPoint } from "../support/somebody";
import { observeAll, pointsOf, runSweep } from "../support/sweep-plan";

/** A prime. Each refusal of a lock takes a second. */
const LOCKED = 7;

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
