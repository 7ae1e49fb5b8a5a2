import type { RunEvent } from "../run/events";
import { isProduction, readScratchSettings } from "../settings/scratch";
import { type Environment, readFolderSettings, readSettings, type SettingFlags } from "../settings/settings";
import { nearest } from "../settings/spelling";
import { isVerb, verbs } from "../verbs/list";
import { type OptionTable, type RawOptions, readOptions, usageError } from "../verbs/options";
import { printable, printableJson } from "../verbs/printable";
import { type AnyCommand, type CommandEnd, type Context, commonOptions } from "../verbs/verb";
import { packageVersion } from "../version";
import { answerAlembic, translateAlembic } from "./alembic-words";
import { parseOptions, refuseSwallowed, splitWords } from "./arguments";
import { adaptCommands } from "./caller";
import { readEnvironment } from "./dotenv";
import { isForMany, readWanted, runOverMany } from "./fleet";
import { renderCommandHelp, renderProgramHelp } from "./help";
import { renderReport, reportError } from "./report-error";
import {
  createJsonReporter,
  createLogReporter,
  createQuietReporter,
  createTerminalReporter,
  type Reporter,
} from "./reporter";
import { findCommand, runCommand, type SignalRelay } from "./run-command";
import {
  askOnTerminal,
  type Io,
  isTerminal,
  keepHeapSmall,
  layoutFor,
  openEditor,
  openInBrowser,
  writeLines,
} from "./terminal";

/**
 * 0 done, 1 a check found something, 2 refused, failed or misused. For a verb that runs another program: that program's
 * exit code, or the signal that killed it.
 */
export type ExitCode = number | NodeJS.Signals;

/** How the caller stops a run. */
export interface StopSignals {
  /** Where signals go while a verb runs another program; left out: they are not passed on. */
  readonly relay?: SignalRelay;
  /** Aborted when the run must end after the current statement. */
  readonly signal: AbortSignal;
  /** Aborted when the current statement must be killed, too. */
  readonly killSignal: AbortSignal;
}

const NEVER: StopSignals = {
  signal: new AbortController().signal,
  killSignal: new AbortController().signal,
};

/** One command line being carried out. */
interface Invocation {
  readonly env: Environment;
  readonly io: Io;
  readonly stop: StopSignals;
  command: AnyCommand | null;
  /** Whether any migration was begun; if not, an error says that nothing was run. */
  begun: boolean;
  reporter: Reporter | null;
}

const LIVE_MS = 200;
const HEARTBEAT_MS = 10_000;

/**
 * Runs one command line. Results go to stdout, progress and errors to stderr; with `--json` stdout is one
 * JSON document, `{"error": …}` when it failed, and stderr is one JSON document per event and line.
 * @param words without the program's name
 * @returns the exit code; never throws
 */
export async function main(
  words: readonly string[],
  env: Environment,
  io: Io,
  stop: StopSignals = NEVER,
): Promise<ExitCode> {
  const invocation: Invocation = { env, io, stop, command: null, begun: false, reporter: null };
  try {
    const [verb, ...rest] = words[0] === "help" ? [...words.slice(1, 2), "--help"] : words;
    if (verb === undefined || verb === "--help" || verb === "-h") return printProgramHelp(verb, io);
    if (verb === "--version") {
      writeLines(io.stdout, [packageVersion()]);
      return 0;
    }
    const ours = translateAlembic(words);
    if (ours !== null) throw answerAlembic(words, ours);
    const command = loadVerb(verb);
    invocation.command = command;
    return await runVerb(invocation, command, rest);
  } catch (error) {
    return printError(error, invocation, ownWords(invocation.command, words).includes("--json"));
  }
}

/** Another program's options may have the same names as ours. */
function ownWords(command: AnyCommand | null, words: readonly string[]): readonly string[] {
  return command === null ? words : splitWords(command, words.slice(1)).own;
}

function loadVerb(word: string): AnyCommand {
  if (isVerb(word)) return verbs[word];
  if (word.startsWith("-")) {
    throw usageError(null, `The verb comes first, then its options: there is none before ${word}.`);
  }
  const meant = nearest(word, Object.keys(verbs));
  throw usageError(null, `There is no verb "${word}".${meant === null ? "" : ` Did you mean ${meant}?`}`);
}

/** Without a verb nothing was done; a script with an empty variable must not look successful. */
function printProgramHelp(asked: string | undefined, io: Io): ExitCode {
  const commands = Object.values<AnyCommand>(verbs);
  writeLines(asked === undefined ? io.stderr : io.stdout, renderProgramHelp(commands));
  return asked === undefined ? 2 : 0;
}

async function runVerb(
  invocation: Invocation,
  command: AnyCommand,
  words: readonly string[],
): Promise<ExitCode> {
  const { env, io } = invocation;
  const { own } = splitWords(command, words);
  if (own.some((word) => word === "--help" || word === "-h")) {
    const lines = renderCommandHelp(command);
    writeLines(
      io.stdout,
      lines.map((line) => adaptCommands(line, env, io.argv?.[1])),
    );
    return 0;
  }
  refuseSwallowed(command, own, env);
  const setup = readSetup(invocation, command, words);
  const print = (result: unknown): void => {
    invocation.reporter?.end();
    const lines = setup.json ? [printableJson(result, 2)] : renderResult(invocation, command, result);
    writeLines(io.stdout, lines);
  };
  const context = createContext(invocation, command, setup, print);
  if (isForMany(command)) {
    const wanted = await readWanted(command, setup.given, setup.environment(), io);
    if (wanted !== null) return await runOverMany(command, context, wanted, { env, io, ...setup });
  }
  const result = await command.run(context);
  if (command.stays === true) invocation.reporter?.end();
  else print(result);
  return command.exitCode?.(result, context.options) ?? 0;
}

function renderResult({ env, io }: Invocation, command: AnyCommand, result: unknown): readonly string[] {
  const script = command.script?.(result) ?? null;
  // SQL that goes into a file or to another program must arrive unchanged.
  const except = script === null || io.stdout.isTTY === true ? [] : script;
  const lines = command.render(printable(result, except), layoutFor(io.stdout, env));
  return script === null ? lines.map((line) => adaptCommands(line, env, io.argv?.[1])) : lines;
}

/** A command line as read, before the verb looks at it. */
interface Setup {
  /** The words after the verb, and the value they give for each option. */
  readonly words: readonly string[];
  readonly given: RawOptions;
  readonly flags: SettingFlags;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly emit: (event: RunEvent) => void;
  /** The environment, including `.env`. */
  environment(): Environment;
}

function readSetup(invocation: Invocation, command: AnyCommand, words: readonly string[]): Setup {
  const { env, io } = invocation;
  const given = parseOptions(command, words);
  const { dir, table, json, quiet } = readOptions(command.name, commonOptions, given);
  const emit = (event: RunEvent): void => report(invocation, event, json, quiet);
  let warned = false;
  // Read again each time, because `init` writes `.env`.
  const environment = (): Environment => {
    const read = readEnvironment(io.cwd(), env);
    for (const message of warned ? [] : read.warnings) emit({ event: "warning", message });
    warned ||= read.warnings.length > 0;
    return read.env;
  };
  return { words, given, flags: { dir, table }, json, quiet, emit, environment };
}

function createContext(
  invocation: Invocation,
  command: AnyCommand,
  { given, flags, json, quiet, emit, environment }: Setup,
  print: (result: unknown) => void,
): Context<OptionTable> {
  const { env, io, stop } = invocation;
  return {
    options: readOptions(command.name, command.options, given),
    verbs: Object.values(verbs),
    settings: () => readSettings(flags, environment()),
    folder: () => readFolderSettings(flags, environment()),
    scratch: () => readScratchSettings(environment()),
    production: () => isProduction(environment()),
    // With --json, stderr is for machines.
    ask: async (question) => (json ? null : await askOnTerminal(io, question, stop.signal)),
    environmentFolder: io.cwd(),
    openEditor(paths): void {
      openEditor(paths, env, io.cwd());
    },
    print,
    findCommand: (program) => findCommand(program, env, io.cwd()),
    runCommand: (words, own) => runCommandFor(invocation, words, own),
    openInBrowser(path): void {
      openInBrowser(path, env, io.cwd());
    },
    emit,
    // A terminal has a live line; in a log a sign of life is enough.
    progressMs: quiet ? null : isTerminal(io.stderr, env) && !json ? LIVE_MS : HEARTBEAT_MS,
    signal: stop.signal,
    killSignal: stop.killSignal,
  };
}

async function runCommandFor(
  { env, io, stop, reporter }: Invocation,
  words: readonly string[],
  own: Readonly<Record<string, string | null>>,
): Promise<CommandEnd> {
  reporter?.end();
  const plain = Object.entries(own).map(([name, value]) => [name, value ?? undefined] as const);
  return await runCommand(words, {
    cwd: io.cwd(),
    env: { ...env, ...Object.fromEntries(plain) },
    relay: stop.relay ?? { to: null },
    terminal: io.stdin?.isTTY === true,
  });
}

function report(invocation: Invocation, event: RunEvent, json: boolean, quiet: boolean): void {
  if (event.event === "step-started") invocation.begun = true;
  if (event.event === "reading") keepHeapSmall();
  // Created only now: most runs have nothing to do and nothing to report.
  invocation.reporter ??= createReporter(invocation, json, quiet);
  invocation.reporter.report(event);
}

function createReporter({ env, io }: Invocation, json: boolean, quiet: boolean): Reporter {
  const layout = layoutFor(io.stderr, env);
  if (json) return createJsonReporter(io.stderr, quiet);
  const reporter = quiet
    ? createQuietReporter(io.stderr, layout)
    : isTerminal(io.stderr, env)
      ? createTerminalReporter(io.stderr, layout)
      : createLogReporter(io.stderr, layout);
  return { report: (event) => reporter.report(printable(event)), end: () => reporter.end() };
}

function printError(error: unknown, invocation: Invocation, json: boolean): 2 {
  const { command, begun, env, io, reporter } = invocation;
  reporter?.end();
  const nothingRun = command?.runsMigrations === true && !begun;
  const report = reportError(error, nothingRun, (hint) => adaptCommands(hint, env, io.argv?.[1]));
  if (json) writeLines(io.stdout, [printableJson({ error: report }, 2)]);
  else writeLines(io.stderr, renderReport(printable(report), layoutFor(io.stderr, env).paint));
  return 2;
}
