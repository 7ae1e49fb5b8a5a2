import { hostname, userInfo } from "node:os";
import type { Migration } from "../migrations/read-migrations";
import { readStoredTexts, type StoredTexts } from "../migrations/read-text";
import { acquireLock, type Lock } from "../server/lock";
import { COMMIT, type Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import { withWriter } from "../server/writer";
import type { Settings } from "../settings/settings";
import { packageVersion } from "../version";
import { type HistoryState, readHistoryState } from "./fold";
import type { HistoryAction, HistoryRow } from "./lines";
import { createHistoryTable } from "./table";
import { addLine, type NewLine, packTexts } from "./writer";

const LOCK_TIMEOUT_MS = 60_000;

/** A session, what its history says, and the lock under which that cannot change. */
export interface Recorder {
  readonly session: Session;
  readonly state: HistoryState;
  /** Adds these lines to the history, all or none.  @throws MigrateError `lock-lost` */
  record(lines: readonly Entry[]): Promise<void>;
}

/** A line about something that did not run. */
export interface Entry {
  readonly action: HistoryAction;
  readonly version: number;
  readonly name: string;
  readonly upChecksum: string;
  readonly downChecksum: string | null;
  readonly texts: StoredTexts;
  readonly reason: string | null;
}

/** Reads the history under the lock and gives the callback a way to add to it. */
export async function withRecorder<T>(
  settings: Settings,
  body: (recorder: Recorder) => Promise<T>,
): Promise<T> {
  return await withTranslatedErrors(() =>
    withWriter(settings.database, settings.allowReplica === true, async (session) => {
      const lock = await acquireLock(session, settings.table, { timeoutMs: LOCK_TIMEOUT_MS });
      try {
        const state = await readHistoryState(session, settings.table);
        const record = (lines: readonly Entry[]): Promise<void> =>
          addLines(session, settings.table, lock, state, lines);
        return await body({ session, state, record });
      } finally {
        await lock.release();
      }
    }),
  );
}

/** The line about a migration as the folder has it, with its texts. */
export function entryOf(migration: Migration, action: HistoryAction, reason: string | null): Entry {
  return {
    action,
    version: migration.version,
    name: migration.name,
    upChecksum: migration.up.checksum,
    downChecksum: migration.down?.checksum ?? null,
    texts: readStoredTexts(migration),
    reason,
  };
}

async function addLines(
  session: Session,
  table: string,
  lock: Lock,
  { exists, rows }: HistoryState,
  lines: readonly Entry[],
): Promise<void> {
  if (lines.length === 0) return;
  if (!exists) await createHistoryTable(session, table);
  let id = lastId(rows);
  await session.run("START TRANSACTION");
  for (const line of lines) {
    id += 1;
    await addLine(session, { table, lock, id }, toNewLine(line), NOTHING_RAN);
  }
  await session.run(COMMIT);
}

function lastId(rows: readonly HistoryRow[]): number {
  return rows.at(-1)?.id ?? 0;
}

function toNewLine({ texts, ...line }: Entry): NewLine {
  return { ...line, ...readIdentity(), total: 0, ...packTexts(texts) };
}

/** The progress of a line that records something without running anything. */
export const NOTHING_RAN = {
  done: 0,
  doneHash: null,
  intent: null,
  saved: null,
  error: null,
  finished: true,
  durationMs: 0,
};

/** Who runs this, for the history. */
export interface Identity {
  readonly osUser: string;
  readonly host: string;
  readonly toolVersion: string;
}

export function readIdentity(): Identity {
  return { osUser: userName(), host: hostname(), toolVersion: packageVersion() };
}

/** A container can run under a user id without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
