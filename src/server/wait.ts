import { setTimeout as pause } from "node:timers/promises";
import { MigrateError } from "../errors";
import type { DatabaseSettings } from "../settings/database";
import { type OpenOptions, openSession, stoppedWhileConnecting } from "./connection";
import { ER_UNKNOWN_COM_ERROR } from "./error-numbers";
import type { Session } from "./session";

export interface WaitOptions extends OpenOptions {
  /** Milliseconds to keep trying while the server is not up or the database is not there; default 0: try once. */
  readonly waitMs?: number;
  /** Called with the reason when the first try failed, and every ten seconds after that. */
  readonly onWait?: (reason: string) => void;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;
/** Orchestrators believe that a silent process is dead. */
const TELL_EVERY_MS = 10_000;

/**
 * Opens a session, waiting for a server that is still starting and a database that is not there yet. Problems that
 * waiting does not solve (a wrong password, a certificate) fail at once.
 * @throws MigrateError as `openSession`; `interrupted` when the signal is aborted while it waits
 */
export async function openWhenReady(settings: DatabaseSettings, options: WaitOptions = {}): Promise<Session> {
  const deadline = performance.now() + (options.waitMs ?? 0);
  let pauseMs = FIRST_PAUSE_MS;
  let toldAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await openSession(settings, options);
    } catch (error) {
      const left = deadline - performance.now();
      if (!mayPass(error) || left <= 0) throw error;
      if (performance.now() - toldAt >= TELL_EVERY_MS) {
        toldAt = performance.now();
        options.onWait?.(error.message);
      }
      await pauseOrStop(Math.min(pauseMs, left), options.signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

async function pauseOrStop(ms: number, signal: AbortSignal | undefined): Promise<void> {
  // It rejects when aborted; the next line looks at the signal itself.
  await pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  if (signal?.aborted === true) throw stoppedWhileConnecting();
}

/** Node's names for the network errors of a server that is not up yet. */
const NOT_UP_YET: readonly unknown[] = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  // A container's name resolves, and a socket file appears, only when its server runs.
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
  "PROTOCOL_CONNECTION_LOST",
];

function mayPass(error: unknown): error is MigrateError {
  if (!(error instanceof MigrateError)) return false;
  if (error.code === "unknown-database") return true;
  if (error.code !== "cannot-connect") return false;
  const { code, errno } = (error.cause ?? {}) as { code?: unknown; errno?: unknown };
  return NOT_UP_YET.includes(code) || STILL_STARTING.includes(errno);
}

/** ER_CON_COUNT_ERROR, ER_SERVER_SHUTDOWN */
const STILL_STARTING: readonly unknown[] = [1040, 1053, ER_UNKNOWN_COM_ERROR];
