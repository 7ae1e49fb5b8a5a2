import assert from "node:assert/strict";
import { test } from "node:test";
import { isConnectionLost, isTransactionUndone } from "../../src/server/error-numbers";
import { forEachServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

type Meaning = "undone" | "lost" | "the statement's";

/** What a cluster says when a statement was not at fault, by the number that comes with it. */
const NUMBERS: readonly (readonly [number, string, Meaning])[] = [
  [1213, "a node that another one was faster than", "undone"],
  [1180, "a member of a group, at a later COMMIT", "undone"],
  [3101, "a member of a group, at the COMMIT", "undone"],
  [1047, "a Galera node outside of the majority", "lost"],
  [3100, "a member of a group without majority", "lost"],
  [1053, "a server that shuts down", "lost"],
  [1927, "a session that was killed", "lost"],
  [1062, "a row that is there", "the statement's"],
  [3098, "a table that a group cannot replicate", "the statement's"],
];

test("what a cluster undid, or a node that left it, is never the statement's fault", () => {
  for (const [errno, what, meaning] of NUMBERS) {
    const error = Object.assign(new Error("words"), { errno, sqlState: "HY000" });
    const found = isTransactionUndone(error)
      ? "undone"
      : isConnectionLost(error)
        ? "lost"
        : "the statement's";
    assert.equal(found, meaning, `${errno}, ${what}`);
  }
});

forEachServer("the driver gives these numbers as the server sent them", (_t, server) =>
  withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      for (const [errno, , meaning] of NUMBERS) {
        const signal = `SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = ${errno}`;
        const error = await session.run(signal).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        assert.equal(isTransactionUndone(error), meaning === "undone", String(errno));
        assert.equal(isConnectionLost(error), meaning === "lost", String(errno));
      }
    }),
  ),
);
