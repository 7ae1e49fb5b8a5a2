import { MigrateError } from "../errors";
import { CLUSTER_VARIABLES, type Cluster, clusterOf } from "./cluster";
import { isConnectionLost, serverErrno } from "./error-numbers";
import { type Link, queryRows } from "./link";
import { despiteTimeLimit, SETTINGS_OF_BOTH } from "./own-settings";
import type { Row, ServerInfo } from "./session";

/**
 * Reads all we need to know about a server, and the settings its sessions begin with, as one row.
 * @param andCluster also ask for the kind of cluster; a server that cannot answer is in no cluster that matters
 */
export async function readServer(connection: Link, andCluster: boolean): Promise<Row> {
  const read = async (cluster: string): Promise<Row> => {
    const [row] = await despiteTimeLimit(() =>
      queryRows(
        connection,
        `SELECT VERSION() AS version, CONNECTION_ID() AS id, DATABASE() AS name,
            @@lower_case_table_names AS folds, @@max_allowed_packet AS packet,
            @@GLOBAL.read_only AS readOnly, CONCAT_WS(' ', @@hostname, @@port, @@server_id) AS instance, ${cluster} AS cluster, ${SETTINGS_OF_BOTH} LIMIT 1`,
      ),
    );
    if (row === undefined) throw new MigrateError("unsupported-server", "The server answered nothing.");
    return row;
  };
  if (!andCluster) return await read("NULL");
  return await read(CLUSTER_VARIABLES).catch((error: unknown) => {
    if (serverErrno(error) === null || isConnectionLost(error)) throw error;
    return read("NULL");
  });
}

/** @param cluster the kind of cluster if it is known; otherwise it is in the row */
export function serverInfo(row: Row, cluster: Cluster | undefined): ServerInfo {
  const version = String(row.version);
  return {
    family: /mariadb/i.test(version) ? "mariadb" : "mysql",
    version,
    instance: String(row.instance),
    foldsTableNames: Number(row.folds) !== 0,
    noBackslashEscapes: String(row.sql_mode).split(",").includes("NO_BACKSLASH_ESCAPES"),
    ansiQuotes: String(row.sql_mode).split(",").includes("ANSI_QUOTES"),
    maxPacketBytes: Number(row.packet),
    readOnly: !WRITABLE.includes(String(row.readOnly)),
    cluster: cluster ?? clusterOf(version, row.cluster === null ? null : String(row.cluster)),
  };
}

/** The values of read_only on a server that takes writes; later releases of MariaDB know more than two values. */
const WRITABLE: readonly string[] = ["0", "OFF"];

/** MySQL 8.0 and MariaDB 10.6 brought atomic DDL, without which a crash leaves half a table. */
export function refuseOldServer({ family, version }: ServerInfo): void {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  const old = family === "mariadb" ? major < 10 || (major === 10 && minor < 6) : major < 8;
  if (!old) return;
  throw new MigrateError(
    "unsupported-server",
    `The server is ${family === "mariadb" ? "MariaDB" : "MySQL"} ${version}; MySQL 8.0 or MariaDB 10.6 is the oldest that can be used safely.`,
  );
}
