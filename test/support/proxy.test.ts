import assert from "node:assert/strict";
import { test } from "node:test";
import mysql from "mysql2/promise";
import { createPacketReader, inTheClear, type Packet } from "./packets";
import { type CutMoment, type ProxyOptions, withProxy } from "./proxy";
import { forEachServer, type TestServer, withTestDatabase } from "./servers";

/** A packet's bytes: 3 of length, 1 of sequence, payload. */
function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(sequence, 3);
  return Buffer.concat([header, payload]);
}

function read(stream: Buffer, chunkSize: number): Packet[] {
  const next = createPacketReader();
  const packets: Packet[] = [];
  for (let at = 0; at < stream.length; at += chunkSize)
    packets.push(...next(stream.subarray(at, at + chunkSize)));
  return packets;
}

test("packets come out whole, whatever the chunks", () => {
  const payloads = ["\x03SELECT 1", "", "\x0e", "x".repeat(300)].map((text) => Buffer.from(text));
  const stream = Buffer.concat(payloads.map((payload, index) => packet(index, payload)));
  for (const size of [1, 2, 3, 4, 5, 7, 64, stream.length]) {
    const packets = read(stream, size);
    assert.deepEqual(
      packets.map(({ sequence, payload }) => [sequence, payload.toString()]),
      payloads.map((payload, index) => [index, payload.toString()]),
      `chunks of ${size}`,
    );
  }
});

test("a payload over 16 MB continues in the next packet", () => {
  const stream = Buffer.concat([
    packet(0, Buffer.alloc(0xffffff, "a")),
    packet(1, Buffer.alloc(0xffffff, "b")),
    packet(2, Buffer.alloc(0)),
    packet(0, Buffer.from("\x01")),
  ]);
  assert.deepEqual(
    read(stream, 1 << 20).map(({ payload, continuation }) => [payload.length, continuation]),
    [
      [0xffffff, false],
      [0xffffff, true],
      [0, true],
      [1, false],
    ],
  );
});

test("the greeting loses TLS and compression and nothing else", () => {
  const payload = Buffer.concat([
    Buffer.from([10]),
    Buffer.from("9.7.0\0"),
    Buffer.alloc(13),
    Buffer.from([0xff, 0xff]),
  ]);
  const raw = packet(0, payload);
  const clear = inTheClear({ sequence: 0, payload, raw, continuation: false });
  assert.equal(clear.readUInt16LE(clear.length - 2), 0xffff & ~0x0820);
  assert.deepEqual(clear.subarray(0, -2), raw.subarray(0, -2));
});

async function withClient<T>(url: string, body: (client: mysql.Connection) => Promise<T>): Promise<T> {
  const plain = new URL(url);
  plain.search = "";
  const client = await mysql.createConnection({ uri: plain.href });
  client.on("error", () => {});
  try {
    return await body(client);
  } finally {
    client.destroy();
  }
}

/** A database with one counter at 0, a client through the proxy, and one that goes straight to the server. */
async function withCounter(
  server: TestServer,
  options: ProxyOptions,
  body: (context: {
    client: mysql.Connection;
    direct: mysql.Connection;
    proxy: Parameters<Parameters<typeof withProxy>[2]>[0];
    url: string;
    count: () => Promise<unknown>;
  }) => Promise<void>,
): Promise<void> {
  await withTestDatabase(server, ({ url }) =>
    withClient(url, async (direct) => {
      await direct.query("CREATE TABLE counter (id INT PRIMARY KEY, n INT NOT NULL)");
      await direct.query("INSERT INTO counter VALUES (1, 0)");
      const count = async (): Promise<unknown> => {
        const [rows] = await direct.query<mysql.RowDataPacket[]>("SELECT n FROM counter WHERE id = 1");
        return rows[0]?.n;
      };
      await withProxy(server, options, (proxy) =>
        withClient(proxy.through(url), (client) => body({ client, direct, proxy, url, count })),
      );
    }),
  );
}

/** Waits for something that another process is about to do; fails after ten seconds. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `still not: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const ADD_ONE = "UPDATE counter SET n = n + 1 WHERE id = 1";

forEachServer("the proxy passes everything on and names each command", (_, server) =>
  withCounter(server, {}, async ({ client, proxy, count }) => {
    await client.query(ADD_ONE);
    await client.execute("UPDATE counter SET n = n + ? WHERE id = ?", [10, 1]);
    await client.ping();
    await client.changeUser({});
    await client.end();
    await until(() => proxy.commands.length === 7);
    assert.equal(await count(), 11);
    assert.deepEqual(
      proxy.commands.map(({ number, connection, name, text }) => [number, connection, name, text]),
      [
        [1, 1, "COM_QUERY", ADD_ONE],
        [2, 1, "COM_STMT_PREPARE", "UPDATE counter SET n = n + ? WHERE id = ?"],
        [3, 1, "COM_STMT_EXECUTE", "UPDATE counter SET n = n + ? WHERE id = ?"],
        [4, 1, "COM_PING", ""],
        [5, 1, "COM_CHANGE_USER", ""],
        [6, 1, "COM_STMT_CLOSE", "UPDATE counter SET n = n + ? WHERE id = ?"],
        [7, 1, "COM_QUIT", ""],
      ],
    );
  }),
);

forEachServer("statements and rows larger than one packet pass unharmed", (_, server) =>
  withCounter(server, {}, async ({ client, proxy }) => {
    const [[limit]] = await client.query<mysql.RowDataPacket[]>("SELECT @@max_allowed_packet AS bytes");
    const size = Math.min(Number(limit?.bytes) - 1024, 33_000_000);
    const text = "0123456789abcdef".repeat(Math.floor(size / 16));
    const [[row]] = await client.query<mysql.RowDataPacket[]>(`SELECT '${text}' AS text`);
    assert.ok(row?.text === text);
    assert.equal(proxy.commands.length, 2);
  }),
);

const CUTS: readonly { moment: CutMoment; applied: number }[] = [
  { moment: "before", applied: 0 },
  { moment: "after", applied: 1 },
];
for (const { moment, applied } of CUTS) {
  forEachServer(`a cut ${moment} a command leaves ${applied} applied`, (_, server) =>
    withCounter(server, { cut: { command: 2, moment } }, async ({ client, proxy, url, count }) => {
      await client.query("SELECT 1");
      await assert.rejects(client.query(ADD_ONE), { code: "PROTOCOL_CONNECTION_LOST" });
      assert.equal(proxy.cutAt()?.text, ADD_ONE);
      assert.equal(await count(), applied);
      await withClient(proxy.through(url), (second) => second.query(ADD_ONE));
      assert.equal(await count(), applied + 1);
    }),
  );
}

forEachServer("a cut during a command lets the server finish it alone", (_, server) =>
  withCounter(server, { cut: { command: 1, moment: "during" } }, async ({ client, direct, count }) => {
    await direct.beginTransaction();
    await direct.query("SELECT n FROM counter WHERE id = 1 FOR UPDATE");
    // The statement cannot end while the row is locked, so its answer cannot have come.
    await assert.rejects(client.query(ADD_ONE), { code: "PROTOCOL_CONNECTION_LOST" });
    assert.equal(await count(), 0);
    await direct.commit();
    await until(async () => (await count()) === 1);
  }),
);

forEachServer("a cut at a command that is never answered falls at once", (_, server) =>
  withCounter(server, { cut: { command: 2, moment: "after" }, refuseAfterCut: true }, async (context) => {
    const { client, proxy, url } = context;
    await client.query("SELECT 1");
    await client.end();
    await until(() => proxy.cutAt()?.name === "COM_QUIT");
    await assert.rejects(withClient(proxy.through(url), (second) => second.query("SELECT 1")));
  }),
);

forEachServer("the strike comes before the client learns of the cut", (_, server) => {
  const order: string[] = [];
  const strike = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.push("strike");
  };
  return withCounter(server, { cut: { command: 1, moment: "after", strike } }, async ({ client, count }) => {
    await client.query(ADD_ONE).catch(() => order.push("client"));
    assert.deepEqual(order, ["strike", "client"]);
    assert.equal(await count(), 1);
  });
});

forEachServer("a delay is added to each direction", (_, server) =>
  withCounter(server, { delayMs: 25 }, async ({ client, count }) => {
    const start = performance.now();
    await client.query(ADD_ONE);
    // Only a lower bound: timers never fire early by more than their rounding.
    assert.ok(performance.now() - start >= 48);
    assert.equal(await count(), 1);
  }),
);
