import { createConnection } from "node:net";

const ERROR_PACKET = 0xff;

/**
 * Whether a server answers on the Unix socket: it speaks first, with a greeting packet, once it takes
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
