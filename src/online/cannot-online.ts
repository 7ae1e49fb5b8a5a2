import { MigrateError } from "../errors";
import { PT_OSC } from "./command";

/** @param why one clause */
export function cannotOnline(table: string, why: string, instead: string): MigrateError {
  const message = `${table} cannot be changed online: the server would make writes wait, and ${why}. Nothing of this statement was run.`;
  return new MigrateError("cannot-online", message, { hint: instead });
}

export function toolMissing(table: string): MigrateError {
  return cannotOnline(
    table,
    `${PT_OSC} is not on the PATH`,
    "Install it (apt-get install percona-toolkit), or name another tool in MIGRATE_ONLINE_COMMAND.",
  );
}
