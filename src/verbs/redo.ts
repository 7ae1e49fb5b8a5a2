import { redo as redoNewest } from "../run/migrate";
import { readRunOptions, renderRun, scriptOf, upOptions } from "./run-options";
import { defineCommand } from "./verb";

/** Reverts the newest migration and applies it again. */
export const redo = defineCommand({
  name: "redo",
  summary: "Revert the newest migration and apply it again",
  options: upOptions,
  runsMigrations: true,
  examples: ["redo", "redo --dry-run"],
  run: async (context) => {
    const settings = context.settings();
    return redoNewest(settings, readRunOptions(context.options, context));
  },
  script: scriptOf,
  render: renderRun,
});
