import { introspect } from "../../src/schema/introspect";
import type { Schema } from "../../src/schema/model";
import { openSession } from "../../src/server/connection";
import type { Session } from "../../src/server/session";
import type { TestServer } from "../support/servers";
import { load } from "./pair";

/** Opens a session whose database is there; gives it to the body and closes it. */
export async function withSchemaSession<T>(
  server: TestServer,
  database: string,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const { username, password } = new URL(server.url);
  const session = await openSession(
    {
      host: server.host,
      port: server.port,
      socket: null,
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database,
      ssl: { mode: "disabled", ca: null, cert: null, key: null },
    },
    { idleSeconds: 600 },
  );
  try {
    return await body(session);
  } finally {
    await session.close();
  }
}

/** The schema that a script gives in an empty database. */
export async function schemaOf(session: Session, script: string): Promise<Schema> {
  await load(session, script);
  return await introspect(session, session.database);
}
