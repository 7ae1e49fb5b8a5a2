import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

test("CI refuses a machine where a folder above the temporary one has packages", (t) => {
  const above = realpathSync(mkdtempSync(join(tmpdir(), "updown-ci-")));
  t.after(() => rmSync(above, { recursive: true }));
  mkdirSync(join(above, "node_modules"));
  mkdirSync(join(above, "temporary"));
  const { status, stdout, stderr } = spawnSync("bash", [join(__dirname, "../../.ci/run")], {
    env: { ...process.env, TMPDIR: join(above, "temporary") },
    encoding: "utf8",
  });
  assert.deepEqual([status, stdout], [1, ""]);
  assert.equal(
    stderr,
    `ci: ${above}/node_modules lends its packages to the tests; move it away, or choose another TMPDIR\n`,
  );
});
