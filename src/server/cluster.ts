/** The kind of cluster that a server belongs to, where that matters to runners; null: none of these. */
export type Cluster = "galera" | "group" | "single-primary group" | "tidb" | "vitess" | null;

/**
 * For a SELECT on a server that is not known yet: lines of `name=value` (with a real newline, since `\n` means nothing
 * under NO_BACKSLASH_ESCAPES). The variables are read as rows of a table, because a statement fails when it names a
 * variable that the server does not have. Any account can read them.
 */
export const CLUSTER_VARIABLES = `(SELECT GROUP_CONCAT(CONCAT(LOWER(VARIABLE_NAME), '=', VARIABLE_VALUE) SEPARATOR '
')
   FROM /*!50708 performance_schema.global_variables */ /*M! information_schema.GLOBAL_VARIABLES */
  WHERE VARIABLE_NAME IN ('wsrep_on', 'wsrep_provider', 'group_replication_group_name', 'group_replication_single_primary_mode'))`;

/** @param variables what CLUSTER_VARIABLES gave; null: nothing */
export function clusterOf(version: string, variables: string | null): Cluster {
  if (/tidb/i.test(version)) return "tidb";
  if (/vitess/i.test(version)) return "vitess";
  const values = new Map<string, string>();
  for (const line of (variables ?? "").split("\n")) {
    const at = line.indexOf("=");
    values.set(line.slice(0, at), line.slice(at + 1));
  }
  // With the provider `none` a server says that it could be a node but is not.
  const provider = values.get("wsrep_provider") ?? "none";
  if (isOn(values.get("wsrep_on")) && provider !== "" && provider.toLowerCase() !== "none") return "galera";
  if ((values.get("group_replication_group_name") ?? "") === "") return null;
  return isOn(values.get("group_replication_single_primary_mode")) ? "single-primary group" : "group";
}

function isOn(value: string | undefined): boolean {
  return value === "ON" || value === "1";
}

/**
 * Whether GET_LOCK does not keep other runners out here. Each node of Galera and each member of a group has locks of
 * its own (and some releases refuse to take one), TiDB ends a lock after an hour, and Vitess allows GET_LOCK only in
 * statements without tables.
 * @see https://galeracluster.com/library/kb/user-level-locks.html, https://dev.mysql.com/doc/refman/8.4/en/group-replication-limitations.html,
 *   https://docs.pingcap.com/tidb/stable/locking-functions, https://vitess.io/docs/reference/compatibility/mysql-compatibility/
 */
export function needsLease({ cluster }: { readonly cluster: Cluster }): boolean {
  return cluster === "galera" || cluster === "group" || cluster === "tidb" || cluster === "vitess";
}

/**
 * SQL that makes a session wait, before it reads, for what other nodes have committed; null: nothing is needed. Without
 * it we would read the history, and judge a statement, as things were a moment ago. Not for a session that only looks:
 * it would wait for a long ALTER to end.
 * @see https://mariadb.com/kb/en/galera-cluster-system-variables/#wsrep_sync_wait (15: whatever the statement),
 *   https://dev.mysql.com/doc/refman/8.4/en/group-replication-configuring-consistency-guarantees.html
 */
export function seeAllCommitted(cluster: Cluster): string | null {
  switch (cluster) {
    case "galera":
      return "SET SESSION wsrep_sync_wait = 15";
    case "group":
    case "single-primary group":
      return "SET SESSION group_replication_consistency = 'BEFORE'";
    case "tidb":
    case "vitess":
    case null:
      return null;
    default:
      return cluster satisfies never;
  }
}

/** What a cluster is called in a message. */
export function clusterName(cluster: Exclude<Cluster, null>): string {
  const names = {
    galera: "a Galera cluster",
    group: "a group with several primaries",
    "single-primary group": "a group with one primary",
    tidb: "TiDB",
    vitess: "Vitess",
  };
  return names[cluster];
}
