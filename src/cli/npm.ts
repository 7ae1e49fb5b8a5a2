import type { AnyCommand } from "../commands/command";
import { commonOptions } from "../commands/common-options";
import { type OptionTable, spellOption } from "../commands/options";
import type { Environment } from "../config";
import { MigrateError } from "../errors";

/**
 * npm keeps options that do not stand behind `--`. What it leaves of them in the environment, seen with npm 10
 * and 11: `--dry-run` and `--steps=1` as npm_config_dry_run=true and npm_config_steps=1; `--steps 1` as
 * npm_config_steps=true, and the 1 comes through as a positional; `--to 5` on npm 11.19 as
 * npm_config_token_description=5, because it takes `--to` for an abbreviation; `-1` as npm_config_1=true.
 * `--quiet` becomes npm's own log level, which an .npmrc may have set too; it does no harm to miss it.
 */
const EXPANDED: Readonly<Record<string, string>> = { to: "token_description" };

/** npm commands that hand over words of their command line; others (ci, publish) have options of their own. */
const PASSES_WORDS = ["run", "run-script", "exec", "start", "test", "stop", "restart"];

interface Swallowed {
  readonly spelling: string;
  /** null: a flag. Empty: npm passed the value on as a positional. */
  readonly value: string | null;
}

/**
 * Refuses to run without an option that npm swallowed: `npm run migrate:up --dry-run` would really run.
 * @param words what did arrive after the verb; an option that is among them is no reason to refuse
 * @throws MigrateError `npm-swallowed`
 */
export function refuseSwallowed(command: AnyCommand, words: readonly string[], env: Environment): void {
  if (!PASSES_WORDS.includes(env.npm_command ?? "")) return;
  const table = { ...command.options, ...commonOptions };
  const swallowed = [...swallowedOptions(table, words, env), ...swallowedNumbers(env)];
  if (swallowed.length === 0) return;
  const spellings = swallowed.map((option) => option.spelling).join(" and ");
  throw new MigrateError(
    "npm-swallowed",
    `npm kept ${spellings} to itself: options for ${command.name} must stand behind "--".`,
    { hint: `Nothing was run. Repeat it like this:\n  ${corrected(command.name, words, swallowed, env)}` },
  );
}

function swallowedOptions(table: OptionTable, words: readonly string[], env: Environment): Swallowed[] {
  const found: Swallowed[] = [];
  for (const [name, option] of Object.entries(table)) {
    const spelling = spellOption(name);
    const arrived = words.some((word) => word === spelling || word.startsWith(`${spelling}=`));
    if (option.kind === "positional" || arrived) continue;
    const key = spelling.slice(2).replaceAll("-", "_");
    const left = nonEmpty(env[`npm_config_${key}`]) ?? nonEmpty(env[`npm_config_${EXPANDED[key] ?? key}`]);
    if (left === null || left === "false") continue;
    if (option.kind === "flag") found.push({ spelling, value: null });
    else found.push({ spelling, value: left === "true" ? "" : left });
  }
  return found;
}

function swallowedNumbers(env: Environment): Swallowed[] {
  return Object.keys(env)
    .map((name) => /^npm_config_(\d+)$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map((digits) => ({ spelling: `-${digits}`, value: null }));
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}

/** The command line as it should have been. */
function corrected(
  verb: string,
  words: readonly string[],
  swallowed: readonly Swallowed[],
  env: Environment,
): string {
  const passed = [...words];
  const orphans = swallowed.filter((option) => option.value === "");
  const options = swallowed.map(({ spelling, value }) => {
    if (value === null) return spelling;
    if (value !== "") return `${spelling} ${quote(value)}`;
    // With one such option its value is the last word; with several, npm's order is lost.
    const word = orphans.length === 1 ? passed.pop() : undefined;
    return `${spelling} ${word === undefined ? "VALUE" : quote(word)}`;
  });
  return [...caller(verb, env), ...passed.map(quote), ...options].join(" ");
}

function caller(verb: string, env: Environment): readonly string[] {
  const command = env.npm_command ?? "run";
  if (command === "exec") return ["npm", "exec", "--", "mysql-updown", verb];
  const event = env.npm_lifecycle_event ?? `migrate:${verb}`;
  const start = command.startsWith("run") ? ["npm", "run", event] : ["npm", command];
  // A script that ends in the verb, such as migrate:up, must not be given it twice.
  const hasVerb = (env.npm_lifecycle_script ?? "").split(/\s+/).includes(verb);
  return [...start, "--", ...(hasVerb ? [] : [verb])];
}

function quote(word: string): string {
  return /^[\w.,:=+/@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
