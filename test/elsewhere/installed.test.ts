import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { type NodeLine, otherNode } from "../support/other-node";
import { packedTarball } from "../support/packed";
import { type TestServer, testServers, withTestDatabase } from "../support/servers";

// The package as each package manager installs it, under each line of Node. It needs npm's registry, and takes minutes.

const LINES: readonly NodeLine[] = [20, 22, 24];

/** How each of them installs a tarball in a project of its own. */
const MANAGERS: Readonly<Record<string, (tarball: string) => readonly string[]>> = {
  npm: (tarball) => ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball],
  pnpm: (tarball) => ["add", "--prefer-offline", tarball],
  yarn: (tarball) => ["add", "--prefer-offline", "--silent", `file:${tarball}`],
};

const FILES = {
  "sql/migrations/0001_notes.up.sql":
    "CREATE TABLE notes (id INT PRIMARY KEY);\nINSERT INTO notes VALUES (1);",
  "sql/migrations/0001_notes.down.sql": "DROP TABLE notes;",
  // It is no migration's name, and is looked at with the package that is inside.
  "sql/migrations/notes.txt": "",
  "load.cjs":
    'console.log(typeof require("mysql-updown").createMigrator, typeof require("mysql-updown").createSandbox);',
  "load.mjs":
    'import { createMigrator, createSandbox } from "mysql-updown";\nconsole.log(typeof createMigrator, typeof createSandbox);',
};

let folder = "";
let tarball = "";

before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "updown-elsewhere-")));
  tarball = await packedTarball();
  mkdirSync(join(folder, "managers"));
  writeFileSync(join(folder, "managers/package.json"), "{}");
  await run(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", "pnpm@10", "yarn@1"],
    join(folder, "managers"),
  );
});
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [manager, words] of Object.entries(MANAGERS)) {
  test(`elsewhere: installed by ${manager}, it runs under Node ${LINES.join(", ")}`, async (t) => {
    const project = join(folder, manager);
    mkdirSync(join(project, "sql/migrations"), { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: manager, private: true }));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(project, name), text);
    const installed = await run(manager, words(tarball), project);
    assert.doesNotMatch(installed, /peer|deprecated/i);
    assert.ok(existsSync(join(project, "node_modules/.bin/mysql-updown")));
    const [server] = testServers();
    assert.ok(server);
    for (const line of LINES) await t.test(`Node ${line}`, () => runs(project, otherNode(line), server));
  });
}

async function runs(project: string, node: string, server: TestServer): Promise<void> {
  await withTestDatabase(server, async ({ url }) => {
    const environment = { DATABASE_URL: url };
    const bin = "node_modules/mysql-updown/dist/bin.js";
    assert.match(await run(node, [bin, "up"], project, environment), /the database is at 0001/);
    const printed = await run(node, [bin, "status", "--json"], project, environment);
    assert.equal((JSON.parse(printed) as { clean: boolean }).clean, true);
    for (const program of ["load.cjs", "load.mjs"]) {
      assert.equal(await run(node, [program], project), "function function\n", program);
    }
  });
}

/** @returns what it prints @throws with all of it when it fails */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const PATH = [join(folder, "managers/node_modules/.bin"), process.env.PATH].join(delimiter);
  try {
    const { HOME } = process.env;
    return (await promisify(execFile)(program, args, { cwd, env: { PATH, HOME, ...environment } })).stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}
