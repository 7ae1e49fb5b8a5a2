import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceScripts, replaceUsage } from "../src/cli/help";
import { replaceReference } from "./api-reference";

/** What follows from the sources: the README's usage, package.json's scripts and the reference of the typed API. */
for (const [file, replace] of [
  ["README.md", replaceUsage],
  ["package.json", replaceScripts],
  ["docs/api.md", replaceReference],
] as const) {
  const path = join(__dirname, "..", file);
  writeFileSync(path, replace(readFileSync(path, "utf8")));
}
