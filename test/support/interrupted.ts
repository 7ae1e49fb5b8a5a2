import assert from "node:assert/strict";
import { type CutMoment, withProxy } from "./proxy";
import { type Direction, runInProcess } from "./runner";
import type { TestServer } from "./servers";

/** Milliseconds; a busy machine is slow. */
const LIMIT = 120_000;

/** A run that loses its connection at a statement, and cannot connect again. */
export async function interruptAt(
  server: TestServer,
  run: { readonly url: string; readonly dir: string; readonly direction?: Direction },
  sql: string,
  moment: CutMoment,
): Promise<void> {
  const cut = {
    command: ({ name, text }: { name: string; text: string }) => name === "COM_QUERY" && text === sql,
    moment,
  };
  await withProxy(server, { cut, refuseAfterCut: true }, async (proxy) => {
    const { url, dir, direction = "up" } = run;
    const outcome = await runInProcess({ url: proxy.through(url), dir, direction, limit: LIMIT });
    assert.notEqual(proxy.cutAt(), null, `${sql} was never sent: ${JSON.stringify(outcome)}`);
    assert.equal(outcome.ended === "failed" ? outcome.code : outcome.ended, "connection-lost");
  });
}
