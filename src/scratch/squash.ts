import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { MigrateError, RefusedError, StatementError } from "../errors";
import type { Migration } from "../migrations/read-migrations";
import { diffSchemas } from "../schema/diff";
import type { Schema } from "../schema/model";
import { NO_RENAMES } from "../schema/renames";
import { renderChanges } from "../schema/render";
import { renderScript } from "../schema/script";
import type { ServerInfo } from "../server/session";
import type { DatabaseSettings } from "../settings/database";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import { applyMigrations, readScratch, refuseIfStopped, runScript, type Stop } from "./build";
import { findReaching, type SharedServer } from "./reach";
import { type RowsAsSql, readRowsAsSql, rowStatements } from "./rows-as-sql";
import { withScratchDatabase } from "./scratch-database";
import { type ScratchServer, withScratchServer } from "./scratch-server";
import { withScratchSession } from "./scratch-session";

/** One pair in place of several, executed both ways: it builds the same schema and the same rows. */
export interface SquashProposal {
  readonly up: string;
  readonly down: string;
  /** Tables whose rows were others when the old files ran again, such as by NOW(); they are as they were the first time. */
  readonly frozen: readonly string[];
  /** About the scratch server. */
  readonly remarks: readonly string[];
}

/** What a database has become. */
interface Built {
  readonly schema: Schema;
  readonly rows: RowsAsSql;
}

/**
 * Works out the pair that stands for these migrations, the first of the folder.
 * @throws RefusedError `unsupported-statement` for what acts on more than the database; MigrateError `not-proven`, `no-scratch`,
 *   `interrupted`; StatementError when a file fails
 */
export async function proposeSquash(
  settings: Settings,
  scratch: ScratchSettings,
  migrations: readonly Migration[],
  stop: Stop = {},
): Promise<SquashProposal> {
  // All that the pairs make has to be in the new one, whoever else a table belongs to.
  const whole: Settings = { ...settings, ignore: [], ignorePartitions: [] };
  const ups = migrations.map((migration) => ({ ...migration, down: null }));
  await refuseBeyond(ups);
  const to = migrations.at(-1)?.version ?? 0;
  const options = {
    settings: whole,
    scratch,
    findReaching: (server: SharedServer) => findReaching(ups, [], server),
  };
  return await withScratchServer(options, async (server) => {
    const build = (): Promise<Built> =>
      withScratchDatabase(server, async (database) => {
        await applyMigrations(whole, database, to, stop);
        return await read(whole, database);
      });
    const empty = await withScratchDatabase(server, (database) => readScratch(whole, database));
    const built = await build();
    refuseUnread(built.schema);
    // NOW() counts in seconds, and no statement of the second replay is to be in the second of one of the first.
    await delay(1100);
    const again = await build();
    const pair = write(empty, built, server.server);
    await prove(whole, server, pair, empty, built);
    refuseIfStopped(stop);
    return { ...pair, frozen: differing(built.rows, again.rows), remarks: server.remarks };
  });
}

async function read(settings: Settings, database: DatabaseSettings): Promise<Built> {
  const schema = await readScratch(settings, database);
  const rows = await withScratchSession(database, (session) => readRowsAsSql(session, schema.tables));
  return { schema, rows };
}

/** Rows come before what would act upon them. */
function write(empty: Schema, { schema, rows }: Built, server: ServerInfo): { up: string; down: string } {
  const still: Schema = { ...schema, triggers: [], events: [] };
  const options = { server, renames: NO_RENAMES };
  const parts = [
    renderChanges(diffSchemas(empty, still, options), server),
    renderScript(rowStatements(rows)),
    renderChanges(diffSchemas(still, schema, options), server),
  ];
  const back = diffSchemas(schema, empty, { ...options, exactNames: true });
  return { up: parts.filter((part) => part !== "").join("\n"), down: renderChanges(back, server) };
}

async function prove(
  settings: Settings,
  server: ScratchServer,
  { up, down }: { readonly up: string; readonly down: string },
  empty: Schema,
  built: Built,
): Promise<void> {
  const nothing: Built = { schema: empty, rows: { tables: new Map(), counters: [] } };
  await withScratchDatabase(server, async (database) => {
    for (const [what, sql, wanted] of [
      ["the squashed up file", up, built],
      ["the squashed down file", down, nothing],
      ["the squashed up file, run again", up, built],
    ] as const) {
      try {
        await runScript(database, what, sql);
      } catch (error) {
        if (!(error instanceof StatementError)) throw error;
        throw notProven(`The server refused ${error.message}`, error);
      }
      const found = await read(settings, database);
      const rest = diffSchemas(found.schema, wanted.schema, {
        server: server.server,
        renames: NO_RENAMES,
        exactNames: true,
      });
      if (rest.length > 0)
        throw notProven(`After ${what} this was still different:\n${renderChanges(rest, server.server)}`);
      if (isDeepStrictEqual(found.rows, wanted.rows)) continue;
      const tables = differing(found.rows, wanted.rows);
      throw notProven(`After ${what} the rows of ${tables.join(", ") || "a counter"} were not the same.`);
    }
  });
}

function differing(a: RowsAsSql, b: RowsAsSql): readonly string[] {
  const names = [...new Set([...a.tables.keys(), ...b.tables.keys()])];
  return names.filter((name) => !isDeepStrictEqual(a.tables.get(name), b.tables.get(name))).sort();
}

function notProven(why: string, cause?: unknown): MigrateError {
  return new MigrateError("not-proven", `${why.trimEnd()}\nNothing was written.`, {
    cause,
    hint: "Squash up to an earlier migration, and please report it: it is a mistake of this program.",
  });
}

/** What cannot be compared would be lost in silence. */
function refuseUnread({ notCompared }: Schema): void {
  if (notCompared.length === 0) return;
  const list = notCompared.map(({ object, why }) => `${object}: ${why}`).join("\n");
  throw new MigrateError(
    "not-proven",
    `What these migrations make cannot be read whole, so nothing was written:\n${list}`,
    {
      hint: "Squash up to the migration before the one that makes it.",
    },
  );
}

/** @throws RefusedError: accounts, settings of the server and other databases are in no schema */
async function refuseBeyond(migrations: readonly Migration[]): Promise<void> {
  const problems = await findReaching(migrations, [], { databases: [], noBackslashEscapes: false });
  if (problems.length === 0) return;
  throw new RefusedError(
    problems.map((problem) => ({
      ...problem,
      code: "unsupported-statement",
      hint: "What it does outside of the database would be lost. Squash up to the migration before it.",
    })),
  );
}
