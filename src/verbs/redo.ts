import { redo as redoNewest } from "../run/migrate";
import { confirmation, confirmOptions } from "./confirm";
import { readRunOptions, renderRun, scriptOf, upOptions } from "./run-options";
import { defineCommand } from "./verb";

/** Reverts the newest migration and applies it again. */
export const redo = defineCommand({
  name: "redo",
  summary: "Revert the newest migration and apply it again",
  options: { ...upOptions, ...confirmOptions },
  runsMigrations: true,
  examples: ["redo", "redo --dry-run"],
  run: async (context) => {
    const settings = context.settings();
    const options = readRunOptions(context.options, context);
    return redoNewest(settings, { ...options, ...confirmation("redo", context.options.yes, context) });
  },
  script: scriptOf,
  render: renderRun,
});
