import { formatVersion } from "../files/filename";
import { readSchemaFile, requireSchemaFile, schemaPath } from "../files/schema-file";
import { type CheckReport, checkDatabase } from "../scratch/check";
import { defineCommand } from "./command";
import { ignoreOptions, partitionOptions, withIgnored } from "./ignore-options";
import { text, value } from "./options";

export interface CheckResult extends CheckReport {
  /** The database is what the migrations build, they are all applied, and schema.sql says the same. */
  readonly clean: boolean;
}

/** Holds the live database against what the migrations build. */
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
    // A file that was named has to be there; the default need not.
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
