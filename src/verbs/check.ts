import { formatVersion } from "../migrations/names";
import { folderOf, refuseTemplates } from "../migrations/read-migrations";
import { readSchemaFile, requireSchemaFile, schemaPath } from "../migrations/schema-file";
import { diffSchemas } from "../schema/diff";
import type { Schema } from "../schema/model";
import { readRenameDeclarations } from "../schema/rename-declarations";
import { NO_RENAMES } from "../schema/renames";
import { renderChanges } from "../schema/render";
import { resolveRenames } from "../schema/resolve-renames";
import type { NotCompared } from "../schema/show-create";
import { applyMigrations, readScratch, refuseIfStopped, type Stop } from "../scratch/build";
import { withPartitionsOf } from "../scratch/ignored";
import { loadDeclared } from "../scratch/load-declared";
import type { DeclaredSchema } from "../scratch/proposal";
import { findReaching, type SharedServer } from "../scratch/reach";
import { withScratchDatabase } from "../scratch/scratch-database";
import { type ScratchServer, withScratchServer } from "../scratch/scratch-server";
import type { ServerInfo } from "../server/session";
import type { ScratchSettings } from "../settings/scratch";
import type { Settings } from "../settings/settings";
import { type LiveSchema, readLiveSchema } from "./dump";
import { ignoreOptions, partitionOptions, text, value, withIgnored } from "./options";
import { readStatus, type StatusReport } from "./status";
import { defineCommand } from "./verb";

export interface CheckResult extends CheckReport {
  /** Whether the database is what the migrations build, all are applied, and schema.sql agrees. */
  readonly clean: boolean;
}

/** Compares the live database with what the migrations build. */
export const check = defineCommand({
  name: "check",
  summary: "Is the database what the migrations say? Exits 1 when it is not",
  details: [
    "Finds drift, what is pending or modified, and whether schema.sql still matches the migrations.",
    "Only looks at the database: an account that may read is enough.",
  ],
  options: {
    schema: value("FILE", text, "The declared schema; default schema.sql beside the migrations folder"),
    ...ignoreOptions,
    ...partitionOptions,
  },
  examples: ["check", "check --json"],
  run: async (context): Promise<CheckResult> => {
    const settings = withIgnored(context.settings(), context.options);
    const path = context.options.schema ?? schemaPath(settings.dir);
    // A file named by the user must exist; the default file need not.
    const sql = context.options.schema === null ? readSchemaFile(path) : requireSchemaFile(path);
    const stop = { signal: context.signal, killSignal: context.killSignal };
    const declared = sql === null ? null : { path, sql };
    const report = await checkDatabase(settings, context.scratch(), declared, stop);
    return { ...report, clean: isClean(report) };
  },
  render: (result, layout) => {
    const { database, current, drift, pending, problems, undeclared } = result;
    const at = current === null ? "has no migration applied" : `is at ${formatVersion(current)}`;
    return [
      ...result.remarks.map((remark) => layout.paint("yellow", remark)),
      ...result.notCompared.map(({ object, why }) =>
        layout.paint("yellow", `Not compared: ${object}: ${why}.`),
      ),
      ...problems.map((problem) => layout.paint("red", problem)),
      ...section("The database is not what its migrations build. This would make it so:", drift),
      ...section("schema.sql is not what the migrations build. This is missing:", undeclared ?? ""),
      ...(pending.length === 0 ? [] : [`Pending: ${pending.map(formatVersion).join(", ")}`]),
      `${database} ${at}: ${result.clean ? "as the migrations say." : "not as the migrations say."}`,
    ];
  },
  overMany: {
    brief: ({ clean, drift, current, pending, problems }) => ({
      state: clean ? "clean" : drift !== "" ? "drift" : problems.length > 0 ? "problems" : "not clean",
      style: clean ? "green" : "red",
      from: current,
      to: pending.at(-1) ?? current,
      migrations: pending.length,
    }),
    // Each check builds the whole schema on a throwaway database, and may start a server for it.
    parallel: 1,
    columns: { from: "at", to: "head", migrations: "pending" },
    readsFolder: true,
    worthPrinting: ({ clean }) => !clean,
  },
  exitCode: ({ clean }) => (clean ? 0 : 1),
});

function isClean({ drift, pending, problems, undeclared }: CheckReport): boolean {
  return drift === "" && pending.length === 0 && problems.length === 0 && (undeclared ?? "") === "";
}

function section(title: string, sql: string): readonly string[] {
  if (sql === "") return [];
  return [
    title,
    "",
    ...sql
      .trimEnd()
      .split("\n")
      .map((line) => (line === "" ? "" : `  ${line}`)),
    "",
  ];
}

export interface CheckReport {
  readonly database: string;
  readonly current: number | null;
  /** SQL that would make the database what its migrations build; empty when it is. */
  readonly drift: string;
  /** Versions that are not applied. */
  readonly pending: readonly number[];
  /** What is wrong with applied migrations, one line each. */
  readonly problems: readonly string[];
  /** SQL from the migrations' schema to schema.sql; empty when they are equal, null when there is no such file. */
  readonly undeclared: string | null;
  readonly notCompared: readonly NotCompared[];
  readonly remarks: readonly string[];
}

/**
 * Compares the live database with what its migrations build on a scratch database, and that with schema.sql. The target
 * is only read.
 * @param declared null when there is no schema.sql
 * @throws as `readStatus`; MigrateError `no-scratch`; StatementError when a migration or schema.sql fails on scratch
 */
export async function checkDatabase(
  settings: Settings,
  scratch: ScratchSettings,
  declared: DeclaredSchema | null,
  stop: Stop = {},
): Promise<CheckReport> {
  const status = await readStatus(settings);
  const live = await readLiveSchema(settings);
  return (await compareWithMigrations(settings, scratch, { status, live, declared }, stop)).report;
}

/** What is compared with what the migrations build. */
export interface Compared {
  readonly status: StatusReport;
  readonly live: LiveSchema;
  /** Null: there is no schema.sql, or it was not asked for. */
  readonly declared: DeclaredSchema | null;
}

/** The result of a check, with the schemas that were compared. */
export interface Comparison {
  readonly report: CheckReport;
  readonly built: Built;
  /** The server that built them. */
  readonly server: ServerInfo;
}

/**
 * Builds the migrations' schema on a scratch database, and compares it with what was read from the target.
 * @throws MigrateError `no-scratch`; StatementError when a migration or schema.sql fails on scratch
 */
export async function compareWithMigrations(
  settings: Settings,
  scratch: ScratchSettings,
  { status, live, declared }: Compared,
  stop: Stop = {},
): Promise<Comparison> {
  const files = declared === null ? [] : [{ fileName: declared.path, sql: declared.sql }];
  const { migrations } = folderOf(settings);
  const pending = status.entries.filter(({ state }) => state !== "applied").map(({ version }) => version);
  refuseTemplates(migrations.filter(({ version }) => pending.includes(version)));
  const options = {
    settings,
    scratch,
    findReaching: (server: SharedServer) => findReaching(migrations, files, server),
  };
  return await withScratchServer(options, async (server) => {
    const built = await build(settings, server, status.current, stop);
    refuseIfStopped(stop);
    const expected = withPartitionsOf(live.schema, built.applied, settings);
    const drift = diffSchemas(live.schema, expected, {
      server: live.server,
      renames: NO_RENAMES,
      anyDefiner: true,
    });
    const report = {
      database: status.database,
      current: status.current,
      drift: renderChanges(drift, live.server),
      pending,
      problems: describeProblems(status),
      undeclared: declared === null ? null : await compareDeclared(settings, server, declared, built.all),
      notCompared: live.schema.notCompared,
      remarks: server.remarks,
    };
    return { report, built, server: server.server };
  });
}

/** What the migrations build. */
export interface Built {
  /** The schema at the target's version. */
  readonly applied: Schema;
  readonly all: Schema;
}

async function build(
  settings: Settings,
  server: ScratchServer,
  current: number | null,
  stop: Stop,
): Promise<Built> {
  return await withScratchDatabase(server, async (database) => {
    if (current !== null) await applyMigrations(settings, database, current, stop);
    const applied = await readScratch(settings, database);
    await applyMigrations(settings, database, null, stop, current);
    return { applied, all: await readScratch(settings, database) };
  });
}

async function compareDeclared(
  settings: Settings,
  server: ScratchServer,
  { path, sql }: DeclaredSchema,
  all: Schema,
): Promise<string> {
  const declared = await withScratchDatabase(server, async (database) => {
    await loadDeclared(database, path, sql);
    return withPartitionsOf(all, await readScratch(settings, database), settings);
  });
  const declarations = readRenameDeclarations(sql, { fileName: path });
  const { renames } = resolveRenames(declarations, { from: all, to: declared });
  return renderChanges(diffSchemas(all, declared, { server: server.server, renames }), server.server);
}

function describeProblems({ entries }: StatusReport): string[] {
  return entries.flatMap(({ problems, warnings }) =>
    [...problems, ...warnings].map(({ message }) => message),
  );
}
