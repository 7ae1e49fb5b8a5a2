import assert from "node:assert/strict";
import { test } from "node:test";
import { withPrivateServer } from "../../src/scratch/private-server";
import { inParallel, type PointResult, renderFailures, renderFigures } from "../support/figures";
import { withGroups } from "../support/fixture";
import { installForTests } from "../support/installed";
import { randomFrom } from "../support/random";
import { killServer } from "../support/server-kill";
import { FAMILIES } from "../support/servers";
import { observe } from "../support/sweep";
import { DIRECTIONS, MOMENTS, thinning } from "../support/sweep-plan";

/** Kills per server and direction; each interrupts every migration of the fixture somewhere. */
const ROUNDS = Math.max(2, Math.ceil(12 / thinning()));

const seed = process.env.SWEEP_SEED ?? String(Date.now() % 1_000_000);

for (const family of FAMILIES) {
  for (const direction of DIRECTIONS) {
    test(`a server killed at random moments of ${direction} costs nothing but a second run [${family}]`, (t) =>
      withGroups(1, (groups) =>
        withPrivateServer(
          { family, environment: process.env, install: () => installForTests(family) },
          async (server) => {
            const subjects = await inParallel(groups, 4, (group) => observe(server, direction, group));
            const total = subjects.reduce((sum, { commands }) => sum + commands.length, 0);
            const random = randomFrom(`${seed} ${family} ${direction}`);
            const results = new Map<string, PointResult[]>();
            for (let round = 0; round < ROUNDS; round++) {
              const command = 1 + Math.floor(((round + random()) / ROUNDS) * total);
              const moment = MOMENTS[round % MOMENTS.length] ?? "during";
              const delayMs = moment === "during" ? Math.floor(random() * 8) : 0;
              const ended = await killServer(server, subjects, { command, moment, delayMs });
              results.set(`${family} ${direction}, server killed`, [
                ...[...results.values()].flat(),
                ...ended,
              ]);
            }
            t.diagnostic(`${ROUNDS} kills, SWEEP_SEED=${seed}`);
            for (const line of renderFigures(results)) t.diagnostic(line);
            assert.equal(renderFailures(results), "", `SWEEP_SEED=${seed}`);
          },
        ),
      ));
  }
}
