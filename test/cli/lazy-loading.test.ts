import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, test } from "node:test";
import { verbs } from "../../src/commands/verbs";
import { forEachServer, withTestDatabase } from "../support/servers";

const ROOT = join(__dirname, "../..");

const folder = mkdtempSync(join(tmpdir(), "mysql-updown-lazy-"));
after(() => rmSync(folder, { recursive: true }));

const VERB = new RegExp(`^(${Object.keys(verbs).join("|")})$`, "g");

/** Start-up time is a feature, and modules are what it is made of. */
const rows: Array<[line: string, dotenv: boolean, packages: string[], commands: string[]]> = [
  ["--version", false, [], []],
  ["up --help", false, [], ["up"]],
  ["up --nonsense", false, [], ["up"]],
  ["stamp --help", false, [], ["stamp"]],
  [
    "completion fish",
    false,
    [],
    ["completion", ...Object.keys(verbs).filter((verb) => verb !== "completion")],
  ],
  ["status", false, [], ["status"]],
  ["status", true, ["dotenv"], ["status"]],
];

for (const [line, dotenv, packages, commands] of rows) {
  test(`modules of: ${line}${dotenv ? ", with a .env" : ""}`, () => {
    const env = join(folder, ".env");
    rmSync(env, { force: true });
    if (dotenv) writeFileSync(env, "MIGRATIONS_DIR=x");
    const loaded = modulesOf(line);
    const found = new Set(loaded.flatMap((path) => /^node_modules\/([^/]+)/.exec(path)?.[1] ?? []));
    // These two compile the sources here; the published package is compiled already.
    found.delete("tsx");
    found.delete("esbuild");
    assert.deepEqual([...found], packages);
    const verbs = loaded.flatMap((path) => /^src\/commands\/(\w+)\.ts/.exec(path)?.[1]?.match(VERB) ?? []);
    assert.deepEqual(verbs, commands);
    assert.deepEqual(
      loaded.filter((path) => /^src\/(run|database|scratch|schema)\//.test(path)),
      [],
    );
  });
}

forEachServer("modules of an up without work", async (_, server) => {
  rmSync(join(folder, ".env"), { force: true });
  const migrations = join(folder, `migrations-${server.family}`);
  mkdirSync(migrations);
  writeFileSync(join(migrations, "0001_notes.up.sql"), "CREATE TABLE notes (id INT PRIMARY KEY);\n");
  writeFileSync(join(migrations, "0001_notes.down.sql"), "DROP TABLE notes;\n");
  await withTestDatabase(server, async ({ url }) => {
    const up = (): readonly string[] => modulesOf(`up --dir ${migrations}`, { DATABASE_URL: url });
    const within = (loaded: readonly string[], layer: string): readonly string[] =>
      loaded.flatMap((path) => new RegExp(`^src/${layer}/(.+)\\.ts$`).exec(path)?.[1] ?? []).sort();
    assert.ok(within(up(), "run").includes("step"), "the first run applies something");
    const loaded = up();
    assert.deepEqual(within(loaded, "run"), ["history-state", "migrate", "stop", "translate-error"]);
    assert.deepEqual(within(loaded, "plan"), ["fold-history", "plan-nothing", "target"]);
    assert.deepEqual(within(loaded, "syntax"), ["quote"]);
    assert.deepEqual([...within(loaded, "schema"), ...within(loaded, "scratch")], []);
    assert.deepEqual(
      within(loaded, "database").filter((name) => /tls|lock|judge|fingerprint|history-lines|kill/.test(name)),
      [],
    );
    assert.deepEqual(
      loaded.filter((path) => /^node_modules\/(glob|dotenv)\//.test(path)),
      [],
    );
    // Each costs a millisecond. Does it have to be one more?
    const ours = loaded.filter((path) => path.startsWith("src/"));
    assert.ok(ours.length <= 50, `${ours.length} modules: ${ours.join(", ")}`);
  });
});

/** What a command line loads until it ends, by path from the root. Without settings `status` ends early. */
function modulesOf(line: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  const script = `
    const { main } = require(${JSON.stringify(join(ROOT, "src/cli/main.ts"))});
    const silent = { write() {} };
    main(${JSON.stringify(line.split(" "))}, ${JSON.stringify(env)}, { stdout: silent, stderr: silent, cwd: () => process.cwd() })
      .then(() => console.log(JSON.stringify(Object.keys(require.cache))));`;
  const printed = execFileSync(
    process.execPath,
    ["--require", join(ROOT, "node_modules/tsx/dist/cjs/index.cjs"), "-e", script],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  return (JSON.parse(printed) as string[]).map((path) => relative(ROOT, path));
}
