import { type ErrorCode, MigrateError } from "../errors";
import { readIgnored } from "../settings/ignored";
import type { Settings } from "../settings/settings";

/** Given or not: `--json`. */
export interface Flag {
  readonly kind: "flag";
  readonly summary: string;
}

/** Takes a value: `--to N`. */
export interface Valued<T> {
  readonly kind: "value";
  readonly placeholder: string;
  readonly summary: string;
  readonly format: Format<T>;
}

/** A positional value: `create NAME`; with `many`, any number of them: `repair 3 5 8`. */
export interface Positional<T, R extends boolean, M extends boolean = boolean> {
  readonly kind: "positional";
  readonly placeholder: string;
  readonly summary: string;
  readonly required: R;
  readonly many: M;
  /** Another program's command line, from its first word or `--` on: options in it belong to that program. */
  readonly commandLine?: true;
  readonly format: Format<T>;
}

/** What a value must look like. */
export interface Format<T> {
  /** Completes the sentence `--steps takes …`. */
  readonly takes: string;
  /** All possible values, for completion; left out: any text. */
  readonly choices?: readonly string[];
  /** The folder's versions complete it. */
  readonly versions?: true;
  /** @returns null when the text is not such a value */
  read(text: string): T | null;
}

export type Option = Flag | Valued<unknown> | Positional<unknown, boolean>;

/** A command's options by name in camelCase; the command line spells them `--lock-timeout`. */
export type OptionTable = Readonly<Record<string, Option>>;

/** What a command's `run` gets: every option, with null for a value that was not given. */
export type OptionValues<O extends OptionTable> = {
  readonly [K in keyof O]: O[K] extends Flag
    ? boolean
    : O[K] extends Positional<infer T, infer R, infer M>
      ? M extends true
        ? readonly T[]
        : R extends true
          ? T
          : T | null
      : O[K] extends Valued<infer T>
        ? T | null
        : never;
};

/** Any text that is not empty. */
export const text: Format<string> = {
  takes: "a text",
  read: (given) => (given === "" || given.includes("\0") ? null : given),
};

/** Any text, even an empty one. */
const word: Format<string> = {
  takes: "a text without NUL",
  read: (given) => (given.includes("\0") ? null : given),
};

/** A version, or a word for one; the verb finds out which exist. */
export const target: Format<string> = { ...text, versions: true };

/** A whole number from 1. */
export const count: Format<number> = {
  takes: "a whole number from 1",
  read: (given) => (/^[1-9]\d{0,8}$/.test(given) ? Number(given) : null),
};

/** A whole number from 0. */
export const wholeNumber: Format<number> = {
  takes: "a whole number from 0",
  read: (given) => (/^(0|[1-9]\d{0,8})$/.test(given) ? Number(given) : null),
};

/** Seconds, returned as milliseconds. */
export const seconds: Format<number> = {
  takes: "a number of seconds",
  read: (given) => (/^\d{1,7}(\.\d{1,3})?$/.test(given) ? Math.round(Number(given) * 1000) : null),
};

/** Declares `--name`. */
export function flag(summary: string): Flag {
  return { kind: "flag", summary };
}

/** Declares `--name PLACEHOLDER`. */
export function value<T>(placeholder: string, format: Format<T>, summary: string): Valued<T> {
  return { kind: "value", placeholder, summary, format };
}

/** Declares a positional that must be given. */
export function required<T>(
  placeholder: string,
  format: Format<T>,
  summary: string,
): Positional<T, true, false> {
  return { kind: "positional", placeholder, summary, required: true, many: false, format };
}

/** Declares a positional that may be left out. */
export function optional<T>(
  placeholder: string,
  format: Format<T>,
  summary: string,
): Positional<T, false, false> {
  return { kind: "positional", placeholder, summary, required: false, many: false, format };
}

/** Declares any number of positionals, the last ones of a command. */
export function several<T>(
  placeholder: string,
  format: Format<T>,
  summary: string,
): Positional<T, false, true> {
  return { kind: "positional", placeholder, summary, required: false, many: true, format };
}

/** Declares the command line of another program, after all options. */
export function commandLine(placeholder: string, summary: string): Positional<string, false, true> {
  return {
    kind: "positional",
    placeholder,
    summary,
    required: false,
    many: true,
    commandLine: true,
    format: word,
  };
}

/** Spells an option as the command line does: `lockTimeout` is `--lock-timeout`. */
export function spellOption(name: string): string {
  return `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

/** What was given for each option: text from the command line, or values from a program. */
export type RawOptions = Readonly<Record<string, unknown>>;

/**
 * Checks the given options against the table and completes them.
 * @param verb for messages
 * @throws MigrateError `usage`
 */
export function readOptions<O extends OptionTable>(verb: string, table: O, raw: RawOptions): OptionValues<O> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const given = raw[name] ?? null;
    values[name] = option.kind === "flag" ? given === true : readValue(verb, name, option, given);
  }
  return values as OptionValues<O>;
}

function readValue(
  verb: string,
  name: string,
  option: Valued<unknown> | Positional<unknown, boolean>,
  given: unknown,
): unknown {
  const label = option.kind === "positional" ? option.placeholder : spellOption(name);
  const readOne = (one: unknown): unknown => {
    const read = option.format.read(String(one));
    if (read !== null) return read;
    throw usageError(verb, `${label} takes ${option.format.takes}, not "${one}".`);
  };
  if (option.kind === "positional" && option.many) return Array.isArray(given) ? given.map(readOne) : [];
  if (given !== null) return readOne(given);
  if (option.kind === "value" || !option.required) return null;
  throw usageError(verb, `${verb} needs ${option.placeholder}: ${lowerFirst(option.summary)}.`);
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** The error for a command line that we do not understand. */
export function usageError(verb: string | null, message: string, code: ErrorCode = "usage"): MigrateError {
  const hint = verb === null ? "npm run migrate -- --help" : `npm run migrate:${verb} -- --help`;
  return new MigrateError(code, message, { hint: `See how it is used:\n  ${hint}` });
}

/** Options for what diff, check and dump leave out. */
export const ignoreOptions = {
  ignore: value("PATTERNS", text, "Names to leave out, such as knex_*,_*_gho; or MIGRATIONS_IGNORE"),
} as const satisfies OptionTable;

/** Options for what is not compared. */
export const partitionOptions = {
  ignorePartitions: value(
    "PATTERNS",
    text,
    "Tables whose partitions are not compared, * for all; or MIGRATIONS_IGNORE_PARTITIONS",
  ),
} as const satisfies OptionTable;

/** The settings, changed by the given flags. */
export function withIgnored(
  settings: Settings,
  options: { readonly ignore: string | null; readonly ignorePartitions?: string | null },
): Settings {
  return { ...settings, ...readIgnored(options.ignore, options.ignorePartitions) };
}
