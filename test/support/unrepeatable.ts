import assert from "node:assert/strict";
import { createConnection } from "mysql2/promise";

/** Each of these files counts twice and adds an index that gets another name each time. */
const FILES = 5;

/** Migrations none of whose statements can be repeated without leaving a trace, by file name. */
export function unrepeatableFiles(): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    "0001_begin.up.sql":
      "CREATE TABLE c (id INT PRIMARY KEY, n INT NOT NULL, v INT);\nINSERT INTO c VALUES (1, 0, 0);\n",
    "0001_begin.down.sql": "DROP TABLE c;\n",
  };
  for (let at = 2; at < FILES + 2; at++) {
    const count = "UPDATE c SET n = n + 1 WHERE id = 1;\n";
    files[`000${at}_count.up.sql`] = `${count}ALTER TABLE c ADD INDEX (v);\n${count}`;
    files[`000${at}_count.down.sql`] = "-- migrate: irreversible\n";
  }
  return files;
}

const ER_UNKNOWN_SYSTEM_VARIABLE = 1193;

/** Every statement ran once, and the history says so. @param url with the database */
export async function assertRanOnce(url: string, what: string): Promise<void> {
  const connection = await createConnection(url);
  try {
    // A node shows a moment later what was committed on another one, unless it is told to wait for it.
    for (const wait of ["SESSION wsrep_sync_wait = 15", "SESSION group_replication_consistency = 'BEFORE'"]) {
      await connection.query(`SET ${wait}`).catch((error: unknown) => {
        assert.equal((error as { errno?: unknown }).errno, ER_UNKNOWN_SYSTEM_VARIABLE);
      });
    }
    const rows = async (sql: string): Promise<unknown[]> => (await connection.query(sql))[0] as unknown[];
    const [counted] = (await rows("SELECT n FROM c WHERE id = 1")) as { n: number }[];
    const indexes = await rows("SHOW INDEX FROM c WHERE Key_name <> 'PRIMARY'");
    const lines = await rows(
      "SELECT id, version, statements_done AS done, intent FROM migration_history WHERE finished_at IS NOT NULL ORDER BY id",
    );
    const expected = Array.from({ length: FILES + 1 }, (_, at) => {
      return { id: at + 1, version: at + 1, done: at === 0 ? 2 : 3, intent: null };
    });
    assert.deepEqual(
      { n: counted?.n, indexes: indexes.length, lines },
      { n: 2 * FILES, indexes: FILES, lines: expected },
      what,
    );
  } finally {
    await connection.end();
  }
}
