import { MigrateError } from "../errors";
import { ER_PARSE_ERROR, isConnectionLost, serverErrno } from "./error-numbers";
import type { Row, Session } from "./session";

/**
 * Refuses to write to a replica, whatever the account is allowed to do: the change would not be on its source, and
 * would break the replication as soon as it is made there, too.
 * @throws MigrateError `read-only-server`
 */
export async function refuseReplica(session: Session): Promise<void> {
  const source = await findSource(session);
  if (source !== null) {
    throw new MigrateError(
      "read-only-server",
      `This server is a replica of ${source}: what is written here breaks its replication. Nothing was run.`,
      {
        hint: `Connect to ${source}, which is its source. Where this one is meant all the same: --allow-replica, or MIGRATE_ALLOW_REPLICA=1`,
      },
    );
  }
  if (!session.server.readOnly) return;
  throw new MigrateError(
    "read-only-server",
    "This server is read-only: it runs with --read-only or --super-read-only. Nothing was run.",
    {
      hint: "Connect to the primary, or end read_only there. Where this one is meant all the same: --allow-replica, or MIGRATE_ALLOW_REPLICA=1",
    },
  );
}

/**
 * Looks for replication that is running or trying to.
 * @returns the source's address; null when there is none, or this account may not be told
 */
async function findSource(session: Session): Promise<string | null> {
  const channels = await readChannels(session).catch((error: unknown) => {
    if (isConnectionLost(error)) throw error;
    return [];
  });
  const channel = channels.find(isAtWork);
  if (channel === undefined) return null;
  const host = channel.Source_Host ?? channel.Master_Host;
  const port = channel.Source_Port ?? channel.Master_Port;
  return `${host}:${port}`;
}

async function readChannels(session: Session): Promise<readonly Row[]> {
  if (session.server.family === "mariadb") return await session.query("SHOW ALL SLAVES STATUS");
  try {
    return await session.query("SHOW REPLICA STATUS");
  } catch (error) {
    // Before 8.0.22.
    if (serverErrno(error) !== ER_PARSE_ERROR) throw error;
    return await session.query("SHOW SLAVE STATUS");
  }
}

/**
 * A former replica that was made a primary may still have its channel, stopped. A group's own channels do not count.
 */
function isAtWork(channel: Row): boolean {
  if (String(channel.Channel_Name ?? "").startsWith("group_replication_")) return false;
  const threads = [
    channel.Replica_IO_Running ?? channel.Slave_IO_Running,
    channel.Replica_SQL_Running ?? channel.Slave_SQL_Running,
  ];
  return threads.some((running) => running !== "No");
}
