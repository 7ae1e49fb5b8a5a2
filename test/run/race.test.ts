import assert from "node:assert/strict";
import { after, before } from "node:test";
import {
  type BuiltRunner,
  buildRunner,
  type Child,
  type ChildEnd,
  startChild,
  within,
} from "../support/child";
import { FIXTURE_MIGRATIONS, seed } from "../support/fixture";
import { type ClientCommand, type ProxyOptions, startProxy } from "../support/proxy";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { dumpState } from "../support/state";
import { HISTORY_TABLE, observe, TIME_LIMIT } from "../support/sweep";

let runner: BuiltRunner | null = null;

before(async () => {
  runner = await buildRunner();
});

after(async () => {
  await runner?.remove();
});

interface Racer {
  readonly child: Child;
  readonly end: ChildEnd | "hung";
  readonly commands: readonly ClientCommand[];
}

/** What a racer's proxy does, given a way to reach the racer. */
type Referee = (self: () => Child) => ProxyOptions;

/** Starts `count` runners at once, each through a proxy of its own, and waits for all of them. */
async function race(server: TestServer, url: string, count: number, referee: Referee): Promise<Racer[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const children: Child[] = [];
      const self = (): Child => {
        const [child] = children;
        if (child === undefined) throw new TypeError("a command came before its runner was started");
        return child;
      };
      const proxy = await startProxy(server, referee(self));
      try {
        const child = startChild(runner?.bin ?? "", ["up"], proxy.through(url), FIXTURE_MIGRATIONS);
        children.push(child);
        return { child, end: await within(child, TIME_LIMIT), commands: proxy.commands };
      } finally {
        await proxy.close();
      }
    }),
  );
}

/** How often each statement of the migrations was sent. */
function statementCounts(commands: readonly ClientCommand[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { text } of commands) {
    if (!/^(CREATE|ALTER|DROP|RENAME|INSERT|UPDATE|DELETE|CALL)\b/.test(text) || text.includes(HISTORY_TABLE))
      continue;
    counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
}

/** Knows the first runner that comes to the middle of the work: it holds the lock then. */
function watchForHolder(): {
  isHolderNow: (command: ClientCommand, self: Child) => boolean;
  holder: () => Child;
} {
  let found: Child | null = null;
  return {
    isHolderNow: ({ name, text }, self) => {
      if (found !== null || name !== "COM_QUERY" || !text.startsWith("CREATE TABLE seat")) return false;
      found = self;
      return true;
    },
    holder: () => {
      assert.ok(found !== null, "no runner came to the middle of the work");
      return found;
    },
  };
}

/** Every runner ended well, `except` excepted, and the database is as one runner alone leaves it. */
async function assertDone(
  server: TestServer,
  url: string,
  racers: readonly Racer[],
  except: Child | null,
): Promise<void> {
  for (const { child, end } of racers) {
    if (child === except) continue;
    assert.ok(end !== "hung", "a runner did not end");
    assert.equal(end.code, 0, end.stderr);
  }
  const alone = await observe(server, "up", { name: "all", dir: FIXTURE_MIGRATIONS });
  assert.deepEqual(await dumpState(url, { historyTable: HISTORY_TABLE }), alone.reference);
  if (except !== null) return;
  const sent = racers.flatMap(({ commands }) => commands);
  assert.deepEqual(statementCounts(sent), statementCounts(alone.commands));
}

forEachServer("of 20 runners started at once one works, and all end well", (_, server) =>
  withTestDatabase(server, async ({ url }) => {
    await seed(url);
    const racers = await race(server, url, 20, () => ({}));
    await assertDone(server, url, racers, null);
  }),
);

forEachServer("when the holder is killed, another goes on where it stopped", (_, server) =>
  withTestDatabase(server, async ({ url }) => {
    await seed(url);
    const { isHolderNow, holder } = watchForHolder();
    const racers = await race(server, url, 6, (self) => ({
      cut: {
        command: (command) => isHolderNow(command, self()),
        moment: "during",
        strike: async () => {
          holder().process.kill("SIGKILL");
          await holder().ended;
        },
      },
    }));
    assert.equal((await holder().ended).signal, "SIGKILL");
    await assertDone(server, url, racers, holder());
  }),
);

forEachServer("when the holder is told to stop, it ends in order and another goes on", (_, server) =>
  withTestDatabase(server, async ({ url }) => {
    await seed(url);
    const { isHolderNow, holder } = watchForHolder();
    const racers = await race(server, url, 6, (self) => ({
      onCommand: (command) => {
        if (isHolderNow(command, self())) holder().process.kill("SIGTERM");
      },
    }));
    const { code, stderr } = await holder().ended;
    assert.equal(code, 2, stderr);
    await assertDone(server, url, racers, holder());
  }),
);
