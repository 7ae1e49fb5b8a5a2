import assert from "node:assert/strict";
import { test } from "node:test";
import { withBuiltRunner } from "../support/child";
import { withGroups } from "../support/fixture";
import { killPoint } from "../support/kill-point";
import type { ClientCommand } from "../support/proxy";
import type { Point, Subject } from "../support/sweep";
import { observeAll, pointsOf, runSweep } from "../support/sweep-plan";

/**
 * A killed runner leaves nothing but what the server has, and that is the same before and after a command
 * which only reads or prepares. Cuts (cut.test.ts) fall on those as well, since a runner that lives could
 * react to them.
 */
function changesSomething({ name, text }: ClientCommand): boolean {
  return /^COM_(QUERY|STMT_EXECUTE)$/.test(name) && !/^\s*(SELECT|SHOW|SET (SESSION|NAMES))\b/.test(text);
}

function isWorthAKill({ commands }: Subject, number: number): boolean {
  const command = commands[number - 1];
  return command !== undefined && changesSomething(command);
}

/** The server is the same after one change and before the next, so `after` need not be taken everywhere. */
const AFTERS = 7;

test("a runner killed at any command that changes something costs nothing but a second run", (t) =>
  withBuiltRunner((bin) =>
    withGroups(1, async (groups) => {
      const subjects = await observeAll(groups);
      const options = { what: "runner killed", check: (point: Point) => killPoint(bin, point) };
      const before = await runSweep(pointsOf(subjects, ["before"], isWorthAKill), options);
      const after = await runSweep(pointsOf(subjects, ["after"], isWorthAKill), {
        ...options,
        every: AFTERS,
      });
      for (const line of [...before.figures, ...after.figures]) t.diagnostic(line);
      assert.equal(`${before.failures}${after.failures}`, "");
    }),
  ));
