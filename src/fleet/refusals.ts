import { MigrateError } from "../errors";
import { parseTarget } from "../plan/target";
import type { OneDatabase } from "../settings/databases";
import { quoteIdentifier } from "../syntax/quote";
import type { OptionTable } from "../verbs/options";
import type { Context } from "../verbs/verb";

/**
 * Refuses what a verb may be asked to do with one database, but not with many.
 * @throws MigrateError `usage`, `not-confirmed`
 */
export function refuseForMany(
  verb: string,
  { options, production }: Pick<Context<OptionTable>, "options" | "production">,
): void {
  refuseRelative(verb, options);
  if (options.yes !== false || options.dryRun === true || !production()) return;
  throw new MigrateError(
    "not-confirmed",
    `The databases are marked production, and ${verb} reverts migrations.`,
    {
      hint: `Nothing was run. Many at once do not ask: see what it would do with --dry-run; if that is what you want, repeat it with --yes.`,
    },
  );
}

/** A run may be repeated, and then a relative target would go further on the databases that are done. */
function refuseRelative(verb: string, options: Context<OptionTable>["options"]): void {
  const { steps = null, to = null, target = null } = options;
  const where = typeof to === "string" ? to : target;
  const relative = steps !== null ? `--steps ${steps}` : isRelative(where) ? where : null;
  if (relative !== null) {
    throw new MigrateError(
      "usage",
      `${relative} says how far to go, and not where to end up: repeated after a failure, ${verb} would go further on the databases that are done.`,
      { hint: `Nothing was run. Say where all of them are to end up:\n  npm run migrate:${verb} -- --to N` },
    );
  }
  if (typeof where === "string") refuseNoVersion(where, target !== null);
}

function isRelative(where: unknown): where is string {
  return typeof where === "string" && /^[+-]/.test(where);
}

/** What is no version would be none for each of them. */
function refuseNoVersion(where: string, byItsPlace: boolean): void {
  try {
    parseTarget(where);
  } catch (error) {
    if (!(error instanceof MigrateError) || !byItsPlace) throw error;
    throw new MigrateError("usage", error.message, {
      hint: `${error.hint}\nSeveral databases go into one list, with commas: --databases shop,blog`,
    });
  }
}

/** An error of one database, with what helps where there are many. */
export function asOneOfMany(thrown: unknown, { label, database: { database } }: OneDatabase): Error {
  if (!(thrown instanceof MigrateError)) return thrown instanceof Error ? thrown : new Error(String(thrown));
  if (thrown.code !== "unknown-database") return thrown;
  const hint = [
    ...(label === database ? meantOtherwise(database) : []),
    `If it is to be made:\n  CREATE DATABASE ${quoteIdentifier(database)};`,
  ];
  return new MigrateError(thrown.code, thrown.message, { cause: thrown.cause, hint: hint.join("\n") });
}

/** What somebody may have meant by a name that no database has. */
function meantOtherwise(name: string): readonly string[] {
  if (name.includes("*"))
    return [`A pattern has % for any characters, as for LIKE: '${name.replaceAll("*", "%")}'`];
  if (name.includes("%")) return [`In a file nothing is a pattern; give it as --databases '${name}'.`];
  if (name.includes(",")) return ["A file has one name a line."];
  return /[./]/.test(name) ? [`A file has an @ before it: --databases @${name}`] : [];
}
