import { parseArgs } from "node:util";
import type { AnyCommand } from "../commands/command";
import { commonOptions } from "../commands/common-options";
import { type OptionTable, type RawOptions, spellOption, usageError } from "../commands/options";
import { nearest } from "../config/nearest";

/**
 * Reads the words after the verb.
 * @returns what was given by option name: text, or true for a flag
 * @throws MigrateError `usage`
 */
export function parseOptions(command: AnyCommand, words: readonly string[]): RawOptions {
  const table: OptionTable = { ...command.options, ...commonOptions };
  const refuse = (message: string): never => {
    throw usageError(command.name, message);
  };
  const given: Record<string, unknown> = {};
  const places = Object.keys(table).filter((name) => table[name]?.kind === "positional");
  const rest = [...places];
  for (const token of tokenize(table, words)) {
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

/** Whether an option takes any number of values by their place. */
function isMany(table: OptionTable, name: string | undefined): boolean {
  const option = table[name ?? ""];
  return option?.kind === "positional" && option.many;
}

type Token = ReturnType<typeof tokenize>[number];
type OptionToken = Extract<Token, { kind: "option" }>;
type Refuse = (message: string) => never;

/** `-1` and `-2:head` are relative targets, no options; parseArgs gets to see it with this before it. */
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
