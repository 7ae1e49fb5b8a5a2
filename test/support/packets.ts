/** One packet of the MySQL protocol: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html */
export interface Packet {
  readonly sequence: number;
  readonly payload: Buffer;
  /** Header and payload, as they came. */
  readonly raw: Buffer;
  /** The payload is a continuation of the packet before it, which was 0xffffff bytes long. */
  readonly continuation: boolean;
}

const HEADER = 4;
const LONGEST = 0xffffff;

/**
 * Cuts a byte stream into packets.
 * @returns a function that takes the next chunk and returns the packets it completes
 */
export function createPacketReader(): (chunk: Buffer) => readonly Packet[] {
  let chunks: Buffer[] = [];
  let size = 0;
  let wanted = HEADER;
  let continuation = false;

  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    // Joining on every chunk would copy a 16 MB packet hundreds of times.
    if (size < wanted) return [];
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    const packets: Packet[] = [];
    wanted = HEADER;
    while (rest.length >= HEADER) {
      const length = rest.readUIntLE(0, 3);
      wanted = HEADER + length;
      if (rest.length < wanted) break;
      const raw = rest.subarray(0, wanted);
      packets.push({ sequence: raw.readUInt8(3), payload: raw.subarray(HEADER), raw, continuation });
      continuation = length === LONGEST;
      rest = rest.subarray(wanted);
      wanted = HEADER;
    }
    chunks = rest.length === 0 ? [] : [rest];
    size = rest.length;
    return packets;
  };
}

const COMMANDS: ReadonlyMap<number, string> = new Map([
  [0x01, "COM_QUIT"],
  [0x02, "COM_INIT_DB"],
  [0x03, "COM_QUERY"],
  [0x04, "COM_FIELD_LIST"],
  [0x09, "COM_STATISTICS"],
  [0x0e, "COM_PING"],
  [0x11, "COM_CHANGE_USER"],
  [0x16, "COM_STMT_PREPARE"],
  [0x17, "COM_STMT_EXECUTE"],
  [0x18, "COM_STMT_SEND_LONG_DATA"],
  [0x19, "COM_STMT_CLOSE"],
  [0x1a, "COM_STMT_RESET"],
  [0x1b, "COM_SET_OPTION"],
  [0x1c, "COM_STMT_FETCH"],
  [0x1f, "COM_RESET_CONNECTION"],
]);

/** The command's name in the protocol, or `COM_0x…` when it is not one of the usual ones. */
export function commandName(byte: number): string {
  return COMMANDS.get(byte) ?? `COM_0x${byte.toString(16).padStart(2, "0")}`;
}

const CLIENT_COMPRESS = 0x0020;
const CLIENT_SSL = 0x0800;

/**
 * Takes TLS and compression out of what a server's greeting offers, since the proxy must be able to read.
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html
 */
export function inTheClear(greeting: Packet): Buffer {
  if (greeting.payload[0] !== 10) return greeting.raw;
  const raw = Buffer.from(greeting.raw);
  // Version text ends in NUL; then 4 bytes of thread id, 8 of scramble and a filler.
  const capabilities = raw.indexOf(0, HEADER + 1) + 1 + 4 + 8 + 1;
  raw.writeUInt16LE(raw.readUInt16LE(capabilities) & ~(CLIENT_SSL | CLIENT_COMPRESS), capabilities);
  return raw;
}

/**
 * The SQL in a COM_QUERY's payload. A client that negotiated query attributes puts two counts before it
 * (no attributes: 0, one set: 1), which no SQL text could begin with.
 */
export function queryText(payload: Buffer): string {
  const start = payload[1] === 0 && payload[2] === 1 ? 3 : 1;
  return payload.toString("utf8", start);
}
