import assert from "node:assert/strict";
import { test } from "node:test";
import { withGroups } from "../support/fixture";
import { sweepPoint } from "../support/sweep";
import { sweepSetups } from "../support/sweep-settings";

/** A prime. All points are swept on the default servers; the settings make no difference to most of them. */
const EVERY = 53;

test("a connection cut costs nothing but a second run, however the server is set up", (t) =>
  withGroups(1, async (groups) => {
    const { figures, failures } = await sweepSetups(groups, { every: EVERY, check: sweepPoint });
    for (const line of figures) t.diagnostic(line);
    assert.equal(failures, "");
  }));
