import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

const ROOT = join(__dirname, "../..");

/** As the package is built. */
const { BUNDLE, ENTRIES, INSIDE, INSIDE_BUNDLE, PROGRAM } = require("../../scripts/sources.cjs") as {
  BUNDLE: BuildOptions;
  INSIDE: string;
  INSIDE_BUNDLE: BuildOptions;
  ENTRIES: Readonly<Record<string, string>>;
  PROGRAM: string;
};

/** A runner in a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<ChildEnd>;
}

export interface ChildEnd {
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BuiltRunner {
  /** Path of the bin. */
  readonly bin: string;
  readonly remove: () => Promise<void>;
}

/**
 * Compiles the package into a folder of its own, because a compiled runner starts several times faster than
 * one compiled on the fly, and hundreds of them are started. Types are checked elsewhere.
 */
export async function buildRunner(): Promise<BuiltRunner> {
  // Inside node_modules, where the compiled files find their dependencies.
  const cache = join(ROOT, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "mysql-updown-test-"));
  await build({ ...BUNDLE, outfile: join(folder, "dist", PROGRAM) });
  await build({ ...INSIDE_BUNDLE, outfile: join(folder, "dist", `${INSIDE}.js`) });
  for (const [name, text] of Object.entries(ENTRIES)) {
    await writeFile(join(folder, "dist", name), text, { mode: 0o755 });
  }
  // The compiled files look for the package's description where it will be when it is installed.
  await copyFile(join(ROOT, "package.json"), join(folder, "package.json"));
  return {
    bin: join(folder, "dist/bin.js"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Compiles the package for the callback, which gets the path of the bin. */
export async function withBuiltRunner<T>(body: (bin: string) => Promise<T>): Promise<T> {
  const { bin, remove } = await buildRunner();
  try {
    return await body(bin);
  } finally {
    await remove();
  }
}

/** Starts the bin with the given arguments; settings come from `url` and `dir`, and what else is given. */
export function startChild(
  bin: string,
  args: readonly string[],
  url: string,
  dir: string,
  given: Readonly<Record<string, string>> = {},
): Child {
  const child = spawn(process.execPath, [bin, ...args, "--dir", dir], {
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATABASE_URL: url,
      MIGRATE_ALLOW_EXISTING: "1",
      ...given,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { process: child, ended };
}

/** Waits for the child, but kills it after `limit` milliseconds: then it counts as hung. */
export async function within(child: Child, limit: number): Promise<ChildEnd | "hung"> {
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.process.kill("SIGKILL");
  }, limit);
  try {
    const end = await child.ended;
    return hung ? "hung" : end;
  } finally {
    clearTimeout(timer);
  }
}
