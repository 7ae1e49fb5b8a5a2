import { readIgnored, type Settings } from "../config";
import { type OptionTable, text, value } from "./options";

/** What is left out of diff, check and dump. */
export const ignoreOptions = {
  ignore: value("PATTERNS", text, "Names to leave out, such as knex_*,_*_gho; or MIGRATIONS_IGNORE"),
} as const satisfies OptionTable;

/** What two schemas are not compared in. */
export const partitionOptions = {
  ignorePartitions: value(
    "PATTERNS",
    text,
    "Tables whose partitions are not compared, * for all; or MIGRATIONS_IGNORE_PARTITIONS",
  ),
} as const satisfies OptionTable;

/** The settings, with what was given as a flag. */
export function withIgnored(
  settings: Settings,
  options: { readonly ignore: string | null; readonly ignorePartitions?: string | null },
): Settings {
  return { ...settings, ...readIgnored(options.ignore, options.ignorePartitions) };
}
