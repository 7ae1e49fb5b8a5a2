import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { openSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

/** So many of the server's answers get through before the one during which it is stopped: the greeting is the first. */
const MOMENTS = [0, 1, 2, 3];

forEachServer(
  "a session that is stopped while it is opened ends at once, and in silence",
  async (t, server) => {
    const said = t.mock.method(console, "error", () => {});
    await withTestDatabase(server, async ({ name }) => {
      for (const answers of MOMENTS) {
        const stop = new AbortController();
        const between = await holdAfter(server, answers, () => stop.abort());
        const user = decodeURIComponent(new URL(server.url).username);
        const password = decodeURIComponent(new URL(server.url).password);
        const at = { host: "127.0.0.1", port: between.port, user, password, database: name };
        const { database } = settingsFromOptions(at);
        await assert.rejects(
          openSession(database, { signal: stop.signal }),
          { code: "interrupted", message: "Stopped on request while connecting to the database." },
          `after ${answers} answers`,
        );
        await between.end();
      }
    });
    assert.deepEqual(
      said.mock.calls.map((call) => call.arguments),
      [],
    );
  },
);

interface Between {
  readonly port: number;
  /** Waits until both sides are done. */
  end(): Promise<void>;
}

/**
 * Stands between, and keeps what the server says after so many answers, until the client hangs up: then it all comes.
 * @param held called once something is kept
 */
async function holdAfter(server: TestServer, answers: number, held: () => void): Promise<Between> {
  const ended: Promise<unknown>[] = [];
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: server.host, port: server.port, allowHalfOpen: true });
    ended.push(closed(client), closed(upstream));
    const kept: Buffer[] = [];
    let passed = 0;
    let hungUp = false;
    const hangUp = (): void => {
      hungUp = true;
      for (const piece of kept.splice(0)) client.write(piece);
      upstream.end();
    };
    upstream.on("data", (piece) => {
      if (passed < answers || hungUp) {
        passed++;
        client.write(piece);
      } else {
        kept.push(piece);
        held();
      }
    });
    client.on("data", (piece) => upstream.write(piece));
    client.on("end", hangUp);
    upstream.on("end", () => client.end());
    client.on("close", () => upstream.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    port: (proxy.address() as AddressInfo).port,
    async end() {
      proxy.close();
      await Promise.all(ended);
    },
  };
}

/** A side that closed its socket does not take what comes, which is no matter here. */
async function closed(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
}
