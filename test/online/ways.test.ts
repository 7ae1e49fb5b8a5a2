import assert from "node:assert/strict";
import { test } from "node:test";
import { waysOf } from "../../src/online/ways";
import type { ServerInfo } from "../../src/server/session";

const MYSQL: ServerInfo = {
  family: "mysql",
  version: "9.7.0",
  instance: "one",
  foldsTableNames: false,
  noBackslashEscapes: false,
  ansiQuotes: false,
  maxPacketBytes: 1e6,
  cluster: null,
  readOnly: false,
};
const MARIADB: ServerInfo = { ...MYSQL, family: "mariadb", version: "10.11.19-MariaDB" };
const ALTER = "ALTER TABLE t ADD COLUMN a INT";

/** Server, statement, and how it is asked, in this order. */
const ROWS: readonly (readonly [string, ServerInfo, string, string])[] = [
  ["MySQL", MYSQL, ALTER, "INSTANT, INPLACE NONE"],
  ["MariaDB", MARIADB, ALTER, "INSTANT, NOCOPY NONE, INPLACE NONE"],
  // An INPLACE that takes an hour stops every node for an hour.
  ["a Galera cluster", { ...MARIADB, cluster: "galera" }, ALTER, "INSTANT"],
  ["a group", { ...MYSQL, cluster: "group" }, ALTER, "INSTANT, INPLACE NONE"],
  // What a server says of these is not what it does.
  ["MariaDB", MARIADB, "ALTER TABLE t PARTITION BY HASH (id)", ""],
  ["MySQL", MYSQL, "ALTER TABLE t REMOVE  PARTITIONING", ""],
];

for (const [name, server, text, expected] of ROWS) {
  test(`how ${name} is asked for ${text}`, () =>
    assert.equal(
      waysOf(text, server)
        .map(({ algorithm, lock }) => [algorithm, lock].join(" ").trim())
        .join(", "),
      expected,
    ));
}
