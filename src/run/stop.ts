import { MigrateError } from "../errors";
import { serverErrno, serverWords } from "../server/error-numbers";
import type { Session } from "../server/session";
import type { Emit } from "./events";

/** How a run is stopped from outside. */
export interface StopOptions {
  /** When aborted, the current statement ends and is recorded, then the run stops with `interrupted`. */
  readonly signal?: AbortSignal;
  /** When aborted, the current statement is killed on the server, its outcome is recorded, and the run stops. */
  readonly killSignal?: AbortSignal;
}

/** Listens for the two signals during a run. */
export interface StopWatch {
  /** Stops listening, and waits for a KILL on its way, so that it cannot hit the next session. */
  end(): Promise<void>;
}

/** @param running the session whose statement to kill, or null when nothing worth killing is running */
export function watchForStop(options: StopOptions, running: () => Session | null, emit: Emit): StopWatch {
  const { signal, killSignal } = options;
  let killing: Promise<void> = Promise.resolve();
  const stop = (): void => emit({ event: "stopping", kill: false });
  const kill = (): void => {
    const session = running();
    emit({ event: "stopping", kill: true });
    if (session === null) return;
    killing = killStatement(session).catch((error: unknown) => {
      const message = `The statement could not be ended, and goes on: ${serverWords(error)}`;
      emit({ event: "warning", message });
    });
  };
  signal?.addEventListener("abort", stop, { once: true });
  killSignal?.addEventListener("abort", kill, { once: true });
  return {
    async end() {
      signal?.removeEventListener("abort", stop);
      killSignal?.removeEventListener("abort", kill);
      await killing;
    },
  };
}

/** Whether a run was asked to stop, either way. */
export function isStopping({ signal, killSignal }: StopOptions): boolean {
  return signal?.aborted === true || killSignal?.aborted === true;
}

/** The session has ended by itself. */
const ER_NO_SUCH_THREAD = 1094;

/** Behind a proxy each connection may lead to another server. */
const MOST_TRIES = 20;

/**
 * Kills the statement that a session is running, if any. The session lives on and gets the statement's outcome: error
 * 1317, or success when the KILL came too late.
 * @throws MigrateError as `openSession`, `server-error` when no second connection reached the same server; the driver's
 *   error when the user has no right to
 * @see https://dev.mysql.com/doc/refman/8.4/en/kill.html
 */
export async function killStatement(
  target: Pick<Session, "server" | "connectionId" | "openBeside">,
): Promise<void> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    // The statement may be about to drop the database.
    const session = await target.openBeside(null, true);
    try {
      // On another server the same number is somebody else's session.
      if (session.server.instance !== target.server.instance) continue;
      return await session.run(`KILL QUERY ${target.connectionId}`).catch((error: unknown) => {
        if (serverErrno(error) !== ER_NO_SUCH_THREAD) throw error;
      });
    } finally {
      await session.close();
    }
  }
  throw new MigrateError(
    "server-error",
    `Of ${MOST_TRIES} connections none reached the server that runs it: a proxy hands them out.`,
  );
}
