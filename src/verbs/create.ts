import { createPair } from "../migrations/write";
import { required, text } from "./options";
import { defineCommand } from "./verb";

/** Writes the next pair of files. */
export const create = defineCommand({
  name: "create",
  summary: "Write the next numbered pair of files, ready to be filled in",
  details: [
    "Needs no database. The number is one more than the newest file's.",
    "`up` refuses the files for as long as they are as they were written.",
  ],
  options: { name: required("NAME", text, "What the migration does, such as add_email_to_users") },
  examples: ["create add_email_to_users"],
  run: async (context) => {
    const { dir } = context.folder();
    return createPair(dir, context.options.name);
  },
  render: (created) => [`Created ${created.upPath}`, `Created ${created.downPath}`],
});
