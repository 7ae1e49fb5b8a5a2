import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withGroups } from "../support/fixture";
import { withProxy } from "../support/proxy";
import { runInProcess } from "../support/runner";
import { forEachServer } from "../support/servers";
import { compareStates, dumpState } from "../support/state";
import { HISTORY_TABLE, observe, TIME_LIMIT, withReadyDatabase } from "../support/sweep";

/** A prime, so that the sample does not fall on one kind of command. */
const EVERY = 211;

forEachServer(
  "down without any file ends like down with all of them, also when it is cut",
  async (_, server) => {
    await withGroups(5, async ([group]) => {
      assert.ok(group !== undefined);
      const empty = mkdtempSync(join(tmpdir(), "mysql-updown-empty-"));
      try {
        const { commands, reference } = await observe(server, "down", group);
        assert.ok(commands.length > EVERY, `${commands.length} commands`);
        const run = (url: string) => runInProcess({ url, dir: empty, direction: "down", limit: TIME_LIMIT });
        for (let command = EVERY; command < commands.length; command += EVERY) {
          await withReadyDatabase(server, "down", group, async ({ url }) => {
            const cut = { command, moment: "after" } as const;
            await withProxy(server, { cut, refuseAfterCut: true }, async (proxy) => {
              await run(proxy.through(url));
              assert.notEqual(proxy.cutAt(), null);
            });
            assert.deepEqual(await run(url), { ended: "done" }, `after a cut at command ${command}`);
            const state = await dumpState(url, { historyTable: HISTORY_TABLE });
            assert.deepEqual(compareStates(reference, state), null, `after a cut at command ${command}`);
          });
        }
      } finally {
        rmSync(empty, { recursive: true });
      }
    });
  },
);
