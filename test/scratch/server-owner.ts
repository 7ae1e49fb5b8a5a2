/** Run as a child by private-server.test.ts: starts a server, tells where, and ends in the way it was asked to. */
import { startPrivateServer, withPrivateServer } from "../../src/scratch/private-server";

const [ending = "", family = "mysql"] = process.argv.slice(2);
const options = { family: family === "mysql" ? "mysql" : "mariadb", environment: process.env } as const;

const tell = (server: { pid(): number; folder: string; port: number }): void => {
  console.log(JSON.stringify({ pid: server.pid(), folder: server.folder, port: server.port }));
};

void (async () => {
  if (ending === "throw") {
    await withPrivateServer(options, async (server) => {
      tell(server);
      throw new Error("the body failed");
    });
  }
  const server = await startPrivateServer(options);
  tell(server);
  if (ending === "exit") process.exit(7);
  if (ending === "forget") return;
  if (ending === "stopped-server") await server.kill("SIGSTOP");
  setInterval(() => {}, 60_000); // until a signal comes
})();
