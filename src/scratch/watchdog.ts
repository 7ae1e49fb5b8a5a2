import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import type { Environment } from "./server-programs";

/**
 * Reads process ids from its input. The input ends when this process dies, however that happens; then the watchdog
 * kills the last process group and removes the folder (twice, if the dying server still wrote to it). An empty line
 * means: nothing is running any more.
 */
const WATCHDOG = `
trap '' HUP INT TERM
group=
while read -r line; do group=$line; done
[ -z "$group" ] || kill -s KILL -- "-$group" 2>/dev/null
tries=0
until rm -rf -- "$1" 2>/dev/null && [ ! -e "$1" ]; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] || exit 1
  sleep 0.1
done
`;

/** Waits for a line before it becomes the program, so that the watchdog knows the process before that does anything. */
const STARTER = 'read -r go || exit 1; exec "$@" </dev/null';

/** A process that belongs to a watched folder. */
export interface WatchedProcess {
  readonly pid: number;
  hasExited(): boolean;
  /** Resolves when the process has ended, with the exit status in words. */
  exited(): Promise<string>;
}

/** A folder and at most one process in it. Both are gone soon after this process has ended, even after a SIGKILL. */
export interface Watchdog {
  /** Starts the program in a session of its own (Ctrl-C does not reach it) and appends its output to the log file. */
  start(program: string, args: readonly string[], log: string): Promise<WatchedProcess>;
  /** Kills the process if it still runs, removes the folder, and resolves when both are gone. */
  close(): Promise<void>;
}

/** Starts a watchdog for the folder. @throws when `sh` cannot be started */
export async function startWatchdog(folder: string, environment: Environment): Promise<Watchdog> {
  const env = serverEnvironment(environment);
  const dog = spawn("/bin/sh", ["-c", WATCHDOG, "mysql-updown-watchdog", folder], {
    cwd: "/",
    detached: true,
    env,
    stdio: ["pipe", "ignore", "ignore"],
  });
  await once(dog, "spawn");
  const gone = once(dog, "exit");
  // Neither the watchdog nor its pipe keeps this process alive; a forgotten server ends with this process.
  dog.unref();
  dog.stdin.on("error", () => {});
  if ("unref" in dog.stdin && typeof dog.stdin.unref === "function") dog.stdin.unref();

  return {
    async start(program, args, log) {
      const output = openSync(log, "a");
      const child = spawn("/bin/sh", ["-c", STARTER, "mysql-updown-server", program, ...args], {
        cwd: "/",
        detached: true,
        env,
        stdio: ["pipe", output, output],
      });
      closeSync(output);
      await once(child, "spawn");
      dog.stdin.write(`${child.pid}\n`);
      child.stdin?.on("error", () => {});
      child.stdin?.end("go\n");
      return watchedProcess(child, () => dog.stdin.write("\n"));
    },
    async close() {
      dog.ref();
      dog.stdin.end();
      await gone;
    },
  };
}

function watchedProcess(child: ChildProcess, forget: () => void): WatchedProcess {
  let ending: string | null = null;
  const exited = once(child, "exit").then(([code, signal]) => {
    forget();
    ending = signal === null ? `exit code ${code}` : `signal ${signal}`;
    return ending;
  });
  child.unref();
  return {
    pid: child.pid ?? 0,
    hasExited: () => ending !== null,
    async exited() {
      if (ending !== null) return ending;
      child.ref();
      return exited;
    },
  };
}

/** A server needs little of the environment, and must not see passwords or the service manager's socket. */
function serverEnvironment(environment: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH"]) {
    const value = environment[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
