import assert from "node:assert/strict";
import { test } from "node:test";
import { type Contender, median, race } from "./measure";

test("the median is the middle one, or between the two in the middle", () => {
  assert.equal(median([30, 1, 2]), 2);
  assert.equal(median([100, 1, 9, 10]), 9.5);
  assert.throws(() => median([]), RangeError);
});

test("a race takes turns, leaves the warm-up out, and lets another tool fail", async () => {
  const ran: string[] = [];
  const contender = (name: string, times: readonly number[]): Contender => {
    let turn = 0;
    return {
      name,
      run: async () => {
        ran.push(name);
        const ms = times[turn++];
        if (ms === undefined) throw new Error(`${name} is out of breath`);
        return { ms, peakBytes: name === "ours" ? ms * 10 : null };
      },
    };
  };
  const others = [contender("steady", [9, 5, 6, 7]), contender("weak", [1, 2])];
  const {
    limit,
    ours,
    others: rest,
  } = await race(contender("limit", [99, 1, 3, 2]), contender("ours", [99, 4, 4, 6]), others, {
    runs: 3,
    warmUp: true,
    report: () => {},
  });
  assert.deepEqual(limit, { ms: 2, peakBytes: null });
  assert.deepEqual(ours, { ms: 4, peakBytes: 40 });
  assert.deepEqual(rest, [{ ms: 6, peakBytes: null }, null]);
  assert.deepEqual(ran.slice(0, 5), ["limit", "ours", "steady", "weak", "limit"]);
});

test("a race without its limit is none", async () => {
  const fails: Contender = { name: "limit", run: () => Promise.reject(new Error("no server")) };
  const fine: Contender = { name: "ours", run: async () => ({ ms: 1, peakBytes: null }) };
  await assert.rejects(race(fails, fine, [], { runs: 1, warmUp: false, report: () => {} }), /no server/);
});
