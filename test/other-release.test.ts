import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FAMILIES } from "./support/servers";

/**
 * What releases of MariaDB are known, or likely, to do differently, one or two tests of each kind. All tests run on 11.8 by
 * `npm test -- --server=mariadb-11.8`, and on every release in CI.
 */
const SAMPLE: readonly (readonly [file: string, name: RegExp])[] = [
  ["test/server/fingerprint.test.ts", /temporary tables are no part of what lasts/],
  ["test/history/next-line.test.ts", /the record looks up whether the table that is to be created is there/],
  ["test/schema/pairs.test.ts", /(server-rules|packages|versions): /],
  ["test/run/crash-sample.test.ts", /a sample of connections cut/],
];

/** The crash points that are taken: some of the migration that makes temporary tables, which 11.8 lists. */
const CRASHES = { SWEEP_ONLY: "mariadb up 0010 after", SWEEP_EVERY: "5" };

test("a sample of all this on MariaDB 11.8", (t) => {
  if (FAMILIES.length === 1) return t.skip("this run is about one server");
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  for (const [file] of SAMPLE) assert.ok(existsSync(join(__dirname, "..", file)), file);
  const names = SAMPLE.map(([, { source }]) => source).join("|");
  const ran = spawnSync(
    process.execPath,
    [
      ...["--require", "tsx/cjs", "scripts/test.ts", "--server=mariadb-11.8"],
      `--test-name-pattern=${names}`,
      ...SAMPLE.map(([file]) => file),
    ],
    {
      cwd: join(__dirname, ".."),
      env: { ...environment, ...CRASHES },
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    },
  );
  assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`);
});
