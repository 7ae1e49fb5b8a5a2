import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceScripts, replaceUsage } from "../src/cli/help";
import { replaceReference } from "./api-reference";

/** What follows from the sources: the reference of the verbs, package.json's scripts and the reference of the typed API. */
for (const [file, replace] of [
  ["docs/reference.md", replaceUsage],
  ["package.json", replaceScripts],
  ["docs/api.md", replaceReference],
] as const) {
  const path = join(__dirname, "..", file);
  writeFileSync(path, replace(readFileSync(path, "utf8")));
}
