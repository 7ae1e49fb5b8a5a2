import type { Emit } from "../run/events";
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
    const unlimited = settings.blockingLimit === undefined && context.production();
    return migrate(settings, "up", target, unlimited ? { ...options, emit: warned(context.emit) } : options);
  },
  overMany: runsOverMany,
  script: scriptOf,
  render: renderRun,
});

/** Warns, when something is about to run, that nothing keeps it from making writes wait for a large table. */
function warned(emit: Emit): Emit {
  let told = false;
  return (event) => {
    emit(event);
    if (told || event.event !== "plan" || event.steps.length === 0) return;
    told = true;
    const message =
      "MIGRATE_BLOCKING_LIMIT is not set: nothing keeps a statement from making writes wait for a large table.";
    emit({ event: "warning", message });
  };
}
