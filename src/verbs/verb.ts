import type { RunEvent } from "../run/events";
import type { ScratchSettings } from "../settings/scratch";
import type { FolderSettings, Settings } from "../settings/settings";
import type { Layout, Style } from "./layout";
import { count, flag, type OptionTable, type OptionValues, text, value, wholeNumber } from "./options";

/** What a command gets to work with. Settings are read when asked for, so that `create` needs no database. */
export interface Context<O extends OptionTable> {
  readonly options: OptionValues<O>;
  /** All verbs, for those that speak of the others. */
  readonly verbs: readonly AnyCommand[];
  /** @throws RefusedError `bad-setting`, `missing-setting` */
  settings(): Settings;
  /** @throws RefusedError `bad-setting` */
  folder(): FolderSettings;
  /** Where throwaway databases may be made.  @throws RefusedError `bad-setting` */
  scratch(): ScratchSettings;
  /** Whether the target is marked production. */
  production(): boolean;
  /**
   * Asks the person at the terminal, and waits for a line.
   * @returns null when nobody can be asked
   * @throws MigrateError `interrupted` when the run is to stop
   */
  ask(question: string): Promise<string | null>;
  /** The folder that holds `.env`; null when the settings come from a program and not from there. */
  readonly environmentFolder: string | null;
  /** Opens files in the user's editor and waits for it.  @throws MigrateError `missing-setting`, `usage` */
  openEditor(paths: readonly string[]): void;
  /** Prints a result of this verb now, for one that `stays`. */
  print(result: unknown): void;
  /** Says that there is a program to run.  @returns its path  @throws MigrateError `usage` */
  findCommand(program: string): string;
  /**
   * Runs another program with this one's standard streams and waits for it; signals are passed on to it.
   * @param environment what it gets in place of this program's; null: nothing
   */
  runCommand(
    words: readonly string[],
    environment: Readonly<Record<string, string | null>>,
  ): Promise<CommandEnd>;
  /** Opens a file in the user's browser and does not wait for it.  @throws MigrateError `usage` */
  openInBrowser(path: string): void;
  /** Reports progress. */
  emit(event: RunEvent): void;
  /** Milliseconds between reports of how far a run is; null: none. */
  readonly progressMs: number | null;
  /** Aborted when the caller wants the run to end after the current statement. */
  readonly signal: AbortSignal;
  /** Aborted when the caller wants the current statement to be ended as well. */
  readonly killSignal: AbortSignal;
}

/** How a program ended: one of them is null. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What one line says of a verb's result where there is one for each of many databases. */
export interface Brief {
  /** In a word or two: `applied`, `2 pending`. */
  readonly state: string;
  readonly style: Style | null;
  /** Where the database was, and where it is or would be; null: base. */
  readonly from: number | null;
  readonly to: number | null;
  /** How many migrations that is about. */
  readonly migrations: number;
}

/** How a verb works on many databases. */
export interface OverMany<R> {
  brief(result: R): Brief;
  /** How many at a time unless it is said. */
  readonly parallel: number;
  /** It works on what the folder holds, so a folder that is wrong is told once. */
  readonly readsFolder: boolean;
  /** What the table's columns are called; null: there is no such column. */
  readonly columns: { readonly from: string | null; readonly to: string | null; readonly migrations: string };
  /** Whether the result is worth to be printed whole, behind the table; left out: never. */
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
  /** Runs migrations, so that an error says when none was. */
  readonly runsMigrations?: true;
  /** Command lines without the program's name, such as `up --to 5`. */
  readonly examples: readonly string[];
  /** Returns data that can be printed as JSON. */
  run(context: Context<O>): Promise<R>;
  /** The result as lines of text. What a terminal would act upon is spelled out in it already. */
  render(result: R, layout: Layout): readonly string[];
  /** The properties of the result that are an SQL script, for files and other programs; null: this result is none. */
  script?(result: R): readonly string[] | null;
  /** Left out: it works on one database only. */
  readonly overMany?: OverMany<R>;
  /** It prints while it runs, through the context; what `run` returns is not printed. */
  readonly stays?: true;
  /** 1 when a check found something; of a verb that runs a program, what that ended with. Left out: always 0. */
  exitCode?(result: R, options: OptionValues<O>): number | NodeJS.Signals;
}

/** Any command, for code that treats all alike. */
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

/** Options of those that change them. */
export const rolloutOptions = {
  canary: value(
    "N",
    wholeNumber,
    "First so many one by one, and the others only if all went well; default 1",
  ),
  maxFailures: value("N", count, "Begin no other one once so many failed; default 1"),
} as const satisfies OptionTable;

/** What a verb takes beside its own options where it can work on many databases; nothing where it cannot. */
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
