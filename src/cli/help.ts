import { MigrateError } from "../errors";
import { verbs } from "../verbs/list";
import { type Option, type OptionTable, spellOption } from "../verbs/options";
import { type AnyCommand, commonOptions, manyOptionsOf } from "../verbs/verb";
import { asNpmScript } from "./report-error";

const PROGRAM = "mysql-updown";

/** The help of the whole program. */
export function renderProgramHelp(commands: readonly AnyCommand[]): readonly string[] {
  return [
    `${PROGRAM}: plain SQL migrations for MySQL and MariaDB that survive a crash`,
    "",
    "Usage:",
    `  ${PROGRAM} VERB [options]`,
    "  npm run migrate:VERB -- [options]",
    "",
    "Verbs:",
    ...twoColumns(commands.map((command) => [usageOf(command), command.summary])),
    "",
    "Options of every verb:",
    ...twoColumns(optionRows(commonOptions)),
    "",
    "Settings, from the environment or .env:",
    ...twoColumns(SETTINGS),
    "",
    "Exit codes: 0 done; 1 a check found something; 2 refused, failed or misused.",
  ];
}

const SETTINGS: readonly (readonly [string, string])[] = [
  ["DATABASE_URL", "mysql://user:password@host:port/database?ssl-mode=..."],
  ["MYSQL_HOST, MYSQL_PORT, MYSQL_SOCKET", "or where the server is,"],
  ["MYSQL_USER, MYSQL_PASSWORD", "who connects,"],
  ["MYSQL_DATABASE", "and to what; each also as NAME_FILE, a file that holds it"],
  ["MIGRATIONS_DIR, MIGRATIONS_TABLE", "the same as --dir and --table"],
  ["MIGRATIONS_IGNORE", "the same as --ignore of diff, check and dump"],
  ["MIGRATIONS_IGNORE_PARTITIONS", "the same as --ignore-partitions of diff and check"],
  ["MIGRATE_DATABASES", "the same as --databases"],
  ["MIGRATE_WAIT", "the same as --wait"],
  ["MIGRATE_ALLOW_REPLICA", "1: write to a replica or a read-only server, too"],
  ["MIGRATE_BLOCKING_LIMIT", "rows or bytes (1M, 2GB) of the largest table that up may make writes wait for"],
  ["MIGRATE_ONLINE_COMMAND", "another tool than pt-online-schema-change for -- migrate: online"],
  ["MIGRATE_ONLINE_MAX_LAG", "seconds that a replica may be behind while a table is copied online"],
  ["MIGRATE_ONLINE_MAX_LOAD", "status variables that pause the copying; default Threads_running=25"],
  ["MIGRATE_ONLINE_CHUNK_TIME", "seconds for each piece that is copied; default 0.1"],
  ["MIGRATE_ALLOW_EXISTING", "1: the same as --allow-existing of up"],
  ["SCRATCH_DATABASE_URL", "server for the throwaway databases of diff, verify, lint, check and report"],
];

/** The help of one verb, with its command lines as npm scripts: see `adaptCommands`. */
export function renderCommandHelp(command: AnyCommand): readonly string[] {
  return [...renderVerb(command), ...section("Options of every verb:", optionRows(commonOptions))];
}

/** The help that is only about this verb. */
export function renderVerb(command: AnyCommand): readonly string[] {
  const positionals = Object.values(command.options).flatMap((option): [string, string][] =>
    option.kind === "positional" ? [[option.placeholder, option.summary]] : [],
  );
  const [verb, ...places] = usageOf(command).split(" ");
  return [
    ["npm run", `migrate:${verb}`, "--", ...places, "[options]"].join(" "),
    "",
    `${command.summary}.`,
    ...(command.details ?? []),
    ...section("Values:", positionals),
    ...section("Options:", optionRows(command.options)),
    ...section("Over many databases:", optionRows(manyOptionsOf(command))),
    "",
    "Examples:",
    ...command.examples.map((line) => `  ${asNpmScript(line)}`),
  ];
}

function usageOf(command: AnyCommand): string {
  const places = Object.values(command.options)
    .filter((option) => option.kind === "positional")
    .map((option) => {
      const place = option.many ? `${option.placeholder}...` : option.placeholder;
      return option.required ? place : `[${place}]`;
    });
  return [command.name, ...places].join(" ");
}

function optionRows(table: OptionTable): readonly (readonly [string, string])[] {
  return Object.entries(table).flatMap(([name, option]): [string, string][] =>
    option.kind === "positional" ? [] : [[spelling(name, option), option.summary]],
  );
}

function spelling(name: string, option: Option): string {
  return option.kind === "value" ? `${spellOption(name)} ${option.placeholder}` : spellOption(name);
}

function section(title: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  return rows.length === 0 ? [] : ["", title, ...twoColumns(rows)];
}

function twoColumns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

const BEGIN = "<!-- usage: written by `npm run usage`, from the commands themselves -->";
const END = "<!-- end of usage -->";

/**
 * Puts the help of every verb between the two markers of a document.
 * @returns the whole text; unchanged when it was up to date
 * @throws MigrateError `internal` when the markers are missing
 */
export function replaceUsage(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new MigrateError("internal", `There is no place for the usage: ${BEGIN} and ${END}`);
  }
  return `${document.slice(0, begin)}${BEGIN}\n\n${renderUsage()}\n${document.slice(end)}`;
}

/** package.json with a `migrate:` script for each verb. */
export function replaceScripts(packageJson: string): string {
  const scripts = Object.keys(verbs).map(
    (verb) => `    "migrate:${verb}": "node scripts/migrate.cjs ${verb}"`,
  );
  return packageJson.replace(/( {4}"migrate:.*,\n)* {4}"migrate:[^,\n]*/, scripts.join(",\n"));
}

function renderUsage(): string {
  const commands: readonly AnyCommand[] = Object.values(verbs);
  const blocks = [
    fenced(renderProgramHelp(commands)),
    ...commands.map((command) => `## ${command.name}\n\n${fenced(renderVerb(command))}`),
  ];
  return blocks.join("\n");
}

function fenced(lines: readonly string[]): string {
  return `\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`;
}
