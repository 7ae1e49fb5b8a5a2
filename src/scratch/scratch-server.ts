import type { DatabaseSettings, Settings } from "../config";
import type { ScratchSettings } from "../config/scratch";
import { openSession, withSession } from "../database/connection";
import type { ServerInfo, Session } from "../database/session";
import { MigrateError } from "../errors";
import { withPrivateServer } from "./private-server";
import { clearLeftovers } from "./scratch-database";
import { findServerProgram } from "./server-programs";

/** A server that throwaway databases can be made on. */
export interface ScratchServer {
  /** What it is: given by SCRATCH_DATABASE_URL, started for the purpose, or the target's own. */
  readonly kind: "given" | "private" | "target";
  /** How to reach it; the database in it is not to be used. */
  readonly settings: DatabaseSettings;
  readonly server: ServerInfo;
  /** What new databases get, so that they are like the target. */
  readonly charset: string;
  readonly collation: string;
  /** What a person should know about it, such as another version than the target's. */
  readonly remarks: readonly string[];
}

/** What of the target a scratch server has to be like. */
interface Target {
  readonly server: ServerInfo;
  readonly charset: string;
  readonly collation: string;
  readonly sqlMode: string;
  readonly timeZone: string;
}

export interface ScratchServerOptions {
  readonly settings: Settings;
  readonly scratch: ScratchSettings;
  /** Where to look for a server program beside the PATH; default: where systems keep them. */
  readonly systemFolders?: readonly string[];
  /** Says why something to be run is not confined to its own database, given all names; null when all is. */
  readonly whyNotBesideOthers: (databases: readonly string[]) => Promise<string | null>;
}

/**
 * Gives the body a server for throwaway databases: the one that SCRATCH_DATABASE_URL names; else one started for the
 * purpose; else the target's own, if nothing that will run there can reach beyond its own database.
 * @throws MigrateError `no-scratch` when none of them may be used
 */
export async function withScratchServer<T>(
  options: ScratchServerOptions,
  body: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  const { settings, scratch } = options;
  const target = await readTarget(settings.database);
  if (scratch.server !== null) return await onServer("given", scratch.server, target, body);
  const { family, foldsTableNames } = target.server;
  const program = foldsTableNames
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
  const { server, charset, collation, sqlMode, timeZone } = target;
  const serverArguments = [
    `--sql-mode=${sqlMode}`,
    `--character-set-server=${charset}`,
    `--collation-server=${collation}`,
    "--event-scheduler=OFF",
    "--log-bin-trust-function-creators=1",
    ...(timeZone === "SYSTEM" ? [] : [`--default-time-zone=${timeZone}`]),
  ];
  const { environment } = scratch;
  return await withPrivateServer({ family: server.family, environment, serverArguments }, async (own) => {
    const settings: DatabaseSettings = {
      host: own.host,
      port: own.port,
      socket: own.socket,
      user: "root",
      password: "",
      database: "mysql",
      ssl: { mode: "disabled", ca: null, cert: null, key: null },
    };
    return await onServer("private", settings, target, body);
  });
}

async function onServer<T>(
  kind: ScratchServer["kind"],
  settings: DatabaseSettings,
  target: Target,
  body: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  const server = await withSession(settings, prepare, { withoutDatabase: true });
  if (server.family !== target.server.family) {
    const names = { mysql: "MySQL", mariadb: "MariaDB" };
    throw new MigrateError(
      "no-scratch",
      `SCRATCH_DATABASE_URL leads to ${names[server.family]} ${server.version}, but the target is ${names[target.server.family]} ${target.server.version}.`,
      {
        hint: "What one of them makes of a schema says little about the other. Name a server of the same family.",
      },
    );
  }
  const { charset, collation } = target;
  return await body({ kind, settings, server, charset, collation, remarks: remarks(server, target.server) });
}

async function prepare(session: Session): Promise<ServerInfo> {
  await clearLeftovers(session);
  return session.server;
}

/** Patch releases render alike; anything more is worth a word. */
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
              @@GLOBAL.sql_mode AS mode, @@GLOBAL.time_zone AS zone
       FROM information_schema.schemata WHERE schema_name = ?`,
      [settings.database],
    );
    return {
      server: session.server,
      charset: String(row?.charset),
      collation: String(row?.collation),
      sqlMode: String(row?.mode),
      timeZone: String(row?.zone),
    };
  } finally {
    await session.close();
  }
}

/** A target whose database is yet to be made is a server all the same. */
async function openTarget(settings: DatabaseSettings): Promise<Session> {
  try {
    return await openSession(settings);
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code !== "unknown-database") throw error;
    return await openSession(settings, { withoutDatabase: true });
  }
}

/** @throws MigrateError `no-scratch` */
async function refuseTarget(options: ScratchServerOptions, family: ServerInfo["family"]): Promise<void> {
  const refuse = (why: string): never => {
    throw new MigrateError("no-scratch", `There is no server for throwaway databases: ${why}.`, {
      hint: `Install ${family === "mysql" ? "MySQL" : "MariaDB"} on this machine, or say which server to use:
  SCRATCH_DATABASE_URL=mysql://user:password@host:port/any`,
    });
  };
  const found = `no ${family === "mysql" ? "mysqld" : "mariadbd"} is on this machine`;
  if (options.scratch.production) refuse(`${found}, and the target is a production server`);
  const databases = await withSession(
    options.settings.database,
    async (session) => (await session.query("SHOW DATABASES")).map((row) => String(Object.values(row)[0])),
    { withoutDatabase: true },
  );
  const why = await options.whyNotBesideOthers(databases);
  if (why !== null) refuse(`${found}, and the target's own cannot be used: ${why}`);
}
