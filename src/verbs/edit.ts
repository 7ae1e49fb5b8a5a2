import { join } from "node:path";
import { MigrateError, type Problem, RefusedError } from "../errors";
import { formatMigration } from "../migrations/names";
import { readMigrations } from "../migrations/read-migrations";
import { required, text } from "./options";
import { readOne } from "./show";
import { defineCommand } from "./verb";

export interface EditResult {
  readonly version: number;
  readonly name: string;
  /** Paths of the files that were opened. */
  readonly files: readonly string[];
  /** What is wrong with the folder now. */
  readonly problems: readonly Problem[];
}

/** Opens a pair in the editor. */
export const edit = defineCommand({
  name: "edit",
  summary: "Open both files of a migration in your editor, unless it is applied",
  details: ["The editor is $VISUAL or $EDITOR. An applied migration is not to be changed: write a new one."],
  options: { which: required("N", text, "Version of the migration, or head, +1, -1") },
  examples: ["edit 8", "edit head"],
  run: async (context): Promise<EditResult> => {
    const settings = context.settings();
    const { entry } = await readOne(settings, context.options.which);
    const { version, name, state, upFile, downFile } = entry;
    if (state === "applied") throw alreadyApplied(version, name);
    const files = [upFile, downFile].filter((file) => file !== null).map((file) => join(settings.dir, file));
    context.openEditor(files);
    return { version, name, files, problems: judge(settings.dir) };
  },
  render: ({ files, problems }, layout) => [
    ...problems.flatMap(({ message, hint }) => [
      layout.paint("red", message),
      ...(hint?.split("\n").map((line) => `  ${line}`) ?? []),
    ]),
    `Edited ${files.join(" and ")}.`,
  ],
});

function alreadyApplied(version: number, name: string): MigrateError {
  return new MigrateError(
    "already-applied",
    `${formatMigration({ version, name })} is applied already, so it is not edited.`,
    {
      hint: "Put the change in a new migration, or revert this one first:\n  npm run migrate:create -- <name>",
    },
  );
}

/** The user has just closed the editor and should learn about mistakes at once. */
function judge(dir: string): readonly Problem[] {
  try {
    readMigrations(dir);
    return [];
  } catch (error) {
    if (error instanceof RefusedError) return error.problems;
    throw error;
  }
}
