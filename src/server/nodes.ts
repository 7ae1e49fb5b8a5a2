import { serverWords } from "./error-numbers";
import type { Address, Row, Session } from "./session";

/** A session that another runner had, as its lease names it. */
export interface OtherSession {
  /** `ServerInfo.instance` of its node. */
  readonly node: string;
  readonly connection: number;
  /** The account's user name. */
  readonly user: string;
}

export type Fate =
  | { readonly state: "gone" }
  | { readonly state: "there"; readonly doing: string }
  | { readonly state: "unknown"; readonly why: string };

const GONE: Fate = { state: "gone" };

/**
 * Looks for a session on the node of the cluster where it was: its client may be dead while its statement still runs
 * there. If that node has left the cluster, the session counts as gone: its work can no longer reach the cluster.
 */
export async function lookForSession(session: Session, wanted: OtherSession): Promise<Fate> {
  if (wanted.node === session.server.instance) return await lookOn(session, wanted);
  const addresses = await readNodes(session).catch((error: unknown) => serverWords(error));
  if (typeof addresses === "string") return { state: "unknown", why: addresses };
  const unreached: string[] = [];
  for (const address of addresses) {
    const found = await lookAt(session, address, wanted).catch((error: unknown) => {
      unreached.push(`${address.host}:${address.port} could not be asked (${serverWords(error)})`);
      return null;
    });
    if (found !== null) return found;
  }
  return unreached.length === 0 ? GONE : { state: "unknown", why: unreached.join(", ") };
}

/** @returns null when it is another node */
async function lookAt(session: Session, address: Address, wanted: OtherSession): Promise<Fate | null> {
  const beside = await session.openBeside(address);
  try {
    return beside.server.instance === wanted.node ? await lookOn(beside, wanted) : null;
  } finally {
    await beside.close();
  }
}

async function lookOn(session: Session, { connection, user }: OtherSession): Promise<Fate> {
  const sessions = await session.query("SHOW FULL PROCESSLIST");
  // After the node restarts, somebody else's session may have the same number.
  const found = sessions.find((row) => Number(row.Id) === connection && row.User === user);
  if (found !== undefined) {
    const doing = found.Info === null ? "between statements" : String(found.Info).replace(/\s+/g, " ");
    return { state: "there", doing: doing.length <= 80 ? doing : `${doing.slice(0, 77)}...` };
  }
  // Without the PROCESS privilege a user sees only their own sessions.
  const [me] = await session.query("SELECT SUBSTRING_INDEX(USER(), '@', 1) AS user");
  const seesOthers = sessions.some((row) => row.User !== me?.user && row.User !== "system user");
  if (me?.user === user || seesOthers) return GONE;
  return { state: "unknown", why: `sessions of ${user} do not show without the PROCESS privilege` };
}

/** The addresses of all nodes of the cluster. @returns in words why they are not known, if so */
async function readNodes(session: Session): Promise<readonly Address[] | string> {
  switch (session.server.cluster) {
    case "galera": {
      const [row] = await session.query("SHOW STATUS LIKE 'wsrep_incoming_addresses'");
      const nodes = String(row?.Value ?? "").split(",");
      const addresses = nodes.map(parseAddress);
      // An address is AUTO when a node was not told its own.
      const known = addresses.filter((address) => address !== null);
      return known.length === nodes.length ? known : `wsrep_incoming_addresses says "${nodes.join(",")}"`;
    }
    case "group": {
      const members = await readMembers(session);
      return members.map(({ host, port }) => ({ host, port }));
    }
    default:
      return "where its session was is not known";
  }
}

function parseAddress(text: string): Address | null {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text.trim()) ?? [];
  return host === undefined ? null : { host, port: Number(port) };
}

/** A member of a group. */
export interface Member extends Address {
  readonly id: string;
  readonly online: boolean;
}

/** The members of a group, all of them primaries, in an order that is the same for every runner. */
export async function readMembers(session: Session): Promise<readonly Member[]> {
  const rows = await session.query(
    `SELECT MEMBER_ID AS id, MEMBER_HOST AS host, MEMBER_PORT AS port, MEMBER_STATE AS state
       FROM performance_schema.replication_group_members ORDER BY MEMBER_ID`,
  );
  return rows.map((row: Row) => ({
    id: String(row.id),
    host: String(row.host),
    port: Number(row.port),
    online: row.state === "ONLINE",
  }));
}
