import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { verbs } from "../src/verbs/list";

const SRC = join(__dirname, "../src");

/** Imports point down this list, never up. */
const LAYERS = [
  "cli",
  "fleet",
  "verbs",
  "report",
  "scratch",
  "run",
  "online",
  "schema",
  "plan",
  "history",
  "server",
  "migrations",
  "syntax",
  "settings",
];

/** Beside the layers: these know nothing but each other, and everyone may import them. */
const EVERYONE = ["errors", "version"];

/** The programmatic interface, src/index.ts, may import everything. */
const TOP = "index";

/** Who may import which package. */
const PACKAGES: Readonly<Record<string, string>> = { mysql2: "server", glob: "migrations", dotenv: "cli" };

/** Only cli/ touches the process: its arguments, environment, output and exit code. */
const PROCESS = /\bprocess\.(env|argv|exit|exitCode|stdin|stdout|stderr|on|once)\b|\bconsole\.\w+\(/g;

/** Folders whose functions only compute; hashing and formatting are computing. */
const PURE = ["plan", "syntax"];
const PURE_MODULES = ["node:crypto", "node:util", "node:buffer"];

/** Everything the rules say against one source file. `path` is relative to src/, such as `run/step.ts`. */
function violations(path: string, text: string): readonly string[] {
  const code = withoutComments(text);
  const layer = layerOf(path);
  const found = imports(code).flatMap((specifier) => {
    const why = specifier.startsWith(".")
      ? objectionToModule(path, layer, posix.join(dirname(path), specifier))
      : objectionToPackage(layer, specifier);
    return why === null ? [] : [`${path}: ${why}`];
  });
  if (layer !== "cli") {
    for (const [use] of code.matchAll(PROCESS)) found.push(`${path}: only cli/ may use ${use}`);
  }
  return found;
}

/** The first word of the path: the folder directly below src/, or the name of a file that is in none. */
function layerOf(path: string): string {
  return (path.split("/")[0] ?? "").replace(/\.ts$/, "");
}

function objectionToModule(path: string, from: string, target: string): string | null {
  if (target.startsWith("..")) return `${target} is outside src/`;
  const to = layerOf(target);
  if (from === TOP || from === to || EVERYONE.includes(to)) return null;
  const [above, below] = [LAYERS.indexOf(from), LAYERS.indexOf(to)];
  if (above !== -1 && below > above) return null;
  return `${from} may not import ${to} (${posix.relative(dirname(path), target)})`;
}

function objectionToPackage(layer: string, specifier: string): string | null {
  if (specifier.startsWith("node:")) {
    return PURE.includes(layer) && !PURE_MODULES.includes(specifier)
      ? `${layer}/ is pure: no ${specifier}`
      : null;
  }
  const name = specifier.split("/")[0] ?? "";
  const owner = PACKAGES[name];
  if (owner === undefined) return `package ${specifier} is not one that src/ uses`;
  return owner === layer ? null : `only ${owner}/ may import ${name}`;
}

/** What a file imports, re-exports, requires, or names in a type, as written. */
function imports(code: string): readonly string[] {
  const bindings = /(?:type\s+)?(?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?)?/.source;
  const statements = code.matchAll(
    new RegExp(`^\\s*(?:import|export)\\s+(?:${bindings}\\s*from\\s*)?"([^"]+)"`, "gm"),
  );
  const calls = code.matchAll(/\b(?:import|require|require\.resolve)\(\s*"([^"]+)"/g);
  return [...statements, ...calls].map((match) => match[1] ?? "");
}

/** Whole-line comments only: that is where prose about imports and process.env is. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/^\s*\/\/.*$/gm, "");
}

function sources(): readonly string[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .sort();
}

test("architecture: imports point down, and packages and the process stay with their owners", () => {
  const found = sources().flatMap((path) => violations(path, readFileSync(join(SRC, path), "utf8")));
  assert.deepEqual(found, []);
});

/** Files that lead back to themselves by what they import, each circle as one line. */
function circles(imported: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const seen = way.indexOf(file);
    if (seen !== -1) found.push([...way.slice(seen), file].join(" -> "));
    if (seen !== -1 || done.has(file)) return;
    for (const target of imported.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of imported.keys()) visit(file, []);
  return found;
}

test("architecture: no file leads back to itself", () => {
  const imported = sources().map((path): [string, readonly string[]] => {
    const code = withoutComments(readFileSync(join(SRC, path), "utf8"));
    const own = imports(code).filter((specifier) => specifier.startsWith("."));
    return [path, own.map((specifier) => `${posix.join(dirname(path), specifier)}.ts`)];
  });
  assert.deepEqual(circles(new Map(imported)), []);
  const two = new Map([
    ["a", ["b"]],
    ["b", ["c", "a"]],
    ["c", []],
  ]);
  assert.deepEqual(circles(two), ["a -> b -> a"]);
});

test("architecture: modules are loaded at the start, but for glob and what a report is made with", () => {
  const calls = sources().flatMap((path) =>
    [
      ...withoutComments(readFileSync(join(SRC, path), "utf8")).matchAll(
        /\b(?:require|import)\(("[^"]*")\)(?! *[.;|[])/g,
      ),
    ].map(([, specifier]) => `${path} ${specifier}`),
  );
  assert.deepEqual(calls, ['migrations/folder.ts "glob"', 'verbs/report.ts "./report-renderers"']);
});

/** Lines of a file, and of a function that stands on its own in one. */
const LONGEST_FILE = 300;
const LONGEST_FUNCTION = 80;

test("architecture: a file can be read in one sitting, a function on one screen", () => {
  const long = sources().flatMap((path) => {
    const text = readFileSync(join(SRC, path), "utf8");
    const functions = [...text.matchAll(/^(?:export )?(?:async )?function\*? (\w+)[\s\S]*?^}/gm)];
    return [
      ...(linesIn(text) > LONGEST_FILE ? [path] : []),
      ...functions.flatMap(([code, name]) => (linesIn(code) > LONGEST_FUNCTION ? [`${path}: ${name}`] : [])),
    ];
  });
  assert.deepEqual(long, []);
});

function linesIn(text: string): number {
  return text.trimEnd().split("\n").length;
}

test("architecture: src/ holds the layers and nothing else", () => {
  const allowed = [...LAYERS, ...EVERYONE, TOP];
  const names = readdirSync(SRC).map(layerOf);
  assert.deepEqual(
    names.filter((name) => !allowed.includes(name)),
    [],
  );
});

test("architecture: each command has its file and its npm script", () => {
  const { scripts } = JSON.parse(readFileSync(join(SRC, "../package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const aliases = Object.entries(scripts).filter(([name]) => name.startsWith("migrate:"));
  const expected = Object.keys(verbs).map((verb) => [`migrate:${verb}`, `node scripts/migrate.cjs ${verb}`]);
  assert.deepEqual(aliases, expected);
  for (const [verb, command] of Object.entries(verbs)) {
    assert.equal(command.name, verb);
    assert.ok(readdirSync(join(SRC, "verbs")).includes(`${verb}.ts`), `src/verbs/${verb}.ts`);
  }
});

const RULES: readonly (readonly [name: string, path: string, text: string, expected: readonly string[]])[] = [
  ["down is fine", "plan/a.ts", 'import { b } from "../migrations/b";', []],
  ["sideways is fine", "plan/a.ts", 'import { b } from "./b";', []],
  ["errors are for everyone", "syntax/a.ts", 'import { E } from "../errors";', []],
  [
    "up",
    "migrations/a.ts",
    'import { b } from "../plan/b";',
    ["migrations/a.ts: migrations may not import plan (../plan/b)"],
  ],
  [
    "a type, over several lines",
    "server/a.ts",
    'import type {\n  A,\n  B,\n} from "../run/b";',
    ["server/a.ts: server may not import run (../run/b)"],
  ],
  [
    "a re-export",
    "migrations/a.ts",
    'export * from "../run/b";',
    ["migrations/a.ts: migrations may not import run (../run/b)"],
  ],
  [
    "for its effect",
    "migrations/a.ts",
    'import "../run/b";',
    ["migrations/a.ts: migrations may not import run (../run/b)"],
  ],
  [
    "when called",
    "migrations/a.ts",
    'const b = () => require("../run/b") as typeof import("../cli/c");',
    [
      "migrations/a.ts: migrations may not import run (../run/b)",
      "migrations/a.ts: migrations may not import cli (../cli/c)",
    ],
  ],
  [
    "errors know nobody",
    "errors.ts",
    'import { a } from "./syntax/a";',
    ["errors.ts: errors may not import syntax (syntax/a)"],
  ],
  ["the interface knows all", "index.ts", 'export { a } from "./verbs/a";', []],
  ["outside", "run/a.ts", 'import { a } from "../../test/a";', ["run/a.ts: ../test/a is outside src/"]],
  ["mysql2", "run/a.ts", 'import { c } from "mysql2/promise";', ["run/a.ts: only server/ may import mysql2"]],
  [
    "an unknown package",
    "run/a.ts",
    'import c from "chalk";',
    ["run/a.ts: package chalk is not one that src/ uses"],
  ],
  ["not pure", "plan/a.ts", 'import { readFile } from "node:fs";', ["plan/a.ts: plan/ is pure: no node:fs"]],
  [
    "the process",
    "run/a.ts",
    "const a = process.env.A;\nconsole.log(a);",
    ["run/a.ts: only cli/ may use process.env", "run/a.ts: only cli/ may use console.log("],
  ],
  ["in a comment", "run/a.ts", "/** process.env is cli's */\n// console.log()", []],
];

for (const [name, path, text, expected] of RULES) {
  test(`architecture: the check itself: ${name}`, () => assert.deepEqual(violations(path, text), expected));
}
