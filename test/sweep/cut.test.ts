import assert from "node:assert/strict";
import { test } from "node:test";
import { withGroups } from "../support/fixture";
import { isOwnWork } from "../support/somebody";
import { reconnectPoint, sweepPoint } from "../support/sweep";
import { MOMENTS, observeAll, pointsOf, runSweep } from "../support/sweep-plan";

test("a connection cut at any command costs nothing but a second run", (t) =>
  withGroups(1, async (groups) => {
    // What only reads leaves the server as it was, at whichever moment: one of them will do, each in turn.
    const points = pointsOf(await observeAll(groups), MOMENTS).filter(
      ({ subject, command, moment }) =>
        isOwnWork(subject, command) || MOMENTS[command % MOMENTS.length] === moment,
    );
    const { figures, failures } = await runSweep(points, { what: "cut", check: sweepPoint });
    for (const line of figures) t.diagnostic(line);
    assert.equal(failures, "");
  }));

/** What a new session finds is what a second run finds, so a sample is enough. A prime, to fall on all kinds of commands. */
const RECONNECTS = 13;

test("a connection cut is made again, and the run goes on by itself", (t) =>
  withGroups(1, async (groups) => {
    const points = pointsOf(await observeAll(groups), MOMENTS);
    const { figures, failures } = await runSweep(points, {
      what: "reconnected",
      check: reconnectPoint,
      every: RECONNECTS,
    });
    for (const line of figures) t.diagnostic(line);
    assert.equal(failures, "");
  }));
