import { setTimeout as delay } from "node:timers/promises";
import { type Connection, createConnection } from "mysql2/promise";

/** What an application did to table `t` meanwhile. */
export interface Written {
  /** Statements in the order in which each of the connections sent them; every one was answered. */
  readonly statements: readonly (readonly string[])[];
  /** The longest that one took, in ms, and which. */
  readonly longestMs: number;
  readonly longest: string;
  /** How often a statement met a deadlock, and was sent again, as every application has to. */
  readonly deadlocks: number;
  /** Errors other than a server that is gone. */
  readonly errors: readonly string[];
}

const CONNECTIONS = 4;
/** Ids from here on are the writer's own. */
const OWN = 100_000_000;

/**
 * Writes to table `t (id, a, b)`, so many statements a second over several connections, until the body is done. Each statement
 * comes to the same if it is sent twice, so that one whose fate a killed server leaves open is sent again.
 * @param rows how many are there at first, with ids from 1 on
 */
export async function whileWriting<T>(
  url: string,
  perSecond: number,
  rows: number,
  body: () => Promise<T>,
): Promise<{ readonly result: T; readonly written: Written }> {
  const state = { over: false, longestMs: 0, longest: "", deadlocks: 0, errors: [] as string[] };
  const everyMs = (1_000 * CONNECTIONS) / perSecond;
  const write = async (own: number): Promise<readonly string[]> => {
    const sent: string[] = [];
    let connection: Connection | null = null;
    const begun = performance.now();
    for (let turn = 0; !state.over; turn++) {
      const text = statementAt(own, turn, rows);
      for (let again = false; ; again = true) {
        const startedAt = performance.now();
        try {
          connection ??= await createConnection({ uri: url });
          await connection.query(text);
          const ms = performance.now() - startedAt;
          // A server that was killed answers nobody.
          if (!again && ms > state.longestMs) Object.assign(state, { longestMs: ms, longest: text });
          break;
        } catch (error) {
          if ((error as { errno?: number }).errno === ER_LOCK_DEADLOCK) {
            state.deadlocks += 1;
            continue;
          }
          if ((error as { sqlState?: string }).sqlState !== undefined && !isShutDown(error)) {
            state.errors.push(`${(error as Error).message}: ${text}`);
            break;
          }
          connection?.destroy();
          connection = null;
          await delay(50);
        }
      }
      sent.push(text);
      const ahead = begun + (turn + 1) * everyMs - performance.now();
      if (ahead > 0) await delay(ahead);
    }
    connection?.destroy();
    return sent;
  };
  const writers = Array.from({ length: CONNECTIONS }, (_, own) => write(own));
  try {
    const result = await body();
    state.over = true;
    const statements = await Promise.all(writers);
    return { result, written: { statements, ...state } };
  } finally {
    state.over = true;
    await Promise.allSettled(writers);
  }
}

const ER_LOCK_DEADLOCK = 1213;

/** ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED, and a server that is starting. */
function isShutDown(error: unknown): boolean {
  return [1053, 1927, 2013, 1040, 1203].includes((error as { errno?: number }).errno ?? 0);
}

/** Each connection keeps to ids of its own, so that the order between connections does not matter. */
function statementAt(own: number, turn: number, rows: number): string {
  // A multiplicative walk that comes to all of the table.
  const spread = (turn * 7_919) % Math.max(1, Math.floor(rows / CONNECTIONS) - 1);
  const old = spread * CONNECTIONS + own + 1;
  const fresh = OWN * (own + 1) + (turn % 5_000);
  switch (turn % 6) {
    case 0:
      return `REPLACE INTO t (id, a, b) VALUES (${fresh}, ${turn}, 'new ${turn}')`;
    case 1:
      return `UPDATE t SET a = ${turn}, b = CONCAT('x', ${turn}) WHERE id = ${old}`;
    case 2:
      return `DELETE FROM t WHERE id = ${old}`;
    case 3:
      return `INSERT INTO t (id, a, b) VALUES (${fresh}, ${turn}, 'twice') ON DUPLICATE KEY UPDATE a = VALUES(a), b = VALUES(b)`;
    case 4:
      // To another key, where the triggers have to delete and insert.
      return `UPDATE IGNORE t SET id = ${fresh + 50_000_000} WHERE id = ${old}`;
    default:
      return `UPDATE t SET a = NULL WHERE id BETWEEN ${fresh - 9} AND ${fresh}`;
  }
}

/** Does to another table what was done to `t`. */
export async function replayOn(url: string, table: string, { statements }: Written): Promise<void> {
  const connection = await createConnection({ uri: url, multipleStatements: true });
  try {
    await connection.query("SET autocommit = 0");
    for (const list of statements) {
      for (let at = 0; at < list.length; at += 500) {
        const texts = list.slice(at, at + 500).map((text) => text.replace(/\bt\b/, table));
        await connection.query(texts.join("; "));
      }
    }
    await connection.query("COMMIT");
  } finally {
    connection.destroy();
  }
}
