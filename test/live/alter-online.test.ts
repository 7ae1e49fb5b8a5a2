import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { buildRunner } from "../support/child";
import { alterUnderWriters, type Kill, type OnlineRun, toolConnections } from "../support/online-kill";
import { type WatchedTool, withWatchedTool } from "../support/online-tool";
import type { ClientCommand } from "../support/proxy";
import { withServer } from "../support/server-with-options";
import { FAMILIES, type TestServer } from "../support/servers";

/** Rows of the large table, and statements a second that others send meanwhile. */
const ROWS = number("ONLINE_ROWS", 1_000_000);
const WRITES = number("ONLINE_WRITES", 200);
/** Rows of the table that is changed once for each kill, and how many kills there are of each kind. */
const KILL_ROWS = number("ONLINE_KILL_ROWS", 100_000);
const KILLS = number("ONLINE_KILLS", 20);
/** What a write may wait at most, in ms. */
const LONGEST_MS = number("ONLINE_LONGEST_MS", 1_000);

function number(name: string, otherwise: number): number {
  return Number(process.env[name] ?? otherwise);
}

/** Each with the release of the tool that people have there. */
const RELEASES = { mysql: "percona-toolkit", mariadb: "percona-toolkit-3.2" } as const;

/** A server of its own, since it is killed, with an empty database for each piece of work. */
async function withWork(family: TestServer["family"], body: (work: Work) => Promise<void>): Promise<void> {
  const { bin, remove } = await buildRunner();
  try {
    await withWatchedTool(RELEASES[family], (tool) =>
      withServer(family, ["--innodb-lock-wait-timeout=5"], async (server) => {
        const url = `${server.url}/live`;
        const connection = await createConnection({ uri: server.url });
        await connection.query("CREATE DATABASE live CHARACTER SET utf8mb4");
        connection.destroy();
        await body({ bin, tool, url, server });
      }),
    );
  } finally {
    await remove();
  }
}

interface Work {
  readonly bin: string;
  readonly tool: WatchedTool;
  readonly url: string;
  readonly server: Parameters<Parameters<typeof withServer>[2]>[0];
}

for (const family of FAMILIES) {
  test(`a table of ${ROWS} rows is changed under ${WRITES} writes a second, and nobody waits [${family}]`, async (t) => {
    await withWork(family, async (work) => {
      const { ms, written, first, quietLongestMs } = await alterUnderWriters({
        ...work,
        ...{ rows: ROWS, perSecond: WRITES, quietMs: 10_000 },
      });
      assert.match(first, /^0 /);
      const count = written.statements.reduce((sum, { length }) => sum + length, 0);
      t.diagnostic(
        `${ROWS} rows in ${Math.round(ms / 100) / 10} s; ${count} writes, ${written.deadlocks} deadlocks, the longest ${Math.round(written.longestMs)} ms (${written.longest}), ${Math.round(quietLongestMs)} ms before`,
      );
      assert.ok(written.longestMs < LONGEST_MS, `${written.longestMs} ms: ${written.longest}`);
    });
  });

  for (const who of ["runner", "tool", "server"] as const) {
    test(`the ${who} is killed at ${KILLS} moments, and one run more is all it costs [${family}]`, async (t) => {
      await withWork(family, async (work) => killAtAll(t, work, who));
    });
  }
}

async function killAtAll(t: TestContext, work: Work, who: keyof Kill | "server"): Promise<void> {
  const plain = { ...work, rows: KILL_ROWS, perSecond: 50, chunkTime: "0.1" };
  const { commands } = await alterUnderWriters(plain);
  const counted = countedOf(commands, who).length;
  for (let turn = 0; turn < KILLS; turn++) {
    const target = 1 + Math.floor((turn * counted) / KILLS);
    const told = await killAt(plain, who, target);
    t.diagnostic(`${who} killed at command ${target} of about ${counted}, ${told}`);
  }
}

/** Runs with one kill. @returns what the moment was, and how the first run ended */
async function killAt(
  plain: Omit<OnlineRun, "onCommand"> & Work,
  who: keyof Kill | "server",
  target: number,
): Promise<string> {
  const seen: ClientCommand[] = [];
  let fallen: ClientCommand | null = null;
  const { first } = await alterUnderWriters({
    ...plain,
    onCommand: async (command, kill) => {
      seen.push(command);
      if (fallen !== null || countedOf(seen, who).length < target) return;
      fallen = command;
      if (who === "server") await plain.server.kill("SIGKILL");
      else kill[who]();
    },
    between: async () => {
      if (who === "server" && fallen !== null) await plain.server.restart();
    },
  });
  const { text, name } = (fallen ?? { text: "", name: "not reached" }) as ClientCommand;
  return `${text === "" ? name : text.replace(/\s+/g, " ").slice(0, 70)}: ${first.split("\n")[0]?.slice(0, 100)}`;
}

/** The commands that a moment is counted in: those from the ALTER on; for the tool, the tool's. */
function countedOf(commands: readonly ClientCommand[], who: keyof Kill | "server"): readonly ClientCommand[] {
  const from = commands.findIndex(({ text }) => text.includes("ALGORITHM=INSTANT"));
  if (from === -1) return [];
  const rest = commands.slice(from);
  if (who !== "tool") return rest;
  const tools = toolConnections(rest);
  return rest.filter(({ connection }) => tools.has(connection));
}
