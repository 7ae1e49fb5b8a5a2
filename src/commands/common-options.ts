import { flag, type OptionTable, text, value } from "./options";

/** Options that every verb takes. */
export const commonOptions = {
  dir: value("DIR", text, "Folder of the migrations; default sql/migrations, or MIGRATIONS_DIR"),
  table: value("NAME", text, "History table; default migration_history, or MIGRATIONS_TABLE"),
  json: flag("Print one JSON document, also for an error"),
  quiet: flag("Print no progress"),
  help: flag("Print this help"),
} as const satisfies OptionTable;
