import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the bin with exactly these variables. */
export function start(
  bin: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  dir: string,
): { process: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [bin, ...words], {
    cwd: dir,
    env: { PATH: process.env.PATH, MIGRATIONS_DIR: dir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (chunk: Buffer) => {
      written[stream] += chunk;
    });
  }
  return {
    process: child,
    ended: once(child, "close").then(([code]) => ({ code: code as number | null, ...written })),
  };
}

/** Runs the bin to its end. */
export async function run(...args: Parameters<typeof start>): Promise<Ended> {
  return await start(...args).ended;
}
