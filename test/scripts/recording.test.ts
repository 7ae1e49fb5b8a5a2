import assert from "node:assert/strict";
import { test } from "node:test";
import { cutLine, readRecording, renderRecording } from "../../scripts/recording";

const LINES = ["$ npm run x", 'a <b> & "c"', "  0001_a up", "x".repeat(200)];

test("a recording holds its lines, cut at the window's edge, and whatever is in them stays text", () => {
  const svg = renderRecording(
    "it",
    LINES.map((text, index) => ({ text, atMs: index * 500 })),
  );
  assert.deepEqual(readRecording(svg), LINES.map(cutLine));
  assert.equal(cutLine("x".repeat(200)).length, 96);
  assert.doesNotMatch(svg, /<b>|<script|href/);
});

test("a recording waits for no machine, and lets no line be missed", () => {
  const at = (...times: number[]) =>
    renderRecording(
      "it",
      times.map((atMs) => ({ text: "x", atMs })),
    );
  assert.equal(at(0, 1, 2), at(0, 30, 60));
  assert.equal(at(0, 900), at(0, 60_000));
  assert.match(at(0, 900), /animation: roll 6\.0s/);
});
