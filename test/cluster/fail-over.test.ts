import assert from "node:assert/strict";
import { test } from "node:test";
import { startChild, withBuiltRunner, within } from "../support/child";
import { ask, withGroup } from "../support/cluster";
import { withProxy } from "../support/proxy";
import { temporaryFolder } from "../support/temporary-folder";
import { assertRanOnce, unrepeatableFiles } from "../support/unrepeatable";

const LIMIT_MS = 240_000;

test("in a group with one primary that dies in an ALTER, the run goes on at the next one", async (t) => {
  const dir = temporaryFolder(t, unrepeatableFiles());
  await withGroup("single", async ({ nodes }) => {
    const [row] = await ask(
      nodes[0],
      "SELECT MEMBER_PORT AS port FROM performance_schema.replication_group_members WHERE MEMBER_ROLE = 'PRIMARY'",
    );
    const primary = nodes.find(({ port }) => port === Number(row?.port));
    assert.ok(primary !== undefined);
    const others = nodes.filter((node) => node !== primary);
    await ask(primary, "CREATE DATABASE app");
    await withBuiltRunner(async (bin) => {
      for (const { url } of others) {
        const end = await within(startChild(bin, ["up"], `${url}/app`, dir), LIMIT_MS);
        assert.ok(end !== "hung" && end.code === 2);
        assert.match(end.stderr, /^This server is read-only/m);
      }
      const status = await within(startChild(bin, ["status", "--json"], `${primary.url}/app`, dir), LIMIT_MS);
      assert.ok(status !== "hung");
      assert.equal((JSON.parse(status.stdout) as { lock: string }).lock, "get-lock");

      let alters = 0;
      const cut = {
        command: ({ text }: { text: string }) => text.startsWith("ALTER TABLE c ADD INDEX") && ++alters === 2,
        moment: "during" as const,
        strike: () => primary.kill("SIGKILL"),
      };
      await withProxy(primary, { cut, refuseAfterCut: true }, async (proxy) => {
        const list = [proxy.port, ...others.map(({ port }) => port)].map((port) => `127.0.0.1:${port}`);
        const url = `mysql://root@${list.join(",")}/app?ssl-mode=disabled`;
        const end = await within(startChild(bin, ["up", "--wait", "120"], url, dir), LIMIT_MS);
        assert.ok(end !== "hung", "the run did not end");
        assert.equal(end.code, 0, `${end.stdout}${end.stderr}`);
        assert.notEqual(proxy.cutAt(), null);
        for (const node of others) await assertRanOnce(`${node.url}/app`, end.stderr);
      });
    });
  });
});
