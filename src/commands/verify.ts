import { MigrateError } from "../errors";
import { formatMigration } from "../files/filename";
import { type VerifiedMigration, type VerifyReport, verifyMigrations } from "../scratch/verify";
import { defineCommand } from "./command";
import type { Layout } from "./layout";
import { text, value } from "./options";

/** Whether every pair holds what it promises. */
export interface VerifyResult extends VerifyReport {
  readonly proven: boolean;
}

/** Tries each pair there, back and there again on a throwaway database. */
export const verify = defineCommand({
  name: "verify",
  summary: "Apply, revert and apply each migration again on a throwaway database, and compare",
  details: [
    "Says of each pair whether its down file gives back the schema that was there before it.",
    "Exits 1 when one does not, or fails. The target database is only asked what it is like.",
  ],
  options: {
    from: value("N", text, "Begin with this version; default the first"),
    to: value("N", text, "End with this version; default the last"),
  },
  examples: ["verify", "verify --from 12", "verify --json"],
  run: async (context): Promise<VerifyResult> => {
    const { from, to } = context.options;
    const range = { from: readVersion("--from", from), to: readVersion("--to", to) };
    const stop = { signal: context.signal, killSignal: context.killSignal };
    const report = await verifyMigrations(context.settings(), context.scratch(), range, stop);
    return { ...report, proven: report.migrations.every(isGood) };
  },
  render: (result, layout) => [
    ...result.remarks.map((remark) => layout.paint("yellow", remark)),
    ...result.notCompared.map(({ object, why }) =>
      layout.paint("yellow", `Not compared: ${object}: ${why}.`),
    ),
    ...result.migrations.flatMap((migration) => describe(migration, layout)),
    summarize(result),
  ],
  exitCode: ({ proven }) => (proven ? 0 : 1),
});

function readVersion(option: string, given: string | null): number | null {
  if (given === null) return null;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new MigrateError("usage", `${option} takes a version, such as 5.`);
}

function isGood({ verdict }: VerifiedMigration): boolean {
  return verdict === "proven" || verdict === "irreversible";
}

const WORDS: Readonly<Record<VerifiedMigration["verdict"], string>> = {
  proven: "proven",
  irreversible: "irreversible, as it says",
  "not-inverse": "its down file does not take it back; what is left over would need:",
  "not-repeatable": "applied again it gives something else; what is missing then:",
  failing: "fails, on the throwaway database:",
  "not-reached": "not reached",
};

function describe(migration: VerifiedMigration, layout: Layout): readonly string[] {
  const style = isGood(migration) ? "green" : "red";
  const line = `${formatMigration(migration)}  ${layout.paint(style, WORDS[migration.verdict])}`;
  const details = migration.difference ?? migration.error ?? "";
  return [
    line,
    ...(details === ""
      ? []
      : details
          .trimEnd()
          .split("\n")
          .map((each) => `    ${each}`)),
  ];
}

function summarize({ migrations, stopped }: VerifyResult): string {
  const count = (verdicts: readonly string[]): number =>
    migrations.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const parts = [
    `${count(["proven"])} proven`,
    count(["irreversible"]) === 0 ? null : `${count(["irreversible"])} irreversible`,
    count(["not-inverse", "not-repeatable"]) === 0
      ? null
      : `${count(["not-inverse", "not-repeatable"])} not inverse`,
    count(["failing"]) === 0 ? null : `${count(["failing"])} failing`,
    count(["not-reached"]) === 0 ? null : `${count(["not-reached"])} not reached`,
  ];
  const counts = `${migrations.length} pairs: ${parts.filter((part) => part !== null).join(", ")}.`;
  return stopped ? `Stopped on request. ${counts} Nothing but throwaway databases was touched.` : counts;
}
