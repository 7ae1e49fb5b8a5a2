import { defineCommand } from "./command";
import { loadMigrate } from "./engine";
import { flag } from "./options";
import { renderRun } from "./render-run";
import { readRunOptions, runOptions } from "./run-options";
import { readTarget, targetOptions } from "./target";

/** Applies pending migrations. */
export const up = defineCommand({
  name: "up",
  summary: "Apply pending migrations: all, or up to a version",
  details: [
    "A run that was interrupted goes on where it stopped, at the very statement.",
    "Only one runner works at a time; others wait, plan afresh and usually find nothing left to do.",
  ],
  options: {
    ...targetOptions,
    ...runOptions,
    allowOutOfOrder: flag("Also apply pending versions below the newest applied one"),
  },
  runsMigrations: true,
  examples: ["up", "up 5", "up --steps 1 --dry-run"],
  run: async (context) => {
    const target = readTarget("up", context.options);
    const settings = context.settings();
    const { allowOutOfOrder } = context.options;
    const options = { ...readRunOptions(context.options, context), allowOutOfOrder };
    return loadMigrate().migrate(settings, "up", target, options);
  },
  render: renderRun,
});
