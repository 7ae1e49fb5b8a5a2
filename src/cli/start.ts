import { getEventListeners } from "node:events";
import { constants } from "node:os";
import { main } from "./main";
import type { SignalRelay } from "./run-command";

/** Ctrl-C, whoever stops services, and a terminal or an SSH connection that is closed. */
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** npm passes Ctrl-C on to a script that the terminal told already: two signals, one wish. */
const SAME_WISH_MS = 500;

/**
 * Runs the command line of a process and sets its exit code, or has it die by the signal that its command died by. Ctrl-C, SIGTERM and SIGHUP end the run after the
 * current statement; a second one ends that statement on the server, and a third the process, which the next run
 * copes with.
 */
export async function start(process: NodeJS.Process): Promise<void> {
  const stop = new AbortController();
  const kill = new AbortController();
  const relay: SignalRelay = { to: null };
  let last = Number.NEGATIVE_INFINITY;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (performance.now() - last < SAME_WISH_MS) return;
    last = performance.now();
    if (relay.to !== null) {
      if (relay.to(signal)) stop.abort();
    } else if (!stop.signal.aborted) stop.abort();
    // A listener means that a statement is running or about to run.
    else if (getEventListeners(kill.signal, "abort").length > 0) kill.abort();
    else process.exit(2);
  };
  for (const signal of STOPPING) process.on(signal, onSignal);
  // `status | head -1`: whoever read has what it wanted.
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  const end = await main(process.argv.slice(2), process.env, process, {
    signal: stop.signal,
    killSignal: kill.signal,
    relay,
  });
  for (const signal of STOPPING) process.off(signal, onSignal);
  if (typeof end === "number") process.exitCode = end;
  else dieBy(process, end);
}

/** Whoever waits for this process is to see what ended the command. */
function dieBy(process: NodeJS.Process, signal: NodeJS.Signals): void {
  // What a shell makes of it, where Node survives the signal; at this one it would begin to debug.
  process.exitCode = 128 + constants.signals[signal];
  if (signal !== "SIGUSR1") process.kill(process.pid, signal);
}

/** A terminal that was closed is written to with EIO. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}
