import type { RunEvent } from "../run/events";
import type { ScratchSettings } from "../settings/scratch";
import type { FolderSettings, Settings } from "../settings/settings";
import type { Layout, Style } from "./layout";
import { count, flag, type OptionTable, type OptionValues, text, value, wholeNumber } from "./options";

/** What a command gets to work with. Settings are read on demand, so that `create` needs no database. */
export interface Context<O extends OptionTable> {
  readonly options: OptionValues<O>;
  /** All verbs, for those that mention others. */
  readonly verbs: readonly AnyCommand[];
  /** @throws RefusedError `bad-setting`, `missing-setting` */
  settings(): Settings;
  /** @throws RefusedError `bad-setting` */
  folder(): FolderSettings;
  /** Where throwaway databases can be made. @throws RefusedError `bad-setting` */
  scratch(): ScratchSettings;
  /** Whether the target is marked production. */
  production(): boolean;
  /**
   * Asks the person at the terminal, and waits for a line.
   * @returns null when nobody can be asked
   * @throws MigrateError `interrupted` when the run must stop
   */
  ask(question: string): Promise<string | null>;
  /** The folder of `.env`; null when the settings come from a program. */
  readonly environmentFolder: string | null;
  /** Opens files in the user's editor and waits for it.  @throws MigrateError `missing-setting`, `usage` */
  openEditor(paths: readonly string[]): void;
  /** Prints a result now, for a verb that `stays`. */
  print(result: unknown): void;
  /** Finds a program to run. @returns its path @throws MigrateError `usage` */
  findCommand(program: string): string;
  /**
   * Runs another program with our standard streams and waits for it; passes signals on to it.
   * @param environment variables that replace ours; null removes one
   */
  runCommand(
    words: readonly string[],
    environment: Readonly<Record<string, string | null>>,
  ): Promise<CommandEnd>;
  /** Opens a file in the user's browser, without waiting for it. @throws MigrateError `usage` */
  openInBrowser(path: string): void;
  /** Reports progress. */
  emit(event: RunEvent): void;
  /** Milliseconds between progress reports of a run; null: none. */
  readonly progressMs: number | null;
  /** Aborted when the caller wants the run to end after the current statement. */
  readonly signal: AbortSignal;
  /** Aborted when the caller also wants the current statement to be killed. */
  readonly killSignal: AbortSignal;
}

/** How a program ended: one of these is null. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A verb's result for one of many databases, for one line of a table. */
export interface Brief {
  /** In one or two words: `applied`, `2 pending`. */
  readonly state: string;
  readonly style: Style | null;
  /** The database's version before, and after or as planned; null: base. */
  readonly from: number | null;
  readonly to: number | null;
  /** How many migrations that concerns. */
  readonly migrations: number;
}

/** How a verb works on many databases. */
export interface OverMany<R> {
  brief(result: R): Brief;
  /** How many at a time by default. */
  readonly parallel: number;
  /** It works on the folder's content, so a problem of the folder is reported only once. */
  readonly readsFolder: boolean;
  /** The titles of the table's columns; null: there is no such column. */
  readonly columns: { readonly from: string | null; readonly to: string | null; readonly migrations: string };
  /** Whether the result is worth printing in full, after the table; left out: never. */
  worthPrinting?(result: R): boolean;
}

/** A verb: its options, its function, and how to print its result. */
export interface Command<O extends OptionTable, R> {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** Further lines for the verb's own help. */
  readonly details?: readonly string[];
  readonly options: O;
  /** It runs migrations, so an error says if none was run. */
  readonly runsMigrations?: true;
  /** Command lines without the program's name, such as `up --to 5`. */
  readonly examples: readonly string[];
  /** Returns data that can be printed as JSON. */
  run(context: Context<O>): Promise<R>;
  /** The result as lines of text. The data has already been made safe for terminals. */
  render(result: R, layout: Layout): readonly string[];
  /**
   * The properties of the result that are an SQL script, for files and other programs; null: this result is not a
   * script.
   */
  script?(result: R): readonly string[] | null;
  /** Left out: it works on one database only. */
  readonly overMany?: OverMany<R>;
  /** It prints while it runs, through the context; what `run` returns is not printed. */
  readonly stays?: true;
  /**
   * 1 when a check found something; for a verb that runs a program, that program's exit code or signal. Left out:
   * always 0.
   */
  exitCode?(result: R, options: OptionValues<O>): number | NodeJS.Signals;
}

/** Any command, for code that treats all of them alike. */
export type AnyCommand = Command<OptionTable, unknown>;

/** Declares a verb; the types of its options and of its result follow from the declaration. */
export function defineCommand<const O extends OptionTable, R>(command: Command<O, R>): Command<O, R> {
  return command;
}

/** Options of every verb that can work on many databases. */
export const manyOptions = {
  databases: value("LIST", text, "Work on these: names, 'tenant_%', @file, @- (stdin); or MIGRATE_DATABASES"),
  databasesQuery: value("SELECT", text, "Work on those that this query names, asked of the URL's database"),
  parallel: value("N", count, "So many at a time; default 4, for check 1"),
} as const satisfies OptionTable;

/** Options of the verbs that change databases. */
export const rolloutOptions = {
  canary: value(
    "N",
    wholeNumber,
    "First so many one by one, and the others only if all went well; default 1",
  ),
  maxFailures: value("N", count, "Begin no other one once so many failed; default 1"),
} as const satisfies OptionTable;

/** Further options of a verb that can work on many databases; none for others. */
export function manyOptionsOf(command: AnyCommand): OptionTable {
  if (command.overMany === undefined) return {};
  return command.runsMigrations === true ? { ...manyOptions, ...rolloutOptions } : manyOptions;
}

/** Everything that a verb takes on a command line. */
export function allOptionsOf(command: AnyCommand): OptionTable {
  return { ...command.options, ...manyOptionsOf(command), ...commonOptions };
}

/** Options that every verb takes. */
export const commonOptions = {
  dir: value("DIR", text, "Folder of the migrations; default sql/migrations, or MIGRATIONS_DIR"),
  table: value("NAME", text, "History table; default migration_history, or MIGRATIONS_TABLE"),
  json: flag("Print one JSON document, also for an error"),
  quiet: flag("Print no progress"),
  help: flag("Print this help"),
} as const satisfies OptionTable;
