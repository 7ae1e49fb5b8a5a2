import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFigure, isReached, type Row, renderTable } from "./table";

const BESIDE: Row = {
  work: "no-op",
  limit: { what: "bare Node", figure: 100 },
  ours: 130,
  unit: "ms",
  atMost: 1.3,
  peers: "dbmate: 20 ms",
};
const FIXED: Row = { work: "memory", limit: null, ours: 121e6, unit: "bytes", atMost: 120e6, peers: "" };

test("the table has a row for each work, with its ratio and verdict", () => {
  assert.equal(
    renderTable([BESIDE, FIXED, { ...BESIDE, atMost: 1 / 3, bound: "3 times faster" }]),
    `| work | limit | mysql-updown | ratio | to reach |  | others |
| --- | --- | --- | --- | --- | --- | --- |
| no-op | bare Node: 100 ms | 130 ms | 1.30 | ≤ 1.3 × | reached | dbmate: 20 ms |
| memory |  | 121 MB |  | ≤ 120 MB | **missed** |  |
| no-op | bare Node: 100 ms | 130 ms | 1.30 | 3 times faster | **missed** | dbmate: 20 ms |`,
  );
});

test("a bound is judged by the figures, not by what is printed of them", () => {
  assert.equal(isReached({ ...BESIDE, ours: 130.01 }), false);
  assert.equal(isReached({ ...FIXED, ours: 120.01e6 }), false);
  assert.equal(isReached({ ...FIXED, ours: 120e6 }), true);
});

test("figures carry their units", () => {
  const figures = [
    [9999.4, "ms", "9,999 ms"],
    [61_234, "ms", "61.2 s"],
    [101.4e6, "bytes", "101 MB"],
    [3.0808, "round trips", "3.08"],
    [3, "round trips", "3"],
  ] as const;
  for (const [value, unit, expected] of figures) assert.equal(formatFigure(value, unit), expected);
});
