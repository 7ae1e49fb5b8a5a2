import { setTimeout as pause } from "node:timers/promises";
import { MigrateError } from "../errors";
import type { DatabaseSettings } from "../settings/database";
import { serverWords } from "./error-numbers";
import { readMembers } from "./nodes";
import { refuseReplica } from "./replica";
import type { Address, Session } from "./session";
import { openWhenReady, type WaitOptions } from "./wait";

/**
 * Opens a session for what changes the schema. In a group with several primaries all changes go through one member, and
 * every runner chooses the same one: two DDL statements on the same table on two members at once would throw both out
 * of the group.
 * @throws MigrateError as `openWhenReady`, `wrong-member` when that member cannot be reached
 * @see https://dev.mysql.com/doc/refman/8.4/en/group-replication-limitations.html
 */
export async function openToWrite(settings: DatabaseSettings, options: WaitOptions = {}): Promise<Session> {
  let unreached: string | null = null;
  for (;;) {
    const session = await openWritable(settings, options);
    if (session.server.cluster !== "group") return session;
    const chosen = await chooseMember(session).catch(async (error: unknown) => {
      await session.close();
      throw error;
    });
    if (chosen === null) return session;
    await session.close();
    const where = `${chosen.host}:${chosen.port}`;
    try {
      return await openWhenReady({ ...settings, ...chosen, others: [], socket: null }, options);
    } catch (error) {
      if (error instanceof MigrateError && error.code === "interrupted") throw error;
      // It may have died just now. By the time we give up on it the group has noticed, and we choose another one.
      if (where === unreached)
        throw wrongMember(`${where} cannot be reached from here: ${serverWords(error)}`, error);
      unreached = where;
    }
  }
}

/** Waits until one of several servers takes writes: after a fail-over that takes a moment. */
async function openWritable(settings: DatabaseSettings, options: WaitOptions): Promise<Session> {
  const deadline = performance.now() + (options.waitMs ?? 0);
  for (;;) {
    const session = await openWhenReady(settings, options);
    const several = (settings.others ?? []).length > 0;
    const stopping = options.signal?.aborted === true;
    if (!several || !session.server.readOnly || stopping || performance.now() >= deadline) return session;
    await session.close();
    options.onWait?.("none of the servers may write.");
    await pause(PAUSE_MS);
  }
}

const PAUSE_MS = 1_000;

/** @returns null when the session is already on it */
async function chooseMember(session: Session): Promise<Address | null> {
  const [row] = await session.query("SELECT @@server_uuid AS id");
  const members = await readMembers(session).catch((error: unknown) => {
    throw wrongMember(`this account may not read its members: ${serverWords(error)}`, error);
  });
  const chosen = members.find(({ online }) => online);
  if (chosen === undefined) throw wrongMember("no member of it is online", null);
  return chosen.id === row?.id ? null : { host: chosen.host, port: chosen.port };
}

function wrongMember(why: string, cause: unknown): MigrateError {
  return new MigrateError(
    "wrong-member",
    `This is a group with several primaries, whose schema is changed through one member alone, and ${why.replace(/\.$/, "")}. Nothing was run.`,
    {
      cause,
      hint: "Run it where all members' addresses can be reached (report_host, report_port), with an account that has SELECT on performance_schema.replication_group_members.",
    },
  );
}

/**
 * Opens a session for what changes the schema or the history, gives it to the callback and closes it, whatever happens.
 * @param allowReplica also write to a replica or a read-only server
 * @throws MigrateError as `openToWrite`, `read-only-server`
 */
export async function withWriter<T>(
  settings: DatabaseSettings,
  allowReplica: boolean,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openToWrite(settings);
  try {
    if (!allowReplica) await refuseReplica(session);
    return await body(session);
  } finally {
    await session.close();
  }
}
