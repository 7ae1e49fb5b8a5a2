import assert from "node:assert/strict";
import { after, before } from "node:test";
import { type BuiltRunner, buildRunner } from "../support/child";
import { seed } from "../support/fixture";
import { assertDone, type Racer, type Referee, startRace, watchForHolder } from "../support/race";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";

let runner: BuiltRunner | null = null;

before(async () => {
  runner = await buildRunner();
});

after(async () => {
  await runner?.remove();
});

function race(server: TestServer, url: string, count: number, referee: Referee): Promise<Racer[]> {
  return Promise.all(startRace(runner?.bin ?? "", server, url, count, referee));
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
