import type { Problem } from "../errors";
import { badSetting, type Environment } from "./environment";

/** How a table is changed while others write to it, if the server cannot do that by itself. */
export interface OnlineSettings {
  /** A command line for the shell, with placeholders such as `{table}`; null: pt-online-schema-change. */
  readonly command: string | null;
  /** How many seconds a replica may lag before copying pauses; null: we do not look for replicas. */
  readonly maxLag: number | null;
  /** Status variables with limits above which copying pauses: `Threads_running=25`. */
  readonly maxLoad: string;
  /** How many seconds copying one piece of the table should take. */
  readonly chunkTime: number;
  /** The tool's environment: where programs are, and nothing secret. */
  readonly environment: Environment;
}

const DEFAULT_MAX_LOAD = "Threads_running=25";
/** Writes to rows that are being copied wait about this long. */
const DEFAULT_CHUNK_TIME = "0.1";
/** For the API, which reads no environment: where systems keep programs. */
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin";

/**
 * Reads how tables are changed online.
 * @param problems values that cannot be used are added
 */
export function readOnlineSettings(env: Environment, problems: Problem[]): OnlineSettings {
  const maxLag = env.MIGRATE_ONLINE_MAX_LAG || null;
  const maxLoad = env.MIGRATE_ONLINE_MAX_LOAD || DEFAULT_MAX_LOAD;
  const chunkTime = env.MIGRATE_ONLINE_CHUNK_TIME || DEFAULT_CHUNK_TIME;
  if (maxLag !== null && !/^\d{1,5}$/.test(maxLag))
    problems.push(badSetting("MIGRATE_ONLINE_MAX_LAG takes a number of seconds, such as 5."));
  if (!/^\w+[=:]\d+(?:,\w+[=:]\d+)*$/.test(maxLoad))
    problems.push(badSetting("MIGRATE_ONLINE_MAX_LOAD takes status variables, such as Threads_running=25."));
  if (!/^\d{1,3}(?:\.\d{1,3})?$/.test(chunkTime) || Number(chunkTime) === 0)
    problems.push(badSetting("MIGRATE_ONLINE_CHUNK_TIME takes a number of seconds, such as 0.1."));
  return {
    command: env.MIGRATE_ONLINE_COMMAND || null,
    maxLag: maxLag === null ? null : Number(maxLag),
    maxLoad,
    chunkTime: Number(chunkTime),
    environment: harmless(env),
  };
}

/** The environment without passwords. */
function harmless(env: Environment): Environment {
  const kept = Object.entries(env).filter(([name]) => HARMLESS.test(name));
  return { PATH: SYSTEM_PATH, ...Object.fromEntries(kept) };
}

const HARMLESS = /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LC_\w+|PERL5LIB|LD_LIBRARY_PATH)$/;
