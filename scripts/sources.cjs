// What dist/ was built of, beside what the sources are now: for scripts/build.cjs and scripts/migrate.cjs.
const { readdirSync, readFileSync, statSync } = require("node:fs");
const { join } = require("node:path");
const { whyTooOld } = require("./node-version.cjs");

const ROOT = join(__dirname, "..");

/** What one verb alone needs, each in a file of its own beside the program, which others do not read when they start. */
const ON_DEMAND = ["report-renderers"];

/** What the program reads as it stands: the script and the styles of the report's page. */
const PAGE = "src/report/page";

/** The package that goes into dist/, in a file of its own. */
const INSIDE = "glob";

/** How esbuild makes the program of the sources. Dependencies stay outside: npm installs them, and audits them. */
const BUNDLE = {
  absWorkingDir: ROOT,
  entryPoints: ["src/index.ts"],
  bundle: true,
  external: ["mysql2", "dotenv", ...[...ON_DEMAND, INSIDE].map((name) => `./${name}`)],
  alias: { [INSIDE]: `./${INSIDE}` },
  platform: "node",
  target: "node20",
  format: "cjs",
  sourcemap: true,
  sourcesContent: false,
  // A fifth less to pack, and to read at the start; names stay, for who sends a stack.
  minifyWhitespace: true,
};

/**
 * How it makes one file of glob and the six packages that it needs: they take 7.5 MB where npm installs them, more than half of all,
 * for one look at the names that are no migration's.
 */
const INSIDE_BUNDLE = {
  absWorkingDir: ROOT,
  entryPoints: [INSIDE],
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  minify: true,
};

/** What esbuild makes. Only the entry points below load it, once they know that this Node can read it. */
const PROGRAM = "program.js";

const CHECK = `${whyTooOld}
var why = whyTooOld(process.versions.node);`;

/** By file name: what npm links as `mysql-updown`, and what programs load. An old Node reads them, too. */
const ENTRIES = {
  "bin.js": `#!/usr/bin/env node
"use strict";
${CHECK}
if (why === null) require("./${PROGRAM}").startProgram(process);
else {
  console.error(why);
  process.exitCode = 2;
}
`,
  "index.js": `"use strict";
${CHECK}
if (why !== null) throw new Error(why);
module.exports = require("./${PROGRAM}");
`,
};

/** Written by a build that succeeded. Goes when dist/ goes, and stays out of the package (`files` in package.json). */
const STAMP = join(ROOT, "dist/.sources");

/** package.json too: its `type` decides the module format. */
const SETTINGS = ["package.json", "tsconfig.json", "tsconfig.build.json"];

/**
 * One line for each file that a build reads: path, size in bytes, time of its last change in ms. Contents are not read,
 * since this is asked at every start; whatever writes a file changes its time, backwards or forwards.
 */
function describeSources() {
  return SETTINGS.map(describeFile).join("") + describeFolder("src");
}

/** Not `readdirSync(…, { recursive: true })`, which takes twice as long as all the rest. */
function describeFolder(folder) {
  return readdirSync(`${ROOT}/${folder}`, { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? describeFolder : describeFile)(`${folder}/${entry.name}`))
    .join("");
}

function describeFile(path) {
  // An editor's lock file is a link to nothing.
  const stat = statSync(`${ROOT}/${path}`, { throwIfNoEntry: false });
  return `${path} ${stat?.size} ${stat?.mtimeMs}\n`;
}

/** Whether dist/ was built of the very sources that are here. */
function isBuilt() {
  return readStamp() === describeSources();
}

function readStamp() {
  try {
    return readFileSync(STAMP, "utf8");
  } catch {
    return null;
  }
}

module.exports = {
  BUNDLE,
  ENTRIES,
  INSIDE,
  INSIDE_BUNDLE,
  ON_DEMAND,
  PAGE,
  PROGRAM,
  ROOT,
  STAMP,
  describeSources,
  isBuilt,
};
