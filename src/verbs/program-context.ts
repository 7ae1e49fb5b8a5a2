import { MigrateError } from "../errors";
import { readScratchSettings } from "../settings/scratch";
import type { FolderSettings } from "../settings/settings";
import { verbs } from "./list";
import type { OptionTable } from "./options";
import type { CommonOptions } from "./program-options";
import type { Context } from "./verb";

/** A verb's context in a program, for any database. */
export function contextFor(
  options: CommonOptions,
  folder: FolderSettings,
): Omit<Context<OptionTable>, "options" | "settings" | "emit"> {
  const never = new AbortController().signal;
  const noPrograms = (): never => {
    throw new MigrateError("usage", "A program starts its own programs.");
  };
  return {
    verbs: Object.values(verbs),
    folder: () => folder,
    scratch: () =>
      readScratchSettings({
        SCRATCH_DATABASE_URL: options.scratchDatabaseUrl,
        MIGRATE_ENV: options.production === true ? "production" : undefined,
      }),
    production: () => options.production === true,
    ask: async () => null,
    environmentFolder: null,
    openEditor: () => {
      throw new MigrateError("usage", "A program has no editor to open.");
    },
    openInBrowser: () => {
      throw new MigrateError("usage", "A program has no browser to open.");
    },
    print: () => {},
    findCommand: noPrograms,
    runCommand: noPrograms,
    progressMs: options.progressMs ?? null,
    signal: options.signal ?? never,
    killSignal: options.killSignal ?? never,
  };
}
