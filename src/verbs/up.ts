import { migrate } from "../run/migrate";
import { refuseBlocking } from "./blocking-limit";
import { flag } from "./options";
import {
  readRunOptions,
  readTarget,
  renderRun,
  runsOverMany,
  scriptOf,
  targetOptions,
  upOptions,
} from "./run-options";
import { defineCommand } from "./verb";

/** Applies pending migrations. */
export const up = defineCommand({
  name: "up",
  summary: "Apply pending migrations: all, or up to a version",
  details: [
    "A run that was interrupted goes on where it stopped, at the very statement.",
    "A database that has tables but no history is refused: they may be what the migrations make.",
    "Only one runner works at a time; others wait, plan afresh and usually find nothing left to do.",
  ],
  options: {
    ...targetOptions,
    ...upOptions,
    allowExisting: flag("Begin in a database that has tables but no history; or MIGRATE_ALLOW_EXISTING=1"),
  },
  runsMigrations: true,
  examples: ["up", "up 5", "up --steps 1 --dry-run"],
  run: async (context) => {
    const target = readTarget("up", context.options);
    const settings = context.settings();
    const options = readRunOptions(context.options, context);
    if (settings.blockingLimit !== undefined && !options.dryRun) {
      const plan = await migrate(settings, "up", target, { ...options, dryRun: true, emit: () => {} });
      await refuseBlocking(settings, context.scratch(), settings.blockingLimit, plan.planned ?? [], options);
    }
    return migrate(settings, "up", target, options);
  },
  overMany: runsOverMany,
  script: scriptOf,
  render: renderRun,
});
