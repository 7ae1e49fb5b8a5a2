import assert from "node:assert/strict";
import { test } from "node:test";
import { type PointResult, renderFailures, type Verdict } from "./figures";

function points(verdicts: Readonly<Partial<Record<Verdict, number>>>): ReadonlyMap<string, PointResult[]> {
  const results = Object.entries(verdicts).flatMap(([verdict, count]) =>
    Array.from({ length: count }, (_, index) => ({
      point: `${verdict} ${index}`,
      verdict: verdict as Verdict,
      details: "",
    })),
  );
  return new Map([["kind", results]]);
}

test("a sweep fails for what went wrong, and when it missed so many points that it shows nothing", () => {
  const failures = (verdicts: Parameters<typeof points>[0]): number =>
    renderFailures(points(verdicts), 100)
      .split("\n")
      .filter((line) => line.includes("SWEEP_ONLY")).length;
  assert.equal(failures({ fine: 10, asked: 3 }), 0);
  assert.equal(failures({ fine: 10, missed: 2 }), 0);
  assert.equal(failures({ fine: 10, missed: 3 }), 3);
  assert.equal(failures({ fine: 95, missed: 5 }), 0);
  assert.equal(failures({ fine: 95, missed: 7 }), 7);
  assert.equal(failures({ fine: 95, missed: 1, lost: 1 }), 1);
});
