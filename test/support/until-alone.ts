import { setTimeout as delay } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";

/** Resolves when the server is done with what it had got from clients of the database that are gone. */
export async function untilAlone(url: string): Promise<void> {
  const database = new URL(url).pathname.slice(1);
  const connection = await createConnection({ uri: url });
  try {
    for (;;) {
      // Not information_schema.PROCESSLIST: MySQL fails on it while any session's statement has 4-byte characters.
      const [sessions] = await connection.query<RowDataPacket[]>("SHOW PROCESSLIST");
      if (!sessions.some(({ db, Id }) => db === database && Number(Id) !== connection.threadId)) return;
      await delay(20);
    }
  } finally {
    connection.destroy();
  }
}
