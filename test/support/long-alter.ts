import { setTimeout as delay } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";

/** Fills table `big` with rows that `LONG_ALTER` needs about a millisecond each for. */
export async function fillBigTable(url: string, rows: number): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query("CREATE TABLE big (id INT PRIMARY KEY AUTO_INCREMENT, pad INT NOT NULL)");
    const values = Array.from({ length: 1_000 }, (_, index) => `(${index})`).join(", ");
    for (let done = 0; done < rows; done += 1_000) {
      await connection.query(`INSERT INTO big (pad) VALUES ${values}`);
    }
  } finally {
    await connection.end();
  }
}

/** Costs the server a millisecond or so. */
const SLOW_EXPRESSION = "SHA2(REPEAT(CONCAT('text ', pad), 30000), 256)";

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
