import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Whether the process runs; a zombie, which only waits to be noticed, does not. */
export function isRunning(pid: number): boolean {
  // Slim container images have no ps.
  const stat = existsSync("/proc/self/stat")
    ? readOrEmpty(`/proc/${pid}/stat`).replace(/^.*\) /s, "")
    : ps(["-o", "stat=", "-p", String(pid)]);
  return stat !== "" && !stat.startsWith("Z");
}

/** Whether any process of this machine has the text among its arguments. */
export function isMentionedByProcess(text: string): boolean {
  if (!existsSync("/proc/self/cmdline")) return ps(["-A", "-o", "args="]).includes(text);
  return readdirSync("/proc").some(
    (name) => /^\d+$/.test(name) && readOrEmpty(`/proc/${name}/cmdline`).includes(text),
  );
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}

function ps(args: readonly string[]): string {
  try {
    return execFileSync("ps", args, { encoding: "utf8" });
  } catch {
    return "";
  }
}
