import { getEventListeners } from "node:events";
import { constants } from "node:os";
import { main } from "./main";
import type { SignalRelay } from "./run-command";

/** Ctrl-C, a service manager, and a terminal or an SSH connection that is closed. */
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** npm passes Ctrl-C on to a script that already got it from the terminal: two signals, one wish. */
const SAME_WISH_MS = 500;

/**
 * Runs the command line of a process and sets its exit code, or lets it die from the same signal as its command.
 * Ctrl-C, SIGTERM and SIGHUP end the run after the current statement; a second one kills that statement on the server,
 * and a third one ends the process, which the next run can cope with.
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
  // `status | head -1`: the reader has got what it wanted.
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

/** The parent of this process should see what ended the command. */
function dieBy(process: NodeJS.Process, signal: NodeJS.Signals): void {
  // The exit code that a shell would give, in case Node survives the signal; on SIGUSR1 it would start its debugger.
  process.exitCode = 128 + constants.signals[signal];
  if (signal !== "SIGUSR1") process.kill(process.pid, signal);
}

/** Writing to a closed terminal fails with EIO. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}
