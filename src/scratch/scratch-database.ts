import type { DatabaseSettings } from "../config";
import { openSession } from "../database/connection";
import type { Session } from "../database/session";
import { createThrowaway, leftBehind, throwawayName } from "../database/throwaway";
import { quoteIdentifier } from "../syntax/quote";
import type { ScratchServer } from "./scratch-server";

export { clearLeftovers } from "../database/throwaway";

const A_DAY_SECONDS = 86_400;

/**
 * Gives the body a new, empty database and drops it afterwards, whatever happens. On a server of our own it has the
 * target's name, so that SQL which spells that out means what it means there; anywhere else its name is a random one.
 */
export async function withScratchDatabase<T>(
  server: ScratchServer,
  body: (settings: DatabaseSettings) => Promise<T>,
): Promise<T> {
  const name = server.kind === "private" ? server.databaseName : throwawayName();
  const keeper = await openSession(server.settings, {
    withoutDatabase: true,
    idleSeconds: A_DAY_SECONDS,
    unlimited: true,
  });
  try {
    await createThrowaway(keeper, server.charset, server.collation, name);
    return await dropAfterwards(server, keeper, name, () => body({ ...server.settings, database: name }));
  } finally {
    await keeper.close();
  }
}

async function dropAfterwards<T>(
  server: ScratchServer,
  keeper: Session,
  name: string,
  body: () => Promise<T>,
): Promise<T> {
  const drop = (): Promise<number> => keeper.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
  let result: T;
  try {
    result = await body();
  } catch (error) {
    await drop().catch(() => {}); // the first error is the one that matters
    throw error;
  }
  await drop().catch((error: unknown) => {
    server.warn(leftBehind(name, error));
  });
  return result;
}
