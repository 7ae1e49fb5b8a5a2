// Makes dist/ from src/: the program as one file, which starts faster than its 250 modules would, and the types beside it.
// With --if-possible, for npm's `dependencies`, a build that is not needed or not possible is none: an install without the
// compilers, or of sources that do not compile, leaves the npm scripts to tsx.
// Not `prepare`: that stands in the package, too, and npm warns whoever installs it.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const { join } = require("node:path");
const {
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
} = require("./sources.cjs");

const DIST = join(ROOT, "dist");
const COMPILER = join(ROOT, "node_modules/typescript/bin/tsc");
const BUNDLER = join(ROOT, "node_modules/esbuild");

process.exitCode = process.argv.includes("--if-possible") ? buildIfPossible() : build();

function buildIfPossible() {
  if (isBuilt() || whatIsMissing() !== null) return 0;
  try {
    if (build() === 0) return 0;
  } catch (error) {
    console.error(`build: ${error.message}`);
  }
  console.error("build: dist/ is left as it was; the npm scripts run the sources.");
  return 0;
}

function whatIsMissing() {
  if (!fs.existsSync(COMPILER)) return "TypeScript";
  return fs.existsSync(BUNDLER) ? null : "esbuild";
}

/** Returns the exit code. A build that fails or is interrupted changes nothing, or leaves no stamp. */
function build() {
  const missing = whatIsMissing();
  if (missing !== null) {
    console.error(`build: ${missing} is missing: npm install --include=dev`);
    return 2;
  }
  // Before the compiler reads them: what changes from now on may not be in the build.
  const sources = describeSources();
  fs.mkdirSync(DIST, { recursive: true });
  const made = fs.mkdtempSync(join(DIST, ".new-"));
  try {
    const args = [COMPILER, "-p", "tsconfig.build.json", "--outDir", made];
    const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" });
    if (status !== 0) return status ?? 1;
    keepTypesOf(made, "index.d.ts");
    const { buildSync } = require(BUNDLER);
    buildSync({ ...BUNDLE, outfile: join(made, PROGRAM) });
    buildSync({ ...INSIDE_BUNDLE, outfile: join(made, `${INSIDE}.js`) });
    const licenses = [...packagesOf(INSIDE)].sort().map(licenseOf).join("\n\n");
    fs.writeFileSync(join(made, `${INSIDE}.LICENSE.txt`), licenses);
    for (const name of ON_DEMAND)
      buildSync({ ...BUNDLE, entryPoints: [`src/verbs/${name}.ts`], outfile: join(made, `${name}.js`) });
    copyPage(join(made, "page"));
    for (const [name, text] of Object.entries(ENTRIES))
      fs.writeFileSync(join(made, name), text, { mode: 0o755 });
    fs.rmSync(STAMP, { force: true });
    replaceFiles(made);
    fs.writeFileSync(STAMP, sources);
    return 0;
  } finally {
    fs.rmSync(made, { recursive: true, force: true });
  }
}

function copyPage(folder) {
  fs.mkdirSync(folder);
  for (const name of fs.readdirSync(join(ROOT, PAGE))) {
    if (/\.(js|css)$/.test(name)) fs.copyFileSync(join(ROOT, PAGE, name), join(folder, name));
  }
}

/** A package and all that it depends on. */
function packagesOf(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const other of Object.keys(describePackage(name).dependencies ?? {})) packagesOf(other, found);
  return found;
}

function describePackage(name) {
  return JSON.parse(fs.readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8"));
}

/** Who gives a package's code away gives its license, too. */
function licenseOf(name) {
  const { version, license } = describePackage(name);
  const folder = join(ROOT, "node_modules", name);
  const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no license file, so it cannot be given away.`);
  return `${name} ${version} (${license})\n\n${fs.readFileSync(join(folder, file), "utf8").trim()}\n`;
}

/** Removes the types that an entry point does not lead to: whoever uses the package cannot reach them. */
function keepTypesOf(made, entry) {
  const kept = new Set();
  const keep = (name) => {
    if (kept.has(name)) return;
    kept.add(name);
    const text = fs.readFileSync(join(made, name), "utf8");
    for (const [, path] of text.matchAll(/(?:from |import\()"(\.[^"]*)"/g))
      keep(`${join(name, "..", path)}.d.ts`);
  };
  keep(entry);
  for (const name of fs.readdirSync(made, { recursive: true })) {
    if (name.endsWith(".d.ts") && !kept.has(name)) fs.rmSync(join(made, name));
  }
  removeEmptyFolders(made);
}

function removeEmptyFolders(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  }
  if (fs.readdirSync(folder).length === 0) fs.rmdirSync(folder);
}

/** The program comes last and in one step, so that what starts meanwhile runs the old one or the new one. */
function replaceFiles(made) {
  const names = fs.readdirSync(made, { recursive: true });
  for (const old of fs.readdirSync(DIST, { recursive: true })) {
    // Also what a build left that was interrupted. One that still runs fails, rather than mixing its files with these.
    const stays = names.includes(old) || join(DIST, old).startsWith(made);
    if (!stays) fs.rmSync(join(DIST, old), { recursive: true, force: true });
  }
  for (const name of names.sort((a, b) => (a === PROGRAM) - (b === PROGRAM))) {
    if (fs.statSync(join(made, name)).isDirectory()) fs.mkdirSync(join(DIST, name), { recursive: true });
    else fs.renameSync(join(made, name), join(DIST, name));
  }
}
