import { MigrateError } from "../errors";
import { formatMigration } from "../migrations/names";
import type { Step } from "../plan/planned";
import type { RunOptions } from "../run/runner";
import { plural } from "./layout";
import { flag, type OptionTable } from "./options";
import type { Context } from "./verb";

/** Options of the verbs that revert something. */
export const confirmOptions = {
  yes: flag("Do it on a database marked production (MIGRATE_ENV=production), without being asked"),
} as const;

/** The most migrations named in a question. */
const MOST_NAMES = 10;

/**
 * Asks for consent before migrations are reverted: on a database marked production the person at the terminal must type
 * the database's name. `--yes` agrees beforehand.
 * @returns what the runner must ask; nothing when nobody needs to be asked
 */
export function confirmation(
  verb: "down" | "redo",
  yes: boolean,
  context: Context<OptionTable>,
): Pick<RunOptions, "confirm"> {
  if (yes || !context.production()) return {};
  return {
    confirm: async (database, steps) => {
      const what = `${database} is marked production, and ${verb} would revert ${describe(steps)}.`;
      const answer = await context.ask(`${what}\nType the database's name to go on: `);
      if (answer === database) return;
      const why = answer === null ? what : `"${answer}" is not the database's name, ${database}.`;
      throw new MigrateError("not-confirmed", `${why} Nothing was run.`, {
        hint: `See what it would do with --dry-run; if that is what you want, repeat it with --yes:
  npm run migrate:${verb} -- ${verb === "down" ? "--to N " : ""}--dry-run
  npm run migrate:${verb} -- ${verb === "down" ? "--to N " : ""}--yes`,
      });
    },
  };
}

function describe(steps: readonly Step[]): string {
  const reverted = steps.filter(({ direction }) => direction === "down");
  const names = reverted.slice(0, MOST_NAMES).map(formatMigration);
  const rest = reverted.length - names.length;
  const list = rest === 0 ? names.join(", ") : `${names.join(", ")} and ${rest} more`;
  return `${plural(reverted.length, "migration")} (${list})`;
}
