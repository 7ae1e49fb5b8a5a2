import { parseArgs } from "node:util";
import { MigrateError } from "../errors";
import type { Environment } from "../settings/settings";
import { nearest } from "../settings/spelling";
import { type OptionTable, type RawOptions, spellOption, usageError } from "../verbs/options";
import { type AnyCommand, allOptionsOf } from "../verbs/verb";

/**
 * Splits the words after the verb into ours and, for a verb that runs another program, that program's command line. It
 * begins with the first word that is not an option, or after `--`.
 */
export function splitWords(
  command: AnyCommand,
  words: readonly string[],
): { readonly own: readonly string[]; readonly commandLine: readonly string[] | null } {
  const takesOne = Object.values(command.options).some(
    (option) => option.kind === "positional" && option.commandLine === true,
  );
  if (!takesOne) return { own: words, commandLine: null };
  const table = allOptionsOf(command);
  const first = tokenize(table, words).find(({ kind }) => kind !== "option");
  if (first === undefined) return { own: words, commandLine: [] };
  const from = first.kind === "option-terminator" ? first.index + 1 : first.index;
  return { own: words.slice(0, first.index), commandLine: words.slice(from) };
}

/**
 * Reads the words after the verb.
 * @returns what was given by option name: text, or true for a flag
 * @throws MigrateError `usage`
 */
export function parseOptions(command: AnyCommand, words: readonly string[]): RawOptions {
  const { own, commandLine } = splitWords(command, words);
  const table = allOptionsOf(command);
  const refuse = (message: string): never => {
    throw usageError(command.name, message);
  };
  const given: Record<string, unknown> = {};
  const places = Object.keys(table).filter((name) => table[name]?.kind === "positional");
  if (commandLine !== null) for (const name of places) given[name] = commandLine;
  const rest = [...places];
  for (const token of tokenize(table, own)) {
    if (token.kind === "positional") {
      const name = isMany(table, rest[0]) ? rest[0] : rest.shift();
      const found = plain(token.value);
      if (name === undefined)
        return refuse(`${command.name} does not take "${found}".${tooMany(places.length)}`);
      given[name] = isMany(table, name) ? [...((given[name] as string[] | undefined) ?? []), found] : found;
    } else if (token.kind === "option") {
      const name = optionNamed(table, token.rawName);
      if (name === null) return refuse(unknownOption(command.name, table, token.rawName));
      if (name in given) return refuse(`${token.rawName} is given twice.`);
      given[name] = table[name]?.kind === "flag" ? readFlag(token, refuse) : readText(token, refuse);
    }
  }
  return given;
}

/** Whether an option takes any number of positional values. */
function isMany(table: OptionTable, name: string | undefined): boolean {
  const option = table[name ?? ""];
  return option?.kind === "positional" && option.many;
}

type Token = ReturnType<typeof tokenize>[number];
type OptionToken = Extract<Token, { kind: "option" }>;
type Refuse = (message: string) => never;

/** `-1` and `-2:head` are relative targets, not options; for parseArgs we put this character in front. */
const NEGATIVE = "\u0001";

function tokenize(table: OptionTable, words: readonly string[]) {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const [name, option] of Object.entries(table)) {
    if (option.kind === "positional") continue;
    const short = name === "help" ? { short: "h" } : {};
    options[spellOption(name).slice(2)] = { type: option.kind === "flag" ? "boolean" : "string", ...short };
  }
  const args = words.map((word) => (/^-\d+(:|$)/.test(word) ? NEGATIVE + word : word));
  return parseArgs({ args, options, strict: false, tokens: true }).tokens;
}

function plain(word: string): string {
  return word.startsWith(NEGATIVE) ? word.slice(NEGATIVE.length) : word;
}

function optionNamed(table: OptionTable, rawName: string): string | null {
  if (rawName === "-h") return "help";
  const names = Object.keys(table).filter((name) => table[name]?.kind !== "positional");
  return names.find((name) => spellOption(name) === rawName) ?? null;
}

function readFlag(token: OptionToken, refuse: Refuse): true {
  return token.value === undefined ? true : refuse(`${token.rawName} takes no value.`);
}

function readText(token: OptionToken, refuse: Refuse): string {
  // `--to --dry-run`: the value was forgotten, and parseArgs took the next option for it.
  const missing = token.value === undefined || (!token.inlineValue && token.value.startsWith("-"));
  return missing ? refuse(`${token.rawName} needs a value.`) : plain(token.value);
}

function unknownOption(verb: string, table: OptionTable, rawName: string): string {
  const spellings = Object.keys(table)
    .filter((name) => table[name]?.kind !== "positional")
    .map((name) => spellOption(name).slice(2));
  const meant = nearest(rawName.replace(/^-+/, ""), spellings);
  return `${verb} has no option ${rawName}.${meant === null ? "" : ` Did you mean --${meant}?`}`;
}

function tooMany(places: number): string {
  return places === 0
    ? ""
    : ` It takes ${places === 1 ? "one value" : `${places} values`} without an option.`;
}

/**
 * npm takes options that are not after `--` for itself. This is what it leaves in the environment, seen with npm 10 and
 * 11: `--dry-run` and `--steps=1` as npm_config_dry_run=true and npm_config_steps=1; `--steps 1` as
 * npm_config_steps=true, and the 1 comes through as a positional; `--to 5` on npm 11.19 as
 * npm_config_token_description=5, because it takes `--to` for an abbreviation; `-1` as npm_config_1=true. `--quiet`
 * becomes npm's own log level, which an .npmrc can also set; missing it does no harm.
 */
const EXPANDED: Readonly<Record<string, string>> = { to: "token_description" };

/** npm commands that pass on words of their command line; others (ci, publish) have options of their own. */
const PASSES_WORDS = ["run", "run-script", "exec", "start", "test", "stop", "restart"];

interface Swallowed {
  readonly spelling: string;
  /** null: a flag. Empty: npm passed the value on as a positional. */
  readonly value: string | null;
}

/**
 * Refuses to run without an option that npm swallowed: `npm run migrate:up --dry-run` would really run.
 * @param words what arrived after the verb; an option among them is no reason to refuse
 * @throws MigrateError `npm-swallowed`
 */
export function refuseSwallowed(command: AnyCommand, words: readonly string[], env: Environment): void {
  if (!PASSES_WORDS.includes(env.npm_command ?? "")) return;
  const table = allOptionsOf(command);
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
    if (value !== "") return `${spelling} ${quoteWord(value)}`;
    // With one such option, its value is the last word; with several, the order is lost.
    const word = orphans.length === 1 ? passed.pop() : undefined;
    return `${spelling} ${word === undefined ? "VALUE" : quoteWord(word)}`;
  });
  return [...caller(verb, env), ...passed.map(quoteWord), ...options].join(" ");
}

function caller(verb: string, env: Environment): readonly string[] {
  const command = env.npm_command ?? "run";
  if (command === "exec") return ["npm", "exec", "--", "mysql-updown", verb];
  const event = env.npm_lifecycle_event ?? `migrate:${verb}`;
  const start = command.startsWith("run") ? ["npm", "run", event] : ["npm", command];
  // A script that ends with the verb, such as migrate:up, must not get it twice.
  const hasVerb = (env.npm_lifecycle_script ?? "").split(/\s+/).includes(verb);
  return [...start, "--", ...(hasVerb ? [] : [verb])];
}

/** Quotes a word for a shell. */
export function quoteWord(word: string): string {
  return /^[\w.,:=+/@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
