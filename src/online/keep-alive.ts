/** Keeps an idle session alive, and takes turns with other work in it. */
export interface Keeper {
  /** Aborted, with the reason, when the session or the right to run is gone. */
  readonly lost: AbortSignal;
  /** Does something in the session when nothing else is done there. */
  turn(work: () => Promise<void>): Promise<void>;
  end(): Promise<void>;
}

/** Much shorter than the time a session may be idle. */
const EVERY_MS = 5_000;

/** @param confirm asks the session whether it still has the right to run; rejects if not */
export function keepAlive(confirm: () => Promise<void>): Keeper {
  const lost = new AbortController();
  let last: Promise<void> = Promise.resolve();
  const turn = (work: () => Promise<void>): Promise<void> => {
    const mine = last.then(work);
    last = mine.catch((error: unknown) => lost.abort(error));
    return mine;
  };
  const timer = setInterval(() => void turn(confirm).catch(() => {}), EVERY_MS);
  return {
    lost: lost.signal,
    turn,
    async end() {
      clearInterval(timer);
      await last;
    },
  };
}
