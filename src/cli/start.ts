import { main } from "./main";

/** npm passes Ctrl-C on to a script that the terminal told already: two signals, one wish. */
const SAME_WISH_MS = 500;

/**
 * Runs the command line of a process and sets its exit code. Ctrl-C and SIGTERM end the run after the
 * current statement; a second one ends it at once, which the next run copes with.
 */
export async function start(process: NodeJS.Process): Promise<void> {
  const abort = new AbortController();
  let first: number | null = null;
  const onSignal = (): void => {
    if (first === null) {
      first = performance.now();
      process.stderr.write("Stopping after the current statement; once more to stop at once.\n");
      abort.abort();
    } else if (performance.now() - first > SAME_WISH_MS) {
      process.exit(2);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // `status | head -1`: whoever read has what it wanted.
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  process.exitCode = await main(process.argv.slice(2), process.env, process, abort.signal);
  process.off("SIGINT", onSignal);
  process.off("SIGTERM", onSignal);
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
