import type { ForeignTool } from "../database/foreign-history";
import { formatMigration } from "../files/filename";
import { stamp as recordVersions, type StampReport } from "../run/stamp";
import { renderAdoptions } from "./adoption";
import { defineCommand } from "./command";
import { plural } from "./layout";
import { type Format, flag, optional, text, value } from "./options";
import { position } from "./render-run";

const TOOLS = {
  "golang-migrate": true,
  dbmate: true,
  flyway: true,
  alembic: true,
  knex: true,
  "db-migrate": true,
} as const satisfies Record<ForeignTool, true>;

const NAMES = Object.keys(TOOLS) as readonly ForeignTool[];

const tool: Format<ForeignTool> = {
  takes: `one of ${NAMES.join(", ")}`,
  choices: NAMES,
  read: (given) => NAMES.find((each) => each === given) ?? null,
};

/** Records versions as applied without running them. */
export const stamp = defineCommand({
  name: "stamp",
  summary: "Record versions as applied, or as not applied, without running them",
  details: [
    "Afterwards just the versions up to N are applied, as far as the history goes; nothing is run.",
    "For a database whose schema came from elsewhere, or from another tool: --from reads its table, and leaves it.",
    "Without N and --from it says which tools' tables are there, and records nothing.",
  ],
  options: {
    target: optional("N", text, "Version, head, base, or +2 and -2 from here"),
    from: value("TOOL", tool, `Take over the version of ${NAMES.join(", ")}`),
    reason: value("TEXT", text, "Why; kept in the history"),
    dryRun: flag("Say what would be recorded, and record nothing"),
  },
  examples: ["stamp 14", "stamp head --dry-run", "stamp --from golang-migrate", "stamp base"],
  run: async (context) => {
    const { target, ...options } = context.options;
    return recordVersions(context.settings(), { to: target, ...options });
  },
  render: (report, layout) => {
    const adoptions = renderAdoptions(report.found, report.to, layout);
    const asked = report.stamped.length + report.unstamped.length > 0 || report.recorded;
    if (!asked && adoptions.length > 0) return [...adoptions, "Nothing was recorded."];
    return [...adoptions, ...renderStamps(report)];
  },
});

function renderStamps({ stamped, unstamped, recorded, to }: StampReport): readonly string[] {
  const count = stamped.length + unstamped.length;
  if (count === 0) return [`Nothing to record: ${position(to)}.`];
  const summary = recorded
    ? `Recorded ${plural(count, "migration")}; nothing was run: ${position(to)}.`
    : "Nothing was recorded.";
  const would = recorded ? "" : "would be ";
  return [
    ...unstamped.map((each) => `${formatMigration(each)} ${would}recorded as not applied`),
    ...stamped.map((each) => `${formatMigration(each)} ${would}recorded as applied`),
    summary,
  ];
}
