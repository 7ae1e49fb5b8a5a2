import assert from "node:assert/strict";
import { test } from "node:test";
import { startPrivateServer } from "../../src/scratch/private-server";
import { FAMILIES } from "../support/servers";
import { tryStepped } from "./property";
import { withSchemaSession } from "./schemas";

/**
 * Random pairs: SCHEMA_PAIRS how many for each server, SCHEMA_SEED the first one's seed. In `npm test` they are few
 * and the same ones each time; a run of thousands takes about a second for each.
 */
const PAIRS = Number(process.env.SCHEMA_PAIRS ?? 10);
const FIRST_SEED = Number(process.env.SCHEMA_SEED ?? 1);

/** Random DDL has crashed MySQL 9.7, so these servers are this test's own. */
for (const family of FAMILIES) {
  test(`random pairs of schemas: there, back and again [${family}]`, async (t) => {
    const server = await startPrivateServer({ family, environment: process.env });
    try {
      const target = { family, url: server.url, host: server.host, port: server.port, socket: server.socket };
      await withSchemaSession(target, "mysql", (session) => session.execute("CREATE DATABASE pairs"));
      const tally = { kept: 0, refused: 0, invalid: 0 };
      const failures: string[] = [];
      await withSchemaSession(target, "pairs", async (session) => {
        for (let seed = FIRST_SEED; seed < FIRST_SEED + PAIRS; seed++) {
          const outcome = await tryStepped(session, seed);
          if ("report" in outcome) failures.push(outcome.report);
          else if (outcome.result === "invalid") tally.invalid++;
          else if (outcome.result === "ok") tally[outcome.rows]++;
        }
      });
      t.diagnostic(
        `seeds ${FIRST_SEED} to ${FIRST_SEED + PAIRS - 1}: ${tally.kept} kept all rows, ${tally.refused} refused by the rows that were there, ${tally.invalid} that the server does not take, ${failures.length} failed`,
      );
      assert.deepEqual(failures.join("\n\n"), "");
      // A generator that makes little else than nonsense would prove nothing.
      assert.ok(tally.invalid <= PAIRS / 5, `${tally.invalid} of ${PAIRS} pairs could not be loaded`);
      assert.ok(tally.kept >= PAIRS / 2, `only ${tally.kept} of ${PAIRS} pairs kept their rows`);
    } finally {
      await server.stop();
    }
  });
}
