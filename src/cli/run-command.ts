import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { MigrateError } from "../errors";
import type { Environment } from "../settings/settings";
import type { CommandEnd } from "../verbs/verb";

/** Where signals go while another program runs. */
export interface SignalRelay {
  /** Gets each signal and says whether it should end this program, too; null: no other program is running. */
  to: ((signal: NodeJS.Signals) => boolean) | null;
}

/**
 * Waits for the news that the command has ended. If its input ends first (which happens when this process dies, however
 * that happens), it kills the command: its process group if it has one, otherwise the process and its children.
 */
const GUARD = `
trap '' HUP INT TERM
tree() {
  printf '%s ' "$1"
  ps -A -o ppid= -o pid= 2>/dev/null | while read -r parent child; do
    [ "$parent" != "$1" ] || tree "$child"
  done
}
read -r how pid || exit 0
! read -r ended || exit 0
case $how in
  group) kill -s KILL -- "-$pid" 2>/dev/null ;;
  *) kill -s KILL $(tree "$pid") 2>/dev/null ;;
esac
exit 0
`;

/** Waits for a line before it becomes the command, so that the guard knows the process before that does anything. */
const STARTER = 'read -r go <&3 || exit 1; exec 3<&-; exec "$@"';

/**
 * Finds the path of a program that is named as in a shell.
 * @throws MigrateError `usage` when there is none
 */
export function findCommand(program: string, env: Environment, cwd: string): string {
  const folders = program.includes("/") ? [cwd] : (env.PATH ?? "").split(delimiter);
  const found = folders
    .map((folder) => (program.startsWith("/") ? program : resolve(cwd, join(folder, program))))
    .find(isProgram);
  if (found !== undefined) return found;
  const words = program.trim().split(/\s+/);
  const hint =
    words.length > 1
      ? `It is taken for the name of one program. Leave out the quotes, or have a shell read it:
  npm run migrate:sandbox -- ${program}
  npm run migrate:sandbox -- sh -c '${program}'`
      : "The command stands last, as in a shell:\n  npm run migrate:sandbox -- npm test";
  throw new MigrateError("usage", `There is no program "${program}" to run.`, { hint });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface RunCommandOptions {
  readonly cwd: string;
  readonly env: Environment;
  readonly relay: SignalRelay;
  /**
   * Whether a person types into it: then it stays with the terminal, which sends Ctrl-C to it directly. Otherwise it
   * gets a process group of its own, of which nothing is left afterwards.
   */
  readonly terminal: boolean;
}

/**
 * Runs a program with this one's standard streams and waits for it. The first signal is passed on; the second one kills
 * the program. It does not outlive this process, even if that is killed.
 */
export async function runCommand(
  words: readonly string[],
  { cwd, env, relay, terminal }: RunCommandOptions,
): Promise<CommandEnd> {
  const guard = spawn("/bin/sh", ["-c", GUARD, "mysql-updown-guard"], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const guardGone = once(guard, "exit");
  guard.stdin.on("error", () => {});
  const child = spawn("/bin/sh", ["-c", STARTER, "mysql-updown-command", ...words], {
    cwd,
    env: { ...env },
    detached: !terminal,
    stdio: ["inherit", "inherit", "inherit", "pipe"],
  });
  const exit = once(child, "exit");
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  guard.stdin.write(`${terminal ? "tree" : "group"} ${pid}\n`);
  relay.to = relayTo(child, terminal, () => guard.stdin.end());
  const go = child.stdio[3] as NodeJS.WritableStream;
  go.on("error", () => {});
  go.end("go\n");
  try {
    const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
    return { code, signal };
  } finally {
    relay.to = null;
    // The rest of a process group is killed, too; without a group, we cannot recognise the children of a process that
    // is gone.
    guard.stdin.end(terminal ? "ended\n" : "");
    await guardGone;
  }
}

function relayTo(child: ChildProcess, terminal: boolean, kill: () => void): SignalRelay["to"] {
  let asked = false;
  return (signal) => {
    if (terminal && signal === "SIGINT") return false;
    const pid = child.pid ?? 0;
    if (asked) kill();
    else process.kill(terminal ? pid : -pid, signal);
    asked = true;
    return true;
  };
}
