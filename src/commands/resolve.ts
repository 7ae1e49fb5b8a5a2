import { formatMigration } from "../files/filename";
import { defineCommand } from "./command";
import { loadResolve } from "./engine";
import { flag, required, text, usageError, value } from "./options";
import { versionNumber } from "./target";

/** Settles a statement of which nobody but a person can say whether it took effect. */
export const resolve = defineCommand({
  name: "resolve",
  summary: "Settle a statement whose fate could not be known",
  details: [
    "When up or down stops because it cannot tell whether a statement took effect, look at the database,",
    "say what you found, and run the same command again. It is recorded, with the reason.",
  ],
  options: {
    version: required("N", versionNumber, "Version of the migration that stopped"),
    applied: flag("The statement took effect: go on with the next one"),
    notApplied: flag("The statement did not take effect: run it again"),
    reason: value("TEXT", text, "Why you are sure; kept in the history"),
  },
  examples: ['resolve 7 --applied --reason "index is there"', "resolve 7 --not-applied"],
  run: async (context) => {
    const { version, applied, notApplied, reason } = context.options;
    if (applied === notApplied) {
      const both = applied ? "takes only" : "needs";
      throw usageError("resolve", `resolve ${both} one of --applied and --not-applied.`);
    }
    const outcome = applied ? "applied" : "not-applied";
    const settings = context.settings();
    return loadResolve().resolve(settings, version, outcome, reason);
  },
  render: ({ version, name, direction, statement, statements, outcome }) => [
    `Recorded: statement ${statement} of ${statements} in ${formatMigration({ version, name })}.${direction}.sql is ${outcome === "applied" ? "applied" : "not applied"}.`,
    direction === "up" ? "Go on with it: npm run migrate:up" : "Go on with it: run the same down again.",
  ],
});
