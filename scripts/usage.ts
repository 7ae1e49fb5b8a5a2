import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceScripts, replaceUsage } from "../src/cli/help";

/** What follows from the declarations of the verbs: the README's usage and package.json's scripts. */
for (const [file, replace] of [
  ["README.md", replaceUsage],
  ["package.json", replaceScripts],
] as const) {
  const path = join(__dirname, "..", file);
  writeFileSync(path, replace(readFileSync(path, "utf8")));
}
