import assert from "node:assert/strict";
import { withBuiltRunner } from "../support/child";
import { assertDone, startRace, watchForHolder, withRaceTrack } from "../support/race";
import { forEachServer } from "../support/servers";

const COUNT = 3;

/** The server drops a session that sent nothing for a minute. */
const LIMIT = 180_000;

forEachServer("when the holder is frozen, the server lets it go and another goes on", (_, server) =>
  withBuiltRunner((bin) =>
    withRaceTrack(server, async (track) => {
      const { isHolderNow, holder } = watchForHolder();
      const freeze = (
        command: Parameters<typeof isHolderNow>[0],
        self: Parameters<typeof isHolderNow>[1],
      ): void => {
        if (isHolderNow(command, self)) self.process.kill("SIGSTOP");
      };
      const racers = startRace(
        bin,
        server,
        track,
        COUNT,
        (self) => ({ onCommand: (command) => freeze(command, self()) }),
        LIMIT,
      );
      let ended = 0;
      for (const racer of racers) {
        void racer.then(() => {
          ended += 1;
          if (ended === COUNT - 1) holder().process.kill("SIGCONT");
        });
      }
      const done = await Promise.all(racers);
      const { code, stderr } = await holder().ended;
      // Thawed, it finds its session gone, connects again, and has nothing left to do.
      assert.equal(code, 0, stderr);
      assert.match(stderr, /Connecting again/);
      await assertDone(server, track.url, done, holder());
    }),
  ),
);
