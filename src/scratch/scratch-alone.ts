import { withSession } from "../server/connection";
import type { Session } from "../server/session";
import { clearLeftovers } from "../server/throwaway";
import type { DatabaseSettings } from "../settings/database";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import { settingsOn, withPrivateServer } from "./private-server";
import type { SharedServer } from "./reach";
import { refuseReaching, type ScratchServer, type ScratchServerOptions } from "./scratch-server";
import { findServerProgram } from "./server-programs";

export interface ScratchAloneOptions {
  /** Without a database: there is no target, and nobody is asked what it is like. */
  readonly settings: Omit<Settings, "database">;
  readonly scratch: ScratchSettings;
  /** What the scratch database is called where that is free to choose. */
  readonly databaseName: string;
  readonly findReaching: (server: SharedServer) => ReturnType<ScratchServerOptions["findReaching"]>;
}

/**
 * Gives the body a server for throwaway databases that is like no target: the one that SCRATCH_DATABASE_URL names, else one that
 * is started for the purpose, of whichever family is found first.
 * @throws MigrateError `no-local-server` when there is none; RefusedError `no-scratch` as `withScratchServer`
 */
export async function withScratchAlone<T>(
  { settings, scratch, databaseName, findReaching }: ScratchAloneOptions,
  body: (server: ScratchServer, settings: Settings) => Promise<T>,
): Promise<T> {
  const given = scratch.server;
  if (given !== null) {
    const whole = { ...settings, database: { ...given, database: databaseName } };
    await refuseReaching({ settings: whole, scratch, findReaching }, given);
    return await body(await lookAt("given", given, databaseName), whole);
  }
  const found = await findServerProgram(null, scratch.environment);
  const { environment } = scratch;
  const options = {
    family: found?.family ?? ("mysql" as const),
    environment,
    serverArguments: ["--event-scheduler=OFF"],
  };
  return await withPrivateServer(options, async (own) => {
    const database = settingsOn(own, databaseName);
    return await body(await lookAt("private", settingsOn(own, "mysql"), databaseName), {
      ...settings,
      database,
    });
  });
}

async function lookAt(
  kind: "given" | "private",
  settings: DatabaseSettings,
  databaseName: string,
): Promise<ScratchServer> {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const look = async (session: Session): Promise<ScratchServer> => {
    await clearLeftovers(session, warn);
    const [row] = await session.query(
      "SELECT @@character_set_server AS charset, @@collation_server AS collation",
    );
    const [charset, collation] = [String(row?.charset), String(row?.collation)];
    const { server } = session;
    return { kind, settings, server, charset, collation, databaseName, remarks: warnings, warn };
  };
  return await withSession(settings, look, { withoutDatabase: true, unlimited: true });
}
