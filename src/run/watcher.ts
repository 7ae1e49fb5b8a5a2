import type { Settings } from "../config";
import { openSession } from "../database/connection";
import {
  readServerProgress,
  type ServerProgress,
  type TurnOff,
  turnOnServerProgress,
} from "../database/server-progress";
import type { Session } from "../database/session";

/** Looks, from a second connection, how far a session is with its statement. */
export interface Watcher {
  /** @returns null when the server does not say or may not be asked; never throws */
  look(at: Session): Promise<ServerProgress | null>;
  close(): Promise<void>;
}

/** After so many failures in a row it is not worth asking. */
const TRIES = 3;

/** Connects when it first looks. */
export function createWatcher(settings: Settings): Watcher {
  let session: Session | null = null;
  let turnOff: TurnOff | null = null;
  let turnedOn = false;
  let failures = 0;

  async function look(at: Session): Promise<ServerProgress | null> {
    session ??= await openSession(settings.database, { withoutDatabase: true });
    // Behind a proxy the second connection may lead to another server, where the same number is somebody else's.
    if (session.server.instance !== at.server.instance) throw new Error("another server");
    const seen = await readServerProgress(session, at.connectionId);
    if (seen === null && !turnedOn) {
      turnedOn = true;
      // What it is permitted to see is enough when it is not permitted to turn more on.
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
