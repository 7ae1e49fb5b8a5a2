import assert from "node:assert/strict";
import { test } from "node:test";
import { decideNext, type Limits, type Next, type Standing } from "../../src/fleet/next";

const LIMITS: Limits = { canary: 1, parallel: 4, maxFailures: 1 };

/** `begun/ended of total`, and what is not as it mostly is. */
type Row = readonly [at: string, rest: Partial<Standing & Limits>, next: Next];

const ROWS: readonly Row[] = [
  ["0/0 of 0", {}, "end"],
  // The canary is alone.
  ["0/0 of 9", {}, "begin"],
  ["1/0 of 9", {}, "wait"],
  ["1/1 of 9", {}, "begin"],
  ["2/1 of 9", {}, "begin"],
  ["4/1 of 9", {}, "begin"],
  ["5/1 of 9", {}, "wait"],
  ["5/2 of 9", {}, "begin"],
  ["9/6 of 9", {}, "wait"],
  ["9/9 of 9", {}, "end"],
  // Several canaries, one after another; as many as there are databases; none.
  ["1/1 of 9", { canary: 3 }, "begin"],
  ["2/1 of 9", { canary: 3 }, "wait"],
  ["2/2 of 9", { canary: 3 }, "begin"],
  ["3/2 of 9", { canary: 3 }, "wait"],
  ["3/3 of 9", { canary: 3 }, "begin"],
  ["4/3 of 9", { canary: 3 }, "begin"],
  ["1/0 of 2", { canary: 5 }, "wait"],
  ["2/2 of 2", { canary: 5 }, "end"],
  ["0/0 of 9", { canary: 0 }, "begin"],
  ["3/0 of 9", { canary: 0 }, "begin"],
  ["4/0 of 9", { canary: 0 }, "wait"],
  // A canary that failed stops all, however many may fail.
  ["1/1 of 9", { failed: 1, canaryFailed: true }, "end"],
  ["1/1 of 9", { failed: 1, canaryFailed: true, maxFailures: 5 }, "end"],
  ["1/1 of 9", { failed: 1, canaryFailed: true, maxFailures: null }, "end"],
  // Failures: those under way end.
  ["5/2 of 9", { failed: 1 }, "wait"],
  ["5/5 of 9", { failed: 1 }, "end"],
  ["5/2 of 9", { failed: 1, maxFailures: 2 }, "begin"],
  ["6/4 of 9", { failed: 2, maxFailures: 2 }, "wait"],
  ["6/6 of 9", { failed: 3, maxFailures: 2 }, "end"],
  ["6/6 of 9", { failed: 6, maxFailures: null }, "begin"],
  // Somebody asked to stop.
  ["0/0 of 9", { stopping: true }, "end"],
  ["5/3 of 9", { stopping: true }, "wait"],
  ["5/5 of 9", { stopping: true }, "end"],
  // One by one.
  ["1/1 of 9", { parallel: 1 }, "begin"],
  ["2/1 of 9", { parallel: 1 }, "wait"],
];

test("which database is next follows from how far it is", () => {
  for (const [at, rest, next] of ROWS) {
    const [begun = 0, ended = 0, total = 0] = at.split(/\/| of /).map(Number);
    const standing = { total, begun, ended, failed: 0, canaryFailed: false, stopping: false, ...rest };
    assert.equal(decideNext(standing, { ...LIMITS, ...rest }), next, `${at} ${JSON.stringify(rest)}`);
  }
});
