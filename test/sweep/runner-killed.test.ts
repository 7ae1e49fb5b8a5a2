import assert from "node:assert/strict";
import { test } from "node:test";
import { withBuiltRunner } from "../support/child";
import { withGroups } from "../support/fixture";
import { killPoint } from "../support/kill-point";
import { observeAll, pointsOf, runSweep } from "../support/sweep-plan";

test("a runner killed at any command costs nothing but a second run", (t) =>
  withBuiltRunner((bin) =>
    withGroups(1, async (groups) => {
      const points = pointsOf(await observeAll(groups), ["before", "after"]);
      const { figures, failures } = await runSweep(points, {
        what: "runner killed",
        check: (point) => killPoint(bin, point),
      });
      for (const line of figures) t.diagnostic(line);
      assert.equal(failures, "");
    }),
  ));
