import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type PrivateServer, withPrivateServer } from "../../src/scratch/private-server";
import type { ServerFamily } from "../../src/scratch/server-programs";
import { installForTests } from "../support/installed";
import { findOrInstallClient } from "../support/start-servers";
import { replaceBench } from "./document";
import { type Options, parseOptions } from "./options";
import { findPeers, installPeers } from "./peers";
import { type Row, renderTable } from "./table";
import type { Bench, Work } from "./work";
import { creates, mixed } from "./works/creates";
import { bigFile, LARGE_FILE_RUNS, singleRows } from "./works/entries";
import { far } from "./works/far";
import { fleet } from "./works/fleet";
import { memory } from "./works/memory";
import { noOp } from "./works/no-op";
import { npmRun } from "./works/npm-run";
import { report } from "./works/report";
import { check, dump } from "./works/schema";
import { verify } from "./works/verify";

const ROOT = join(__dirname, "../..");

/** In the order of the table. */
const WORKS: Readonly<Record<string, Work>> = {
  "no-op": noOp(1000),
  "no-op-10000": noOp(10_000),
  "npm-run": npmRun,
  creates,
  mixed,
  far,
  "big-file": bigFile,
  "single-rows": singleRows,
  memory,
  verify,
  fleet,
  check,
  dump,
  report,
};

/**
 * Measures the works beside their limits on private servers and prints a table for each family.
 *   npm run bench -- [WORK…] [--family mysql|mariadb] [--runs N] [--gigabytes G] [--single-gb] [--peers] [--write]
 * Exits 1 when something could not be measured; a bound that is missed is the table's to say.
 */
async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, Object.keys(WORKS));
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => interrupted.abort());
  }
  if (options.peers) installPeers();
  execFileSync("npm", ["run", "-s", "build"], { cwd: ROOT, stdio: ["ignore", 2, 2] });

  const folder = await mkdtemp(join(tmpdir(), "mysql-updown-bench-"));
  try {
    const sections: string[] = [];
    for (const family of options.families) {
      sections.push(await measureFamily(family, options, folder, interrupted.signal));
    }
    const text = `${sections.join("\n\n")}\n\n${describeConditions(args, options)}`;
    console.log(text);
    if (options.write && process.exitCode === undefined) await writeDocument(text);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One family's heading and table. A work that fails is told on stderr and sets the exit code. */
async function measureFamily(
  family: ServerFamily,
  options: Options,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const client = await findOrInstallClient(family);
  const setup = { family, environment: process.env, install: () => installForTests(family) };
  return await withPrivateServer(setup, async (server) => {
    const rows: Row[] = [];
    for (const [name, work] of Object.entries(WORKS)) {
      if (options.works.length > 0 && !options.works.includes(name)) continue;
      const report = (line: string): void => console.error(`${family} ${name}: ${line}`);
      const own = join(folder, `${family}-${name}`);
      await mkdir(own);
      const bench = benchFor(server, client, options, { folder: own, signal, report });
      try {
        rows.push(...(await work(bench)));
      } catch (error) {
        signal.throwIfAborted();
        report(`failed: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = 1;
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    }
    return `### ${family === "mysql" ? "MySQL" : "MariaDB"} ${server.version}\n\n${renderTable(rows)}`;
  });
}

function benchFor(
  server: PrivateServer,
  client: string,
  options: Options,
  rest: Pick<Bench, "folder" | "signal" | "report">,
): Bench {
  return { server, client, bin: join(ROOT, "dist/bin.js"), peers: findPeers(), options, ...rest };
}

/** What a reader has to know in order to compare the figures with others. */
function describeConditions(args: readonly string[], options: Options): string {
  const cores = cpus();
  const command = ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
  return `Medians of ${options.runs} runs (the large files: ${LARGE_FILE_RUNS}), on ${new Date().toISOString().slice(0, 10)}: \`${command}\`, Node ${process.versions.node}, ${cores.length} cores
(${cores[0]?.model.trim() ?? "unknown"}). Client and server share the machine and talk over TCP without TLS. The servers are private ones with
a buffer pool of 64 MB and the default packet limit; they write their log at each commit but do not sync it
(\`innodb_flush_log_at_trx_commit=2\`), so the client's share of the time counts for more than it would in production.`;
}

async function writeDocument(text: string): Promise<void> {
  const path = join(ROOT, "docs/benchmarks.md");
  await writeFile(path, replaceBench(await readFile(path, "utf8"), text));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
