import { MigrateError } from "../errors";
import { quoteWord } from "./arguments";
import { asNpmScript } from "./report-error";

/** Alembic's options that take a value. Other options after a verb of ours are dropped. */
const VALUED: Readonly<Record<string, string>> = {
  "-m": "message",
  "--message": "message",
  "-r": "range",
  "--rev-range": "range",
  "--rev-id": "id",
  "--head": "head",
  "--branch-label": "label",
  "--depends-on": "label",
  "--version-path": "path",
  "-d": "directory",
  "--directory": "directory",
  "-x": "x",
  "--x-arg": "x",
  "--tag": "tag",
};

/** A command line of Alembic or Flask-Migrate, parsed. */
interface Asked {
  readonly verb: string;
  /** Words that are not options. */
  readonly places: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Our command line for each of their verbs. For a verb that we also have, `null` means that the line is already ours.
 */
const HERE: Readonly<Record<string, (asked: Asked) => string | null>> = {
  upgrade: ({ places: [to], flags }) =>
    join(
      "up",
      to === undefined || /^heads?$/.test(to) ? "" : target(to),
      flags.has("--sql") ? "--dry-run" : "",
    ),
  downgrade: ({ places: [to], flags }) =>
    join(
      "down",
      to === undefined ? "-1" : to === "base" ? "0" : target(to),
      flags.has("--sql") ? "--dry-run" : "",
    ),
  revision: ({ flags, values }) => join(flags.has("--autogenerate") ? "diff" : "create", nameOf(values)),
  migrate: ({ values }) => join("diff", nameOf(values)),
  history: (asked) => (isOurs(asked) ? null : join("history", ...rangeOf(asked.values))),
  current: (asked) =>
    asked.flags.has("--check-heads") ? "status --check" : isOurs(asked) ? null : "current",
  heads: (asked) => (isOurs(asked) ? null : "heads"),
  branches: (asked) => (isOurs(asked) ? null : "branches"),
  show: (asked) => (isOurs(asked) ? null : join("show", asked.places[0] ?? "head")),
  stamp: (asked) =>
    asked.flags.has("--purge") || asked.places[0] === "heads"
      ? join("stamp", asked.places[0] === undefined ? "head" : target(asked.places[0]))
      : null,
  merge: ({ places, flags, values }) =>
    values.has("message") || (flags.size === 0 && places.some((place) => /^heads?$/.test(place)))
      ? "merge"
      : null,
  init: ({ places, flags, values }) => {
    const dir = places[0] ?? values.get("directory");
    return dir === undefined || flags.size > 0 ? null : join("init", "--dir", dir);
  },
  ensure_version: () => "init",
  version: () => "--version",
};

/**
 * Recognises a command line of Alembic or Flask-Migrate, and translates it to ours.
 * @param words without the program's name
 * @returns our line, without the program's name; null: it is not theirs
 */
export function translateAlembic(words: readonly string[]): string | null {
  // Flask-Migrate puts everything after `db`.
  const [verb, ...rest] = words[0] === "db" ? words.slice(1) : words;
  if (verb === undefined) return words[0] === "db" ? "--help" : null;
  const translate = Object.hasOwn(HERE, verb) ? HERE[verb] : undefined;
  const theirs = translate?.(take(verb, rest)) ?? null;
  if (theirs !== null) return theirs;
  return words[0] === "db" ? join(verb, ...rest) : null;
}

/** The refusal of such a line, which tells our line. */
export function answerAlembic(words: readonly string[], line: string): MigrateError {
  const ours = line.startsWith("--") ? `npm run migrate -- ${line}` : asNpmScript(line);
  return new MigrateError("usage", `"${words.map(quoteWord).join(" ")}" is how other tools say it.`, {
    hint: `here: ${ours}`,
  });
}

function take(verb: string, rest: readonly string[]): Asked {
  const places: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string>();
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? "";
    const [option = "", inline] = word.startsWith("--") ? splitOnce(word) : [word];
    const short = /^-[mrdx]./.test(word) ? word.slice(0, 2) : null;
    const key = VALUED[short ?? option];
    if (/^-\d/.test(word) || !word.startsWith("-")) places.push(word);
    else if (key === undefined) flags.add(word);
    else if (short !== null) values.set(key, word.slice(2));
    else if (inline !== undefined) values.set(key, inline);
    else {
      at += 1;
      values.set(key, rest[at] ?? "");
    }
  }
  return { verb, places, flags, values };
}

function splitOnce(word: string): readonly string[] {
  const at = word.indexOf("=");
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** Options that only they have. */
const ONLY_THEIRS = ["-v", "--verbose", "-i", "--indicate-current", "--resolve-dependencies"];

function isOurs({ flags, values }: Asked): boolean {
  return !ONLY_THEIRS.some((flag) => flags.has(flag)) && !values.has("range");
}

function nameOf(values: ReadonlyMap<string, string>): string {
  const message = values.get("message") ?? "";
  return message === "" ? "<name>" : message;
}

function rangeOf(values: ReadonlyMap<string, string>): readonly string[] {
  const range = values.get("range") ?? "";
  return range === "" ? [] : ["--range", range];
}

/** A revision's id means nothing here. */
function target(to: string): string {
  if (/^heads?$/.test(to)) return "head";
  return /^([+-]?\d{1,15}|base)$/.test(to) ? to : "<version>";
}

function join(...words: readonly string[]): string {
  return words
    .filter((word) => word !== "")
    .map((word) => (/^<\w+>$/.test(word) ? word : quoteWord(word)))
    .join(" ");
}
