import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cluster, clusterOf, needsLease } from "../../src/server/cluster";
import { forEachServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

const GROUP = "group_replication_group_name=aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";

/** What a server says of itself, and which lock keeps runners apart there. */
const SERVERS: readonly (readonly [string, string, string | null, Cluster, "lease" | "get-lock"])[] = [
  ["MySQL alone", "9.7.4", null, null, "get-lock"],
  ["MariaDB that could be a node", "10.11.18-MariaDB", "wsrep_on=OFF\nwsrep_provider=none", null, "get-lock"],
  [
    "switched on without a provider",
    "10.11.18-MariaDB",
    "wsrep_on=ON\nwsrep_provider=none",
    null,
    "get-lock",
  ],
  ["a MariaDB node", "10.11.18-MariaDB", "wsrep_on=ON\nwsrep_provider=/usr/lib/smm.so", "galera", "lease"],
  ["a Percona node", "8.0.41", "wsrep_provider=/usr/lib/smm.so\nwsrep_on=ON", "galera", "lease"],
  ["a plugin without a group", "9.7.4", "group_replication_group_name=", null, "get-lock"],
  [
    "a group with one primary",
    "9.7.4",
    `${GROUP}\ngroup_replication_single_primary_mode=ON`,
    "single-primary group",
    "get-lock",
  ],
  ["a group with several", "9.7.4", `group_replication_single_primary_mode=OFF\n${GROUP}`, "group", "lease"],
  ["TiDB", "8.0.11-TiDB-v8.5.0", null, "tidb", "lease"],
  ["Vitess", "8.0.30-Vitess", null, "vitess", "lease"],
];

test("a server says what it is a part of, and with that which lock there is", () => {
  for (const [what, version, variables, cluster, lock] of SERVERS) {
    assert.equal(clusterOf(version, variables), cluster, what);
    assert.equal(needsLease({ cluster }) ? "lease" : "get-lock", lock, what);
  }
});

forEachServer("a server alone is part of nothing", (_t, server) =>
  withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      assert.equal(session.server.cluster, null);
      assert.equal(session.server.readOnly, false);
    }),
  ),
);
