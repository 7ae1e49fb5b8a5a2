import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type BuiltRunner, buildRunner } from "../support/child";
import { otherNode } from "../support/other-node";

const ROOT = join(__dirname, "../..");
const { whyTooOld } = require("../../scripts/node-version.cjs") as {
  whyTooOld: (version: string) => string | null;
};

let runner: BuiltRunner;
let scripts = "";

before(async () => {
  runner = await buildRunner();
  // A checkout that was not built, and whose packages are not there.
  scripts = mkdtempSync(join(tmpdir(), "updown-old-node-"));
  cpSync(join(ROOT, "scripts"), join(scripts, "scripts"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(scripts, "package.json"));
});

after(async () => {
  rmSync(scripts, { recursive: true });
  await runner.remove();
});

for (const line of [14, 16, 18] as const) {
  test(`Node ${line} is told in one line that it is too old, whatever it starts`, (t) => {
    let node: string;
    try {
      node = otherNode(line);
    } catch (error) {
      return t.skip(`npm cannot fetch Node ${line}: ${(error as Error).message.split("\n")[0]}`);
    }
    const index = runner.bin.replace("bin.js", "index.js");
    const program = join(scripts, `program-${line}.mjs`);
    writeFileSync(program, `import ${JSON.stringify(pathToFileURL(index).href)};`);
    const version = spawnSync(node, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout.trim();
    const expected = `mysql-updown needs Node 20 or later, and this is Node ${version}: ${node}`;
    const commands = {
      "the bin": [runner.bin, "up"],
      "an npm script": [join(scripts, "scripts/migrate.cjs"), "up"],
      "a script that would run TypeScript": [
        ...["--require", join(scripts, "scripts/node-version.cjs"), "--require", "tsx/cjs"],
        "scripts/quickstart.ts",
      ],
    };
    for (const [name, words] of Object.entries(commands)) {
      const { status, stdout, stderr } = spawnSync(node, words, { cwd: scripts, encoding: "utf8" });
      assert.deepEqual({ status, stdout, stderr }, { status: 2, stdout: "", stderr: `${expected}\n` }, name);
    }
    const loads = { "require()": ["-e", `require(${JSON.stringify(index)})`], import: [program] };
    for (const [name, words] of Object.entries(loads)) {
      const { status, stderr } = spawnSync(node, words, { encoding: "utf8" });
      assert.equal(status, 1, name);
      assert.ok(stderr.includes(`\nError: ${expected}\n`), `${name}: ${stderr}`);
    }
  });
}

const versions: readonly (readonly [version: string, tooOld: boolean])[] = [
  ["4.9.1", true],
  ["14.21.3", true],
  ["19.9.0", true],
  ["20.0.0", false],
  ["22.1.0", false],
  ["100.0.0", false],
];

for (const [version, tooOld] of versions) {
  test(`Node ${version} is ${tooOld ? "too old" : "new enough"}`, () => {
    assert.equal(whyTooOld(version) !== null, tooOld);
  });
}

test("what package.json asks for is what is checked", () => {
  const { engines, scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  assert.equal(engines.node, ">=20");
  assert.match(scripts.quickstart, /^node --require \.\/scripts\/node-version\.cjs --require tsx\/cjs /);
});
