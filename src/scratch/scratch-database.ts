import { openSession } from "../server/connection";
import type { Session } from "../server/session";
import { createThrowaway, leftBehind, throwawayName } from "../server/throwaway";
import type { DatabaseSettings } from "../settings/database";
import { quoteIdentifier } from "../syntax/quote";
import type { ScratchServer } from "./scratch-server";

const A_DAY_SECONDS = 86_400;

/**
 * Gives the body a new, empty database and drops it afterwards, whatever happens. On a server of our own it has the
 * target's name, so that SQL which contains that name means the same; a second database there, and any elsewhere, has a
 * random name.
 */
export async function withScratchDatabase<T>(
  server: ScratchServer,
  body: (settings: DatabaseSettings) => Promise<T>,
): Promise<T> {
  const keeper = await openSession(server.settings, {
    withoutDatabase: true,
    idleSeconds: A_DAY_SECONDS,
    unlimited: true,
  });
  try {
    // On a server of our own, migrations can make other databases: the next scratch database must not find them.
    const before = server.kind === "private" ? await listDatabases(keeper) : null;
    const wanted = server.databaseName.toLowerCase();
    const isFree = before !== null && !before.some((each) => each.toLowerCase() === wanted);
    const name = isFree ? server.databaseName : throwawayName();
    await createThrowaway(keeper, server.charset, server.collation, name);
    const made = async (): Promise<readonly string[]> =>
      before === null ? [name] : (await listDatabases(keeper)).filter((each) => !before.includes(each));
    return await dropAfterwards(server, keeper, made, () => body({ ...server.settings, database: name }));
  } finally {
    await keeper.close();
  }
}

async function dropAfterwards<T>(
  server: ScratchServer,
  keeper: Session,
  made: () => Promise<readonly string[]>,
  body: () => Promise<T>,
): Promise<T> {
  const drop = async (): Promise<void> => {
    await keeper.execute("SET SESSION foreign_key_checks = 0"); // they may refer to each other
    for (const name of await made()) {
      await keeper.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`).catch((error: unknown) => {
        server.warn(leftBehind(name, error));
      });
    }
  };
  let result: T;
  try {
    result = await body();
  } catch (error) {
    await drop().catch(() => {}); // the first error is the one that matters
    throw error;
  }
  await drop();
  return result;
}

async function listDatabases(session: Session): Promise<readonly string[]> {
  return (await session.query("SHOW DATABASES")).map((row) => String(Object.values(row)[0]));
}
