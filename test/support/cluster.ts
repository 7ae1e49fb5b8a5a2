import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { freePort } from "../../src/scratch/listening";
import { type PrivateServer, startPrivateServer } from "../../src/scratch/private-server";
import { type Environment, serverCacheFolder } from "../../src/scratch/server-programs";
import { installForTests } from "./installed";

/** A real cluster of three on this machine, gone when this process is. */
export interface Cluster {
  /** Each as private servers are: `url` without a database, `kill`, and the rest. */
  readonly nodes: readonly [PrivateServer, PrivateServer, PrivateServer];
  stop(): Promise<void>;
}

const READY_SECONDS = 120;

/** Those in which two nodes may write at once. */
export const CLUSTERS: readonly (readonly [
  name: string,
  start: <T>(body: (cluster: Cluster) => Promise<T>) => Promise<T>,
])[] = [
  ["Galera", (body) => withGalera(body)],
  ["a group with several primaries", (body) => withGroup("multi", body)],
];

/** Starts a cluster, gives it to the body and stops it, whatever happens. */
async function withCluster<T>(cluster: Cluster, body: (cluster: Cluster) => Promise<T>): Promise<T> {
  try {
    return await body(cluster);
  } finally {
    await cluster.stop();
  }
}

/** A Galera cluster of three MariaDB nodes, all of which may write. */
export async function withGalera<T>(body: (cluster: Cluster) => Promise<T>): Promise<T> {
  return withCluster(await startGalera(), body);
}

/** A group of three MySQL members; `multi`: all of them may write, else the first one may. */
export async function withGroup<T>(
  mode: "single" | "multi",
  body: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  return withCluster(await startGroup(mode), body);
}

/** A MariaDB and the provider that makes it a node are unpacked into the cache, unless they are there. */
export async function startGalera(): Promise<Cluster> {
  await installForTests("mariadb-galera");
  const folder = join(serverCacheFolder(process.env) ?? "", "mariadb-galera");
  const environment = {
    ...process.env,
    PATH: [folder, join(__dirname, "galera"), process.env.PATH ?? ""].join(delimiter),
  };
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const all = `gcomm://${ports.map((port) => `127.0.0.1:${port}`).join(",")}`;
  return startNodes(async (index) => {
    const port = await freePort();
    const server = await startPrivateServer({
      family: "mariadb",
      environment,
      serverArguments: [
        ...[`--port=${port}`, `--wsrep-node-incoming-address=127.0.0.1:${port}`],
        ...["--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON"],
        `--wsrep-provider=${folder}/root/usr/lib/galera/libgalera_smm.so`,
        ...["--wsrep-cluster-name=test", `--wsrep-node-name=n${index + 1}`],
        ...(index === 0
          ? ["--wsrep-new-cluster", "--wsrep-cluster-address=gcomm://"]
          : [`--wsrep-cluster-address=${all}`]),
        "--wsrep-sst-method=copy",
        `--wsrep-node-address=127.0.0.1:${ports[index]}`,
        `--wsrep-provider-options=${await providerOptions(ports[index] ?? 0)}`,
      ],
    });
    const node = at(server, port);
    await until(node, "SHOW STATUS LIKE 'wsrep_local_state_comment'", (row) => row.Value === "Synced");
    return node;
  });
}

async function providerOptions(port: number): Promise<string> {
  return [
    `base_port=${port}`,
    `gmcast.listen_addr=tcp://127.0.0.1:${port}`,
    `ist.recv_addr=127.0.0.1:${await freePort()}`,
    "gcache.size=32M",
    // A node that is killed is missed sooner.
    "evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT3S;evs.inactive_timeout=PT6S",
  ].join(";");
}

const GROUP = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";

async function startGroup(mode: "single" | "multi"): Promise<Cluster> {
  const environment: Environment = process.env;
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const single = mode === "single" ? "ON" : "OFF";
  const checks = mode === "single" ? "OFF" : "ON";
  const cluster = await startNodes(async (index) => {
    const port = await freePort();
    const server = await startPrivateServer({
      family: "mysql",
      environment,
      binaryLog: true,
      install: () => installForTests("mysql"),
      serverArguments: [
        ...[`--server-id=${index + 1}`, "--gtid-mode=ON", "--enforce-gtid-consistency=ON"],
        ...["--report-host=127.0.0.1", `--report-port=${port}`, `--port=${port}`],
        ...["--plugin-load-add=group_replication.so", `--loose-group-replication-group-name=${GROUP}`],
        "--loose-group-replication-start-on-boot=OFF",
        `--loose-group-replication-local-address=127.0.0.1:${ports[index]}`,
        `--loose-group-replication-group-seeds=${ports.map((seed) => `127.0.0.1:${seed}`).join(",")}`,
        "--loose-group-replication-recovery-get-public-key=ON",
        "--loose-group-replication-member-expel-timeout=0",
        `--loose-group-replication-single-primary-mode=${single}`,
        `--loose-group-replication-enforce-update-everywhere-checks=${checks}`,
      ],
    });
    return at(server, port);
  });
  try {
    for (const [index, node] of cluster.nodes.entries()) await joinGroup(node, index === 0);
    return { ...cluster, nodes: await inOrder(cluster.nodes) };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** By their ids: the first one is the member that runners choose. */
async function inOrder(nodes: Cluster["nodes"]): Promise<Cluster["nodes"]> {
  const ids = new Map<PrivateServer, string>();
  for (const node of nodes) ids.set(node, String((await ask(node, "SELECT @@server_uuid AS id"))[0]?.id));
  const [a, b, c] = [...nodes].sort((one, other) => ((ids.get(one) ?? "") < (ids.get(other) ?? "") ? -1 : 1));
  return a === undefined || b === undefined || c === undefined ? nodes : [a, b, c];
}

async function joinGroup(node: PrivateServer, first: boolean): Promise<void> {
  await askAll(node, [
    "SET sql_log_bin = 0",
    "CREATE USER r@'%' IDENTIFIED BY 'r'",
    "GRANT REPLICATION SLAVE, BACKUP_ADMIN, CONNECTION_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO r@'%'",
    "SET sql_log_bin = 1",
    "CHANGE REPLICATION SOURCE TO SOURCE_USER='r', SOURCE_PASSWORD='r' FOR CHANNEL 'group_replication_recovery'",
    "RESET BINARY LOGS AND GTIDS",
    ...(first ? ["SET GLOBAL group_replication_bootstrap_group = ON"] : []),
    "START GROUP_REPLICATION",
    ...(first ? ["SET GLOBAL group_replication_bootstrap_group = OFF"] : []),
  ]);
  const state =
    "SELECT member_state AS Value FROM performance_schema.replication_group_members WHERE member_id = @@server_uuid";
  await until(node, state, (row) => row.Value === "ONLINE");
}

/** A server that was told to listen on another port than the one that was found for it. */
function at(server: PrivateServer, port: number): PrivateServer {
  return { ...server, port, url: `mysql://root@127.0.0.1:${port}` };
}

/** Starts three, one after the other. */
async function startNodes(start: (index: number) => Promise<PrivateServer>): Promise<Cluster> {
  const started: PrivateServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.allSettled(
      started.map(async (server) => {
        await server.kill("SIGCONT").catch(() => {});
        await server.stop();
      }),
    );
  };
  try {
    for (const index of [0, 1, 2]) started.push(await start(index));
    const [first, second, third] = started;
    if (first === undefined || second === undefined || third === undefined) throw new TypeError("three");
    return { nodes: [first, second, third], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Answer = Readonly<Record<string, unknown>>;

/** Runs one statement on a node and gives its rows. */
export async function ask(node: Pick<PrivateServer, "url">, sql: string): Promise<readonly Answer[]> {
  return askAll(node, [sql]);
}

/** Runs statements in one session and gives the last one's rows. */
async function askAll(
  { url }: Pick<PrivateServer, "url">,
  statements: readonly string[],
): Promise<readonly Answer[]> {
  const connection = await createConnection(url);
  try {
    let rows: unknown = [];
    for (const sql of statements) [rows] = await connection.query(sql);
    return Array.isArray(rows) ? (rows as Answer[]) : [];
  } finally {
    await connection.end();
  }
}

async function until(node: PrivateServer, sql: string, reached: (row: Answer) => boolean): Promise<void> {
  const deadline = Date.now() + READY_SECONDS * 1000;
  let last: unknown = null;
  while (Date.now() < deadline) {
    try {
      const [row] = await ask(node, sql);
      if (row !== undefined && reached(row)) return;
      last = row;
    } catch (error) {
      last = error;
    }
    await delay(100);
  }
  throw new Error(`${node.url} did not become a member: ${JSON.stringify(last)} ${String(last)}`);
}
