import { getEventListeners } from "node:events";
import { main } from "./main";

/** npm passes Ctrl-C on to a script that the terminal told already: two signals, one wish. */
const SAME_WISH_MS = 500;

/**
 * Runs the command line of a process and sets its exit code. Ctrl-C and SIGTERM end the run after the
 * current statement; a second one ends that statement on the server, and a third the process, which the next run
 * copes with.
 */
export async function start(process: NodeJS.Process): Promise<void> {
  const stop = new AbortController();
  const kill = new AbortController();
  let last = Number.NEGATIVE_INFINITY;
  const onSignal = (): void => {
    if (performance.now() - last < SAME_WISH_MS) return;
    last = performance.now();
    if (!stop.signal.aborted) stop.abort();
    // Who listens has a statement under way, or will have one.
    else if (getEventListeners(kill.signal, "abort").length > 0) kill.abort();
    else process.exit(2);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // `status | head -1`: whoever read has what it wanted.
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  process.exitCode = await main(process.argv.slice(2), process.env, process, {
    signal: stop.signal,
    killSignal: kill.signal,
  });
  process.off("SIGINT", onSignal);
  process.off("SIGTERM", onSignal);
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
