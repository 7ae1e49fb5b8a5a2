import { spawnSync } from "node:child_process";
import { setMaxListeners } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { join, sep } from "node:path";
import { Readable } from "node:stream";
import { run } from "node:test";
import { spec, type TestEvent, tap } from "node:test/reporters";
import { SERVER_CHOICES, startTestServers, type TestRunServers } from "./start-servers";

const ROOT = join(__dirname, "../..");

/** Folders below test/ that `npm test` leaves to a command of their own, by its flag. */
const APART: Readonly<Record<string, string>> = {
  "--sweep": "sweep",
  "--cluster": "cluster",
  "--live": "live",
  "--elsewhere": "elsewhere",
  "--journeys": "journeys",
};

/**
 * Starts both servers, runs the test files on them, stops them, and sets the exit code.
 * @param args one of APART's flags for the tests in its folder instead of all the rest; `--server=…` for that server alone;
 *   `--one-by-one` for one file at a time, on a machine that is to be sure rather than quick; `--every-row` for all rows of
 *   long tables on both servers; `--test-name-pattern=…`; parts of files' paths
 */
export async function main(args: readonly string[]): Promise<void> {
  const apart = Object.keys(APART).find((flag) => args.includes(flag)) ?? null;
  const pattern = flagValue("--test-name-pattern", args);
  const named = flagValue("--server", args);
  const only = SERVER_CHOICES.find((choice) => choice === named) ?? null;
  if (named !== only) return fail(`--server= takes ${SERVER_CHOICES.join(", ")}, not ${named}`);
  const parts = args.filter((arg) => !arg.startsWith("-"));
  const atATime = args.includes("--one-by-one") ? 1 : availableParallelism() + 1;
  const files = testFiles(apart).filter(
    (file) => parts.length === 0 || parts.some((part) => file.includes(part)),
  );
  if (files.length === 0) return fail(`no test file matches ${parts.join(" ") || "test/**/*.test.ts"}`);

  useMemory();
  const abort = onInterrupt();
  let servers: TestRunServers;
  try {
    // Tests on clusters start their own.
    servers =
      apart === "--cluster" ? { environment: {}, stop: async () => {} } : await startTestServers(only);
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string | null };
    return fail(hint ? `${message}\n${hint}` : message);
  }
  try {
    setEnvironment(servers, apart === "--sweep", args.includes("--every-row"));
    process.exitCode = (await runTests(files, pattern, abort, atATime)) ? 0 : 1;
  } finally {
    await servers.stop();
  }
}

function flagValue(flag: string, args: readonly string[]): string | null {
  const given = args.find((arg) => arg.startsWith(`${flag}=`));
  return given === undefined ? null : given.slice(flag.length + 1);
}

/** What `npm test` takes a sample of: the sweep takes all of it, unless it is a sample itself. */
const SAMPLED =
  process.env.SWEEP_EVERY === undefined
    ? ["commits", "race", "row-count", "settings", "temporary-tables"].map((name) => `run/${name}.test.ts`)
    : [];

function testFiles(apart: string | null): readonly string[] {
  const folders = Object.values(APART);
  return listTests((file) => {
    const [folder = ""] = file.split(sep);
    if (apart === null) return !folders.includes(folder);
    return folder === APART[apart] || (apart === "--sweep" && SAMPLED.includes(file.replaceAll(sep, "/")));
  });
}

/** Listed by name, since bare globs after --test run nothing on Node 20. */
function listTests(wanted: (file: string) => boolean): readonly string[] {
  return readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && wanted(file))
    .map((file) => join("test", file))
    .sort();
}

/** Runs each file in a process of its own, as `node --test` does. Returns whether tests ran and none failed. */
async function runTests(
  files: readonly string[],
  pattern: string | null,
  abort: AbortSignal,
  atATime: number,
): Promise<boolean> {
  const tally: Tally = { ran: 0, failed: 0 };
  const events = counted(
    run({
      files: files.map((file) => join(ROOT, file)),
      concurrency: atATime,
      signal: abort,
      ...(pattern === null ? {} : { testNamePatterns: [pattern] }),
    }),
    tally,
  );
  // TAP ends in node:test's totals also when tests fail; for people, spec is easier on the eyes.
  const report = process.stdout.isTTY ? Readable.from(events).pipe(new spec()) : tap(events);
  for await (const text of report) process.stdout.write(text);
  if (tally.ran === 0) console.error("test: not one test ran");
  return tally.ran > 0 && tally.failed === 0;
}

interface Tally {
  ran: number;
  failed: number;
}

/** Passes node:test's events on and counts the tests that ran: not skipped ones, suites or files. */
async function* counted(events: AsyncIterable<TestEvent>, tally: Tally): AsyncGenerator<TestEvent, void> {
  for await (const event of events) {
    if (event.type === "test:pass" || event.type === "test:fail") {
      const { details, name, skip, todo } = event.data;
      // A file without tests counts as a passed test in Node 20.
      if (!skip && details.type !== "suite" && !name.endsWith(".test.ts")) tally.ran += 1;
      if (event.type === "test:fail" && !todo) tally.failed += 1;
    }
    yield event;
  }
}

const MEMORY = "/dev/shm";
/** Bytes. Many times what a whole run keeps there, which is below 1 GB. */
const ENOUGH_MEMORY = 4 * 1024 ** 3;

/**
 * Temporary folders go into memory, unless TMPDIR is set, there is no such place, or too little of it: servers wait for the
 * disk at each DDL statement, even those told not to, and half of a test's time was that.
 */
function useMemory(): void {
  if (process.env.TMPDIR !== undefined) return;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const isEnough = bavail * bsize > ENOUGH_MEMORY && freemem() > ENOUGH_MEMORY;
    if (isEnough && runsPrograms(MEMORY)) process.env.TMPDIR = MEMORY;
  } catch {
    // Not Linux: the usual folder does.
  }
}

/** Tests write programs into temporary folders, too; where it is mounted `noexec` they could not run them. */
function runsPrograms(folder: string): boolean {
  const own = mkdtempSync(join(folder, "updown-runs-"));
  try {
    writeFileSync(join(own, "program"), "#!/bin/sh\n", { mode: 0o755 });
    return spawnSync(join(own, "program")).status === 0;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** Leaves out what could lead a test to a real database, and adds where the test servers are. */
function setEnvironment(servers: TestRunServers, sweep: boolean, everyRow: boolean): void {
  for (const name of Object.keys(process.env)) {
    if (/^(DATABASE_URL|SCRATCH_DATABASE_URL|MYSQL_|MIGRATIONS_)/.test(name)) delete process.env[name];
  }
  const whole = sweep && process.env.SWEEP_EVERY === undefined;
  if (everyRow || whole) process.env.TEST_EVERY_ROW = "1";
  Object.assign(process.env, servers.environment, sweep ? { SWEEP: "full" } : {});
}

/** Aborted by the first Ctrl-C or SIGTERM, which no longer end this process, since it has servers to stop. */
function onInterrupt(): AbortSignal {
  const interrupted = new AbortController();
  setMaxListeners(0, interrupted.signal); // each file that runs has one
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => interrupted.abort());
  }
  return interrupted.signal;
}

function fail(message: string): void {
  console.error(`test: ${message}`);
  process.exitCode = 1;
}
