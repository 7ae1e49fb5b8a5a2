import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { packedTarball } from "./support/packed";
import { forEachServer, withTestDatabase } from "./support/servers";

const ROOT = join(__dirname, "..");

const MOST_PACKED_BYTES = 520_000;
/** Without what it depends on. */
const MOST_INSTALLED_BYTES = 2_000_000;
/** With it. */
const MOST_BYTES_WITH_DEPENDENCIES = 8_000_000;

/** The tarball. */
let tarball = "";
/** What npm said when it was installed. */
let installed = "";

/** What another project has: package.json, the installed package, and no more. */
let project = "";

/** A program in that project. It compiles only if the package's types say what the package does. */
const CONSUMER = `
import {
  type BaselineResult, type BranchesReport, type CheckResult, type CreatedPair, createMigrator, type CurrentReport, type DiffResult, type DumpResult,
  type HeadsResult, type InitResult, type LogReport, type MergeResult, MigrateError, type Migrator, type RepairReport,
  type ReportResult, type Resolved, type RunEvent, type RunResult, type ShowReport, type StampReport, type StatusResult, type TargetOption,
  type UpOptions, type VerifyResult,
} from "mysql-updown";

// Never called: that it compiles is the test. Every verb, with options of each kind, and its result by name.
export async function everyVerb(migrator: Migrator, to: TargetOption): Promise<unknown> {
  const options: UpOptions = { to, waitMs: 60_000, lockTimeoutMs: 1, lockWaitMs: 0, dryRun: true, allowAhead: true };
  const up: RunResult = await migrator.up(options);
  const down: RunResult = await migrator.down({ to: "base" });
  const redo: RunResult = await migrator.redo({ allowOutOfOrder: true });
  const init: InitResult = await migrator.init();
  const create: CreatedPair = await migrator.create({ name: "x" });
  const status: StatusResult = await migrator.status();
  const current: CurrentReport = await migrator.current({});
  const history: LogReport = await migrator.history({ range: "1:2" });
  const show: ShowReport = await migrator.show({ which: 1, applied: true });
  const repair: RepairReport = await migrator.repair({ versions: [1], reason: "why" });
  const stamp: StampReport = await migrator.stamp({ target: "head", from: "flyway" });
  const baseline: BaselineResult = await migrator.baseline({ name: "x", dryRun: true });
  const heads: HeadsResult = await migrator.heads();
  const branches: BranchesReport = await migrator.branches();
  const merge: MergeResult = await migrator.merge({ also: [4], keep: "a" });
  const resolve: Resolved = await migrator.resolve({ version: 1, notApplied: true });
  const diff: DiffResult = await migrator.diff({ name: "x", allowDestructive: true });
  const verify: VerifyResult = await migrator.verify({ from: 1, to: "2" });
  const check: CheckResult = await migrator.check({ ignore: "x_*" });
  const dump: DumpResult = await migrator.dump({ write: false });
  const report: ReportResult = await migrator.report({ out: "report.html" });
  // @ts-expect-error: no version
  await migrator.up({ to: "newest" });
  // @ts-expect-error: times have their unit
  await migrator.up({ lockTimeout: 5 });
  return [up, down, redo, init, create, status, current, history, show, repair, stamp, baseline, heads, branches, merge, resolve, diff,
    verify, check, dump, report];
}

async function main(): Promise<void> {
  const events: RunEvent["event"][] = [];
  const migrator = createMigrator({
    databaseUrl: process.argv[2],
    dir: "migrations",
    onEvent: (event) => events.push(event.event),
  });
  const first: RunResult = await migrator.up({ to: 1 });
  const rest = await migrator.up();
  const status = await migrator.status();
  const down = await migrator.down({ steps: 1 });
  const refusal = await migrator.up({ to: "9" }).then(
    () => "none",
    (error: unknown) => (error instanceof MigrateError ? error.code : String(error)),
  );
  // @ts-expect-error: down wants to be told where to
  const targetless = (): Promise<RunResult> => migrator.down();
  // @ts-expect-error: no such option
  const misspelled = (): Promise<RunResult> => migrator.up({ dryrun: true });
  const reached: readonly (number | null)[] = [first.to, rest.to, status.current, down.to];
  console.log(JSON.stringify({ reached, refusal, heard: events.includes("step-done") }));
  void targetless;
  void misspelled;
}

void main();
`;

before(async () => {
  project = mkdtempSync(join(tmpdir(), "updown-package-"));
  tarball = await packedTarball();
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  const npm = await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], project);
  installed = npm.stdout + npm.stderr;
  mkdirSync(join(project, "migrations"));
  const files = {
    "0001_create_notes.up.sql":
      "CREATE TABLE notes (id INT PRIMARY KEY, body TEXT);\nINSERT INTO notes VALUES (1, 'one');\n",
    "0001_create_notes.down.sql": "DROP TABLE notes;\n",
    "0002_add_author.up.sql": "ALTER TABLE notes ADD author VARCHAR(40);\n",
    "0002_add_author.down.sql": "ALTER TABLE notes DROP author;\n",
  };
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(project, "migrations", name), sql);
  for (const type of ["commonjs", "module"]) await compileConsumer(type);
  await compilePrograms();
});

after(() => rmSync(project, { recursive: true, force: true }));

/** Writes the program into a folder of that module type and compiles it, the package's own types included. */
async function compileConsumer(type: string): Promise<void> {
  const folder = join(project, type);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type }));
  writeFileSync(join(folder, "main.ts"), CONSUMER);
  const compilerOptions = {
    target: "es2022",
    ...RESOLUTIONS.node16,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    typeRoots: [join(ROOT, "node_modules/@types")],
    types: ["node"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder], folder);
  for (const name of ["nodenext", "bundler"] as const) {
    const settings = { ...compilerOptions, ...RESOLUTIONS[name], noEmit: true };
    const path = join(folder, `tsconfig.${name}.json`);
    writeFileSync(path, JSON.stringify({ compilerOptions: settings, files: ["main.ts"] }));
    await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", path], folder);
  }
}

/** The programs of docs/api.md, as they are pasted: one that embeds it, and one that tests. */
async function compilePrograms(): Promise<void> {
  const folder = join(project, "programs");
  mkdirSync(join(folder, "sql"), { recursive: true });
  cpSync(join(project, "migrations"), join(folder, "sql/migrations"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const document = readFileSync(join(project, "node_modules/mysql-updown/docs/api.md"), "utf8");
  const [service = "", tests = ""] = [...document.matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, program]) => program,
  );
  writeFileSync(join(folder, "service.ts"), service);
  writeFileSync(join(folder, "tests.ts"), tests);
  const compilerOptions = {
    ...{ target: "es2022", ...RESOLUTIONS.nodenext, strict: true, skipLibCheck: true },
    ...{ typeRoots: [join(ROOT, "node_modules/@types")], types: ["node"] },
  };
  const settings = { compilerOptions, files: ["service.ts", "tests.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder], folder);
}

/** The ways in which TypeScript finds a package and its types. */
const RESOLUTIONS = {
  node16: { module: "node16", moduleResolution: "node16" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "preserve", moduleResolution: "bundler" },
};

/** Runs a program without the settings of this machine. @throws with all it printed when it fails */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  settings: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string }> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(DATABASE_URL|MYSQL_|MIGRATIONS_|NODE_TEST_CONTEXT)/.test(name),
  );
  const env = { ...Object.fromEntries(inherited), ...settings };
  try {
    return await promisify(execFile)(program, args, { cwd, env });
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}

async function rows(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(url);
  try {
    const [found] = await connection.query<RowDataPacket[]>(sql);
    return found;
  } finally {
    await connection.end();
  }
}

const inPackage = (path: string): string => join(project, "node_modules/mysql-updown", path);

test("package: holds the built program, its papers and examples, no sources, no tests and nothing hidden", () => {
  const names = readdirSync(inPackage(""), { recursive: true, encoding: "utf8" });
  const own = names.filter((name) => !name.startsWith("node_modules"));
  const papers = own.filter((name) => !/^(dist|docs|examples|sql)(\/|$)/.test(name)).sort();
  assert.deepEqual(papers, [
    ...[
      ".env.example",
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "package.json",
    ],
    ...["scripts", "scripts/entrypoint.sh", "scripts/install-server.sh"],
  ]);
  // What init makes a .env of is the one hidden file.
  const hidden = own.filter((name) => name !== ".env.example");
  assert.deepEqual(
    hidden.filter((name) => /(^|\/)(src|test|node_modules|\..*)(\/|$)|[^d]\.ts$|\.map$/.test(name)),
    [],
  );
  assert.ok(own.includes("examples/cron/check.sh") && own.includes("docs/files-and-history.md"));
});

test("package: what its documents link to is in it", () => {
  const names = readdirSync(inPackage(""), { recursive: true, encoding: "utf8" });
  const documents = names.filter((name) => name.endsWith(".md") && !name.startsWith("node_modules"));
  assert.ok(documents.length >= 8);
  for (const document of documents) {
    const text = readFileSync(inPackage(document), "utf8");
    for (const [, path = ""] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(inPackage(join(document, "..", path))), `${document}: ${path}`);
    }
  }
});

test("package: is small, packed and unpacked, alone and with what it depends on", () => {
  assert.ok(statSync(tarball).size < MOST_PACKED_BYTES, `${statSync(tarball).size} bytes packed`);
  const bytesIn = (folder: string): number => {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return files.reduce((sum, path) => sum + statSync(path).size, 0);
  };
  const own = bytesIn(inPackage(""));
  assert.ok(own < MOST_INSTALLED_BYTES, `${own} bytes installed`);
  const all = bytesIn(join(project, "node_modules"));
  assert.ok(all < MOST_BYTES_WITH_DEPENDENCIES, `${all} bytes installed with what it depends on`);
});

test("package: whose code is in it is told, with the license", () => {
  const { dependencies } = JSON.parse(readFileSync(inPackage("package.json"), "utf8"));
  assert.deepEqual(Object.keys(dependencies), ["dotenv", "mysql2"]);
  const licenses = readFileSync(inPackage("dist/glob.LICENSE.txt"), "utf8");
  for (const name of ["glob", "minimatch", "path-scurry", "minipass", "lru-cache", "brace-expansion"])
    assert.match(licenses, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(.+\\)\n\n.{20}`, "ms"), name);
});

test("package: nothing runs or warns when it is installed", () => {
  assert.doesNotMatch(installed, /warn|deprecated|script/i);
  const names = readdirSync(join(project, "node_modules"), { recursive: true, encoding: "utf8" });
  // Packages of the registry may have `prepare`, which is for their authors.
  const packages = names.filter((name) => /^((@[^/]+\/)?[^/@]+\/)package\.json$/.test(name));
  assert.ok(packages.length > 5);
  for (const name of packages) {
    const { scripts = {} } = JSON.parse(readFileSync(join(project, "node_modules", name), "utf8")) as {
      scripts?: Readonly<Record<string, string>>;
    };
    const run = Object.keys(scripts).filter((script) =>
      (name === "mysql-updown/package.json" ? /^((pre|post)?install|prepare)$/ : /^(pre|post)?install$/).test(
        script,
      ),
    );
    assert.deepEqual(run, [], name);
  }
});

test("package: says where it comes from", () => {
  const { repository, homepage, bugs } = JSON.parse(readFileSync(inPackage("package.json"), "utf8"));
  assert.match(repository.url, /^git\+https:\/\/.*\.git$/);
  const address = repository.url.slice("git+".length, -".git".length);
  assert.deepEqual([homepage, bugs.url], [`${address}#readme`, `${address}/issues`]);
});

forEachServer("package: the README's program runs as pasted, but for its database", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const readme = readFileSync(inPackage("README.md"), "utf8");
    const pasted = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    const program = pasted.replace("mysql://user:password@127.0.0.1:3306/blog", url);
    assert.notEqual(program, pasted);
    const folder = mkdtempSync(join(project, "pasted-"));
    cpSync(join(project, "migrations"), join(folder, "sql/migrations"), { recursive: true });
    // It is JavaScript as well.
    writeFileSync(join(folder, "program.mjs"), program);
    const { stdout, stderr } = await run(process.execPath, ["program.mjs"], folder);
    assert.equal(stdout, "at 2, 2 applied\n");
    assert.match(stderr, /event: 'step-done'/);
  });
});

forEachServer(
  "package: the service of docs/api.md migrates, listens, and says that it is healthy",
  async (_t, server) => {
    await withTestDatabase(server, async ({ url }) => {
      const free = createServer().listen(0, "127.0.0.1");
      await once(free, "listening");
      const { port } = free.address() as AddressInfo;
      free.close();
      const child = spawn(process.execPath, ["service.js"], {
        cwd: join(project, "programs"),
        env: { PATH: process.env.PATH, DATABASE_URL: url, PORT: String(port) },
        stdio: ["ignore", "pipe", "inherit"],
      });
      try {
        const exited = once(child, "exit");
        const health = async (): Promise<number | null> =>
          await fetch(`http://127.0.0.1:${port}/health`).then(
            ({ status }) => status,
            () => null,
          );
        while ((await health()) === null && child.exitCode === null) await delay(100);
        assert.equal(await health(), 200);
        assert.equal((await rows(url, "SHOW TABLES LIKE 'notes'")).length, 1);
        await rows(url, "UPDATE migration_history SET up_checksum = REPEAT('0', 64)");
        assert.equal(await health(), 503);
        child.kill("SIGTERM");
        assert.deepEqual(await exited, [0, null]);
      } finally {
        child.kill("SIGKILL");
      }
    });
  },
);

forEachServer("package: the test of docs/api.md passes", async (_t, server) => {
  const settings = { TEST_DATABASE_URL: server.url };
  const words = ["--test", "--test-reporter=tap", "tests.js"];
  const { stdout } = await run(process.execPath, words, join(project, "programs"), settings);
  assert.match(stdout, /^# pass 1$/m);
});

forEachServer("package: the check for cron finds what npm installed beside it", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const script = join(project, "check.sh");
    copyFileSync(inPackage("examples/cron/check.sh"), script);
    const settings = { DATABASE_URL: url, MIGRATIONS_DIR: "migrations" };
    // As cron has it, and node.
    const env = { PATH: [dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter), ...settings };
    const check = spawnSync(script, { cwd: "/", env, encoding: "utf8" });
    assert.equal(check.status, 1, check.stdout);
    assert.match(check.stdout, /^0001 +create_notes +pending/m);
    await run(join(project, "node_modules/.bin/mysql-updown"), ["up"], project, settings);
    const { status, stdout } = spawnSync(script, { cwd: "/", env, encoding: "utf8" });
    assert.deepEqual({ status, stdout }, { status: 0, stdout: "" });
  });
});

forEachServer("package: its bin applies and reverts a folder", async (_t, server) => {
  await withTestDatabase(server, async (db) => {
    const bin = join(project, "node_modules/.bin/mysql-updown");
    const settings = { DATABASE_URL: db.url, MIGRATIONS_DIR: "migrations" };
    await run(bin, ["up"], project, settings);
    assert.deepEqual(await rows(db.url, "SELECT id, body, author FROM notes"), [
      { id: 1, body: "one", author: null },
    ]);
    const status = await run(bin, ["status", "--json"], project, settings);
    assert.equal((JSON.parse(status.stdout) as { current: number }).current, 2);
    const scratch = { ...settings, SCRATCH_DATABASE_URL: server.url };
    const report = await run(bin, ["report", "--out", "report.html"], project, scratch);
    assert.match(report.stdout, /npm install --save-dev elkjs\nWrote report\.html: 1 table, /);
    assert.match(readFileSync(join(project, "report.html"), "utf8"), /<svg .*notes.*<\/html>/s);
    await run(bin, ["down", "--to", "0"], project, settings);
    assert.deepEqual(await rows(db.url, "SHOW TABLES LIKE 'notes'"), []);
  });
});

forEachServer("package: its bin starts a project from nothing", async (t, server) => {
  await withTestDatabase(server, async (db) => {
    const empty = mkdtempSync(join(project, "empty-"));
    t.after(() => rmSync(empty, { recursive: true, force: true }));
    const bin = join(project, "node_modules/.bin/mysql-updown");
    const settings = { DATABASE_URL: db.url };
    await run(bin, ["init"], empty, settings);
    await run(bin, ["up"], empty, settings);
    const created = readdirSync(join(empty, "sql/migrations")).join(" ");
    assert.match(created, /^0001_\w+\.down\.sql 0001_\w+\.up\.sql$/);
    const [row] = await rows(db.url, "SELECT COUNT(*) AS n FROM migration_history");
    assert.ok(Number(row?.n) > 0);
  });
});

for (const type of ["commonjs", "module"]) {
  forEachServer(`package: a TypeScript program of type ${type} drives createMigrator`, async (_t, server) => {
    await withTestDatabase(server, async (db) => {
      const { stdout } = await run(process.execPath, [join(type, "main.js"), db.url], project);
      assert.deepEqual(JSON.parse(stdout), {
        reached: [1, 2, 2, 1],
        refusal: "unknown-version",
        heard: true,
      });
      assert.deepEqual(await rows(db.url, "SELECT * FROM notes"), [{ id: 1, body: "one" }]);
    });
  });
}
