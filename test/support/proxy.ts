import net from "node:net";
import { commandName, createPacketReader, inTheClear, type Packet, queryText } from "./packets";
import type { TestServer } from "./servers";

/**
 * Where a cut falls, relative to one client command:
 * - `before`: the server never gets it;
 * - `after`: the server has begun to answer, and the client never learns it;
 * - `during`: the server gets it, and both sides are closed without waiting, so that it runs on as an orphan.
 */
export type CutMoment = "before" | "after" | "during";

export interface Cut {
  /** 1-based number of the client command, counted over all connections, or what to know it by. */
  readonly command: number | ((command: ClientCommand) => boolean);
  readonly moment: CutMoment;
  /** Called at that moment, before the sockets are closed: the place to kill a runner or a server. */
  readonly strike?: () => void | Promise<void>;
}

/** One command that a client sent after it was let in. */
export interface ClientCommand {
  /** 1-based, over all connections. */
  readonly number: number;
  /** 1-based number of the connection, in order of arrival. */
  readonly connection: number;
  /** Name in the protocol, such as `COM_QUERY`. */
  readonly name: string;
  /** Its SQL (for COM_STMT_EXECUTE that of the prepared statement), its database, or "". */
  readonly text: string;
}

export interface ProxyOptions {
  readonly cut?: Cut;
  /** Added to each direction, in milliseconds. */
  readonly delayMs?: number;
  /** Close connections that arrive after the cut, instead of letting them through. */
  readonly refuseAfterCut?: boolean;
  /** Called with each command before it is forwarded; with a promise, it is held back until that is kept. */
  readonly onCommand?: (command: ClientCommand) => void | Promise<void>;
}

export interface RunningProxy {
  readonly host: string;
  readonly port: number;
  /** Everything clients have sent so far. */
  readonly commands: readonly ClientCommand[];
  /** The command at which the cut fell, or null when it has not fallen. */
  readonly cutAt: () => ClientCommand | null;
  /** `url` with this proxy's host and port, and without TLS. */
  readonly through: (url: string) => string;
  /** Closes every connection and stops listening. */
  readonly close: () => Promise<void>;
}

/** The server answers none of these. */
const UNANSWERED: ReadonlySet<string> = new Set(["COM_QUIT", "COM_STMT_CLOSE", "COM_STMT_SEND_LONG_DATA"]);
const TEXT_LIMIT = 64 * 1024;

/** What all connections of one proxy share. */
interface ProxyState {
  readonly target: Pick<TestServer, "host" | "port">;
  readonly options: ProxyOptions;
  readonly commands: ClientCommand[];
  readonly sockets: Set<net.Socket>;
  connections: number;
  fallen: ClientCommand | null;
}

/** Starts a proxy on a free port of 127.0.0.1 in front of `target`. */
export async function startProxy(
  target: Pick<TestServer, "host" | "port">,
  options: ProxyOptions = {},
): Promise<RunningProxy> {
  const state: ProxyState = {
    target,
    options,
    commands: [],
    sockets: new Set(),
    connections: 0,
    fallen: null,
  };
  const listener = net.createServer((client) => join(client, state));
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(0, "127.0.0.1", resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP listener has a port");
  const { port } = address;
  return {
    host: "127.0.0.1",
    port,
    commands: state.commands,
    cutAt: () => state.fallen,
    through: (url) => {
      const changed = new URL(url);
      changed.host = `127.0.0.1:${port}`;
      changed.searchParams.set("ssl-mode", "disabled");
      return changed.href;
    },
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of state.sockets) socket.destroy();
      }),
  };
}

/** Runs `body` with a proxy in front of `target`, and closes it afterwards. */
export async function withProxy<T>(
  target: Pick<TestServer, "host" | "port">,
  options: ProxyOptions,
  body: (proxy: RunningProxy) => Promise<T>,
): Promise<T> {
  const proxy = await startProxy(target, options);
  try {
    return await body(proxy);
  } finally {
    await proxy.close();
  }
}

/** Joins one client with the server. */
function join(client: net.Socket, state: ProxyState): void {
  if (state.fallen !== null && state.options.refuseAfterCut === true) {
    client.on("error", () => {});
    client.destroy();
    return;
  }
  const server = net.connect(state.target.port, state.target.host);
  const delayMs = state.options.delayMs ?? 0;
  const toServer = createPipe(client, server, delayMs);
  const toClient = createPipe(server, client, delayMs);
  for (const socket of [client, server]) {
    state.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => state.sockets.delete(socket));
  }
  converse(client, server, toServer, toClient, state);
}

/** Follows one conversation, and cuts it when its turn comes. */
function converse(
  client: net.Socket,
  server: net.Socket,
  toServer: Pipe,
  toClient: Pipe,
  state: ProxyState,
): void {
  state.connections += 1;
  const connection = state.connections;
  const prepared = new Map<number, string>();
  let phase: "greeting" | "authentication" | "commands" | "file" | "cut" = "greeting";
  let awaiting: ClientCommand | null = null;
  let answerIsCut = false;
  let held: Promise<void> | null = null;

  const cut = async (command: ClientCommand): Promise<void> => {
    phase = "cut";
    state.fallen = command;
    // The bytes of a forwarded command leave when this turn of the event loop ends.
    await new Promise(setImmediate);
    await state.options.cut?.strike?.();
    client.destroy();
    // Not destroyed: a reset could overtake the command that the server has yet to read.
    server.end();
    server.resume();
  };

  const onClientPacket = (packet: Packet): void => {
    if (phase === "cut") return;
    if (phase === "file" && packet.payload.length === 0) phase = "commands";
    else if (phase === "commands" && packet.sequence === 0 && !packet.continuation) {
      const command = describe(packet.payload, state.commands.length + 1, connection, prepared);
      state.commands.push(command);
      held = state.options.onCommand?.(command) ?? null;
      awaiting = UNANSWERED.has(command.name) ? null : command;
      const planned = state.options.cut;
      if (planned !== undefined && state.fallen === null && isPlanned(planned, command)) {
        if (planned.moment !== "before") toServer.write(packet.raw);
        if (planned.moment !== "after" || awaiting === null) void cut(command);
        else answerIsCut = true;
        return;
      }
    }
    if (held === null) toServer.write(packet.raw);
    else held = held.then(() => toServer.write(packet.raw));
  };

  const onServerPacket = (packet: Packet): void => {
    if (phase === "cut") return;
    if (answerIsCut && awaiting !== null) {
      void cut(awaiting);
      return;
    }
    const [first] = packet.payload;
    if (phase === "greeting") {
      phase = "authentication";
      toClient.write(inTheClear(packet));
      return;
    }
    if (phase === "authentication" && first === 0x00) phase = "commands";
    else if (awaiting !== null) {
      // https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_local_infile_request.html
      if (awaiting.name === "COM_QUERY" && first === 0xfb) phase = "file";
      if (awaiting.name === "COM_STMT_PREPARE" && first === 0x00) {
        prepared.set(packet.payload.readUInt32LE(1), awaiting.text);
      }
      awaiting = null;
    }
    toClient.write(packet.raw);
  };

  toServer.follow(onClientPacket);
  toClient.follow(onServerPacket);
}

function isPlanned(cut: Cut, command: ClientCommand): boolean {
  return typeof cut.command === "number" ? cut.command === command.number : cut.command(command);
}

/** What a command says, in words. */
function describe(
  payload: Buffer,
  number: number,
  connection: number,
  prepared: ReadonlyMap<number, string>,
): ClientCommand {
  const name = commandName(payload[0] ?? 0);
  let text = "";
  if (name === "COM_QUERY") text = queryText(payload.subarray(0, TEXT_LIMIT));
  else if (name === "COM_STMT_PREPARE" || name === "COM_INIT_DB")
    text = payload.toString("utf8", 1, TEXT_LIMIT);
  else if (name.startsWith("COM_STMT_") && payload.length >= 5)
    text = prepared.get(payload.readUInt32LE(1)) ?? "";
  return { number, connection, name, text };
}

/** One direction of a conversation. */
interface Pipe {
  /** Starts reading packets. */
  follow(onPacket: (packet: Packet) => void): void;
  /** Passes bytes on, after the delay. */
  write(bytes: Buffer): void;
}

function createPipe(from: net.Socket, to: net.Socket, delayMs: number): Pipe {
  const later = (action: () => void): void => {
    if (delayMs === 0) action();
    else setTimeout(action, delayMs);
  };
  const read = createPacketReader();
  return {
    follow: (onPacket) => {
      from.on("data", (chunk) => {
        to.cork();
        for (const packet of read(chunk)) onPacket(packet);
        to.uncork();
        if (to.writableNeedDrain) {
          from.pause();
          to.once("drain", () => from.resume());
        }
      });
      from.on("close", () => later(() => to.end()));
    },
    write: (bytes) =>
      later(() => {
        if (!to.destroyed) to.write(bytes);
      }),
  };
}
