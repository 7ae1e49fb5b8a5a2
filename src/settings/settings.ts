import { type Problem, RefusedError } from "../errors";
import type { DatabaseSettings } from "./database";
import { settleDatabase, whyNoIdentifier } from "./database";
import type { SslSettings } from "./database-url";
import { readSsl } from "./database-url";
import { badSetting, type Environment, type Given, type Part, readVariable, variables } from "./environment";
import { type Ignored, readIgnored } from "./ignored";
import { type OnlineSettings, readOnlineSettings } from "./online";
import { nameElsewhere, refuseMisspelled, refuseStrayTls } from "./spelling";

export type { Environment } from "./environment";

export interface Settings extends Ignored {
  readonly database: DatabaseSettings;
  /** Folder of the migration files, as given (relative to the working folder). */
  readonly dir: string;
  /** Name of the history table. */
  readonly table: string;
  /** Milliseconds to wait for a server that is still starting. */
  readonly waitMs: number;
  /** Also write to a replica or a read-only server. */
  readonly allowReplica?: boolean;
  /** Whether migrations may begin in a database that has tables but no history; left out: no. */
  readonly allowExisting?: boolean;
  /** `up` refuses to make others wait for a table larger than this; left out: no limit. */
  readonly blockingLimit?: BlockingLimit;
  /** How to run a statement marked `online`; left out: like any other, on a server that nobody else writes to. */
  readonly online?: OnlineSettings;
}

/** How large a table may be. */
export interface BlockingLimit {
  readonly of: "rows" | "bytes";
  readonly most: number;
  /** As the user wrote it: `1M`, `2GB`. */
  readonly given: string;
}

/** Where the migrations are and where runs are recorded: all that a command without a database needs. */
export type FolderSettings = Pick<Settings, "dir" | "table">;

/** Settings from the command line. Others cannot be flags, because flags show in the process list. */
export interface SettingFlags {
  readonly dir: string | null;
  readonly table: string | null;
}

const DEFAULT_DIR = "sql/migrations";
const DEFAULT_TABLE = "migration_history";

const HOW_TO_SET = `Set DATABASE_URL=mysql://user:password@host:port/database
or MYSQL_HOST, MYSQL_USER, MYSQL_PASSWORD and MYSQL_DATABASE, in the environment or in .env.`;

/** Settings for many databases: their server, and what is the same for all of them. */
export interface ServerSettings extends Omit<Settings, "database"> {
  /** Its database may be empty; null: no server is set. */
  readonly server: DatabaseSettings | null;
}

/**
 * Reads every setting, flags before the environment.
 * @throws RefusedError `bad-setting`, `missing-setting`: names every unusable setting, without secrets
 */
export function readSettings(flags: SettingFlags, env: Environment): Settings {
  const { server, ...rest } = readAll(flags, env, false);
  if (server === null) throw new TypeError("settings without a database passed");
  return { ...rest, database: server };
}

/**
 * Reads every setting when the databases are named elsewhere.
 * @throws RefusedError `bad-setting`
 */
export function readServerSettings(flags: SettingFlags, env: Environment): ServerSettings {
  return readAll(flags, env, true);
}

function readAll(flags: SettingFlags, env: Environment, serverOnly: boolean): ServerSettings {
  const problems: Problem[] = [];
  const given = mapParts((part) => readVariable(env, part, problems));
  const before = problems.length;
  const howToGive = nameElsewhere(env) + HOW_TO_SET;
  const source = { given, names: variables, ssl: null, howToGive, ...(serverOnly ? { serverOnly } : {}) };
  const nothing = serverOnly && Object.values(given).every((value) => value === null);
  const database = before > 0 || nothing ? null : settleDatabase(source, problems);
  refuseMisspelled(env, databaseNames(database), problems);
  refuseStrayTls(env, problems);
  const folder = settleFolder(flags, env, problems);
  const waitMs = readWait(env, problems);
  const allowExisting = readSwitch(env, "MIGRATE_ALLOW_EXISTING", problems);
  const allowReplica = readSwitch(env, "MIGRATE_ALLOW_REPLICA", problems);
  const blockingLimit = readBlockingLimit(env, problems);
  const online = readOnlineSettings(env, problems);
  if (problems.length > 0) throw new RefusedError(problems);
  return {
    server: database,
    ...folder,
    waitMs,
    online,
    ...(blockingLimit === null ? {} : { blockingLimit }),
    ...(allowExisting ? { allowExisting } : {}),
    ...(allowReplica ? { allowReplica } : {}),
    ...readIgnored(env.MIGRATIONS_IGNORE, env.MIGRATIONS_IGNORE_PARTITIONS),
  };
}

function readWait(env: Environment, problems: Problem[]): number {
  const { MIGRATE_WAIT: given = "0" } = env;
  if (!/^\d{1,6}$/.test(given))
    problems.push(badSetting("MIGRATE_WAIT takes a number of seconds, such as 60."));
  return Number(given) * 1000;
}

function readBlockingLimit(env: Environment, problems: Problem[]): BlockingLimit | null {
  const given = env.MIGRATE_BLOCKING_LIMIT ?? "";
  if (given === "") return null;
  const match = /^(\d{1,9}(?:\.\d{1,3})?)([KMG]?)(B?)$/i.exec(given);
  if (match === null) {
    problems.push(badSetting("MIGRATE_BLOCKING_LIMIT takes a number of rows or bytes, such as 1M or 2GB."));
    return null;
  }
  const [, number = "", unit = "", bytes = ""] = match;
  const factor = 1000 ** ["", "K", "M", "G"].indexOf(unit.toUpperCase());
  return { of: bytes === "" ? "rows" : "bytes", most: Number(number) * factor, given };
}

function readSwitch(env: Environment, name: string, problems: Problem[]): boolean {
  const given = env[name] ?? "";
  if (!["", "0", "1"].includes(given)) problems.push(badSetting(`${name} takes 1 or 0.`));
  return given === "1";
}

/**
 * Reads the settings that need no database.
 * @throws RefusedError `bad-setting`
 */
export function readFolderSettings(flags: SettingFlags, env: Environment): FolderSettings {
  const problems: Problem[] = [];
  const folder = settleFolder(flags, env, problems);
  if (problems.length > 0) throw new RefusedError(problems);
  return folder;
}

/** Settings from a program; the environment is not read. Give `databaseUrl`, or its parts. */
export interface SettingOptions {
  /**
   * `mysql://user:password@host:port/database?ssl-mode=…`. Options below can add what it leaves out; if both give the
   * same part they must agree, or it is a `bad-setting`.
   */
  readonly databaseUrl?: string | undefined;
  /** Name or address of the server. Default `localhost`. */
  readonly host?: string | undefined;
  /** TCP port of the server. Default 3306. */
  readonly port?: number | undefined;
  /** Path of a Unix socket, instead of host and port. */
  readonly socket?: string | undefined;
  /** The account. Required here or in the URL, otherwise `missing-setting`. */
  readonly user?: string | undefined;
  /** Its password, which no message repeats. Default: none. */
  readonly password?: string | undefined;
  /** The database that the migrations are for. Required here or in the URL, otherwise `missing-setting`. */
  readonly database?: string | undefined;
  /** TLS when it is not in `databaseUrl`; default: `preferred`. */
  readonly ssl?: Partial<SslSettings> | undefined;
  /** Folder of the migration files; default `sql/migrations` in the working folder. */
  readonly dir?: string | undefined;
  /** Name of the history table; default `migration_history`. */
  readonly table?: string | undefined;
  /** Tables that diff, check and dump leave out: patterns with `*` and `?`, separated by commas. */
  readonly ignore?: string | undefined;
  /** Tables whose partitions are not compared, in the same way. */
  readonly ignorePartitions?: string | undefined;
}

/**
 * Settings from a program's options, with the same rules as those from the environment.
 * @throws RefusedError `bad-setting`, `missing-setting`
 */
export function settingsFromOptions(options: SettingOptions): Settings {
  const { server, ...rest } = allFromOptions(options, false);
  if (server === null) throw new TypeError("settings without a database passed");
  return { ...rest, database: server };
}

/**
 * Settings from a program's options when the databases are named elsewhere.
 * @throws RefusedError `bad-setting`
 */
export function serverFromOptions(options: SettingOptions): ServerSettings {
  return allFromOptions(options, true);
}

function allFromOptions(options: SettingOptions, serverOnly: boolean): ServerSettings {
  const problems: Problem[] = [];
  const given = mapParts((part): Given | null => {
    const name = part === "url" ? "databaseUrl" : part;
    const value = options[name];
    return value === undefined ? null : { name, value: String(value) };
  });
  const names = { ...mapParts((part) => part), url: "databaseUrl" };
  const ssl = sslFromOptions(options, problems);
  const howToGive = "Give databaseUrl, or host, user, password and database.";
  const source = { given, names, ssl, howToGive, ...(serverOnly ? { serverOnly } : {}) };
  const nothing = serverOnly && Object.values(given).every((value) => value === null);
  const server = nothing ? null : settleDatabase(source, problems);
  const folder = settleFolder({ dir: options.dir ?? null, table: options.table ?? null }, {}, problems);
  if (problems.length > 0) throw new RefusedError(problems);
  const online = readOnlineSettings({}, problems);
  return { server, ...folder, waitMs: 0, online, ...readIgnored(options.ignore, options.ignorePartitions) };
}

function sslFromOptions(options: SettingOptions, problems: Problem[]): SslSettings | null {
  if (options.ssl === undefined) return null;
  if (/[?&]ssl-/.test(options.databaseUrl ?? "")) {
    problems.push(badSetting("databaseUrl and ssl both speak of TLS.", "Keep one of them."));
    return null;
  }
  const { mode, ca, cert, key } = options.ssl;
  const given = {
    ...(mode === undefined ? {} : { "ssl-mode": mode }),
    ...(ca == null ? {} : { "ssl-ca": ca }),
    ...(cert == null ? {} : { "ssl-cert": cert }),
    ...(key == null ? {} : { "ssl-key": key }),
  };
  return readSsl(given, (why) => problems.push(badSetting(`ssl ${why}`)));
}

function mapParts<T>(read: (part: Part) => T): Record<Part, T> {
  const parts: readonly Part[] = ["url", "host", "port", "socket", "user", "password", "database"];
  return Object.fromEntries(parts.map((part) => [part, read(part)])) as Record<Part, T>;
}

/** The value that each database variable should have: a misspelled variable with the same value is no problem. */
function databaseNames(database: DatabaseSettings | null): Record<string, string | null> {
  return {
    [variables.host]: database?.host ?? null,
    [variables.port]: database === null ? null : String(database.port),
    [variables.socket]: database?.socket ?? null,
    [variables.user]: database?.user ?? null,
    [variables.password]: database?.password ?? null,
    [variables.database]: database?.database ?? null,
  };
}

function settleFolder(flags: SettingFlags, env: Environment, problems: Problem[]): FolderSettings {
  const read = (flag: string | null, option: string, variable: string, fallback: string): Given => {
    if (flag !== null) return { name: option, value: flag };
    const value = env[variable];
    return value === undefined ? { name: option, value: fallback } : { name: variable, value };
  };
  const dir = read(flags.dir, "--dir", "MIGRATIONS_DIR", DEFAULT_DIR);
  const table = read(flags.table, "--table", "MIGRATIONS_TABLE", DEFAULT_TABLE);
  if (dir.value === "") problems.push(badSetting(`${dir.name} is empty.`));
  if (dir.value.includes("\0")) problems.push(badSetting(`${dir.name} has a NUL byte in it.`));
  const why = whyNoIdentifier(table.value);
  if (why !== null) problems.push(badSetting(`${table.name} ${why}.`));
  refuseMisspelled(env, { MIGRATIONS_DIR: dir.value, MIGRATIONS_TABLE: table.value }, problems);
  return { dir: dir.value, table: table.value };
}
