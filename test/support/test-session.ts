import { openSession } from "../../src/server/connection";
import type { Session } from "../../src/server/session";
import type { TestServer } from "../support/servers";

/** Opens a session on a test server, gives it to the body and closes it. */
export async function withTestSession<T>(
  server: TestServer,
  database: string,
  body: (session: Session) => Promise<T>,
  user = "root",
): Promise<T> {
  const session = await openSession({
    host: server.host,
    port: server.port,
    socket: null,
    user,
    password: user === "root" ? decodeURIComponent(new URL(server.url).password) : "",
    database,
    ssl: { mode: "disabled", ca: null, cert: null, key: null },
  });
  try {
    return await body(session);
  } finally {
    await session.close();
  }
}

/** Runs statements one after the other. */
export async function runAll(session: Session, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.run(statement);
}

/**
 * Throwaway databases that somebody made since then and left behind: whoever is still at work on one, such as another
 * test, holds a lock of its name.
 * @param since in ms since 1970
 */
export async function readLeftBehind(session: Session, since: number): Promise<readonly string[]> {
  const rows = await session.query("SHOW DATABASES LIKE 'mysql\\_updown\\_scratch\\_%'");
  const left: string[] = [];
  for (const row of rows) {
    const name = String(Object.values(row)[0]);
    if (Number(name.split("_")[3]) < Math.floor(since / 1000)) continue;
    const [lock] = await session.query("SELECT IS_FREE_LOCK(?) AS free", [name]);
    const there = await session.query("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", [
      name,
    ]);
    if (Number(lock?.free) === 1 && there.length > 0) left.push(name);
  }
  return left;
}
