import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../settings/environment";
import type { CommandLine } from "./command";

/** How a tool ended. */
export interface ToolEnd {
  /** Null: a signal killed it. */
  readonly code: number | null;
  /** Its last lines. */
  readonly said: readonly string[];
  /** The line with which it complains that values did not fit into the copy; null: none. */
  readonly complained: string | null;
}

export interface ToolOptions {
  readonly environment: Environment;
  /** The content of file descriptor 3: who connects, with the password. */
  readonly config: string;
  /** Called with each line that it prints. */
  readonly onLine: (line: string) => void;
  /** When aborted, the tool is asked to end in its own way. */
  readonly stop: AbortSignal;
  /** When aborted, the tool is killed at once. */
  readonly kill: AbortSignal;
}

/** How many lines are kept for a message. */
const LAST_LINES = 12;
/** How long a tool that was asked to end gets, since it may be waiting for a lock. */
const GRACE_MS = 20_000;

/**
 * Runs a tool in a process group of its own, so that a Ctrl-C in the terminal reaches it only through us.
 * @throws the system's error when it cannot be started
 */
export async function runTool(line: CommandLine, options: ToolOptions): Promise<ToolEnd> {
  const config = openNameless(options.config);
  const said: string[] = [];
  let complained: string | null = null;
  try {
    const child = spawn(line.file, line.args, {
      detached: true,
      env: options.environment,
      stdio: ["ignore", "pipe", "pipe", config],
    });
    const ended = endOf(child);
    const onLine = (text: string): void => {
      said.push(text);
      if (said.length > LAST_LINES) said.shift();
      if (/^Copying rows caused a MySQL error/.test(text)) complained ??= text;
      options.onLine(text);
    };
    eachLine(child.stdout, onLine);
    eachLine(child.stderr, onLine);
    const stopListening = endOnRequest(child, options);
    try {
      return { code: await ended, said, complained };
    } finally {
      stopListening();
      // Processes that it started must not outlive it.
      signal(child, "SIGKILL");
    }
  } finally {
    closeSync(config);
  }
}

/**
 * A file of mode 0600 that is removed from its folder before the password is written to it, so no kill can leave it
 * behind.
 */
function openNameless(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), "mysql-updown-"));
  try {
    const fd = openSync(join(folder, "config"), "wx+", 0o600);
    rmSync(folder, { recursive: true });
    writeSync(fd, text, 0);
    return fd;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code));
  });
}

function eachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let begun = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (part: string) => {
    const lines = (begun + part).split(/\r?\n|\r/);
    begun = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(line);
  });
  stream?.on("end", () => {
    if (begun.trim() !== "") onLine(begun);
  });
}

function endOnRequest(child: ChildProcess, { stop, kill }: ToolOptions): () => void {
  let grace: NodeJS.Timeout | null = null;
  const onStop = (): void => {
    signal(child, "SIGTERM");
    grace ??= setTimeout(onKill, GRACE_MS);
  };
  const onKill = (): void => signal(child, "SIGKILL");
  stop.addEventListener("abort", onStop);
  kill.addEventListener("abort", onKill);
  if (stop.aborted) onStop();
  if (kill.aborted) onKill();
  return () => {
    stop.removeEventListener("abort", onStop);
    kill.removeEventListener("abort", onKill);
    if (grace !== null) clearTimeout(grace);
  };
}

/** Sends a signal to the whole group. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It is gone.
  }
}

/** How far a tool says it has come; null: the line is about something else. */
export function progressIn(
  line: string,
): { readonly percent: number; readonly remainingMs: number | null } | null {
  // pt-online-schema-change: "Copying `d`.`t`:  45% 00:23 remain"
  const pt = /^Copying .*:\s+(\d{1,3})%\s+((?:\d+\+)?[\d:]+) remain/.exec(line);
  if (pt !== null) return { percent: Number(pt[1]), remainingMs: readClock(pt[2] ?? "") };
  // gh-ost: "Copy: 1000/50000 2.0%; … ETA: 1m5s"
  const other = /^Copy: .*?(\d+(?:\.\d+)?)%;.*?ETA: (?:(?:(\d+)h)?(?:(\d+)m)?(\d+)s)?/.exec(line);
  if (other === null) return null;
  const [, percent, hours = "0", minutes = "0", seconds] = other;
  const remaining =
    seconds === undefined ? null : ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return { percent: Number(percent), remainingMs: remaining };
}

/** `1+02:03:04`: days, hours, minutes and seconds. */
function readClock(text: string): number | null {
  const [clock = "", days = "0"] = text.split("+").reverse();
  const parts = clock.split(":").map(Number);
  if (parts.some(Number.isNaN)) return null;
  const seconds = parts.reduce((sum, part) => sum * 60 + part, 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}
