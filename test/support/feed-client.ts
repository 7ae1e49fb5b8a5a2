import { spawn } from "node:child_process";
import type { TestServer } from "./servers";

/** Runs a text through the server's own command-line client. @throws Error with its words when it stops at an error */
export async function feedClient(server: TestServer, url: string, sql: string): Promise<void> {
  const { username, password, pathname } = new URL(url);
  const program = process.env[`TEST_${server.family.toUpperCase()}_CLIENT`] ?? "mysql";
  const where = ["-h", server.host, "-P", String(server.port), "-u", decodeURIComponent(username)];
  const flags = ["--no-defaults", "--protocol=tcp", "--default-character-set=utf8mb4"];
  const child = spawn(program, [...flags, ...where, pathname.slice(1)], {
    env: { ...process.env, MYSQL_PWD: decodeURIComponent(password) },
    stdio: ["pipe", "ignore", "pipe"],
  });
  let words = "";
  child.stderr.on("data", (chunk) => {
    words += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${program}: ${words}`))));
    child.stdin.on("error", () => {}); // it is gone; its words say why
    child.stdin.end(sql);
  });
}
