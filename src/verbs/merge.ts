import { formatMigration, formatVersion } from "../migrations/names";
import { merge as mergeBranches } from "./branches";
import { plural } from "./layout";
import { flag, several, text, value } from "./options";
import { versionNumber } from "./run-options";
import { defineCommand } from "./verb";

/** Renumbers migrations that collide and are not applied. */
export const merge = defineCommand({
  name: "merge",
  summary: "Renumber the unapplied side of a collision, after all others",
  details: [
    "Renames both files of each pair, with git mv where git knows them; the database is only read.",
    "Where one side is applied in this database it keeps its number. Where none is, the first by name does.",
  ],
  options: {
    also: several("N", versionNumber, "Pending versions that build on a moved one and move with it"),
    keep: value("NAME", text, "Where no side is applied: the name of the one that keeps the number"),
    dryRun: flag("Say what would be renamed, and rename nothing"),
  },
  examples: ["merge --dry-run", "merge", "merge 8", "merge --keep add_email"],
  run: async (context) => mergeBranches(context.settings(), context.options),
  render: ({ renumbered, dryRun, git, warnings }, layout) => {
    if (renumbered.length === 0) return ["Nothing to merge: every version is there once, and in order."];
    const files = renumbered.flatMap((each) => each.files);
    const how = git ? ", with git mv" : "";
    return [
      ...renumbered.map(
        ({ name, from, to }) =>
          `${formatMigration({ version: from, name })} ${dryRun ? "would become" : "is now"} ${formatVersion(to)}`,
      ),
      ...files.map(({ from, to }) => `  ${from} -> ${to}`),
      ...warnings.map((message) => layout.paint("yellow", message)),
      dryRun ? "Nothing was renamed." : `Renamed ${plural(files.length, "file")}${how}.`,
    ];
  },
});
