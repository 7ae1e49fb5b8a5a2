import { openSession } from "../server/connection";
import {
  readServerProgress,
  type ServerProgress,
  type TurnOff,
  turnOnServerProgress,
} from "../server/server-progress";
import type { Session } from "../server/session";
import type { Settings } from "../settings/settings";
import type { Emit, RunProgress, StepName } from "./events";

/** Follows a run, and reports every now and then how far it has come. */
export interface ProgressMeter {
  begin(step: StepName, place: Place): void;
  /** So many more bytes of the file were read. */
  read(bytes: number): void;
  statement(number: number): void;
  /** The tool that runs the statement says how far it has come. @param remainingMs null: it does not say */
  told(tool: ServerProgress, remainingMs: number | null): void;
  done(): void;
  /** Stops reporting, and closes its session. */
  end(): Promise<void>;
}

/** Where in the run a migration is, and how much work it is. */
export interface Place {
  readonly migration: number;
  readonly migrations: number;
  readonly statements: number;
  readonly totalBytes: number;
}

/** A statement that runs longer than this is worth a second connection, to ask the server how far it has come. */
const LONG_MS = 2_000;
/** The server is asked at most this often. */
const ASK_EVERY_MS = 1_000;
/** The size of smaller files says nothing about how long they take. */
const BIG_FILE_BYTES = 1024 * 1024;

/** A meter that reports nothing and costs nothing. */
const SILENT: ProgressMeter = {
  begin: () => {},
  read: () => {},
  statement: () => {},
  told: () => {},
  done: () => {},
  end: async () => {},
};

/** What is running now. Times are from performance.now(). */
interface Current {
  readonly step: StepName;
  readonly place: Place;
  readonly startedAt: number;
  statement: number;
  statementAt: number;
  bytes: number;
  server: ServerProgress | null;
  /** What a tool said last; it knows more than the server. */
  tool: { readonly progress: ServerProgress; readonly remainingMs: number | null } | null;
  /** When the server's stage was first seen, or its statement began. */
  stageAt: number;
}

/**
 * @param everyMs how often to emit `progress`; null: never
 * @param running the session that runs the statements
 */
export function createProgressMeter(
  settings: Settings,
  everyMs: number | null,
  running: () => Session | null,
  emit: Emit,
): ProgressMeter {
  if (everyMs === null) return SILENT;
  let current: Current | null = null;
  let asking: Promise<void> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let watcher: Watcher | null = null;

  function tell(): void {
    if (current !== null) emit({ event: "progress", ...snapshot(current) });
  }

  async function ask(about: Current): Promise<void> {
    const { statement } = about;
    const session = running();
    if (session === null) return;
    watcher ??= createWatcher(settings);
    const server = await watcher.look(session);
    // Another statement may be running by now.
    if (about !== current || about.statement !== statement) return;
    if (server !== null && about.server !== null && server.stage !== about.server.stage) {
      about.stageAt = performance.now();
    }
    about.server = server;
  }

  function tick(): void {
    if (current === null) return;
    const now = performance.now();
    const due =
      current.tool === null && now - current.statementAt >= LONG_MS && now - askedAt >= ASK_EVERY_MS;
    // We go on reporting even if the server does not answer.
    if (!due || asking !== null) {
      tell();
      return;
    }
    askedAt = now;
    asking = ask(current).finally(() => {
      asking = null;
      tell();
    });
  }

  const timer = setInterval(tick, everyMs);
  timer.unref();
  return {
    begin(step, place) {
      const now = performance.now();
      const none = { statement: 0, bytes: 0, server: null, tool: null };
      current = { step, place, startedAt: now, statementAt: now, stageAt: now, ...none };
    },
    read(bytes) {
      if (current !== null) current.bytes += bytes;
    },
    statement(number) {
      if (current === null) return;
      current.statement = number;
      current.statementAt = performance.now();
      current.stageAt = current.statementAt;
      current.server = null;
      current.tool = null;
    },
    told(progress, remainingMs) {
      if (current !== null) current.tool = { progress, remainingMs };
    },
    done() {
      current = null;
    },
    async end() {
      clearInterval(timer);
      current = null;
      await asking;
      await watcher?.close();
    },
  };
}

function snapshot(current: Current): RunProgress {
  const now = performance.now();
  return {
    ...current.step,
    ...current.place,
    statement: current.statement,
    elapsedMs: Math.round(now - current.startedAt),
    statementMs: Math.round(now - current.statementAt),
    bytes: current.bytes,
    server: current.tool?.progress ?? current.server,
    remainingMs: current.tool === null ? estimate(current, now) : current.tool.remainingMs,
  };
}

function estimate({ server, stageAt, startedAt, bytes, place }: Current, now: number): number | null {
  if (server !== null) return remaining(now - stageAt, server.percent / 100);
  return place.totalBytes >= BIG_FILE_BYTES ? remaining(now - startedAt, bytes / place.totalBytes) : null;
}

/** Less than a hundredth is too little to go by. */
function remaining(spentMs: number, fraction: number): number | null {
  return fraction < 0.01 ? null : Math.round((spentMs * (1 - Math.min(1, fraction))) / fraction);
}

/** Looks, from a second connection, how far a session's statement has come. */
interface Watcher {
  /** @returns null when the server does not say or may not be asked; never throws */
  look(at: Session): Promise<ServerProgress | null>;
  close(): Promise<void>;
}

/** After so many failures in a row it is not worth asking. */
const TRIES = 3;

/** Connects when it first looks. */
function createWatcher(settings: Settings): Watcher {
  let session: Session | null = null;
  let turnOff: TurnOff | null = null;
  let turnedOn = false;
  let failures = 0;

  async function look(at: Session): Promise<ServerProgress | null> {
    session ??= await openSession(settings.database, { withoutDatabase: true });
    // Behind a proxy the second connection may lead to another server, where the same number is somebody else's
    // session.
    if (session.server.instance !== at.server.instance) throw new Error("another server");
    const seen = await readServerProgress(session, at.connectionId);
    if (seen === null && !turnedOn) {
      turnedOn = true;
      // If it may not turn more on, what it can already see is enough.
      turnOff = await turnOnServerProgress(session).catch(() => null);
    }
    return seen;
  }

  return {
    async look(at) {
      if (failures >= TRIES) return null;
      try {
        const seen = await look(at);
        failures = 0;
        return seen;
      } catch {
        failures += 1;
        await session?.close();
        session = null;
        return null;
      }
    },
    async close() {
      await turnOff?.();
      await session?.close();
    },
  };
}
