import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { PrivateServer } from "../../src/scratch/private-server";
import { type Child, type ChildEnd, startChild, withBuiltRunner, within } from "../support/child";
import { ask, CLUSTERS } from "../support/cluster";
import { type ClientCommand, type ProxyOptions, withProxy } from "../support/proxy";
import { temporaryFolder } from "../support/temporary-folder";
import { assertRanOnce, unrepeatableFiles } from "../support/unrepeatable";

const LIMIT_MS = 240_000;

/** The second one, in the middle of the work. */
function isSecondAlter(): (command: ClientCommand) => boolean {
  let seen = 0;
  return ({ text }) => text.startsWith("ALTER TABLE c ADD INDEX") && ++seen === 2;
}

for (const [name, withNodes] of CLUSTERS) {
  test(`on ${name}, whatever dies or freezes, each statement runs once`, async (t) => {
    const dir = temporaryFolder(t, unrepeatableFiles());
    await withNodes(async ({ nodes }) => {
      await withBuiltRunner(async (bin) => {
        const [first, second, third] = nodes;
        const up = (url: string): Child => startChild(bin, ["up"], url, dir);

        await t.test("a cut at every fifth command", () => cutEverywhere(first, nodes, up));

        await t.test("the holder's runner is killed in the middle of an ALTER", () =>
          withDatabase(first, async (database) => {
            await runThrough(first, database, up, (self) => ({
              cut: {
                command: isSecondAlter(),
                moment: "during",
                strike: () => void self().process.kill("SIGKILL"),
              },
            }));
            assertWell(await within(up(`${second.url}/${database}`), LIMIT_MS));
            await assertAll(nodes, database);
          }),
        );

        await t.test("the holder's runner is frozen, and wakes when another one is done", () =>
          withDatabase(first, async (database) => {
            const isNow = isSecondAlter();
            let other: Promise<ChildEnd | "hung"> | null = null;
            const end = await runThrough(first, database, up, (self) => ({
              onCommand: (command) => {
                if (!isNow(command)) return;
                const { process } = self();
                process.kill("SIGSTOP");
                other = within(up(`${second.url}/${database}`), LIMIT_MS).finally(() =>
                  process.kill("SIGCONT"),
                );
              },
            }));
            assert.ok(end !== "hung", "the runner that was frozen did not end");
            assertWell(await (other as Promise<ChildEnd | "hung"> | null));
            await assertAll(nodes, database);
          }),
        );

        await t.test("the holder's node is frozen, and wakes when another runner is done", () =>
          withDatabase(third, async (database) => {
            const isNow = isSecondAlter();
            let other: Promise<ChildEnd | "hung"> | null = null;
            const end = await runThrough(first, database, up, () => ({
              onCommand: async (command) => {
                if (!isNow(command)) return;
                await first.kill("SIGSTOP");
                other = within(up(`${second.url}/${database}`), LIMIT_MS).finally(() =>
                  first.kill("SIGCONT"),
                );
              },
            }));
            assert.ok(end !== "hung", "the runner on the node that was frozen did not end");
            assertWell(await (other as Promise<ChildEnd | "hung"> | null));
            await assertAll([second, third], database);
          }),
        );

        await t.test("the holder's node is killed", () =>
          withDatabase(third, async (database) => {
            // The one that is left first, and for a group the one that is chosen now.
            await runThrough(second, database, up, () => ({
              cut: { command: isSecondAlter(), moment: "during", strike: () => second.kill("SIGKILL") },
              refuseAfterCut: true,
            }));
            assertWell(await within(up(`${third.url}/${database}`), LIMIT_MS));
            await assertAll([third], database);
          }),
        );
      });
    });
  });
}

type Up = (url: string) => Child;

/** Runs over a proxy in front of a node. */
async function runThrough(
  node: PrivateServer,
  database: string,
  up: Up,
  options: (self: () => Child) => ProxyOptions,
): Promise<ChildEnd | "hung"> {
  let child: Child | null = null;
  const self = (): Child => {
    assert.ok(child !== null, "a command came before its runner was started");
    return child;
  };
  return await withProxy(node, options(self), async (proxy) => {
    child = up(proxy.through(`${node.url}/${database}`));
    return await within(child, LIMIT_MS);
  });
}

async function cutEverywhere(node: PrivateServer, nodes: readonly PrivateServer[], up: Up): Promise<void> {
  let count = 0;
  await withDatabase(node, async (database) => {
    const end = await runThrough(node, database, up, () => ({ onCommand: () => void count++ }));
    assertWell(end);
    await assertAll(nodes, database);
  });
  for (let command = 5; command <= count; command += 5) {
    for (const moment of ["before", "after"] as const) {
      await withDatabase(node, async (database) => {
        const end = await runThrough(node, database, up, () => ({ cut: { command, moment } }));
        // A cut while it connects, or right at its end, is told; what is left is done by a plain run.
        assert.ok(end !== "hung", `hung after a cut ${moment} command ${command}`);
        if (end.code !== 0) assertWell(await within(up(`${node.url}/${database}`), LIMIT_MS));
        await assertAll(nodes, database, `cut ${moment} command ${command}: ${end.stderr}`);
      });
    }
  }
}

async function withDatabase(node: PrivateServer, body: (database: string) => Promise<void>): Promise<void> {
  const database = `t_${randomBytes(6).toString("hex")}`;
  await ask(node, `CREATE DATABASE ${database}`);
  await body(database);
}

async function assertAll(nodes: readonly PrivateServer[], database: string, what = ""): Promise<void> {
  for (const { url } of nodes) await assertRanOnce(`${url}/${database}`, `on ${url}: ${what}`);
}

function assertWell(end: ChildEnd | "hung" | null): void {
  assert.ok(end !== null && end !== "hung", "a runner did not end");
  assert.equal(end.code, 0, `${end.stdout}${end.stderr}`);
}
