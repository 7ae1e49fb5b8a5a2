import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { PrivateServer } from "../../src/scratch/private-server";
import { startChild, withBuiltRunner, within } from "../support/child";
import { ask, CLUSTERS } from "../support/cluster";
import { temporaryFolder } from "../support/temporary-folder";
import { assertRanOnce, unrepeatableFiles } from "../support/unrepeatable";

/** Rounds of two runners over two nodes; of nine over three there is a fifth of it. */
const ROUNDS = Number(process.env.CLUSTER_ROUNDS ?? 30);
const LIMIT_MS = 180_000;

for (const [name, withNodes] of CLUSTERS) {
  test(`on ${name}, of runners on several nodes one runs each statement, and all end well`, async (t) => {
    const dir = temporaryFolder(t, unrepeatableFiles());
    await withNodes(async ({ nodes }) => {
      await withBuiltRunner(async (bin) => {
        for (let round = 1; round <= ROUNDS; round++)
          await race(bin, dir, nodes, 2, `two runners, round ${round}`);
        for (let round = 1; round <= Math.ceil(ROUNDS / 5); round++)
          await race(bin, dir, nodes, 9, `nine runners, round ${round}`);
      });
    });
  });
}

async function race(
  bin: string,
  dir: string,
  nodes: readonly PrivateServer[],
  runners: number,
  what: string,
): Promise<void> {
  const [first] = nodes;
  assert.ok(first !== undefined);
  const database = `t_${randomBytes(6).toString("hex")}`;
  await ask(first, `CREATE DATABASE ${database}`);
  const over = nodes.slice(0, Math.min(nodes.length, runners));
  const children = Array.from({ length: runners }, (_, at) =>
    startChild(bin, ["up"], `${over[at % over.length]?.url}/${database}`, dir),
  );
  const ends = await Promise.all(children.map((child) => within(child, LIMIT_MS)));
  const said = ends
    .map((end) => (end === "hung" ? "hung" : `exit code ${end.code}\n${end.stdout}${end.stderr}`))
    .join("\n");
  for (const end of ends) assert.ok(end !== "hung" && end.code === 0, `${what}: ${said}`);
  for (const { url } of nodes) await assertRanOnce(`${url}/${database}`, `${what} on ${url}: ${said}`);
  await ask(first, `DROP DATABASE ${database}`);
}
