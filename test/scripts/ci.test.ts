import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { SERVER_CHOICES } from "../support/start-servers";

const ROOT = join(__dirname, "../..");

interface Job {
  readonly steps: readonly { readonly run?: string }[];
  readonly strategy?: {
    readonly matrix: { readonly image: readonly string[]; readonly include: readonly { image: string }[] };
  };
}

test("the workflow tests every release that is promised, and types and lint apart from them", () => {
  const { jobs } = parse(readFileSync(join(ROOT, ".github/workflows/ci.yml"), "utf8")) as {
    jobs: Readonly<Record<"style" | "test" | "whole", Job>>;
  };
  const matrix = jobs.test.strategy?.matrix;
  assert.deepEqual(matrix?.image, [
    "mysql:8.0",
    "mysql:8.4",
    "mysql:9",
    "mariadb:10.6",
    "mariadb:10.11",
    "mariadb:11.8",
  ]);
  for (const { image } of matrix?.include ?? []) assert.ok(matrix?.image.includes(image), image);
  const scripts = Object.keys(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts);
  const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  for (const [, name = ""] of runs.join("\n").matchAll(/npm run ([\w:]+)/g))
    assert.ok(scripts.includes(name), name);
  assert.ok(runs.includes("npm test -- --server=$FAMILY"));
  for (const family of ["mysql", "mariadb"] as const) assert.ok(SERVER_CHOICES.includes(family));
  const checks = (job: Job): readonly string[] => job.steps.flatMap(({ run }) => run ?? []);
  assert.deepEqual(checks(jobs.style), ["npm ci", "npm run typecheck", "npm run lint"]);
  assert.ok(!checks(jobs.test).some((run) => /typecheck|lint/.test(run)));
});

test("a release is published only after all checks, of the version that its tag names, with provenance", (t) => {
  const { jobs } = parse(readFileSync(join(ROOT, ".github/workflows/release.yml"), "utf8")) as {
    jobs: Readonly<
      Record<
        "check" | "publish",
        Job & { readonly needs?: string; readonly permissions?: { readonly "id-token": string } }
      >
    >;
  };
  const runs = ({ steps }: Job): readonly string[] => steps.flatMap(({ run }) => run ?? []);
  assert.equal(jobs.publish.needs, "check");
  assert.equal(jobs.publish.permissions?.["id-token"], "write");
  assert.ok(runs(jobs.check).includes(".ci/run"));
  assert.ok(runs(jobs.publish).includes("npm publish --provenance --access public"));

  // The two steps that are more than a command, run on a project of their own.
  const folder = mkdtempSync(join(tmpdir(), "updown-release-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ version: "1.2.3" }));
  writeFileSync(join(folder, "CHANGELOG.md"), "# Changelog\n## [1.2.3] - today\n- news\n## [1.2.2]\n- old\n");
  const [tagged = ""] = runs(jobs.check).filter((run) => run.includes("CHANGELOG"));
  const [notes = ""] = runs(jobs.publish).filter((run) => run.includes("notes.md"));
  const shell = (text: string, tag: string): number | null =>
    spawnSync("sh", ["-ec", text], { cwd: folder, env: { ...process.env, GITHUB_REF_NAME: tag } }).status;
  assert.equal(shell(tagged, "v1.2.3"), 0);
  assert.equal(shell(tagged, "v1.2.4"), 1);
  assert.equal(shell(notes.replace(/^gh .*/m, ""), "v1.2.3"), 0);
  assert.equal(readFileSync(join(folder, "notes.md"), "utf8"), "- news\n");
  writeFileSync(join(folder, "CHANGELOG.md"), "## [Unreleased]\n");
  assert.equal(shell(tagged, "v1.2.3"), 1);
});

test("what CI runs on another release is there", () => {
  const [, parts = ""] = /--server=\S+ (.*)/.exec(readFileSync(join(ROOT, ".ci/run"), "utf8")) ?? [];
  const files = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" });
  assert.ok(parts.split(" ").length > 3);
  for (const part of parts.split(" ")) {
    assert.ok(
      files.some((file) => file.endsWith(".test.ts") && `test/${file}`.includes(part)),
      part,
    );
  }
});

test("CI refuses a machine where a folder above the temporary one has packages", (t) => {
  const above = realpathSync(mkdtempSync(join(tmpdir(), "updown-ci-")));
  t.after(() => rmSync(above, { recursive: true }));
  mkdirSync(join(above, "node_modules"));
  mkdirSync(join(above, "temporary"));
  const { status, stdout, stderr } = spawnSync("bash", [join(ROOT, ".ci/run")], {
    env: { ...process.env, TMPDIR: join(above, "temporary") },
    encoding: "utf8",
  });
  assert.deepEqual([status, stdout], [1, ""]);
  assert.equal(
    stderr,
    `ci: ${above}/node_modules lends its packages to the tests; move it away, or choose another TMPDIR\n`,
  );
});
