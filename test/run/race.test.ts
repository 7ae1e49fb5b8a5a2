import assert from "node:assert/strict";
import { after, before } from "node:test";
import { type BuiltRunner, buildRunner } from "../support/child";
import {
  assertDone,
  type Racer,
  type RaceTrack,
  type Referee,
  startRace,
  watchForHolder,
  withRaceTrack,
} from "../support/race";
import { forEachServer, inTurn, type TestServer, takesEveryRow } from "../support/servers";
import { isWhole } from "../support/sweep-plan";

let runner: BuiltRunner | null = null;

before(async () => {
  runner = await buildRunner();
});

after(async () => {
  await runner?.remove();
});

function race(server: TestServer, track: RaceTrack, count: number, referee: Referee): Promise<Racer[]> {
  return Promise.all(startRace(runner?.bin ?? "", server, track, count, referee));
}

/** `npm run test:sweep` starts more of them: each is a process, on a machine with few cores. */
const RUNNERS = isWhole() ? 40 : takesEveryRow() ? 12 : 6;

forEachServer(`of ${RUNNERS} runners started at once one works, and all end well`, (_, server) =>
  withRaceTrack(server, async (track) => {
    const racers = await race(server, track, RUNNERS, () => ({}));
    await assertDone(server, track.url, racers, null);
  }),
);

/** What happens to the holder: with `npm test` on its own one on each server. */
const ENDS = ["killed", "told to stop"] as const;

function isInTurn(server: TestServer, end: (typeof ENDS)[number]): boolean {
  return inTurn(server, ENDS).includes(end);
}

forEachServer("when the holder is killed, another goes on where it stopped", async (t, server) => {
  if (!isInTurn(server, "killed")) return t.skip("the other server's turn");
  await withRaceTrack(server, async (track) => {
    const { isHolderNow, holder } = watchForHolder();
    const racers = await race(server, track, 6, (self) => ({
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
    await assertDone(server, track.url, racers, holder());
  });
});

forEachServer("when the holder is told to stop, it ends in order and another goes on", async (t, server) => {
  if (!isInTurn(server, "told to stop")) return t.skip("the other server's turn");
  await withRaceTrack(server, async (track) => {
    const { isHolderNow, holder } = watchForHolder();
    const racers = await race(server, track, 6, (self) => ({
      onCommand: (command) => {
        if (isHolderNow(command, self())) holder().process.kill("SIGTERM");
      },
    }));
    const { code, stderr } = await holder().ended;
    assert.equal(code, 2, stderr);
    await assertDone(server, track.url, racers, holder());
  });
});
