import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { MigrateError } from "../errors";
import { quoteQualified } from "../syntax/quote";
import { ER_NO_SUCH_TABLE, isTransactionUndone, serverErrno } from "./error-numbers";
import { holdLease } from "./lease-holder";
import { type Lock, type LockOptions, takeOrWait } from "./lock-wait";
import { lookForSession } from "./nodes";
import { COMMIT, ROLLBACK, type Session } from "./session";

/**
 * Where each node has locks of its own, the right to run is two rows in a table beside the history, which the cluster
 * replicates: row 1 says who has it and carries the fencing number, row 2 says until when. Both are taken together, but
 * only row 2 is renewed: writes to the history read row 1 and lock it until they are committed.
 */
const COLUMNS = [
  "id TINYINT UNSIGNED NOT NULL",
  "fence BIGINT UNSIGNED NOT NULL",
  "holder CHAR(36) NULL",
  "host VARCHAR(255) NULL",
  "db_user VARCHAR(288) NULL",
  "node VARCHAR(512) NULL",
  "connection BIGINT UNSIGNED NULL",
  "ends_at DATETIME(6) NOT NULL",
  "PRIMARY KEY (id)",
];

export const LEASE_SECONDS = 30;

/** What the two rows say. */
interface Lease {
  readonly fence: number;
  /** null: nobody has the lease. */
  readonly holder: string | null;
  readonly host: string;
  readonly user: string;
  readonly node: string;
  readonly connection: number;
  /** As the server prints it, in UTC. */
  readonly endsAt: string;
  readonly expired: boolean;
}

/**
 * Leases of this process that could not be given back: their sessions may still be running, but nobody waits for them.
 */
const abandoned = new Set<string>();

/** The table that holds the lease for a history table. */
export function leaseTable(table: string): string {
  return `${table}_lease`;
}

/**
 * Takes the lease for a session and renews it until it is released.
 * @throws MigrateError `lock-timeout`, `interrupted`
 */
export async function acquireLease(session: Session, table: string, options: LockOptions): Promise<Lock> {
  const name = quoteQualified(session.database, leaseTable(table));
  const holder = randomUUID();
  const watch = createWatch();
  let held: Lease | null = null;
  let why = "";

  async function attempt(seconds: number): Promise<Lock | null> {
    // So that we do not ask the server all the time.
    if (seconds > 0) await pause(Math.min(seconds, POLL_SECONDS) * 1000);
    held = await readOrCreate(session, name);
    if (held.holder !== null) {
      const left = held.expired || abandoned.has(held.holder);
      why = left ? await whyNotOver(session, held, watch) : "";
      if (!left || why !== "") return null;
    }
    if (!(await take(session, name, held, holder))) return null;
    return await holdLease(session, name, { fence: held.fence + 1, seconds: LEASE_SECONDS }, () =>
      abandoned.add(holder),
    );
  }

  async function describeHolder(): Promise<string> {
    if (held === null || held.holder === null) return "it was released just now";
    const until = `until ${held.endsAt.slice(0, 19)} UTC unless it is renewed`;
    return `a runner on ${held.host}, connection ${held.connection} of ${held.user} on ${held.node}, ${until}${why}`;
  }

  return await takeOrWait(session, table, { attempt, describeHolder }, options);
}

const POLL_SECONDS = 0.5;

/** Knows for how long a lease has not changed, by this machine's clock: the servers' clocks need not agree. */
interface Watch {
  /** Milliseconds since this lease was first seen; 0 when it is new. */
  unchangedFor(lease: Lease): number;
}

function createWatch(): Watch {
  let seen = "";
  let since = 0;
  return {
    unchangedFor({ fence, endsAt }) {
      const now = `${fence} ${endsAt}`;
      if (now !== seen) since = performance.now();
      seen = now;
      return performance.now() - since;
    },
  };
}

/**
 * Why an expired lease must not be taken over yet: the server may still be running a dead client's statement.
 * @returns a clause for a message; an empty string when it can be taken over
 */
async function whyNotOver(session: Session, lease: Lease, watch: Watch): Promise<string> {
  const { user, node, connection } = lease;
  const unchangedMs = watch.unchangedFor(lease);
  const fate = await lookForSession(session, { user, node, connection });
  switch (fate.state) {
    case "gone":
      return "";
    case "there":
      return `; it has expired, but its session is still there: ${fate.doing}`;
    case "unknown":
      // Galera sends a DDL to all nodes before it runs on any, so we see here what a session did that we can no longer
      // find. Its client, if alive, could not renew in all that time, so the server has dropped its idle session.
      if (session.server.cluster !== "group" && unchangedMs >= LEASE_SECONDS * 1000) return "";
      return `; it has expired, but whether its session has ended is not known: ${fate.why}`;
    default:
      return fate satisfies never;
  }
}

async function readOrCreate(session: Session, name: string): Promise<Lease> {
  for (let tries = 1; ; tries++) {
    const lease = await read(session, name);
    if (lease !== null) return lease;
    if (tries === MOST_TRIES) throw damaged(name);
    await session.execute(
      `CREATE TABLE IF NOT EXISTS ${name} (${COLUMNS.join(", ")}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4` +
        " COLLATE=utf8mb4_bin COMMENT='mysql-updown lease'",
    );
    await session
      .execute(
        `INSERT IGNORE INTO ${name} (id, fence, ends_at) VALUES (1, 0, UTC_TIMESTAMP(6)), (2, 0, UTC_TIMESTAMP(6))`,
      )
      .catch(unlessTaken);
  }
}

const MOST_TRIES = 10;

function damaged(name: string): MigrateError {
  return new MigrateError("history-damaged", `The lease table ${name} has not the two rows that it needs.`, {
    hint: `When no runner is at work, drop it: it is made anew. DROP TABLE ${name}`,
  });
}

async function read(session: Session, name: string): Promise<Lease | null> {
  const rows = await session
    .query(
      `SELECT right_to.*, CAST(life.ends_at AS CHAR) AS until, life.ends_at <= UTC_TIMESTAMP(6) AS expired
         FROM ${name} AS right_to JOIN ${name} AS life ON life.id = 2 AND life.fence = right_to.fence
        WHERE right_to.id = 1`,
    )
    .catch((error: unknown) => {
      if (serverErrno(error) === ER_NO_SUCH_TABLE) return [];
      throw error;
    });
  const [row] = rows;
  if (row === undefined) return null;
  return {
    fence: Number(row.fence),
    holder: row.holder === null ? null : String(row.holder),
    host: String(row.host),
    user: String(row.db_user),
    node: String(row.node),
    connection: Number(row.connection),
    endsAt: String(row.until),
    expired: Number(row.expired) === 1,
  };
}

/** @returns whether this runner has it now; another one may have been faster, here or on another node */
async function take(session: Session, name: string, was: Lease, holder: string): Promise<boolean> {
  try {
    await session.run("START TRANSACTION");
    const changed = await session.execute(
      `UPDATE ${name}
          SET fence = ?, holder = ?, host = ?, db_user = SUBSTRING_INDEX(USER(), '@', 1), node = ?, connection = ?,
              ends_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
        WHERE fence = ? AND (id = 1 OR ends_at = ?)`,
      [
        was.fence + 1,
        holder,
        hostname(),
        session.server.instance,
        session.connectionId,
        LEASE_SECONDS,
        was.fence,
        was.endsAt,
      ],
    );
    await session.run(changed === 2 ? COMMIT : ROLLBACK);
  } catch (error) {
    unlessTaken(error);
    await session.run(ROLLBACK);
  }
  return (await read(session, name))?.holder === holder;
}

const ER_LOCK_WAIT_TIMEOUT = 1205;

/** @throws any error, unless it says that somebody else is writing to the same rows */
function unlessTaken(error: unknown): void {
  if (!isTransactionUndone(error) && serverErrno(error) !== ER_LOCK_WAIT_TIMEOUT) throw error;
}
