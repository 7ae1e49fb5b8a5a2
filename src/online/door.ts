import { connect, createServer, type Server, type Socket } from "node:net";
import type { DatabaseSettings } from "../settings/database";

/**
 * The tool's only way to the server. When this process is gone, however that happened, the tool's connections are gone,
 * too: an orphaned tool can do no more harm.
 */
export interface Door {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Closes it and all connections. */
  close(): Promise<void>;
}

/**
 * @param server where the connections go
 * @param onSession called with the CONNECTION_ID() of each session before the tool can send anything in it; when it
 *   rejects, the connection is dropped
 */
export async function openDoor(
  server: Pick<DatabaseSettings, "host" | "port" | "socket">,
  onSession: (connectionId: number) => Promise<void>,
): Promise<Door> {
  const open = new Set<Socket>();
  const door = createServer((client) => {
    const beyond =
      server.socket === null
        ? connect({ host: server.host, port: server.port })
        : connect({ path: server.socket });
    for (const socket of [client, beyond]) {
      open.add(socket);
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        beyond.destroy();
      });
      socket.on("error", () => socket.destroy());
    }
    client.pause();
    readGreeting(beyond, async (greeting) => {
      const id = connectionIdIn(greeting);
      if (id !== null) await onSession(id);
      client.write(greeting);
      beyond.pipe(client);
      client.pipe(beyond);
    });
  });
  await listen(door);
  const address = door.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async close() {
      const closed = new Promise((resolve) => door.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function listen(door: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    door.once("error", reject);
    door.listen(0, "127.0.0.1", resolve);
  });
}

/** Gives the server's complete first packet to the callback. */
function readGreeting(beyond: Socket, body: (greeting: Buffer) => Promise<void>): void {
  let got = Buffer.alloc(0);
  const gather = (part: Buffer): void => {
    got = Buffer.concat([got, part]);
    if (got.length < 4 || got.length < 4 + got.readUIntLE(0, 3)) return;
    beyond.off("data", gather);
    beyond.pause();
    body(got).catch(() => beyond.destroy());
  };
  beyond.on("data", gather);
}

/**
 * @returns null when the server sends an error instead of a greeting
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html
 */
export function connectionIdIn(greeting: Buffer): number | null {
  if (greeting[4] !== 10) return null;
  const end = greeting.indexOf(0, 5);
  return end === -1 || end + 5 > greeting.length ? null : greeting.readUInt32LE(end + 1);
}
