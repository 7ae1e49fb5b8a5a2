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
  const connection = await createConnection(url);
  try {
    const database = new URL(url).pathname.slice(1);
    for (;;) {
      const [rows] = await connection.query<RowDataPacket[]>("SHOW FULL PROCESSLIST");
      if (rows.some(({ db, Info }) => db === database && String(Info).startsWith(beginning))) return;
      await delay(20);
    }
  } finally {
    await connection.end();
  }
}
