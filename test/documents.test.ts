import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { replaceReference } from "../scripts/api-reference";
import { HISTORY_COLUMNS, LAYOUT } from "../src/history/table";
import { inspectFile, READ_SIZE } from "../src/migrations/inspect-file";
import { sslParameterNames } from "../src/settings/database-url";
import { variables } from "../src/settings/environment";

const ROOT = join(__dirname, "..");
const contract = read("docs/files-and-history.md");
const readme = read("README.md");

test("the contract lists the history table's columns, in order, with their types", () => {
  const rows = [...contract.matchAll(/^\| `(\w+)` \| `([A-Z][^`]*)` \| /gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  assert.deepEqual(rows, HISTORY_COLUMNS);
  assert.ok(contract.includes(`\`mysql-updown history, layout ${LAYOUT}\``));
});

test("every code that a document names in parentheses or tables exists", () => {
  const known = new Set([...read("src/errors.ts").matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code));
  const named = [...contract.matchAll(/(?:\(|\| |, )`([a-z]+-[a-z-]+)`(?=\)| \||,)/g)].map(
    ([, code]) => code,
  );
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter((code) => !known.has(code)),
    [],
  );
});

test("the contract's recipe for a checksum gives the runner's checksum", () => {
  const recipe = /^LC_ALL=C sed .*$/m.exec(contract)?.[0] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "updown-doc-"));
  try {
    const path = join(folder, "0001_x.up.sql");
    writeFileSync(path, "\ufeffSELECT 'ä\r\n';\r\n-- a lone \r stays\r\n\r\r\nSELECT 2");
    const command = recipe.replace(/\S+\.up\.sql/, path);
    const [sum] = execFileSync("sh", ["-c", command], { encoding: "utf8" }).split(" ");
    const found = inspectFile(path, Buffer.alloc(READ_SIZE));
    assert.equal("checksum" in found && found.checksum, sum);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test(".env.example has every setting of the environment, commented out", () => {
  const example = read(".env.example");
  const listed = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
  for (const name of [...Object.values(variables), "MIGRATIONS_DIR", "MIGRATIONS_TABLE", "MIGRATE_WAIT"]) {
    assert.ok(listed.includes(name), `${name} is missing`);
  }
  assert.doesNotMatch(example, /^[A-Z]/m);
});

test("the reference of the typed API is what the sources' comments say (else: npm run usage)", () => {
  const document = read("docs/api.md");
  // Compared by hand: all of it twice would bury what to do.
  assert.ok(replaceReference(document) === document, "out of date; to renew it: npm run usage");
  for (const name of ["createMigrator", "up", "dump", "MigratorOptions", "DumpOptions", "StatementError"]) {
    assert.match(document, new RegExp(`^### ${name}$`, "m"));
  }
});

test("the page about the settings has every one", () => {
  const page = read("docs/settings.md");
  const names = [
    ...Object.values(variables),
    "MIGRATIONS_DIR",
    "MIGRATIONS_TABLE",
    "MIGRATE_WAIT",
    "MIGRATE_ALLOW_REPLICA",
    ...sslParameterNames,
    "socket",
  ];
  assert.deepEqual(
    names.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});

/** Every document there is, by its path in the repository. */
const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

test("what the documents link to in the repository is there, headings too", () => {
  for (const document of DOCUMENTS) {
    const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    for (const [link, path = "", heading] of links) {
      const target = path === "" ? document : join(document, "..", path);
      assert.ok(existsSync(join(ROOT, target)), `${document}: ${link}`);
      if (heading !== undefined) assert.ok(headingsOf(target).includes(heading), `${document}: ${link}`);
    }
  }
});

/** The anchors of a document, as GitHub makes them of its headings. */
function headingsOf(document: string): readonly string[] {
  return [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("the index names every document", () => {
  const index = read("docs/README.md");
  const documents = DOCUMENTS.filter((path) => path.startsWith("docs/") && path !== "docs/README.md");
  for (const path of documents) assert.ok(index.includes(`](${path.slice("docs/".length)})`), path);
});

test("the README is short", () => {
  assert.ok(readme.split("\n").length < 230);
});

test("the page about recovery has every code, and no other", () => {
  const known = [...read("src/errors.ts").matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code);
  const rows = read("docs/recovery.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) =>
    [...(row.split(" | ")[0] ?? "").matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
  );
  assert.deepEqual(named.sort(), known.sort());
});

test("the page about the architecture names rooms and files that are there, and all rooms", () => {
  const page = read("docs/architecture.md");
  const rooms = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of rooms)
    assert.ok(page.includes(`| \`${name}/\` |`), `src/${name}/ is not in the table`);
  const doors = [...page.matchAll(/`((?:test\/)?[a-z-]+\/[\w-]*(?:\/[\w-]*)?)`/g)].map(
    ([, path = ""]) => path,
  );
  assert.ok(doors.length > 50);
  for (const door of doors) {
    const there = [`src/${door}.ts`, `src/${door}`, `test/${door}.test.ts`, `${door}.test.ts`, door];
    assert.ok(
      there.some((path) => existsSync(join(ROOT, path))),
      door,
    );
  }
});

test("CONTRIBUTING names files and scripts that are there", () => {
  const contributing = read("CONTRIBUTING.md");
  const paths = [...contributing.matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g)].map(([, path = ""]) => path);
  assert.ok(paths.length > 5);
  for (const path of paths) assert.ok(existsSync(join(ROOT, path)), path);
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };
  for (const [, name = ""] of contributing.matchAll(/npm run ([\w:]+)/g)) assert.ok(name in scripts, name);
});

test("the README's program compiles against the package's types", () => {
  const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  assert.match(program, /createMigrator/);
  const folder = mkdtempSync(join(tmpdir(), "updown-readme-"));
  try {
    writeFileSync(join(folder, "program.mts"), program);
    const compilerOptions = {
      paths: { "mysql-updown": [join(ROOT, "src/index.ts")] },
      typeRoots: [join(ROOT, "node_modules/@types")],
    };
    const settings = { extends: join(ROOT, "tsconfig.json"), compilerOptions, include: ["program.mts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder], {
      encoding: "utf8",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
