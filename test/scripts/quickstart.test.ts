import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { cutLine, readRecording } from "../../scripts/recording";
import { isMentionedByProcess } from "../support/processes";

const ROOT = join(__dirname, "../..");

interface Quickstart {
  readonly process: ChildProcess;
  /** All it has printed so far. */
  output(): string;
  /** Exit code. */
  ended(): Promise<number | null>;
  /** Folders that private servers have left. */
  folders(): readonly string[];
}

/** Starts it with a temporary folder of its own, in a process group of its own as a terminal would. */
function quickstart(t: TestContext, settings: Record<string, string> = {}): Quickstart {
  const temporary = mkdtempSync(join(tmpdir(), "updown-qs-"));
  t.after(() => rmSync(temporary, { recursive: true, force: true }));
  const child = spawn(process.execPath, ["--require", "tsx/cjs", "scripts/quickstart.ts"], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: temporary, ...settings },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  const closed = once(child, "close");
  return {
    process: child,
    output: () => text,
    ended: async () => (await closed)[0],
    folders: () => readdirSync(temporary).filter((name) => name.startsWith("mysql-updown-")),
  };
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 20) {
    assert.ok(waited < 60_000, `after 60 s it still does not hold: ${what}`);
    await delay(20);
  }
}

test("quickstart: applies the example, reverts it, applies it again, and leaves nothing", async (t) => {
  const run = quickstart(t);
  assert.equal(await run.ended(), 0, run.output());
  const commands = run.output().match(/^\$ .*$/gm);
  assert.deepEqual(commands, [
    "$ npm run migrate:up",
    "$ npm run migrate:status",
    "$ npm run migrate:down -- --to 5",
    "$ npm run migrate:up -- --steps 3",
    "$ npm run migrate:up",
    "$ npm run migrate:up",
    "$ npm run migrate:status",
  ]);
  assert.match(run.output(), /The database has: .*\bpublished_posts\b.*\busers\b/);
  assert.match(run.output(), /the database is at 0005\.\n/);
  assert.deepEqual(run.folders(), []);
  const picture = readRecording(readFileSync(join(ROOT, "docs/pictures/quickstart.svg"), "utf8"));
  assert.deepEqual(
    comparable(picture.slice(1)), // the command itself comes first
    comparable(run.output().split("\n").map(cutLine)),
    "the README's picture is out of date; to renew it: npm run docs:pictures",
  );
});

/** What two runs have in common, on whatever server and however busy the machine is. */
function comparable(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => line !== "" && !/^ {2}\d{4}_|^Applying |^Reverting /.test(line)) // batches are cut by time
    .map((line) =>
      line
        .replace(/^(MySQL|MariaDB) .*/, "SERVER")
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, "WHEN")
        .replace(/[\d.]+ (ms|min|s)\b/g, "TIME")
        .replace(/ +/g, " "),
    );
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`quickstart: ${signal} while a command runs ends it and its server`, async (t) => {
    const run = quickstart(t);
    await eventually("a migration is applied", () => run.output().includes("Applied 0001"));
    const [folder = ""] = run.folders();
    assert.ok(isMentionedByProcess(folder));
    assert.ok(run.process.pid);
    // The terminal sends Ctrl-C to the whole group, a service manager SIGTERM to one process.
    process.kill(signal === "SIGINT" ? -run.process.pid : run.process.pid, signal);
    assert.equal(await run.ended(), code, run.output());
    await eventually("the folder is removed", () => run.folders().length === 0);
    await eventually("the server is gone", () => !isMentionedByProcess(folder));
  });
}

for (const name of ["DATABASE_URL", "MYSQL_HOST"]) {
  test(`quickstart: starts nothing when ${name} is set`, async (t) => {
    const run = quickstart(t, { [name]: "mysql://nobody@127.0.0.1:1/nothing" });
    assert.equal(await run.ended(), 2);
    assert.equal(
      run.output(),
      `quickstart: ${name} is set; quickstart only ever uses a server of its own. Unset it: env -u ${name} npm run quickstart\n`,
    );
  });
}
