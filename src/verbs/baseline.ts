import { existsSync, mkdirSync, rmSync } from "node:fs";
import { MigrateError } from "../errors";
import { foldHistory, isInForce, readHistoryState } from "../history/fold";
import type { HistoryRow } from "../history/lines";
import { entryOf, withRecorder } from "../history/record";
import { formatMigration, formatVersion } from "../migrations/names";
import { type Migration, readMigrations } from "../migrations/read-migrations";
import { schemaPath, writeSchemaFile } from "../migrations/schema-file";
import { type CreatedPair, createFirstPair } from "../migrations/write";
import { type Proposal, proposeBaseline } from "../scratch/proposal";
import { withSession } from "../server/connection";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { readLiveSchema } from "./dump";
import { flag, ignoreOptions, required, text, value, withIgnored } from "./options";
import { defineCommand } from "./verb";

/** The first pair, made from the present database. */
export interface BaselineResult extends Pick<Proposal, "up" | "down" | "notCompared" | "remarks"> {
  readonly database: string;
  /** Null for a dry run. */
  readonly upPath: string | null;
  readonly downPath: string | null;
  /** Where the declared schema was written; null: nowhere, because it existed already or this is a dry run. */
  readonly schemaPath: string | null;
  /** Whether the pair was recorded as applied. */
  readonly recorded: boolean;
}

/** Makes the first pair from a database that has a schema but no history. */
export const baseline = defineCommand({
  name: "baseline",
  summary: "Write pair 0001 from the schema that the database has, and record it as applied",
  details: [
    "For a database that came without migrations: tables, views, routines, triggers and events. Rows are left alone.",
    "The pair is executed both ways on a throwaway database, and has to build just this schema; nothing is run on the",
    "target. Writes schema.sql as well, unless it is there. Migrations that are there already come behind it.",
  ],
  options: {
    name: required("NAME", text, "What to call the migration, such as baseline"),
    schema: value("FILE", text, "Where to write the schema; default schema.sql beside the migrations folder"),
    ...ignoreOptions,
    dryRun: flag("Print the pair; write and record nothing"),
  },
  examples: ["baseline as_it_was", "baseline as_it_was --dry-run"],
  run: async (context): Promise<BaselineResult> => {
    const { name, schema, dryRun } = context.options;
    const settings = withIgnored(context.settings(), context.options);
    await refuseBegun(settings);
    const live = await readLiveSchema(settings);
    if (live.sql.replaceAll(/^--.*/gm, "").trim() === "") throw nothingThere(settings);
    const path = schema ?? schemaPath(settings.dir);
    const stop = { signal: context.signal, killSignal: context.killSignal };
    const proposal = await proposeBaseline(settings, context.scratch(), { path, ...live }, stop);
    const { up, down, remarks } = proposal;
    const { notCompared } = live.schema;
    const result = { database: settings.database.database, up, down, notCompared, remarks };
    if (dryRun) return { ...result, upPath: null, downPath: null, schemaPath: null, recorded: false };
    const pair = writeFirst(settings.dir, name, proposal);
    await recordOrTakeBack(settings, pair);
    const written = existsSync(path) ? null : path;
    if (written !== null) writeSchemaFile(written, live.sql);
    return { ...result, upPath: pair.upPath, downPath: pair.downPath, schemaPath: written, recorded: true };
  },
  script: ({ upPath }) => (upPath === null ? ["up", "down"] : null),
  render: (result, layout) => [
    ...result.remarks.map((remark) => layout.paint("yellow", remark)),
    ...result.notCompared.map(({ object, why }) => layout.paint("yellow", `Left out: ${object}: ${why}.`)),
    ...describe(result),
  ],
});

function describe({
  up,
  down,
  upPath,
  downPath,
  schemaPath: schema,
  database,
}: BaselineResult): readonly string[] {
  if (upPath === null) {
    const pair = ["-- up", ...up.trimEnd().split("\n"), "", "-- down", ...down.trimEnd().split("\n"), ""];
    return [...pair, "-- Nothing was written or recorded."];
  }
  return [
    `Created ${upPath}`,
    `Created ${downPath}`,
    ...(schema === null ? ["There was a schema.sql already: it is as it was."] : [`Wrote ${schema}`]),
    `Recorded 0001 as applied in ${database}; nothing was run.`,
  ];
}

/**
 * Refuses if there are migrations already: a baseline must be the first one.
 * @throws MigrateError `already-applied`, `duplicate-version`; RefusedError for folder and history
 */
async function refuseBegun(settings: Settings): Promise<void> {
  await withTranslatedErrors(() =>
    withSession(settings.database, async (session) =>
      refuseApplied((await readHistoryState(session, settings.table)).rows),
    ),
  );
  if (existsSync(settings.dir)) refuseFirst(readMigrations(settings.dir).migrations);
}

function refuseFirst([first]: readonly Migration[]): void {
  if (first === undefined || first.version > 1) return;
  const name = formatMigration(first);
  throw new MigrateError("duplicate-version", `There is a first migration already: ${name}.`, {
    hint:
      `If it made what this database has, record it:\n  npm run migrate:stamp -- ${formatVersion(first.version)}\n` +
      `If it is to come on top, rename its files to a higher version, and run baseline again.`,
  });
}

function refuseApplied(rows: readonly HistoryRow[]): void {
  const applied = [...foldHistory(rows).values()].find(isInForce);
  if (applied === undefined) return;
  throw new MigrateError(
    "already-applied",
    `${formatMigration(applied)} is applied here, so the database has a history to go on with.`,
    {
      hint: "For what schema.sql or the database has beyond it:\n  npm run migrate:diff -- <name>\n  npm run migrate:check",
    },
  );
}

function nothingThere({ database }: Settings): MigrateError {
  return new MigrateError(
    "nothing-to-do",
    `${database.database} has nothing in it that a baseline could be made from.`,
    {
      hint: "Begin with a migration of your own:\n  npm run migrate:create -- <name>",
    },
  );
}

function writeFirst(dir: string, name: string, texts: Pick<Proposal, "up" | "down">): CreatedPair {
  mkdirSync(dir, { recursive: true });
  return createFirstPair(dir, name, texts);
}

/** After an error the folder is as it was before, so the command can be run again. */
async function recordOrTakeBack(
  settings: Settings,
  { version, upPath, downPath }: CreatedPair,
): Promise<void> {
  try {
    const migration = readMigrations(settings.dir).migrations.find((each) => each.version === version);
    if (migration === undefined) throw new TypeError("the pair that was just written is not there");
    await withRecorder(settings, async ({ state, record }) => {
      refuseApplied(state.rows);
      await record([entryOf(migration, "stamp", "baseline: the schema was there")]);
    });
  } catch (error) {
    for (const path of [upPath, downPath]) rmSync(path, { force: true });
    throw error;
  }
}
