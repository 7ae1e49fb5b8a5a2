import { formatMigration } from "../files/filename";
import { giveUp as giveUpNow, resolve as settle } from "../run/resolve";
import { defineCommand } from "./command";
import { flag, required, text, usageError, value } from "./options";
import { versionNumber } from "./target";

/** Settles a statement of which nobody but a person can say whether it took effect. */
export const resolve = defineCommand({
  name: "resolve",
  summary: "Settle a statement whose fate could not be known, or give a partial migration up",
  details: [
    "When up or down stops because it cannot tell whether a statement took effect, look at the database,",
    "say what you found, and run the same command again. It is recorded, with the reason.",
    "A partial migration whose applied statements you have undone by hand can be given up instead: half applied, it is",
    "pending again; half reverted, it is applied again.",
  ],
  options: {
    version: required("N", versionNumber, "Version of the migration that stopped"),
    applied: flag("The statement took effect: go on with the next one"),
    notApplied: flag("The statement did not take effect: run it again"),
    giveUp: flag("You have undone by hand what was applied: start over; needs --reason"),
    reason: value("TEXT", text, "Why you are sure; kept in the history"),
  },
  examples: [
    'resolve 7 --applied --reason "index is there"',
    "resolve 7 --not-applied",
    'resolve 7 --give-up --reason "dropped the half-made table"',
  ],
  run: async (context) => {
    const { version, applied, notApplied, giveUp, reason } = context.options;
    const given = [applied, notApplied, giveUp].filter(Boolean).length;
    if (given !== 1) {
      const needs = given === 0 ? "needs" : "takes only";
      throw usageError("resolve", `resolve ${needs} one of --applied, --not-applied and --give-up.`);
    }
    const settings = context.settings();
    if (!giveUp) {
      return settle(settings, version, applied ? "applied" : "not-applied", reason);
    }
    if (reason === null) {
      throw usageError("resolve", "resolve --give-up needs a reason, which is kept in the history.");
    }
    return giveUpNow(settings, version, reason);
  },
  render: (resolved) => {
    const { version, name, direction, statement, statements, outcome } = resolved;
    const migration = formatMigration({ version, name });
    if (outcome === "given-up") {
      const now = direction === "up" ? "not applied" : "applied";
      const taken = `what was done of ${migration}.${direction}.sql (${statement} of ${statements} statements) is taken for undone`;
      return [
        `Given up: ${taken}, and ${migration} counts as ${now}. Nothing was run.`,
        `To see it: npm run migrate:status`,
      ];
    }
    return [
      `Recorded: statement ${statement} of ${statements} in ${migration}.${direction}.sql is ${outcome === "applied" ? "applied" : "not applied"}.`,
      direction === "up" ? "Go on with it: npm run migrate:up" : "Go on with it: run the same down again.",
    ];
  },
});
