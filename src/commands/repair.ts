import { formatMigration } from "../files/filename";
import { repair as acceptFiles, listRepairs, type RepairReport } from "../run/repair";
import { defineCommand } from "./command";
import { describeChange } from "./describe-change";
import { plural } from "./layout";
import { several, text, value } from "./options";
import { versionNumber } from "./target";

/** Accepts what is on disk for applied migrations. */
export const repair = defineCommand({
  name: "repair",
  summary: "Accept modified, renamed or renumbered files of applied migrations",
  details: [
    "Records that what is on disk is right, for the versions that are named, with a reason. Runs nothing.",
    "Without versions it lists what could be repaired, and changes nothing.",
  ],
  options: {
    versions: several("N", versionNumber, "Versions to accept as they are on disk"),
    reason: value("TEXT", text, "Why it is right; kept in the history"),
  },
  examples: ["repair", 'repair 3 7 --reason "only comments"'],
  run: async (context): Promise<RepairReport> => {
    const { versions, reason } = context.options;
    const settings = context.settings();
    return versions.length === 0 ? listRepairs(settings) : acceptFiles(settings, versions, reason);
  },
  render: ({ repaired, repairs, others }, layout) => [
    ...repairs.map((each) => `${repaired ? "Repaired " : ""}${describe(each)}`),
    ...others.flatMap(({ message, hint }) => [
      layout.paint("red", message),
      ...(hint?.split("\n").map((line) => `  ${line}`) ?? []),
    ]),
    ...summarize(repaired, repairs, others.length),
  ],
});

type RepairedVersion = RepairReport["repairs"][number];

function describe({ kind, up, down, ...each }: RepairedVersion): string {
  const was = formatMigration(each);
  const now = formatMigration({ version: each.newVersion, name: each.newName });
  const changes = [
    kind === "renumber" ? `is numbered ${now} now` : was === now ? null : `is named ${now} now`,
    up === "none" ? null : `up file: ${describeChange(up)}`,
    down === "none" ? null : `down file: ${describeChange(down)}`,
  ].filter((change) => change !== null);
  return `${was}: ${changes.join("; ")}`;
}

function summarize(
  repaired: boolean,
  repairs: readonly RepairedVersion[],
  others: number,
): readonly string[] {
  if (repaired) return [`Repaired ${plural(repairs.length, "migration")}; nothing was run.`];
  if (repairs.length === 0) {
    return [
      others === 0 ? "Nothing to repair: every file is what was applied." : "None of that can be repaired.",
    ];
  }
  const versions = repairs.map(({ version }) => version).join(" ");
  return [
    "Nothing was changed. To see a change, and to accept what is on disk:",
    `  npm run migrate:show ${repairs[0]?.version}`,
    `  npm run migrate:repair -- ${versions} --reason "why"`,
  ];
}
