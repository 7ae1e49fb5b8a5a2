import assert from "node:assert/strict";
import { type Child, type ChildEnd, startChild, within } from "./child";
import { databaseOf, WHOLE_FIXTURE } from "./fixture";
import { type ClientCommand, type ProxyOptions, withProxy } from "./proxy";
import type { TestServer } from "./servers";
import { dumpState } from "./state";
import { HISTORY_TABLE, observe, TIME_LIMIT, withReadyDatabase } from "./sweep";

/** One of several runners on one database, and what it sent. */
export interface Racer {
  readonly child: Child;
  readonly end: ChildEnd | "hung";
  readonly commands: readonly ClientCommand[];
}

/** What a racer's proxy does, given a way to reach the racer. */
export type Referee = (self: () => Child) => ProxyOptions;

/** Where runners race: a seeded database, and the whole fixture as it is for that one. */
export interface RaceTrack {
  readonly url: string;
  readonly dir: string;
}

/** Gives the body a database to race in, and drops it afterwards. */
export function withRaceTrack<T>(server: TestServer, body: (track: RaceTrack) => Promise<T>): Promise<T> {
  return withReadyDatabase(server, "up", WHOLE_FIXTURE, body);
}

/** Starts `count` runners at once, each through a proxy of its own; one promise each, for when it has ended. */
export function startRace(
  bin: string,
  server: TestServer,
  { url, dir }: RaceTrack,
  count: number,
  referee: Referee,
  limit: number = TIME_LIMIT,
): Promise<Racer>[] {
  return Array.from({ length: count }, async () => {
    const children: Child[] = [];
    const self = (): Child => {
      const [child] = children;
      if (child === undefined) throw new TypeError("a command came before its runner was started");
      return child;
    };
    return withProxy(server, referee(self), async (proxy) => {
      const child = startChild(bin, ["up"], proxy.through(url), dir);
      children.push(child);
      return { child, end: await within(child, limit), commands: proxy.commands };
    });
  });
}

/** How often each statement of the migrations was sent: how many went together depends on how busy the machine is. */
function statementCounts(commands: readonly ClientCommand[], database: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const statement of commands.flatMap(({ text }) => text.split("\n;\n"))) {
    if (!/^(CREATE|ALTER|DROP|RENAME|INSERT|UPDATE|DELETE|CALL)\b/.test(statement)) continue;
    if (statement.includes(HISTORY_TABLE) || statement.includes("mysql_updown_scratch_")) continue;
    const anywhere = statement.replaceAll(database, "here");
    counts[anywhere] = (counts[anywhere] ?? 0) + 1;
  }
  return counts;
}

/** Knows the first runner that comes to the middle of the work: it holds the lock then. */
export function watchForHolder(): {
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
export async function assertDone(
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
  const alone = await observe(server, "up", WHOLE_FIXTURE);
  assert.deepEqual(await dumpState(url, { historyTable: HISTORY_TABLE }), alone.reference);
  if (except !== null) return;
  const sent = statementCounts(
    racers.flatMap(({ commands }) => commands),
    databaseOf(url),
  );
  const expected = statementCounts(alone.commands, alone.database);
  assert.deepEqual(Object.keys(sent).sort(), Object.keys(expected).sort());
  // A server that is busy with other tests may have undone one in the run alone, which then was tried again.
  for (const [statement, count] of Object.entries(sent)) {
    assert.ok(count <= (expected[statement] ?? 0), `sent ${count} times: ${statement}`);
  }
}
