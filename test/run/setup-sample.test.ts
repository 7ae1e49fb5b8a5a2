import assert from "node:assert/strict";
import { test } from "node:test";
import { withGroups } from "../support/fixture";
import { sweepPoint } from "../support/sweep";
import { sweepSetups } from "../support/sweep-settings";

// More of them are swept by `npm run test:sweep`. A prime, and few of the groups: an uninterrupted run comes first.
const EVERY = 397;
const GROUPS = 9;

test("a sample of connections cut costs nothing but a second run, however the server is set up", (t) =>
  withGroups(1, async (groups) => {
    const some = groups.filter((_, index) => index % GROUPS === 0);
    const { figures, failures } = await sweepSetups(some, { every: EVERY, check: sweepPoint });
    for (const line of figures) t.diagnostic(line);
    assert.equal(failures, "");
  }));
