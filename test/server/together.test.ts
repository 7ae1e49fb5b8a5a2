import assert from "node:assert/strict";
import type { Session } from "../../src/server/session";
import { forEachServer, withTestDatabase } from "../support/servers";
import { withTestSession } from "../support/test-session";

async function numbers(session: Session): Promise<readonly number[]> {
  return (await session.query("SELECT n FROM t ORDER BY n")).map(({ n }) => Number(n));
}

forEachServer(
  "statements that are sent together run in order, up to the first that fails",
  async (_t, server) => {
    await withTestDatabase(server, ({ name }) =>
      withTestSession(server, name, async (session) => {
        await session.run("CREATE TABLE t (n INT PRIMARY KEY, note VARCHAR(20))");
        let ran = 0;
        const count = (): void => void ran++;
        await session.runTogether(
          [
            "INSERT INTO t VALUES (1, 'a;b') -- one",
            "INSERT INTO t VALUES (2, NULL) # two",
            "UPDATE t SET n = n + 10",
          ],
          count,
        );
        assert.equal(ran, 3);
        assert.deepEqual(await numbers(session), [11, 12]);

        ran = 0;
        const failing = [
          "INSERT INTO t (n) VALUES (13)",
          "INSERT INTO t (n) VALUES (11)",
          "INSERT INTO t (n) VALUES (14)",
        ];
        await assert.rejects(session.runTogether(failing, count), { errno: 1062 });
        assert.equal(ran, 1);
        assert.deepEqual(await numbers(session), [11, 12, 13]);
      }),
    );
  },
);

forEachServer("a statement of a file stays one, whatever was sent together before it", async (_t, server) => {
  await withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      await session.run("CREATE TABLE t (n INT PRIMARY KEY)");
      const two = "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)";
      await assert.rejects(session.run(two), { errno: 1064 });
      await session.runTogether(["INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (4)"], () => {});
      await assert.rejects(session.run(two), { errno: 1064 });
      await session.queryMany(["SELECT 1", "SELECT 2"]);
      await assert.rejects(session.run(two), { errno: 1064 });
      assert.deepEqual(await numbers(session), [3, 4]);
    }),
  );
});

forEachServer("a connection that is lost between statements sent together is noticed", async (_t, server) => {
  await withTestDatabase(server, ({ name }) =>
    withTestSession(server, name, async (session) => {
      await session.run("CREATE TABLE t (n INT PRIMARY KEY)");
      const kill = `DELETE FROM t WHERE SLEEP(0) OR n = ${session.connectionId}`;
      await session.runTogether([kill, kill], () => {});
      await withTestSession(server, name, (other) => other.run(`KILL ${session.connectionId}`));
      await assert.rejects(session.runTogether([kill, kill], () => {}));
      await assert.rejects(session.run("SELECT 1"));
    }),
  );
});
