import { readFileSync } from "node:fs";
import { MigrateError, type Problem, RefusedError } from "../errors";
import { findDatabases, type Wanted } from "../fleet/find-databases";
import { limitsFor } from "../fleet/limits";
import { type ManyCommand, runFleet } from "../fleet/run-fleet";
import { filesIn, parseDatabases } from "../settings/databases";
import { type Environment, readServerSettings, type SettingFlags } from "../settings/settings";
import { type OptionTable, type RawOptions, readOptions, usageError } from "../verbs/options";
import { printableJson } from "../verbs/printable";
import { type AnyCommand, type Context, manyOptions, manyOptionsOf, rolloutOptions } from "../verbs/verb";
import { adaptCommands } from "./caller";
import { fleetExitCode, renderFleet, reportFleet } from "./fleet-report";
import { createFleetReporter } from "./fleet-reporter";
import { type Io, isTerminal, keepHeapSmall, layoutFor, readAll, writeLines } from "./terminal";

/** Whether a verb can work on many databases. */
export function isForMany(command: AnyCommand): command is ManyCommand<OptionTable, unknown> {
  return command.overMany !== undefined;
}

const VARIABLE = "MIGRATE_DATABASES";

/**
 * Reads which databases were asked for.
 * @returns null when none were: the verb works on the one in the settings
 * @throws MigrateError `usage`; RefusedError `bad-setting` for a list that cannot be read
 */
export async function readWanted(
  command: AnyCommand,
  given: RawOptions,
  env: Environment,
  io: Io,
): Promise<Wanted | null> {
  const options = readOptions(command.name, manyOptions, given);
  const { databases, databasesQuery: sql } = options;
  if (databases !== null && sql !== null)
    throw usageError(command.name, "--databases and --databases-query both say which databases; give one.");
  if (sql !== null) return { kind: "query", sql };
  const fromEnvironment = env[VARIABLE] ?? "";
  const [name, list] = databases === null ? [VARIABLE, fromEnvironment] : ["--databases", databases];
  if (list === "") {
    refuseStray(command, given);
    return null;
  }
  const contents = new Map<string, string>();
  for (const path of filesIn(list)) contents.set(path, await readList(path, name, io));
  const problems: Problem[] = [];
  const named = parseDatabases(name, list, contents, problems);
  if (problems.length > 0) throw new RefusedError(problems);
  if (named.length === 0) throw usageError(command.name, `${name} names no database.`);
  return { kind: "named", databases: named };
}

function refuseStray(command: AnyCommand, given: RawOptions): void {
  const stray = Object.keys(manyOptionsOf(command)).find((option) => option in given);
  if (stray === undefined) return;
  const spelling = stray === "maxFailures" ? "--max-failures" : `--${stray}`;
  throw usageError(command.name, `${spelling} is for many databases; say which, with --databases.`);
}

async function readList(path: string, name: string, { stdin }: Io): Promise<string> {
  if (path !== "-") {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw unreadable(`${name} names the file ${path}, which cannot be read (${code}).`, error);
    }
  }
  if (stdin === undefined || stdin.isTTY === true)
    throw unreadable(`${name} is to be read from the standard input, and nothing is piped into it.`, null);
  return await readAll(stdin);
}

function unreadable(message: string, cause: unknown): MigrateError {
  return new MigrateError("bad-setting", message, { cause, hint: "It takes one name or URL a line." });
}

/** A command line to be run over many databases. */
interface Line {
  readonly env: Environment;
  readonly io: Io;
  /** The words after the verb. */
  readonly words: readonly string[];
  readonly given: RawOptions;
  readonly flags: SettingFlags;
  readonly json: boolean;
  readonly quiet: boolean;
  environment(): Environment;
}

/**
 * Runs a verb over the requested databases, and prints the results.
 * @throws as `findDatabases` and `runFleet`
 */
export async function runOverMany(
  command: ManyCommand<OptionTable, unknown>,
  context: Context<OptionTable>,
  wanted: Wanted,
  { env, io, words, given, flags, json, quiet, environment }: Line,
): Promise<0 | 1 | 2> {
  const { parallel } = readOptions(command.name, manyOptions, given);
  const { canary, maxFailures } = readOptions(command.name, rolloutOptions, given);
  // Most data that passes through soon becomes garbage.
  keepHeapSmall();
  const dryRun = context.options.dryRun === true;
  const reporter = createFleetReporter(io.stderr, layoutFor(io.stderr, env), {
    json,
    quiet,
    terminal: isTerminal(io.stderr, env),
    changes: command.runsMigrations === true && !dryRun,
  });
  try {
    const settings = readServerSettings(flags, environment());
    const result = await runFleet(command, context, {
      databases: () => findDatabases(wanted, settings.server),
      settings,
      limits: limitsFor(command, { canary, parallel, maxFailures }, dryRun),
      tell: reporter.report,
    });
    reporter.end();
    const adapt = (text: string): string => adaptCommands(text, env, io.argv?.[1]);
    const report = reportFleet(command, result, words, adapt);
    const lines = json
      ? [printableJson(report, 2)]
      : renderFleet(command, report, layoutFor(io.stdout, env)).map(adapt);
    writeLines(io.stdout, lines);
    return fleetExitCode(command, result, context.options);
  } finally {
    reporter.end();
  }
}
