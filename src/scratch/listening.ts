import { once } from "node:events";
import { type AddressInfo, createConnection, createServer } from "node:net";

/**
 * A port of 127.0.0.1 that is free now. It is below the range that systems use for outgoing connections, so that none
 * of these occupies it while the server restarts.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

/** Whether nobody listens on a port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  const listener = createServer().listen(port, "127.0.0.1");
  const free = await once(listener, "listening").then(
    () => true,
    () => false,
  );
  await new Promise((resolve) => listener.close(resolve));
  return free;
}

const ERROR_PACKET = 0xff;

/**
 * Whether a server answers on the Unix socket: it speaks first, with a greeting packet, as soon as it takes
 * connections. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
 * @param milliseconds how long to wait for the greeting
 */
export async function answers(socket: string, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    const settle = (answer: boolean): void => {
      connection.destroy();
      resolve(answer);
    };
    connection.setTimeout(milliseconds, () => settle(false));
    connection.on("error", () => settle(false));
    connection.on("end", () => settle(false));
    // Four bytes of header (length and sequence number), then the protocol version or an error.
    connection.on("data", (bytes) => settle(bytes.length > 4 && bytes[4] !== ERROR_PACKET));
  });
}
