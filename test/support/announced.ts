import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { settingsFromOptions } from "../../src/settings/settings";
import { type ClientCommand, type CutMoment, withProxy } from "./proxy";
import type { TestServer } from "./servers";
import { dumpState, type State } from "./state";

/** CREATE TABLEs in one command. */
export function countCreates({ text }: ClientCommand): number {
  return text.split("\n;\n").filter((part) => /^CREATE TABLE t/.test(part)).length;
}

/** The database and its history. */
export async function stateOf(url: string): Promise<State> {
  return await dumpState(url, { historyTable: "migration_history" });
}

/** Loses the connection at the command that has several of them, and cannot connect again. */
export async function loseAtGroup(
  server: TestServer,
  url: string,
  dir: string,
  moment: CutMoment,
): Promise<void> {
  const cut = { command: (command: ClientCommand) => countCreates(command) > 2, moment };
  await withProxy(server, { cut, refuseAfterCut: true }, async (proxy) => {
    const settings = settingsFromOptions({ databaseUrl: proxy.through(url), dir });
    await assert.rejects(migrate(settings, "up", null, { allowExisting: true }), { code: "connection-lost" });
    assert.notEqual(proxy.cutAt(), null);
  });
}
