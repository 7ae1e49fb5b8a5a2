import type { Settings } from "../config";
import { openSession, withSession } from "../database/connection";
import { createHistoryTable } from "../database/history-table";
import { acquireLock, releaseLock } from "../database/lock";
import { serverErrno } from "../database/server-errors";
import { MigrateError } from "../errors";
import { quoteIdentifier } from "../syntax/quote";
import { readHistoryState } from "./history-state";
import { withTranslatedErrors } from "./translate-error";

export interface Prepared {
  readonly createdDatabase: boolean;
  readonly createdTable: boolean;
}

const LOCK_TIMEOUT_MS = 60_000;

/** Creates the database and the history table unless they exist. Only `init` does the first. */
export async function prepareDatabase(settings: Settings): Promise<Prepared> {
  return await withTranslatedErrors(async () => {
    const createdDatabase = await ensureDatabase(settings);
    return { createdDatabase, createdTable: await ensureHistoryTable(settings) };
  });
}

async function ensureDatabase(settings: Settings): Promise<boolean> {
  try {
    const session = await openSession(settings.database);
    await session.close();
    return false;
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code !== "unknown-database") throw error;
  }
  return await withSession(
    settings.database,
    async (session) => {
      try {
        await session.execute(
          `CREATE DATABASE ${quoteIdentifier(settings.database.database)} CHARACTER SET utf8mb4`,
        );
        return true;
      } catch (error) {
        // Another init was a moment faster.
        if (serverErrno(error) === ER_DB_CREATE_EXISTS) return false;
        throw error;
      }
    },
    { withoutDatabase: true },
  );
}

async function ensureHistoryTable(settings: Settings): Promise<boolean> {
  return await withSession(settings.database, async (session) => {
    if ((await readHistoryState(session, settings.table)).exists) return false;
    const lock = await acquireLock(session, settings.table, { timeoutMs: LOCK_TIMEOUT_MS });
    try {
      if ((await readHistoryState(session, settings.table)).exists) return false;
      await createHistoryTable(session, settings.table);
      return true;
    } finally {
      await releaseLock(session, lock);
    }
  });
}

const ER_DB_CREATE_EXISTS = 1007;
