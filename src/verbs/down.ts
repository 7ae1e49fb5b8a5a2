import { MigrateError } from "../errors";
import { migrate } from "../run/migrate";
import { confirmation, confirmOptions } from "./confirm";
import {
  readRunOptions,
  readTarget,
  renderRun,
  runOptions,
  runsOverMany,
  scriptOf,
  targetOptions,
} from "./run-options";
import { defineCommand } from "./verb";

/** Reverts migrations. */
export const down = defineCommand({
  name: "down",
  summary: "Revert migrations: down to a version, or so many steps",
  details: [
    "--to N leaves N applied; --to 0 reverts everything. There is no default: a target must be given.",
  ],
  options: { ...targetOptions, ...runOptions, ...confirmOptions },
  runsMigrations: true,
  examples: ["down --steps 1", "down --to 3", "down --to 0 --dry-run"],
  run: async (context) => {
    const target = readTarget("down", context.options);
    if (target === null) throw noTarget();
    const settings = context.settings();
    const options = readRunOptions(context.options, context);
    const { yes } = context.options;
    return migrate(settings, "down", target, { ...options, ...confirmation("down", yes, context) });
  },
  overMany: runsOverMany,
  script: scriptOf,
  render: renderRun,
});

/** Whatever a plain `down` may mean, a wrong guess would drop tables. */
function noTarget(): MigrateError {
  return new MigrateError("usage", "down needs a target: how far shall it go?", {
    hint: `Nothing was run. Say one of these:
  npm run migrate:down -- --steps 1   revert the newest migration
  npm run migrate:down -- --to N      leave version N applied
  npm run migrate:down -- --to 0      revert everything`,
  });
}
