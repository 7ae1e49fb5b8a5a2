import { migrate } from "../run/migrate";
import { readRunOptions, readTarget, renderRun, scriptOf, targetOptions, upOptions } from "./run-options";
import { defineCommand } from "./verb";

/** Applies pending migrations. */
export const up = defineCommand({
  name: "up",
  summary: "Apply pending migrations: all, or up to a version",
  details: [
    "A run that was interrupted goes on where it stopped, at the very statement.",
    "Only one runner works at a time; others wait, plan afresh and usually find nothing left to do.",
  ],
  options: { ...targetOptions, ...upOptions },
  runsMigrations: true,
  examples: ["up", "up 5", "up --steps 1 --dry-run"],
  run: async (context) => {
    const target = readTarget("up", context.options);
    const settings = context.settings();
    return migrate(settings, "up", target, readRunOptions(context.options, context));
  },
  script: scriptOf,
  render: renderRun,
});
