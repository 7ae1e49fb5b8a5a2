import { MigrateError, StatementError } from "../errors";
import { readMigrations } from "../migrations/read-migrations";
import type { Change } from "../schema/change";
import type { KeptName } from "../schema/constraint-names";
import { diffSchemas, reachableSchema } from "../schema/diff";
import { lossesOf } from "../schema/losses";
import type { Schema } from "../schema/model";
import { readRenameDeclarations } from "../schema/rename-declarations";
import { NO_RENAMES, type Renames, reverseRenames } from "../schema/renames";
import { refersOutside, renderChanges, renderSchema } from "../schema/render";
import { type RenameProblem, resolveRenames } from "../schema/resolve-renames";
import type { NotCompared } from "../schema/show-create";
import type { ServerInfo } from "../server/session";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import { applyMigrations, readScratch, refuseIfStopped, runScript, type Stop } from "./build";
import { withPartitionsOf } from "./ignored";
import { loadDeclared } from "./load-declared";
import { findReaching, type SharedServer } from "./reach";
import { withRoutineGrants } from "./routine-grants";
import { withScratchDatabase } from "./scratch-database";
import { type ScratchServer, withScratchServer } from "./scratch-server";

/** The declared schema: its path, for messages, and its text. */
export interface DeclaredSchema {
  readonly path: string;
  readonly sql: string;
}

/**
 * The SQL from the migrations' schema to the declared one and back, tested in both directions; or that there is nothing
 * to do.
 */
export interface Proposal {
  readonly up: string;
  readonly down: string;
  readonly changes: number;
  /** What the up file loses, for people. */
  readonly losses: readonly string[];
  readonly notCompared: readonly NotCompared[];
  /** Foreign keys and checks that keep their names. */
  readonly keptNames: readonly KeptName[];
  /** About the scratch server. */
  readonly remarks: readonly string[];
}

/**
 * Replays the migrations in one scratch database, loads the declared schema in another, and works out the SQL between
 * them. It returns only SQL that was executed in both directions and gave the wanted schema.
 * @throws MigrateError `not-proven`, `bad-rename`, `no-scratch`; StatementError when a file does not load
 */
export async function proposeMigration(
  settings: Settings,
  scratch: ScratchSettings,
  declared: DeclaredSchema,
  stop: Stop = {},
): Promise<Proposal> {
  const declarations = readRenameDeclarations(declared.sql, { fileName: declared.path });
  refuseUnclear(resolveRenames(declarations, null).problems, declared.path);
  const files = [{ fileName: declared.path, sql: declared.sql }];
  const { migrations } = readMigrations(settings.dir);
  const options = {
    settings,
    scratch,
    findReaching: (server: SharedServer) => findReaching(migrations, files, server),
  };
  return await withScratchServer(options, async (server) => {
    const from = await withScratchDatabase(server, async (database) => {
      await applyMigrations(settings, database, null, stop);
      return await readScratch(settings, database);
    });
    refuseIfStopped(stop);
    const to = await withScratchDatabase(server, async (database) => {
      await loadDeclared(database, declared.path, declared.sql);
      return withPartitionsOf(from, await readScratch(settings, database), settings);
    });
    refuseIfStopped(stop);
    const { renames, problems } = resolveRenames(declarations, { from, to });
    refuseUnclear(problems, declared.path);
    return await prove(settings, server, from, to, renames);
  });
}

/** A database's schema, for a pair that creates it from nothing. */
export interface LiveDeclared extends DeclaredSchema {
  /** As the database has it. */
  readonly schema: Schema;
}

/**
 * Works out the SQL that makes a database's schema in an empty one, and back. The SQL was executed in both directions,
 * and the declared schema builds exactly what the database has.
 * @throws as `proposeMigration`
 */
export async function proposeBaseline(
  settings: Settings,
  scratch: ScratchSettings,
  live: LiveDeclared,
  stop: Stop = {},
): Promise<Proposal> {
  const files = [{ fileName: live.path, sql: live.sql }];
  const options = {
    settings,
    scratch,
    findReaching: (server: SharedServer) => findReaching([], files, server),
  };
  return await withScratchServer(options, async (server) => {
    const empty = await withScratchDatabase(server, (database) => readScratch(settings, database));
    const built = await withScratchDatabase(server, async (database) => {
      await loadDeclared(database, live.path, live.sql);
      return await readScratch(settings, database);
    });
    refuseIfStopped(stop);
    const rest = diffSchemas(built, live.schema, {
      server: server.server,
      renames: NO_RENAMES,
      anyDefiner: true,
    });
    refuseRest("loading what the database has", live.sql, rest, server.server);
    return await prove(settings, server, empty, built, NO_RENAMES);
  });
}

async function prove(
  settings: Settings,
  server: ScratchServer,
  from: Schema,
  declared: Schema,
  renames: Renames,
): Promise<Proposal> {
  const { schema: to, kept } = reachableSchema(from, declared, { server: server.server, renames });
  const target = settings.database;
  const changes = await withRoutineGrants(diffSchemas(from, to, { server: server.server, renames }), target);
  const back = await withRoutineGrants(
    diffSchemas(to, from, {
      server: server.server,
      renames: reverseRenames(renames),
      exactNames: true,
    }),
    target,
  );
  const proposal: Proposal = {
    up: renderChanges(changes, server.server),
    down: renderChanges(back, server.server),
    changes: changes.length,
    losses: changes.flatMap(lossesOf),
    notCompared: [...from.notCompared, ...to.notCompared],
    keptNames: kept,
    remarks: server.remarks,
  };
  if (changes.length === 0) return proposal;
  // A proof checks everything, except foreign keys to tables that this database does not have.
  const foreignKeys = refersOutside(from) || refersOutside(to) ? "unchecked" : "checked";
  await withScratchDatabase(server, async (database) => {
    // Without the migrations' rows, since we prove only the schema, and a dump is exactly that.
    await runScript(database, "the schema as it is", renderSchema(from, server.server));
    const steps = [
      { what: "the generated up file", sql: proposal.up, wanted: to },
      { what: "the generated down file", sql: proposal.down, wanted: from },
      { what: "the generated up file, run again", sql: proposal.up, wanted: to },
    ];
    for (const { what, sql, wanted } of steps) {
      await runGenerated(database, what, sql, foreignKeys);
      refuseRest(
        what,
        sql,
        diff(await readScratch(settings, database), wanted, server.server),
        server.server,
      );
    }
  });
  return proposal;
}

function diff(from: Schema, to: Schema, server: ServerInfo): readonly Change[] {
  return diffSchemas(from, to, { server, renames: NO_RENAMES, exactNames: true });
}

async function runGenerated(
  database: Parameters<typeof runScript>[0],
  what: string,
  sql: string,
  foreignKeys: "checked" | "unchecked",
): Promise<void> {
  try {
    await runScript(database, what, sql, foreignKeys);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw notProven(`The server refused ${error.message}`, sql, error);
  }
}

function refuseRest(what: string, sql: string, rest: readonly Change[], server: ServerInfo): void {
  if (rest.length === 0) return;
  throw notProven(`After ${what} this was still different:\n${indent(renderChanges(rest, server))}`, sql);
}

function notProven(why: string, sql: string, cause?: unknown): MigrateError {
  return new MigrateError(
    "not-proven",
    `${why}\nNothing was written. The SQL that was tried:\n${indent(sql)}`,
    {
      cause,
      hint:
        cause === undefined
          ? "Write this migration by hand, and please report it: it is a mistake of this program."
          : "The server has a rule against it, in its own words above. Write this migration by hand, in steps that it takes.",
    },
  );
}

function indent(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, "  ");
}

/** A wrong guess at a rename would lose data. */
function refuseUnclear(problems: readonly RenameProblem[], path: string): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ line, why }) => `${path}:${line}: ${why}.`);
  throw new MigrateError("bad-rename", lines.join("\n"), { hint: "Correct the comment, or remove it." });
}
