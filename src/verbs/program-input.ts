import { MigrateError } from "../errors";
import { nearest } from "../settings/spelling";
import { type Option, type OptionTable, type OptionValues, readOptions, seconds } from "./options";

/** What a program's option can be; `takes` completes the sentence "takes …". */
export interface InputType {
  readonly takes: string;
  accepts(given: unknown): boolean;
}

const flag: InputType = { takes: "true or false", accepts: (given) => typeof given === "boolean" };
const plain: InputType = { takes: "a text or a number", accepts: isPlain };
const many: InputType = {
  takes: "an array of texts or numbers",
  accepts: (given) => Array.isArray(given) && given.every(isPlain),
};

const duration: InputType = {
  takes: "a whole number of milliseconds, from 0",
  accepts: (given) => Number.isInteger(given) && Number(given) >= 0 && Number(given) < 1e10,
};

/** Types of the options that a migrator itself takes. */
export const inputTypes = {
  text: { takes: "a text", accepts: (given: unknown) => typeof given === "string" },
  flag,
  plain,
  milliseconds: {
    takes: "a number of milliseconds above 0",
    accepts: (given: unknown) => typeof given === "number" && Number.isFinite(given) && given > 0,
  },
  wholeNumber: { takes: "a whole number from 0", accepts: (given: unknown) => isWhole(given, 0) },
  count: { takes: "a whole number from 1", accepts: (given: unknown) => isWhole(given, 1) },
  texts: {
    takes: "an array of at least one text",
    accepts: (given: unknown) =>
      Array.isArray(given) && given.length > 0 && given.every((each) => typeof each === "string"),
  },
  callback: { takes: "a function", accepts: (given: unknown) => typeof given === "function" },
  signal: { takes: "an AbortSignal", accepts: (given: unknown) => given instanceof AbortSignal },
  object: { takes: "an object", accepts: isObject },
} as const satisfies Record<string, InputType>;

/**
 * Reads a verb's options as a program gave them: refuses misspelled and mistyped ones, like flags.
 * @throws MigrateError `usage`
 */
export function readVerbInput<O extends OptionTable>(
  verb: string,
  table: O,
  input: object | undefined,
): OptionValues<O> {
  const given = input === undefined ? {} : input;
  const options = Object.entries(table);
  const types = Object.fromEntries(
    options.map(([name, option]) => [programName(name, option), typeOf(option)]),
  );
  checkInput(`migrator.${verb}()`, types, given);
  const values = new Map(Object.entries(given));
  const raw = options.map(([name, option]): [string, unknown] => {
    const value: unknown = values.get(programName(name, option));
    return [name, isDuration(option) && value !== undefined ? Number(value) / 1000 : value];
  });
  return readOptions(verb, table, Object.fromEntries(raw));
}

/** The name of an option in a program: its own, with the unit added if it is a time. */
export function programName(name: string, option: Option): string {
  return isDuration(option) ? `${name}Ms` : name;
}

function isDuration(option: Option): boolean {
  return option.kind === "value" && option.format === seconds;
}

/**
 * Checks that an object has only these options, each of the right type. `undefined` counts as left out.
 * @param subject the thing that takes them, for messages
 * @throws MigrateError `usage`
 */
export function checkInput(
  subject: string,
  types: Readonly<Record<string, InputType>>,
  input: unknown,
): void {
  const names = Object.keys(types);
  const hint = names.length === 0 ? `${subject} takes no options.` : `Its options: ${names.join(", ")}.`;
  const misuse = (message: string): MigrateError => new MigrateError("usage", message, { hint });
  if (!isObject(input)) throw misuse(`${subject} takes an object with options, not ${describe(input)}.`);
  for (const [name, given] of Object.entries(input)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) {
      const meant = nearest(name, names);
      throw misuse(`${subject} has no option "${name}".${meant === null ? "" : ` Did you mean "${meant}"?`}`);
    }
    if (given !== undefined && !type.accepts(given)) {
      throw misuse(`${subject}: ${name} takes ${type.takes}, not ${describe(given)}.`);
    }
  }
}

function typeOf(option: Option): InputType {
  if (option.kind === "flag") return flag;
  if (isDuration(option)) return duration;
  return option.kind === "positional" && option.many ? many : plain;
}

/** Whether the command line's parser can read it. */
function isPlain(given: unknown): boolean {
  return typeof given === "string" || (typeof given === "number" && Number.isFinite(given));
}

function isWhole(given: unknown, least: number): boolean {
  return Number.isSafeInteger(given) && Number(given) >= least;
}

function isObject(given: unknown): given is object {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

/** Says only what kind of thing it is, never the value, which may be a secret. */
function describe(given: unknown): string {
  if (given === null || given === undefined) return String(given);
  if (Array.isArray(given)) return "an array";
  return typeof given === "object" ? "an object" : `a ${typeof given}`;
}
