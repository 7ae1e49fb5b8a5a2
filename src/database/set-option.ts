import type { Connection } from "mysql2";

/** What the driver asks of a command, and gives it to work with. */
interface Command {
  /** Called once to send it, and then with every packet of the answer. @returns whether that was the last one */
  execute(packet: Packet | undefined, connection: Connection): boolean;
}

interface Packet {
  isError(): boolean;
  asError(encoding: string): Error;
}

const COM_SET_OPTION = 0x1b;
const MULTI_STATEMENTS_ON = 0;
const MULTI_STATEMENTS_OFF = 1;

/**
 * Has the server take several statements in one command, or one only. The driver can ask for it when it connects,
 * but not take it back, and has no call of its own for this: these are private parts of it, which is why package.json takes
 * no other minor version.
 * @param done called with the server's error, or null
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_set_option.html
 */
export function setMultiStatements(
  connection: Connection,
  on: boolean,
  done: (error: Error | null) => void,
): void {
  const bytes = Buffer.from([0, 0, 0, 0, COM_SET_OPTION, on ? MULTI_STATEMENTS_ON : MULTI_STATEMENTS_OFF, 0]);
  bytes.writeUIntLE(bytes.length - 4, 0, 3);
  const request = {
    buffer: bytes,
    length: () => bytes.length,
    writeHeader: (sequenceId: number) => bytes.writeUInt8(sequenceId, 3),
  };
  const command: Command = {
    execute(packet) {
      if (packet === undefined) {
        connection.sequenceId = 0;
        connection.writePacket(request);
        return false;
      }
      done(packet.isError() ? packet.asError("utf8") : null);
      return true;
    },
  };
  (connection as Connection & { addCommand(added: Command): void }).addCommand(command);
}
