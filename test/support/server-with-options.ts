import { type PrivateServer, withPrivateServer } from "../../src/scratch/private-server";
import type { TestServer } from "./servers";

/**
 * Gives the body a server of its own that was started with these options, and ends it afterwards. What a server's
 * globals are must not be changed on the servers that all tests share. It is a `TestServer` as well, so that
 * `withTestDatabase` makes databases on it.
 * @param options as on the server's command line: `--autocommit=0`, `--sql-mode=ANSI`; `--loose-…` where only one of the
 *   families knows it
 */
export async function withServer<T>(
  family: TestServer["family"],
  options: readonly string[],
  body: (server: PrivateServer & TestServer) => Promise<T>,
): Promise<T> {
  return await withPrivateServer({ family, environment: process.env, serverArguments: options }, body);
}
