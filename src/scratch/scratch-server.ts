import { randomBytes } from "node:crypto";
import { MigrateError, type Problem, RefusedError } from "../errors";
import { openSession, withSession } from "../server/connection";
import type { ServerInfo, Session } from "../server/session";
import { clearLeftovers } from "../server/throwaway";
import type { DatabaseSettings } from "../settings/database";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import { settingsOn, withPrivateServer } from "./private-server";
import type { SharedServer } from "./reach";
import { findServerProgram } from "./server-programs";
import { readTargetGlobals, type TargetGlobals } from "./target-globals";

/** A server on which throwaway databases can be made. */
export interface ScratchServer {
  /** Where it comes from: given by SCRATCH_DATABASE_URL, started for the purpose, or the target itself. */
  readonly kind: "given" | "private" | "target";
  /** How to reach it; do not use the database in these settings. */
  readonly settings: DatabaseSettings;
  readonly server: ServerInfo;
  /** For new databases, so that they are like the target. */
  readonly charset: string;
  readonly collation: string;
  /** Name of the target's database. */
  readonly databaseName: string;
  /** What a person should know about it, such as a version other than the target's. */
  readonly remarks: readonly string[];
  /** Adds to the remarks. */
  readonly warn: (message: string) => void;
}

const FAMILIES = { mysql: "MySQL", mariadb: "MariaDB" } as const;

/** In what ways a scratch server must be like the target. */
interface Target {
  readonly databaseName: string;
  readonly server: ServerInfo;
  readonly charset: string;
  readonly collation: string;
  readonly timeZone: string;
  readonly globals: TargetGlobals;
}

export interface ScratchServerOptions {
  readonly settings: Settings;
  readonly scratch: ScratchSettings;
  /** Where to look for a server program besides the PATH; default: where systems keep them. */
  readonly systemFolders?: readonly string[];
  /** Finds statements that would reach beyond their own database, on a server that has others. */
  readonly findReaching: (server: SharedServer) => Promise<readonly Problem[]>;
}

/**
 * Gives the body a server for throwaway databases: the one that SCRATCH_DATABASE_URL names; else one started for the
 * purpose; else the target's own. Unless the server was started for this, nothing runs that reaches beyond its own
 * database.
 * @throws MigrateError `no-scratch` when none of them can be used
 */
export async function withScratchServer<T>(
  options: ScratchServerOptions,
  body: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  const { settings, scratch } = options;
  const target = await readTarget(settings.database);
  if (scratch.server !== null) {
    const given = scratch.server;
    return await onServer("given", given, target, async (server) => {
      await refuseTargetItself(settings.database, given);
      await refuseReaching(options, given);
      return await body(server);
    });
  }
  const { family } = target.server;
  const program = target.globals.foldsLikeNoOther
    ? null
    : await findServerProgram(family, scratch.environment, options.systemFolders);
  if (program !== null) return await onPrivateServer(target, scratch, body);
  await refuseTarget(options, family);
  return await onServer("target", settings.database, target, body);
}

async function onPrivateServer<T>(
  target: Target,
  scratch: ScratchSettings,
  body: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  const { server, charset, collation, timeZone, globals } = target;
  const { dataArguments, binaryLog } = globals;
  const serverArguments = [
    `--character-set-server=${charset}`,
    `--collation-server=${collation}`,
    "--event-scheduler=OFF",
    ...(timeZone === "SYSTEM" ? [] : [`--default-time-zone=${timeZone}`]),
    ...globals.serverArguments,
  ];
  const { environment } = scratch;
  const like = { family: server.family, environment, serverArguments, dataArguments, binaryLog };
  return await withPrivateServer(like, async (own) => {
    return await onServer("private", settingsOn(own, "mysql"), target, body);
  });
}

async function onServer<T>(
  kind: ScratchServer["kind"],
  settings: DatabaseSettings,
  target: Target,
  body: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const prepare = async (session: Session): Promise<ServerInfo> => {
    await clearLeftovers(session, warn);
    return session.server;
  };
  const server = await withSession(settings, prepare, { withoutDatabase: true, unlimited: true });
  if (server.family !== target.server.family) {
    throw new MigrateError(
      "no-scratch",
      `SCRATCH_DATABASE_URL leads to ${FAMILIES[server.family]} ${server.version}, but the target is ${FAMILIES[target.server.family]} ${target.server.version}.`,
      {
        hint: "What one of them makes of a schema says little about the other. Name a server of the same family.",
      },
    );
  }
  const { charset, collation, databaseName } = target;
  for (const remark of remarks(server, target.server)) warn(remark);
  return await body({
    kind,
    settings,
    server,
    charset,
    collation,
    databaseName,
    remarks: warnings,
    warn,
  });
}

/**
 * Refuses SQL that could reach real databases.
 * @throws RefusedError `no-scratch` with every offender; nothing has been run
 */
export async function refuseReaching(options: ScratchServerOptions, server: DatabaseSettings): Promise<void> {
  const problems = await findProblems(options, server);
  if (problems.length > 0)
    throw new RefusedError(problems.map((problem) => ({ ...problem, hint: STAY_INSIDE })));
}

const STAY_INSIDE = `The server that SCRATCH_DATABASE_URL leads to has other databases, which may be real, so nothing was run.
Unset SCRATCH_DATABASE_URL, and a server is started for the purpose if there is a program for it (scripts/install-server.sh);
or write names without a database.`;

async function findProblems(
  { settings, findReaching }: ScratchServerOptions,
  server: DatabaseSettings,
): Promise<readonly Problem[]> {
  return await withSession(
    server,
    async (session) => {
      const found = await session.query("SHOW DATABASES").catch(() => []); // an account may be denied even that
      const names = found.map((row) => String(Object.values(row)[0]));
      const databases = [...names, settings.database.database, server.database, ...SYSTEM_DATABASES];
      return await findReaching({ databases, noBackslashEscapes: session.server.noBackslashEscapes });
    },
    { withoutDatabase: true },
  );
}

const SYSTEM_DATABASES = ["mysql", "sys", "performance_schema"];

/**
 * Refuses a scratch URL that leads to the target database, however it is spelled. A lock taken on one shows on the
 * other if they are the same server.
 * @throws MigrateError `no-scratch`
 */
async function refuseTargetItself(target: DatabaseSettings, given: DatabaseSettings): Promise<void> {
  if (target.database.toLowerCase() !== given.database.toLowerCase()) return;
  const name = `mysql_updown_${randomBytes(16).toString("hex")}`;
  const same = await withSession(
    target,
    async (session) => {
      await session.query("SELECT GET_LOCK(?, 0)", [name]);
      return await withSession(given, (other) => isLocked(other, name), { withoutDatabase: true });
    },
    { withoutDatabase: true },
  );
  if (!same) return;
  throw new MigrateError(
    "no-scratch",
    `SCRATCH_DATABASE_URL leads to ${target.database}, the database that is migrated.`,
    {
      hint: "Name another server, or this one without a database:\n  SCRATCH_DATABASE_URL=mysql://user:password@host:port",
    },
  );
}

async function isLocked(session: Session, name: string): Promise<boolean> {
  const [row] = await session.query("SELECT IS_USED_LOCK(?) AS holder", [name]);
  return row?.holder !== null;
}

/** Patch releases print definitions alike; a larger difference is worth a remark. */
function remarks(scratch: ServerInfo, target: ServerInfo): string[] {
  const release = ({ version }: ServerInfo): string => /^\d+\.\d+/.exec(version)?.[0] ?? version;
  if (release(scratch) === release(target)) return [];
  return [`The scratch server is version ${scratch.version}, the target ${target.version}.`];
}

async function readTarget(settings: DatabaseSettings): Promise<Target> {
  const session = await openTarget(settings);
  try {
    const [row] = await session.query(
      `SELECT COALESCE(MAX(default_character_set_name), @@character_set_server) AS charset,
              COALESCE(MAX(default_collation_name), @@collation_server) AS collation,
              @@GLOBAL.time_zone AS zone
       FROM information_schema.schemata WHERE schema_name = ?`,
      [settings.database],
    );
    return {
      databaseName: settings.database,
      server: session.server,
      charset: String(row?.charset),
      collation: String(row?.collation),
      timeZone: String(row?.zone),
      globals: await readTargetGlobals(session),
    };
  } finally {
    await session.close();
  }
}

/** The server can be used even if the target's database does not exist yet. */
async function openTarget(settings: DatabaseSettings): Promise<Session> {
  try {
    return await openSession(settings, { unlimited: true });
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code !== "unknown-database") throw error;
    return await openSession(settings, { withoutDatabase: true, unlimited: true });
  }
}

/** @throws MigrateError `no-scratch` */
async function refuseTarget(options: ScratchServerOptions, family: ServerInfo["family"]): Promise<void> {
  const refuse = (why: string): never => {
    throw new MigrateError("no-scratch", `There is no server for throwaway databases: ${why}.`, {
      hint: `Install ${FAMILIES[family]} on this machine, or say which server to use:
  SCRATCH_DATABASE_URL=mysql://user:password@host:port`,
    });
  };
  const found = `no ${family === "mysql" ? "mysqld" : "mariadbd"} is on this machine`;
  if (options.scratch.production) refuse(`${found}, and the target is a production server`);
  const [first, ...more] = await findProblems(options, options.settings.database);
  if (first === undefined) return;
  const others = more.map(({ message }) => `\n${message}`).join("");
  refuse(`${found}, and the target's own cannot be used: ${first.message.replace(/\.$/, "")}${others}`);
}
