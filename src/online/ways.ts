import { triesNocopy } from "../server/differences";
import { ER_PARSE_ERROR, serverErrno } from "../server/error-numbers";
import type { ServerInfo } from "../server/session";
import type { AlterWish } from "../syntax/alter-wish";

/** The ways in which nobody waits, in the order in which servers choose. */
export function waysOf(text: string, server: ServerInfo): readonly AlterWish[] {
  // MariaDB calls these INSTANT, and copies all rows while writes wait.
  if (/\bPARTITION\s+BY\b|\bREMOVE\s+PARTITIONING\b/i.test(text)) return [];
  const instant: AlterWish = { algorithm: "INSTANT", lock: null };
  // All nodes alter the table at once there, with writes waiting on each.
  if (server.cluster === "galera") return [instant];
  const nocopy: AlterWish = { algorithm: "NOCOPY", lock: "NONE" };
  return [instant, ...(triesNocopy(server) ? [nocopy] : []), { algorithm: "INPLACE", lock: "NONE" }];
}

/** Clauses about partitions have no place for ALGORITHM on some servers. */
export function cannotBeAsked(error: unknown, text: string): boolean {
  return serverErrno(error) === ER_PARSE_ERROR && /\bPARTITION/i.test(text);
}
