import assert from "node:assert/strict";
import { withBuiltRunner } from "../support/child";
import { alterUnderWriters } from "../support/online-kill";
import { withWatchedTool } from "../support/online-tool";
import { forEachServer, rowsFor, type TestServer, withTestDatabase } from "../support/servers";

interface Moment {
  readonly on?: TestServer["family"];
  readonly who: "runner" | "tool";
  /** The first command like this is the moment. */
  readonly at: RegExp;
}

/** `npm run test:online` kills at many more, and the server, too. */
const MOMENTS: readonly Moment[] = [
  { who: "runner", at: /^CREATE TABLE .*`_t_new`/s },
  { who: "runner", at: /^CREATE TRIGGER .*_ins/ },
  { who: "runner", at: /^INSERT LOW_PRIORITY IGNORE INTO/ },
  { who: "tool", at: /^INSERT LOW_PRIORITY IGNORE INTO/ },
  { who: "runner", at: /^RENAME TABLE/ },
  { who: "runner", at: /^DROP TABLE IF EXISTS .*`_t_old`/ },
];

forEachServer("a kill while a table is changed online costs one run more", async (t, server) => {
  await withBuiltRunner((bin) =>
    withWatchedTool("percona-toolkit-3.2", async (tool) => {
      for (const { who, at } of rowsFor(server, MOMENTS)) {
        await t.test(`${who} at ${at}`, async () => {
          await withTestDatabase(server, async ({ url }) => {
            let fallen = false;
            const { first } = await alterUnderWriters({
              ...{ bin, tool, url, server, rows: 2_000, perSecond: 40, chunkTime: "0.05" },
              onCommand: async ({ text }, kill) => {
                if (fallen || !at.test(text)) return;
                fallen = true;
                kill[who]();
              },
            });
            assert.ok(fallen);
            assert.match(first, who === "runner" ? /^SIGKILL/ : /^2 .*the tool that copies t/s);
          });
        });
      }
    }),
  );
});
