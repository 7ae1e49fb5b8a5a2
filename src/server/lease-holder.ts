import { MigrateError } from "../errors";
import { isTransactionUndone, serverWords } from "./error-numbers";
import type { Lock } from "./lock-wait";
import type { Session } from "./session";

/** A lease that was just taken. */
export interface TakenLease {
  readonly fence: number;
  /** How long it lasts from each renewal. */
  readonly seconds: number;
}

const RENEW_EVERY_MS = 5_000;
/** A lease with less time left than this is renewed before the next statement is sent. */
const SPARE_MS = 5_000;
/**
 * A runner that is frozen (SIGSTOP, a suspended machine) may send its next statement when it wakes up. So the server
 * drops its idle session before the lease can end.
 */
const IDLE_SECONDS = 20;

/**
 * Renews a lease from a second connection, also while a long statement runs. Once the lease is lost, the executing
 * session sends no more statements of files.
 * @param name the lease's table, quoted
 * @param onAbandoned called when the lease could not be given back
 */
export async function holdLease(
  session: Session,
  name: string,
  { fence, seconds }: TakenLease,
  onAbandoned: () => void,
): Promise<Lock> {
  const renewal = createRenewal(session, name, { fence, seconds });
  const timer = setInterval(renewal.start, RENEW_EVERY_MS);
  timer.unref();
  /** Under LOCK TABLES the session cannot read the lease, but nobody else can write to the tables it has locked. */
  let tablesLocked = false;

  session.guard(async (text) => {
    await renewal.assertHeld();
    if (/^LOCK\s+TABLES?\b/i.test(text)) tablesLocked = true;
    else if (/^UNLOCK\s+TABLES?\b/i.test(text)) tablesLocked = false;
  });
  await session.execute(`SET SESSION wait_timeout = ${IDLE_SECONDS}`);

  return {
    kind: "lease",
    get condition() {
      return tablesLocked
        ? "TRUE"
        : `EXISTS (SELECT 1 FROM ${name} AS lease WHERE lease.id = 1 AND lease.fence = ?)`;
    },
    get values() {
      return tablesLocked ? [] : [fence];
    },
    async release() {
      clearInterval(timer);
      session.guard(null);
      // If the session is gone, its last statement may still be running: the next runner looks for it.
      const idle = await session.query("DO 0").then(
        () => true,
        () => false,
      );
      if (!(await renewal.end(idle))) onAbandoned();
    },
  };
}

interface Renewal {
  /** Starts a renewal, unless one is running. */
  start(): void;
  /** @throws MigrateError `lock-lost` */
  assertHeld(): Promise<void>;
  /** @param give whether to give the lease back; else it ends by itself @returns whether it was given back */
  end(give: boolean): Promise<boolean>;
}

function createRenewal(session: Session, name: string, { fence, seconds }: TakenLease): Renewal {
  let beside: Session | null = null;
  let underWay: Promise<void> | null = null;
  let renewedAt = readClocks();
  let lost = false;
  let failure = "another runner has taken it over";

  async function change(sql: string, values: readonly number[]): Promise<number> {
    beside ??= await session.openBeside();
    return await beside.execute(sql, values);
  }

  async function renew(): Promise<void> {
    const began = readClocks();
    try {
      const sql = `UPDATE ${name} SET ends_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND WHERE id = 2 AND fence = ?`;
      if ((await change(sql, [seconds, fence])) === 1) renewedAt = began;
      else lost = true;
    } catch (error) {
      failure = serverWords(error);
      // If another node's write undid the renewal, the connection is fine; after any other error it is not worth
      // keeping.
      if (!isTransactionUndone(error)) await closeBeside();
    }
  }

  async function closeBeside(): Promise<void> {
    const closing = beside;
    beside = null;
    await closing?.close();
  }

  function start(): void {
    if (lost) return;
    underWay ??= renew().finally(() => {
      underWay = null;
    });
  }

  const isFresh = (): boolean => elapsed(renewedAt) < seconds * 1000 - SPARE_MS;

  return {
    start,
    async assertHeld() {
      // A long ALTER on Galera blocks every write: the renewal, but also another runner that wants to take over the
      // lease.
      for (let tries = 0; !lost && !isFresh() && tries < 3; tries++) {
        start();
        await underWay;
      }
      if (!lost && isFresh()) return;
      throw new MigrateError(
        "lock-lost",
        `The lease in ${name} could not be renewed in time (${failure}); it stopped before the next statement.`,
        { hint: "Run it again: it waits for whoever has it now, and goes on where the history says." },
      );
    },
    async end(give) {
      await underWay;
      try {
        if (!give || lost) return lost;
        const sql = `UPDATE ${name} SET holder = NULL, ends_at = UTC_TIMESTAMP(6) WHERE fence = ?`;
        for (let tries = 1; ; tries++) {
          try {
            await change(sql, [fence]);
            return true;
          } catch (error) {
            if (tries === 5 || !isTransactionUndone(error)) return false;
          }
        }
      } finally {
        await closeBeside();
      }
    },
  };
}

/** Two clocks: one stops while the machine is suspended, the other can be set. */
interface Clocks {
  readonly running: number;
  readonly wall: number;
}

function readClocks(): Clocks {
  return { running: performance.now(), wall: Date.now() };
}

function elapsed({ running, wall }: Clocks): number {
  return Math.max(performance.now() - running, Date.now() - wall);
}
