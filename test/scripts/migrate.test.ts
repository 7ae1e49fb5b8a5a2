import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { packageVersion } from "../../src/version";

const ROOT = join(__dirname, "../..");
const COMPILER = join(ROOT, "node_modules/typescript/bin/tsc");
const BIN = "dist/bin.js";

/** A built copy of the project, from which each test gets its own. */
let built = "";
let project = "";

before(() => {
  built = mkdtempSync(join(tmpdir(), "updown-built-"));
  for (const name of ["src", "scripts", "package.json", "tsconfig.json", "tsconfig.build.json"]) {
    cpSync(join(ROOT, name), join(built, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(built, "node_modules"));
  project = built;
  assert.deepEqual(run("build.cjs"), { status: 0, stdout: "", stderr: "" });
  // Says that it runs, and in which process.
  appendFileSync(join(built, BIN), "console.log('built', process.pid);\n");
});

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "updown-launch-"));
  // Not cpSync, which cuts the times off.
  assert.equal(spawnSync("cp", ["-a", `${built}/.`, project]).status, 0);
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

after(() => rmSync(built, { recursive: true, force: true }));

/** Runs one of scripts/. A child's process number is `PID` in what it printed. */
function run(script: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const child = spawnSync(process.execPath, [join(project, "scripts", script), ...args], {
    cwd: tmpdir(),
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  const stdout = child.stdout.replaceAll(String(child.pid), "PID");
  return { status: child.status, stdout, stderr: child.stderr };
}

const BUILT = { status: 0, stdout: `${packageVersion()}\nbuilt PID\n`, stderr: "" };
const SOURCES = { status: 0, stdout: `${packageVersion()}\n`, stderr: "" };

function path(name: string): string {
  return join(project, name);
}

function setTime(name: string, seconds: number): void {
  const { atimeMs, mtimeMs } = statSync(path(name));
  utimesSync(path(name), atimeMs / 1000, mtimeMs / 1000 + seconds);
}

const states: readonly (readonly [name: string, change: () => void, expected: typeof BUILT])[] = [
  ["built", () => {}, BUILT],
  ["a source is newer", () => setTime("src/errors.ts", 1), SOURCES],
  ["a source is older", () => setTime("src/errors.ts", -3600), SOURCES],
  ["a source has another size", () => resize("src/errors.ts"), SOURCES],
  ["a source is added", () => writeFileSync(path("src/cli/more.ts"), "export const more = 1;\n"), SOURCES],
  ["a source is removed", () => rmSync(path("src/index.ts")), SOURCES],
  ["a source is renamed", () => renameSync(path("src/index.ts"), path("src/other.ts")), SOURCES],
  ["an editor's lock file", () => symlinkSync("nobody@nowhere.1", path("src/.#errors.ts")), SOURCES],
  ["tsconfig is newer", () => setTime("tsconfig.json", 1), SOURCES],
  ["package.json is newer", () => setTime("package.json", 1), SOURCES],
  ["no stamp", () => rmSync(path("dist/.sources")), SOURCES],
  ["no dist", () => rmSync(path("dist"), { recursive: true }), SOURCES],
];

for (const [name, change, expected] of states) {
  test(`the npm scripts run ${expected === BUILT ? "the build" : "the sources"}: ${name}`, () => {
    change();
    assert.deepEqual(run("migrate.cjs", "--version"), expected);
  });
}

/** Its time stays, to the nanosecond. */
function resize(name: string): void {
  const before = path("before");
  assert.equal(spawnSync("cp", ["-p", path(name), before]).status, 0);
  appendFileSync(path(name), "\n");
  assert.equal(spawnSync("touch", ["-r", before, path(name)]).status, 0);
}

test("the npm scripts run the sources as edited, and the build again after the next one", () => {
  appendFileSync(path("src/cli/main.ts"), "process.on('exit', () => console.log('edited'));\n");
  const edited = { ...SOURCES, stdout: `${SOURCES.stdout}edited\n` };
  assert.deepEqual(run("migrate.cjs", "--version"), edited);
  assert.equal(run("build.cjs").status, 0);
  leaveOut("tsx");
  assert.deepEqual(run("migrate.cjs", "--version"), edited);
});

/** Has all packages but some, as an installation for production has. */
function leaveOut(...names: readonly string[]): void {
  rmSync(path("node_modules"));
  mkdirSync(path("node_modules"));
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (!names.includes(name)) symlinkSync(join(ROOT, "node_modules", name), path(`node_modules/${name}`));
  }
}

test("without tsx the build runs, and its exit code is the script's", () => {
  leaveOut("tsx");
  assert.deepEqual(run("migrate.cjs", "--version"), BUILT);
  assert.equal(run("migrate.cjs", "--nonsense").status, 2);
});

test("without tsx and without a build: one line says what to do", () => {
  rmSync(path("node_modules"));
  // In the way of one that a folder above may have.
  mkdirSync(path("node_modules/tsx"), { recursive: true });
  writeFileSync(path("node_modules/tsx/package.json"), '{ "exports": {} }');
  setTime("src/errors.ts", 1);
  assert.deepEqual(run("migrate.cjs", "--version"), {
    status: 2,
    stdout: "",
    stderr: "dist/ is not built of the sources in src/, and tsx is missing: npm install, or npm run build.\n",
  });
});

/** Puts a program before the compiler. Everything else is there: a stand-in that lacks a package only works below another project. */
function beforeCompiler(program: string): void {
  leaveOut("typescript");
  mkdirSync(path("node_modules/typescript/bin"), { recursive: true });
  const compile = `require("node:child_process").spawnSync(process.execPath, [${JSON.stringify(COMPILER)}, ...process.argv.slice(2)])`;
  writeFileSync(
    path("node_modules/typescript/bin/tsc"),
    `const fs = require("node:fs");\n${program};\nprocess.exitCode = ${compile}.status;\n`,
  );
}

test("a source that changes while it is compiled is not in the build", () => {
  beforeCompiler('fs.appendFileSync("src/cli/bin.ts", "\\n")');
  assert.equal(run("build.cjs").status, 0);
  appendFileSync(path(BIN), "console.log('built');\n");
  assert.deepEqual(run("migrate.cjs", "--version"), SOURCES);
});

test("the last build is there until the next one is", () => {
  beforeCompiler(`console.log(fs.existsSync("${BIN}"))`);
  assert.deepEqual(run("build.cjs"), { status: 0, stdout: "true\n", stderr: "" });
});

test("a build leaves nothing of earlier ones, nor of interrupted ones", () => {
  writeFileSync(path("dist/old.js"), "");
  mkdirSync(path("dist/.new-left/x"), { recursive: true });
  writeFileSync(path("dist/.new-left/x/bin.js"), "");
  assert.equal(run("build.cjs").status, 0);
  for (const name of ["dist/old.js", "dist/.new-left"]) {
    assert.ok(!existsSync(path(name)), name);
  }
  assert.deepEqual(
    readdirSync(path("dist")).filter((name) => name.startsWith(".")),
    [".sources"],
  );
});

test("a build that fails leaves the last one, and the npm scripts to the sources", () => {
  appendFileSync(path("src/errors.ts"), "export const wrong: string = 1;\n");
  const before = readdirSync(path("dist"), { recursive: true });
  const failed = run("build.cjs");
  assert.equal(failed.status, 2);
  assert.match(failed.stdout, /error TS2322/);
  assert.deepEqual(readdirSync(path("dist"), { recursive: true }), before);
  assert.deepEqual(run("migrate.cjs", "--version"), SOURCES);

  const installed = run("build.cjs", "--if-possible");
  assert.equal(installed.status, 0);
  assert.match(installed.stdout, /error TS2322/);
  assert.equal(installed.stderr, "build: dist/ is left as it was; the npm scripts run the sources.\n");
});

test("an install that may not write dist/ goes on without it", () => {
  rmSync(path("dist"), { recursive: true });
  writeFileSync(path("dist"), "in the way");
  assert.notEqual(run("build.cjs").status, 0);
  const installed = run("build.cjs", "--if-possible");
  assert.equal(installed.status, 0);
  assert.match(
    installed.stderr,
    /^build: EEXIST.*\nbuild: dist\/ is left as it was; the npm scripts run the sources\.\n$/,
  );
  assert.deepEqual(run("migrate.cjs", "--version"), SOURCES);
});

for (const [name, missing] of [
  ["typescript", "TypeScript"],
  ["esbuild", "esbuild"],
] as const) {
  test(`without ${missing} an install is quiet and builds nothing, and a build says why`, () => {
    leaveOut(name);
    rmSync(path("dist"), { recursive: true });
    assert.deepEqual(run("build.cjs", "--if-possible"), { status: 0, stdout: "", stderr: "" });
    assert.deepEqual(run("build.cjs"), {
      status: 2,
      stdout: "",
      stderr: `build: ${missing} is missing: npm install --include=dev\n`,
    });
    assert.ok(!existsSync(path("dist")));
  });
}

test("the program is one file, whose stack traces can be told in the sources' lines", () => {
  const scripts = readdirSync(path("dist"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  // And what one verb alone reads: a file of its own, and the script of its page.
  assert.deepEqual(scripts.sort(), [
    "bin.js",
    "glob.js",
    "index.js",
    "page/report.js",
    "program.js",
    "report-renderers.js",
  ]);
  const child = spawnSync(
    process.execPath,
    [
      "--enable-source-maps",
      "-e",
      `try { require(${JSON.stringify(path("dist/index.js"))}).createMigrator({ x: 1 }) } catch (error) { console.log(error.stack) }`,
    ],
    { encoding: "utf8" },
  );
  assert.match(child.stdout, /src\/index\.ts:\d+:\d+/, child.stderr);
});

test("an install builds what is not built, and only that", () => {
  const made = () => statSync(path(BIN)).mtimeMs;
  const before = made();
  assert.deepEqual(run("build.cjs", "--if-possible"), { status: 0, stdout: "", stderr: "" });
  assert.equal(made(), before);
  rmSync(path("dist/.sources"));
  assert.deepEqual(run("build.cjs", "--if-possible"), { status: 0, stdout: "", stderr: "" });
  assert.notEqual(made(), before);
});
