import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { goldenFolder, inChunks, readCase, render, splitsOf } from "./golden";

const names = readdirSync(goldenFolder)
  .filter((file) => file.endsWith(".sql"))
  .map((file) => file.slice(0, -".sql".length));

for (const name of names) {
  const { sql, options } = readCase(name);
  const goldenFile = join(goldenFolder, `${name}.golden`);

  test(`golden: ${name}`, () => {
    const actual = render(() => splitsOf([Buffer.from(sql)], options));
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(goldenFile, actual);
    assert.equal(actual, readFileSync(goldenFile, "utf8"));
  });

  test(`chunks: ${name}`, () => {
    const expected = render(() => splitsOf([Buffer.from(sql)], options));
    for (let size = 1; size <= 17; size++) {
      assert.equal(
        render(() =>
          splitsOf(
            inChunks(sql, () => size),
            options,
          ),
        ),
        expected,
        `chunks of ${size}`,
      );
    }
    for (let seed = 1; seed <= 20; seed++) {
      let state = seed * 7919;
      const next = (): number => {
        state = (state * 48271) % 0x7fffffff;
        return 1 + (state % 40);
      };
      assert.equal(
        render(() => splitsOf(inChunks(sql, next), options)),
        expected,
        `random cuts, seed ${seed}`,
      );
    }
  });
}
