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
