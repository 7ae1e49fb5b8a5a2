import { setTimeout as delay } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";

/** Costs the server a tenth of a millisecond, or a whole one. */
const SLOW_EXPRESSION = "SHA2(REPEAT(CONCAT('text ', pad), 30000), 256)";

/** Fills table `big` with as many rows as keep the server busy for so many seconds in the statements below. */
export async function fillBigTable(url: string, seconds: number): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query("CREATE TABLE big (id INT PRIMARY KEY AUTO_INCREMENT, pad INT NOT NULL)");
    const values = Array.from({ length: ROWS_AT_ONCE }, (_, index) => `(${index})`).join(", ");
    const insert = `INSERT INTO big (pad) VALUES ${values}`;
    await connection.query(insert);
    const started = performance.now();
    await connection.query(`SELECT MAX(${SLOW_EXPRESSION}) FROM big`);
    const elapsedMs = performance.now() - started;
    for (let left = (seconds * 1_000) / elapsedMs - 1; left > 0; left--) await connection.query(insert);
  } finally {
    await connection.end();
  }
}

const ROWS_AT_ONCE = 1_000;

/** Copies table `big`, slowly. */
export const LONG_ALTER = `ALTER TABLE big ADD COLUMN digest CHAR(64) AS (${SLOW_EXPRESSION}) STORED`;

/** Changes each row of table `big`, slowly. */
export const LONG_UPDATE = `UPDATE big SET pad = pad + 1000000 + 0 * LENGTH(${SLOW_EXPRESSION})`;

/** Resolves when a session in the database is running a statement that begins like this. */
export async function untilRunning(url: string, beginning: string): Promise<void> {
  const database = new URL(url).pathname.slice(1);
  await untilListed(url, ({ db, Info }) => db === database && String(Info).startsWith(beginning));
}

/** Resolves when any session of the server is running a statement that begins like this. */
export async function untilRunningAnywhere(url: string, beginning: string): Promise<void> {
  await untilListed(url, ({ Info }) => String(Info).startsWith(beginning));
}

/** Whether any session of the server is running a statement that begins like this. */
export async function isRunningAnywhere(url: string, beginning: string): Promise<boolean> {
  return await withSessions(url, async (list) =>
    (await list()).some(({ Info }) => String(Info).startsWith(beginning)),
  );
}

async function untilListed(url: string, isIt: (row: RowDataPacket) => boolean): Promise<void> {
  await withSessions(url, async (list) => {
    while (!(await list()).some(isIt)) await delay(20);
  });
}

async function withSessions<T>(
  url: string,
  body: (list: () => Promise<readonly RowDataPacket[]>) => Promise<T>,
): Promise<T> {
  const connection = await createConnection(url);
  try {
    return await body(async () => (await connection.query<RowDataPacket[]>("SHOW FULL PROCESSLIST"))[0]);
  } finally {
    await connection.end();
  }
}
