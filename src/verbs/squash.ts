import { basename, dirname, join } from "node:path";
import { MigrateError, type Problem, RefusedError } from "../errors";
import { readHistoryState } from "../history/fold";
import { formatMigration, formatVersion, parseFilename } from "../migrations/names";
import {
  type Migration,
  readMigrations,
  refuseTemplates,
  requireMigrations,
} from "../migrations/read-migrations";
import { carryOutSquash, readUnfinishedSquash, type SquashOrder } from "../migrations/squash-files";
import { type Replaced, squashedLine } from "../migrations/squashed-lines";
import { toName } from "../migrations/write";
import { assess } from "../plan/plan";
import { inTheMiddle } from "../plan/refusals";
import { proposeSquash, type SquashProposal } from "../scratch/squash";
import { withSession } from "../server/connection";
import { withTranslatedErrors } from "../server/translate-error";
import type { Settings } from "../settings/settings";
import { plural } from "./layout";
import { flag, optional, text, value } from "./options";
import { defineCommand } from "./verb";

/** One pair in place of several. */
export interface SquashResult {
  /** It is written; false for a dry run. */
  readonly written: boolean;
  /** An earlier squash had been interrupted, and this call ended it. */
  readonly finished: boolean;
  readonly upPath: string;
  readonly downPath: string;
  readonly up: string;
  readonly down: string;
  /** Names of the files that it stands for. */
  readonly replaced: readonly string[];
  /** Where they are now; null: they are deleted. */
  readonly archive: string | null;
  /** Tables whose rows come out differently each time, such as by NOW(); they are as they were in this run. */
  readonly frozen: readonly string[];
  readonly remarks: readonly string[];
}

const DEFAULT_NAME = "squashed";

/** Makes one pair of many, which is proven to build the same. */
export const squash = defineCommand({
  name: "squash",
  summary: "Replace the pairs up to a version by one that builds the same schema and rows",
  details: [
    "The new pair has the number N. It is executed both ways on a throwaway database, and has to give the very schema and rows",
    "of the old ones. Those go to sql/archive. A database that has applied them all is recognised by their checksums, which the",
    "new up file names; one in the middle is refused until it is at N. The target is only looked at.",
  ],
  options: {
    name: optional("NAME", text, "What to call the new pair; default squashed"),
    to: value("N", text, "The last version that goes into it"),
    delete: flag("Delete the old files instead of moving them to sql/archive"),
    dryRun: flag("Print the new pair; write nothing"),
  },
  examples: ["squash --to 40 --dry-run", "squash --to 40", "squash the_first_year --to 40 --delete"],
  run: async (context): Promise<SquashResult> => {
    const { name, to, dryRun, delete: deletes } = context.options;
    const settings = context.settings();
    const { dir } = settings;
    const unfinished = readUnfinishedSquash(dir);
    if (unfinished !== null && !dryRun) return finish(dir, unfinished);
    const chosen = choose(dir, to);
    await refuseMiddle(settings, chosen);
    const stop = { signal: context.signal, killSignal: context.killSignal };
    const stem = newStem(chosen, name ?? DEFAULT_NAME);
    const proposal = await proposeSquash(settings, context.scratch(), chosen, stop);
    const order = orderOf(chosen, stem, proposal, deletes ? null : join("archive", stem));
    if (!dryRun) carryOutSquash(dir, order);
    const { frozen, remarks } = proposal;
    return { ...describe(dir, order), written: !dryRun, finished: false, frozen, remarks };
  },
  script: ({ written }) => (written ? null : ["up", "down"]),
  render: (result, layout) => [
    ...result.remarks.map((remark) => layout.paint("yellow", remark)),
    ...(result.frozen.length === 0 ? [] : [layout.paint("yellow", `-- ${frozenRemark(result.frozen)}`)]),
    ...render(result),
  ],
});

function frozenRemark(tables: readonly string[]): string {
  return `Rows of ${tables.join(", ")} come out differently each time (NOW(), UUID() and the like). In the new pair they are as they were just now.`;
}

function render({
  written,
  finished,
  up,
  down,
  upPath,
  downPath,
  replaced,
  archive,
}: SquashResult): readonly string[] {
  if (!written) {
    const pair = ["-- up", ...up.trimEnd().split("\n"), "", "-- down", ...down.trimEnd().split("\n"), ""];
    return [...pair, `-- Nothing was written. These would go: ${replaced.join(", ")}`];
  }
  const files = plural(replaced.length, "file");
  return [
    ...(finished ? ["An earlier squash had been interrupted; now it is done."] : []),
    `Created ${upPath}`,
    `Created ${downPath}`,
    archive === null ? `Deleted ${files}.` : `Moved ${files} to ${archive}.`,
    "Before you bring it anywhere: databases below this version need the old files first.",
  ];
}

function finish(dir: string, order: SquashOrder): SquashResult {
  carryOutSquash(dir, order);
  return { ...describe(dir, order), written: true, finished: true, frozen: [], remarks: [] };
}

function describe(
  dir: string,
  { pair, old, archive }: SquashOrder,
): Pick<SquashResult, "upPath" | "downPath" | "up" | "down" | "replaced" | "archive"> {
  const [up, down] = pair;
  return {
    upPath: join(dir, up?.fileName ?? ""),
    downPath: join(dir, down?.fileName ?? ""),
    up: up?.text ?? "",
    down: down?.text ?? "",
    replaced: old,
    archive: archive === null ? null : join(dirname(dir), archive),
  };
}

/** @throws MigrateError `usage`, `unknown-version`, `nothing-to-do`; RefusedError for the folder */
function choose(dir: string, given: string | null): readonly Migration[] {
  const folder = readMigrations(dir);
  requireMigrations(folder);
  const to = /^\d{1,15}$/.test(given ?? "") ? Number(given) : null;
  if (to === null) {
    throw new MigrateError("usage", "squash needs --to N: the last version that goes into the new pair.", {
      hint: `The folder goes up to ${formatVersion(folder.migrations.at(-1)?.version ?? 0)}. See what would come of it:\n  npm run migrate:squash -- --to N --dry-run`,
    });
  }
  const chosen = folder.migrations.filter(({ version }) => version <= to);
  if (chosen.at(-1)?.version !== to)
    throw new MigrateError("unknown-version", `There is no migration ${to}.`);
  if (chosen.length < 2) {
    throw new MigrateError("nothing-to-do", `Up to ${formatVersion(to)} there is one migration only.`);
  }
  refuseTemplates(chosen);
  return chosen;
}

/** A database that has some of them could never go on. @throws RefusedError */
async function refuseMiddle(settings: Settings, chosen: readonly Migration[]): Promise<void> {
  const { migrations } = readMigrations(settings.dir);
  const rows = await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => (await readHistoryState(session, settings.table)).rows),
  ).catch((error: unknown) => {
    // The database that is yet to be made stands before all of them.
    if (error instanceof MigrateError && error.code === "unknown-database") return [];
    throw error;
  });
  const to = chosen.at(-1);
  const judged = assess(migrations, rows).judgedVersions.filter(
    ({ version }) => version <= (to?.version ?? 0),
  );
  const held = judged.filter((each) => each.held !== null);
  const newest = held.at(-1)?.held ?? null;
  if (to === undefined || newest === null) return;
  const problems: Problem[] = judged.flatMap((each) => each.problems);
  const isWhole = judged.every(({ state }) => state === "applied");
  if (!isWhole && problems.length === 0)
    problems.push(inTheMiddle(newest, null, held.length, judged.length, to));
  if (problems.length > 0) throw new RefusedError(problems);
}

/** @throws MigrateError `usage` when the pair that has the number has the name as well */
function newStem(chosen: readonly Migration[], wanted: string): string {
  const last = chosen.at(-1);
  const parsed = parseFilename(last?.up.fileName ?? "");
  const name = toName(wanted);
  if (last === undefined || parsed.kind !== "migration" || last.name === name) {
    throw new MigrateError("usage", `The last of them is called ${name} already.`, {
      hint: "Give the new pair another name:\n  npm run migrate:squash -- NAME --to N",
    });
  }
  return `${parsed.digits}_${name}`;
}

function orderOf(
  chosen: readonly Migration[],
  stem: string,
  { up, down }: SquashProposal,
  archive: string | null,
): SquashOrder {
  const lines = chosen.flatMap(replacedBy).map((each) => `-- ${squashedLine(each)}`);
  const first = formatMigration(chosen[0] ?? { version: 0, name: "" });
  const last = formatMigration(chosen.at(-1) ?? { version: 0, name: "" });
  const about = `-- ${first} to ${last} as one. Databases that applied them are known by these lines: leave them as they are.`;
  return {
    to: chosen.at(-1)?.version ?? 0,
    old: chosen.flatMap(({ up: upFile, down: downFile }) =>
      downFile === null ? [upFile.fileName] : [upFile.fileName, downFile.fileName],
    ),
    archive,
    pair: [
      { fileName: `${stem}.up.sql`, text: `${about}\n${lines.join("\n")}\n\n${up}` },
      { fileName: `${stem}.down.sql`, text: `-- Takes back what ${basename(stem)}.up.sql made.\n\n${down}` },
    ],
  };
}

/** The migration itself and, where it was squashed, those that went into it. */
function replacedBy(migration: Migration): readonly Replaced[] {
  const { version, name, up, replaces = [] } = migration;
  const own = formatMigration(migration);
  const parts = replaces.map((each) => ({ ...each, into: each.into ?? own }));
  return [...parts, { version, name, checksum: up.checksum, into: null }];
}
